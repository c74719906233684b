"""Which addresses we connect to, and which URLs we follow at all.

The test is made on the address really connected to, never on a name: a name may stand for another address by then.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.errors import SourceError

Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> addresses as text, in the order to try them. Raises OSError or UnicodeError when there are none."""

_LONGEST_URL = 8_000
_KEPT = 2_000
"""Addresses whose check is remembered: the same few are asked for again and again."""
_ODD = re.compile(r"[\\\x00-\x20\x7f]")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NOT_FOR_US = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "224.0.0.0/4",  # multicast, some of which Python calls global
        "240.0.0.0/4",
        "2001::/23",  # Teredo and others that hold an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of ``host`` as this machine finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def is_public(address: str) -> bool:
    """Whether ``address`` (text, no name) belongs to the whole internet.

    IPv6 must lie in 2000::/3, which leaves out every mapped, translated (64:ff9b::/96), local and multicast one.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.version == 6 and ip not in _GLOBAL_UNICAST:
        return False
    return ip.is_global and not any(ip in network for network in _NOT_FOR_US if network.version == ip.version)


def check_url(url: str) -> None:
    """Raise a SourceError unless ``url`` is a plain http(s) address: no backslash, blank, control character, login."""
    reason = _fault(url)
    if reason:
        raise SourceError(f"This address cannot be read: {reason}. Write it as https://site.example/path.")


@lru_cache(_KEPT)
def _fault(url: str) -> str:
    if len(url) > _LONGEST_URL:
        return "it is too long"
    if _ODD.search(url):
        return "it holds a backslash, a blank or a control character"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is malformed"
    if parts.scheme not in ("http", "https"):
        return "it does not start with http:// or https://"
    if "@" in parts.netloc:
        return "it holds a user name or password"
    if not parts.hostname or port == 0:
        return "it names no site"
    return ""


@lru_cache(_KEPT)
def site_of(url: str) -> str:
    """``host`` or ``host:port`` of a URL that passed ``check_url``; a port that goes without saying is left out."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


def is_allowed(host: str, port: int, allowed: frozenset[str]) -> bool:
    """Whether the config trusts this host, with any port or with this one, wherever it is."""
    bare = host.strip("[]").rstrip(".").lower()
    return any(name in allowed for name in (bare, f"{bare}:{port}", f"[{bare}]", f"[{bare}]:{port}"))
