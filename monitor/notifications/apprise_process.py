"""The child process that sends with Apprise: ``python -m monitor.notifications.apprise_process``.

It reads one order as JSON from its input and writes one answer. Apprise connects as it likes, so sockets themselves
refuse addresses that nothing may be sent to, whatever led there: a name, a redirect, a proxy.
"""

from __future__ import annotations

import importlib
import json
import signal
import socket
import sys
from collections.abc import Collection
from typing import Any

from monitor.http.addresses import is_allowed, is_metadata, is_public

_MAX_SECONDS = 90
"""Seconds after which the process ends by itself, in case its parent is gone and cannot kill it."""
_LOCAL_SERVICES = frozenset(
    {"dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows", "rsyslog", "growl", "gntp"}
)
"""They would act on this machine instead of sending anything."""
_BLOCKED = "An address on a private network is refused. If you trust the host, add it to allow_hosts in the config."


class _Blocked(OSError):
    pass


def main() -> None:
    """Send what the order says."""
    signal.alarm(_MAX_SECONDS)
    order = json.loads(sys.stdin.buffer.read())
    output, sys.stdout = sys.stdout, sys.stderr
    guard = SocketGuard(frozenset(order["allowed_hosts"]))
    guard.install()
    answer = _answer(order)
    if guard.blocked and not answer["sent"]:
        answer |= {"detail": _BLOCKED, "permanent": True}
    output.write(json.dumps(answer))


class SocketGuard:
    """Refuses connections to addresses that are not public, except those of allowed hosts."""

    def __init__(self, allowed_hosts: Collection[str]) -> None:
        self._allowed, self._permitted = frozenset(allowed_hosts), set[str]()
        self.blocked = False
        """Whether it refused any."""
        self._resolve, self._connect = socket.getaddrinfo, socket.socket.connect

    def install(self) -> None:
        """Check every connection of this process from now on."""

        def connect(sock: socket.socket, address: Any) -> None:
            self.check(address)
            self._connect(sock, address)

        def connect_ex(sock: socket.socket, address: Any) -> int:
            self.check(address)
            return socket_connect_ex(sock, address)

        def sendto(sock: socket.socket, data: Any, *rest: Any) -> int:
            self.check(rest[-1])
            return socket_sendto(sock, data, *rest)

        socket_connect_ex, socket_sendto = socket.socket.connect_ex, socket.socket.sendto
        socket.getaddrinfo = self.resolve
        socket.socket.connect = connect  # type: ignore[method-assign, assignment]
        socket.socket.connect_ex = connect_ex  # type: ignore[method-assign, assignment]
        socket.socket.sendto = sendto  # type: ignore[method-assign, assignment]

    def resolve(self, host: Any, port: Any, *args: Any, **options: Any) -> Any:
        """Like ``socket.getaddrinfo``; remembers the addresses of allowed hosts."""
        found = self._resolve(host, port, *args, **options)
        if isinstance(host, str) and str(port).isdigit() and is_allowed(host, int(port), self._allowed):
            self._permitted |= {str(info[4][0]) for info in found}
        return found

    def check(self, address: Any) -> None:
        """Raise OSError unless ``address`` may be connected to."""
        host = str(address[0]) if isinstance(address, tuple) else ""
        permitted = host in self._permitted or is_allowed(host, int(address[1]) if host else 0, self._allowed)
        if not host or is_metadata(host) or not (is_public(host) or permitted):
            self.blocked = True
            raise _Blocked(_BLOCKED)


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    apprise = importlib.import_module("apprise")  # only this process loads it, after the sockets are guarded
    scheme = str(order["url"]).partition("://")[0].lower()
    if scheme in _LOCAL_SERVICES:
        return _failure(f"{scheme}:// acts on this machine and sends nothing.", permanent=True)
    sender = apprise.Apprise()
    if not sender.add(order["url"]):
        return _failure(
            f"Apprise does not understand this address, which begins with {scheme[:20]}://.", permanent=True
        )
    service = str(sender[0].service_name)
    with apprise.LogCapture(level=apprise.logging.WARNING, fmt="%(message)s") as log:
        sent = bool(sender.notify(title=order["title"], body=order["body"], body_format=apprise.NotifyFormat.TEXT))
        lines = log.getvalue().strip().splitlines()
    detail = f"{service} did not accept the message. {lines[0] if lines else ''}".strip()
    return {"sent": sent, "service": service, "detail": detail, "permanent": False}


def _failure(detail: str, *, permanent: bool) -> dict[str, Any]:
    return {"sent": False, "service": "", "detail": detail, "permanent": permanent}


if __name__ == "__main__":
    main()
