"""How many file descriptors the program may use, and how many connections they allow."""

from __future__ import annotations

import os
import resource

WANTED = 8192
RESERVED = 40
"""For the database and its readers, the sources, their parsers, the log and the listening socket."""
MAX_CONNECTIONS = 1000
"""HTTP connections at the same time, most of which wait for a request."""
MIN_CONNECTIONS = 8


def raise_limit(wanted: int = WANTED) -> int:
    """Raise the limit of this process to ``wanted`` as far as its hard limit allows; returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else max(soft, min(wanted, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def current_limit() -> int:
    """The limit of this process."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return WANTED if soft == resource.RLIM_INFINITY else soft


def max_connections(limit: int) -> int:
    """How many HTTP connections may be open with ``limit`` file descriptors; WebSockets get as many again."""
    return max(MIN_CONNECTIONS, min(MAX_CONNECTIONS, (limit - RESERVED) // 2))


class SpareDescriptor:
    """A descriptor that is given up so that a connection can be accepted, in order to close it.

    Without any free descriptor the connection would stay in the queue of the kernel, which would report it forever.
    """

    def __init__(self) -> None:
        self._descriptor: int | None = None
        self.restore()

    def release(self) -> None:
        """Make one descriptor free."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def restore(self) -> None:
        """Hold a descriptor again, if there is a free one."""
        if self._descriptor is None:
            try:
                self._descriptor = os.open(os.devnull, os.O_RDONLY)
            except OSError:
                return
