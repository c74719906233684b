"""Request checks and security headers: WSGI middleware before Flask and Socket.IO, so that it covers every route."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from display.problems import PROBLEM_TYPE, is_api_path, problem_text

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SIGNED_PATH = "/in/"
"""Requests below this path are signed by a program. They use no cookies, so another site cannot forge them."""
SOCKET_PATH = "/socket.io"
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
    """The name in a Host header, in lower case and without the port; empty if the header is not valid."""
    match = HOST.fullmatch(host.lower())
    return (match["address"] or match["name"]) if match else ""


def is_address(host: str) -> bool:
    """Whether a host name is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_cross_site(environ: WSGIEnvironment) -> bool:
    """Whether a browser reports that another site sent this request.

    As in Datasette: Sec-Fetch-Site if the browser sends it, else Origin. A client that sends neither is not a browser,
    so it has no cookies that another site could use.
    """
    fetch_site = environ.get("HTTP_SEC_FETCH_SITE")
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    origin = environ.get("HTTP_ORIGIN")
    return origin is not None and urlsplit(origin).netloc != environ.get("HTTP_HOST", "")


class SecurityMiddleware:
    """WSGI middleware: rejects unknown hosts, cross-site requests and sockets above the limit, and adds HEADERS."""

    def __init__(
        self, app: WSGIApplication, hosts: Iterable[str], sockets_full: Callable[[], bool], *, any_address: bool = False
    ) -> None:
        """``sockets_full`` returns whether no more sockets are accepted.

        ``any_address``: accept IP addresses as host names, for a server that listens for other machines. No other site
        can pose as one: a page reaches us under a foreign name only, by letting that name resolve to our address.
        """
        self._app = app
        self._hosts = LOOPBACK_NAMES | {name.lower() for name in hosts}
        self._sockets_full = sockets_full
        self._any_address = any_address

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            present = {name.lower() for name, _ in headers}
            missing = [(name, value) for name, value in HEADERS if name.lower() not in present]
            return start_response(status, [*headers, *missing], *rest)

        rejection = self._rejection(environ)
        if rejection is None:
            return self._app(environ, start)
        status, text = rejection
        is_api = is_api_path(environ.get("PATH_INFO", ""))
        body = (problem_text(int(status[:3]), text) if is_api else f"{text}\n").encode()
        content_type = PROBLEM_TYPE if is_api else "text/plain; charset=utf-8"
        start(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [body]

    def _rejection(self, environ: WSGIEnvironment) -> tuple[str, str] | None:
        """The status and text with which the request is rejected; None if it is allowed."""
        host = host_name(environ.get("HTTP_HOST", ""))
        if host not in self._hosts and not (self._any_address and is_address(host)):
            advice = "To allow it, add it to `hosts` in [server] of its config."
            return "400 Bad Request", f"Wallflower does not serve this host name. {advice}"
        path = environ.get("PATH_INFO", "")
        is_write = environ["REQUEST_METHOD"] not in SAFE_METHODS
        is_socket = path.startswith(SOCKET_PATH)
        # Browsers let every site open a WebSocket to every other, with the cookies of the other.
        if (is_write or is_socket) and is_cross_site(environ) and not path.startswith(SIGNED_PATH):
            return "403 Forbidden", "This request came from another site."
        if is_socket and self._sockets_full():
            return "503 Service Unavailable", "Full: this server has reached its limit of connected screens."
        return None
