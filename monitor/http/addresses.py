"""Which IP addresses we connect to.

The check applies to the address that is connected to, never to a host name: by the time of the connection a name may
resolve to another address (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence

Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> IP addresses as text, in the order to try them. Raises OSError or UnicodeError if there are none."""

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_BLOCKED_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "168.63.129.16/32",  # Azure's host, which hands out credentials
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "224.0.0.0/4",  # multicast, some of which Python calls global
        "240.0.0.0/4",
        "2001::/23",  # Teredo and others that embed an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)

_METADATA_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16",  # link-local: 169.254.169.254 at most providers, 169.254.170.2 in Amazon's containers
        "168.63.129.16/32",
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle
        "fd00:ec2::/32",  # Amazon
        "fd20:ce::254/128",  # Google
        "fe80::a9fe:a9fe/128",  # OpenStack
    )
)
"""Where machines in a cloud get their credentials."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of ``host`` according to the system resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def is_public(address: str) -> bool:
    """Whether ``address`` (an IP address as text, not a name) is reachable on the public internet.

    IPv6 must lie in 2000::/3, which excludes every mapped, translated (64:ff9b::/96), local and multicast address.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.version == 6 and ip not in _GLOBAL_UNICAST:
        return False
    return ip.is_global and not any(ip in network for network in _BLOCKED_NETWORKS if network.version == ip.version)


def is_metadata(address: str) -> bool:
    """Whether ``address`` (an IP address as text) may hand out a cloud machine's credentials. It is never read."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in network for network in _METADATA_NETWORKS if network.version == ip.version)


def is_allowed(host: str, port: int, allowed: frozenset[str]) -> bool:
    """Whether the config allows this host at any address, on every port or on this one."""
    bare = host.strip("[]").rstrip(".").lower()
    return any(name in allowed for name in (bare, f"{bare}:{port}", f"[{bare}]", f"[{bare}]:{port}"))
