"""The web server: gunicorn, its worker, the WebSocket, live updates and security headers."""
