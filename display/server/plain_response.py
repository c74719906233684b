"""Responses that are written without Flask: a status and one line of text, with the security headers."""

from __future__ import annotations

from display.server.security import HEADERS

RETRY_AFTER_SECONDS = 5


def plain_response(status: str, text: str) -> bytes:
    """A whole HTTP response after which the connection is closed. ``status``: "400 Bad Request"."""
    body = f"{text}\n".encode()
    content = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    headers = [("Connection", "close"), *content]
    if status.startswith("503"):
        headers.append(("Retry-After", str(RETRY_AFTER_SECONDS)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in [*headers, *HEADERS])
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body
