"""``wallflower run`` whose SDKs find the soak's sites: ``python -m bench._soak_run run --config PATH``.

X and Reddit stand in their SDKs by name, so requests to them are led to the site at hand, below the SDK and above the
guarded adapter: where an adapter for these hosts would stand. Beside it a thread tells where the memory is. What
Wallflower remembers of texts that it read is bounded, but takes days to fill; here the bounds are so low that they are
reached within minutes, so whatever grows after that grows for ever. Nothing else differs from ``wallflower``.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import json
import os
import sys
import threading
import time
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from display.cli.main import main
from display.server import service as serve
from monitor.analysis.jobs import topics
from monitor.http import Http
from monitor.sentiment import vocabulary
from monitor.store.sqlite import story_index
from monitor.text.near_duplicates import NearDuplicateIndex
from tests.player import detour

EVERY = 5.0
TOKENS, POSTS = 1_000, 300
"""Words and posts that are remembered, in place of some ten thousand."""
MEGA = 1 << 20


class _Site:
    """Where a detour leads."""

    def __init__(self, url: str) -> None:
        self.url = url


class _Led(Http):
    """Leads the hosts that SOAK_DETOURS names to loopback; JSON: {site: address}. It is made once, in the worker."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for site, address in json.loads(os.environ["SOAK_DETOURS"]).items():
            detour(self, _Site(address), site)  # type: ignore[arg-type]
        threading.Thread(target=_tell, name="soak", daemon=True).start()


_FIELDS = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")


class _MallInfo(ctypes.Structure):
    """What glibc's mallinfo2 gives: bytes, over all arenas."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in _FIELDS)


def _tell() -> None:
    """Keep writing down what SQLite holds, what malloc holds and has free (MB), and how many blocks Python has."""
    sqlite = ctypes.CDLL(_sqlite3.__file__)
    sqlite.sqlite3_memory_used.restype = ctypes.c_longlong
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = _MallInfo
    place = Path(os.environ["SOAK_INSIDE"])
    while True:
        info = libc.mallinfo2()
        told = {
            "sqlite": sqlite.sqlite3_memory_used() / MEGA,
            "malloc": (info.uordblks + info.hblkhd) / MEGA,
            "free": info.fordblks / MEGA,
            "blocks": sys.getallocatedblocks(),
        }
        beside = place.with_suffix(".new")
        beside.write_text(json.dumps(told))
        beside.replace(place)
        time.sleep(EVERY)


_INSTEAD: tuple[tuple[ModuleType, str, object], ...] = (
    (serve, "Http", _Led),
    (vocabulary, "MAX_ENTRIES", TOKENS),
    (story_index, "NearDuplicateIndex", partial(NearDuplicateIndex, POSTS)),
    (topics, "MOST_NOW", POSTS),
)


if __name__ == "__main__":
    for module, name, value in _INSTEAD:
        assert hasattr(module, name)
        setattr(module, name, value)
    main()
