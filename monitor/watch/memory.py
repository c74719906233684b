"""The last duty of the watch: memory that is free goes back to the system."""

from __future__ import annotations

import ctypes
from datetime import datetime


class Memory:
    """Makes glibc give back what it keeps for later.

    It keeps what was freed in pieces, apart for many threads: with 200 sources a quarter of all that is held, and more
    by the hour. To give that back takes a few milliseconds. C libraries without the call are left to themselves.
    """

    name = "memory"

    def __init__(self, library: object = None) -> None:
        """``library``: the C library, unless it is the one that runs us."""
        self._trim = getattr(library or ctypes.CDLL(None), "malloc_trim", None)

    def turn(self, now: datetime) -> None:
        """Give back what is free."""
        if self._trim is not None:
            self._trim(0)
