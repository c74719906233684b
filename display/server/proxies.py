"""Forwarding headers: believed from the reverse proxies in the config, and removed before anything else reads them.

python-engineio, for one, reads X-Forwarded-Host from anybody, and accepted sockets of the site that it named.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from itertools import takewhile
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORWARDING_HEADERS = re.compile(r"HTTP_(X_FORWARDED_\w+|FORWARDED|X_REAL_IP|VIA)")
PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
"""No "//" and no "..": a link that begins with "//" leads to another site."""
FORWARDED = "wallflower.forwarded"
"""Key of the WSGI environment: whether the request came with forwarding headers, believed or not."""
PEER = "wallflower.peer"
"""Key of the WSGI environment: the address that sent the request, a proxy's or a client's."""
MAX_PROXIES_IN_A_ROW = 10
MAX_REPORTED_ADDRESSES = 100

log = logging.getLogger(__name__)


class ProxyMiddleware:
    """WSGI middleware: applies the X-Forwarded-For, -Proto, -Host and -Prefix of ``proxies``."""

    def __init__(self, app: WSGIApplication, proxies: Sequence[IPv4Network | IPv6Network]) -> None:
        self._app, self._proxies = app, proxies
        # A chain of proxies appends to X-Forwarded-For; each other header comes from the proxy next to us.
        self._fixes = [
            ProxyFix(self._forwarded, x_for=n + 1, x_host=1, x_prefix=1) for n in range(MAX_PROXIES_IN_A_ROW)
        ]
        self._reported: set[str] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        headers = [name for name in environ if FORWARDING_HEADERS.fullmatch(name)]
        environ[FORWARDED], environ[PEER] = bool(headers), peer
        if headers and self._is_proxy(peer):
            fix = self._fixes[self._client_position(environ.get("HTTP_X_FORWARDED_FOR", "")) - 1]
            return fix(environ, start_response)
        if headers:
            self._report(peer)
        return self._without_headers(environ, start_response)

    def _forwarded(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The app, for a request whose headers were applied. A proxy may have passed on a client's own headers."""
        if not _is_address(environ["REMOTE_ADDR"]):
            environ["REMOTE_ADDR"] = environ[PEER]
        if environ["wsgi.url_scheme"] not in ("http", "https"):
            environ["wsgi.url_scheme"] = "http"
        prefix = environ.get("SCRIPT_NAME", "").rstrip("/")
        environ["SCRIPT_NAME"] = prefix if PREFIX.fullmatch(prefix) else ""
        path = environ.get("PATH_INFO", "")
        if environ["SCRIPT_NAME"] and path.startswith(f"{prefix}/"):
            environ["PATH_INFO"] = path.removeprefix(prefix)
        return self._without_headers(environ, start_response)

    def _without_headers(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for name in [name for name in environ if FORWARDING_HEADERS.fullmatch(name)]:
            del environ[name]
        return self._app(environ, start_response)

    def _client_position(self, forwarded_for: str) -> int:
        """The position of the client, from the end of X-Forwarded-For: the last address that is not a proxy of ours."""
        addresses = forwarded_for.split(",")[-MAX_PROXIES_IN_A_ROW:]
        own = takewhile(self._is_proxy, (address.strip() for address in reversed(addresses)))
        return min(len(list(own)) + 1, len(addresses))

    def _is_proxy(self, address: str) -> bool:
        if not _is_address(address):
            return False
        parsed = ip_address(address)
        # A socket that listens on IPv6 shows an IPv4 peer as ::ffff:10.0.0.7.
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(parsed in network for network in self._proxies)

    def _report(self, peer: str) -> None:
        if peer in self._reported or len(self._reported) >= MAX_REPORTED_ADDRESSES:
            return
        self._reported.add(peer)
        log.warning(
            "forwarding headers from %s are ignored; if it is your reverse proxy, add it to `proxies` in [server]",
            peer,
        )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
