"""Forwarding headers: believed from the reverse proxies in the config, and removed before anything else reads them.

python-engineio, for one, reads X-Forwarded-Host from anybody, and accepted sockets of the site that it named.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from itertools import takewhile
from typing import TYPE_CHECKING, Any

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
DOCTOR_HEADER = "X-Wallflower-Doctor"
"""A request with the doctor's key in this header is answered with how it arrived, in the same header."""
NEEDED_HEADERS = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")
"""What every proxy must send. X-Forwarded-Prefix is only needed under a path."""
MAX_PROXIES_IN_A_ROW = 10
MAX_REPORTED_ADDRESSES = 100

_DOCTOR_KEY = f"HTTP_{DOCTOR_HEADER.upper().replace('-', '_')}"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ArrivedAs:
    """How a request arrived."""

    peer: str
    """The address that sent it."""
    forwarded: bool
    """Whether it had forwarding headers."""
    believed: bool
    missing: tuple[str, ...]
    """Those of NEEDED_HEADERS that it did not have."""
    client: str
    """The address, scheme, host and path of the client, as far as the headers are believed."""
    scheme: str
    host: str
    prefix: str


class ProxyMiddleware:
    """WSGI middleware: applies the X-Forwarded-For, -Proto, -Host and -Prefix of ``proxies``."""

    def __init__(self, app: WSGIApplication, proxies: Sequence[IPv4Network | IPv6Network]) -> None:
        self._app, self._proxies = app, proxies
        # A chain of proxies appends to X-Forwarded-For; each other header comes from the proxy next to us.
        self._fixes = [
            ProxyFix(self._forwarded, x_for=n + 1, x_host=1, x_prefix=1) for n in range(MAX_PROXIES_IN_A_ROW)
        ]
        self._reported: set[str] = set()
        self.doctor_key = secrets.token_hex(16)
        """Only the user of Wallflower can read it, in the state that the program writes."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """The addresses whose forwarding headers were ignored."""
        return tuple(sorted(self._reported))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        headers = [name for name in environ if FORWARDING_HEADERS.fullmatch(name)]
        environ[FORWARDED], environ[PEER] = bool(headers), peer
        if hmac.compare_digest(environ.pop(_DOCTOR_KEY, "").encode(), self.doctor_key.encode()):
            start_response = self._answer_doctor(environ, start_response)
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

    def _answer_doctor(self, environ: WSGIEnvironment, start_response: StartResponse) -> StartResponse:
        """``start_response`` with a header that says how the request arrived."""
        missing = tuple(name for name in NEEDED_HEADERS if f"HTTP_{name.upper().replace('-', '_')}" not in environ)
        believed = environ[FORWARDED] and self._is_proxy(environ[PEER])

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            arrived = ArrivedAs(
                environ[PEER],
                environ[FORWARDED],
                believed,
                missing,
                environ["REMOTE_ADDR"],
                environ["wsgi.url_scheme"],
                environ.get("HTTP_HOST", ""),
                environ.get("SCRIPT_NAME", ""),
            )
            return start_response(status, [*headers, (DOCTOR_HEADER, json.dumps(asdict(arrived)))], *error)

        return start

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
            "Forwarding headers from %s are ignored; if it is your reverse proxy, add it to `proxies` in [server]",
            peer,
        )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
