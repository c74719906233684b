"""Responses that are written without Flask: a status and one line of text, with the security headers."""

from __future__ import annotations

import re

from display.problems import API_PATH, PROBLEM_TYPE, problem_text
from display.server.security import HEADERS

RETRY_AFTER_SECONDS = 5
_API_REQUEST = re.compile(rb"[A-Z]+ [^ ?\r\n]*" + re.escape(API_PATH).encode() + rb"[/? ]")
"""The beginning of a request to the API, perhaps below the path of a proxy."""


def plain_response(status: str, text: str, received: bytes = b"") -> bytes:
    """A whole HTTP response after which the connection is closed. ``status``: "400 Bad Request".

    ``received``: what is known of the request. One to the API is answered with a problem document.
    """
    is_api = _API_REQUEST.match(received) is not None
    body = (problem_text(int(status[:3]), text) if is_api else f"{text}\n").encode()
    content_type = PROBLEM_TYPE if is_api else "text/plain; charset=utf-8"
    content = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    headers = [("Connection", "close"), *content]
    if status.startswith("503"):
        headers.append(("Retry-After", str(RETRY_AFTER_SECONDS)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in [*headers, *HEADERS])
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body
