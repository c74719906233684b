"""The web server: gunicorn and its worker, WebSockets, live updates, connected screens and security headers."""
