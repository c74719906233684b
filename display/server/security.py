"""What is refused before any page is asked, and the headers that every answer carries, whoever gives it.

It stands in front of Flask and Socket.IO alike, as WSGI, so that no route can be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SIGNED_PATH = "/in/"
"""What comes here is signed by a program: no cookie of anybody counts, so no other site can abuse one."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HOST = re.compile(r"(?:\[(?P<address>[0-9a-f:.]{2,45})\]|(?P<name>[a-z0-9._-]{1,253}))(?::[0-9]{1,5})?")

HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


def host_name(host: str) -> str:
    """The name in a Host header, in lower case, without its port; empty for what is no host."""
    found = HOST.fullmatch(host.lower())
    return (found["address"] or found["name"]) if found else ""


def comes_from_elsewhere(environ: WSGIEnvironment) -> bool:
    """Whether a browser says that another site sent this request.

    As Datasette does: Sec-Fetch-Site where the browser sends it, else Origin; what sends neither is no browser, and has
    no cookies of somebody else's to abuse.
    """
    fetched_by = environ.get("HTTP_SEC_FETCH_SITE")
    if fetched_by is not None:
        return fetched_by not in ("same-origin", "none")
    origin = environ.get("HTTP_ORIGIN")
    return origin is not None and urlsplit(origin).netloc != environ.get("HTTP_HOST", "")


class Gate:
    """WSGI middleware: refuses unknown hosts, requests forged elsewhere and sockets beyond the cap; adds HEADERS."""

    def __init__(
        self, app: WSGIApplication, hosts: Iterable[str], sockets: Callable[[], int], most_sockets: int
    ) -> None:
        self._app = app
        self._hosts = LOOPBACK_NAMES | {name.lower() for name in hosts}
        self._sockets = sockets
        self._most_sockets = most_sockets

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            present = {name.lower() for name, _ in headers}
            added = [(name, value) for name, value in HEADERS if name.lower() not in present]
            return start_response(status, [*headers, *added], *rest)

        refusal = self._refusal(environ)
        if refusal is None:
            return self._app(environ, start)
        status, text = refusal
        body = f"{text}\n".encode()
        start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
        return [body]

    def _refusal(self, environ: WSGIEnvironment) -> tuple[str, str] | None:
        if host_name(environ.get("HTTP_HOST", "")) not in self._hosts:
            return "400 Bad Request", "This address is not one that Wallflower answers to."
        changes = environ["REQUEST_METHOD"] not in SAFE_METHODS
        if changes and comes_from_elsewhere(environ) and not environ.get("PATH_INFO", "").startswith(SIGNED_PATH):
            return "403 Forbidden", "This request came from another site."
        is_new_socket = environ.get("PATH_INFO", "").startswith("/socket.io")
        if is_new_socket and self._sockets() >= self._most_sockets:
            return "503 Service Unavailable", "Full: as many screens are connected as this server takes."
        return None
