"""``wallflower run`` whose SDKs reach the soak's sites: ``python -m bench._soak_run run --config PATH``.

The hosts of X and Reddit are fixed in their SDKs, so their requests are redirected below the SDK, at the place where an
adapter for these hosts would be mounted, and above the guarded adapter. A thread writes memory figures to a file.
Wallflower's caches of texts are bounded but take days to fill, so their bounds are lowered here until they are reached
within minutes: what grows after that is a leak. Nothing else differs from ``wallflower run``.
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
from display.server import service
from monitor.analysis.jobs import topics
from monitor.http import Http
from monitor.sentiment import vocabulary
from monitor.store.sql import story_index
from monitor.text.near_duplicates import NearDuplicateIndex
from tests.player import detour

INTERVAL_SECONDS = 5.0
MAX_WORDS, MAX_POSTS = 1_000, 300
"""The lowered bounds of the caches."""
MEGABYTE = 1 << 20


class _Target:
    """Has the URL that ``detour`` redirects to."""

    def __init__(self, url: str) -> None:
        self.url = url


class _RedirectedHttp(Http):
    """Redirects the hosts in SOAK_REDIRECTS, JSON of host -> URL. The worker creates one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for host, url in json.loads(os.environ["SOAK_REDIRECTS"]).items():
            detour(self, _Target(url), host)  # type: ignore[arg-type]
        threading.Thread(target=_record_memory, name="soak", daemon=True).start()


_FIELDS = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")


class _MallInfo(ctypes.Structure):
    """The result of glibc's mallinfo2: bytes over all arenas."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in _FIELDS)


def _record_memory() -> None:
    """Write repeatedly what SQLite and malloc hold, what malloc has free (MB), and the number of Python's blocks."""
    sqlite = ctypes.CDLL(_sqlite3.__file__)
    sqlite.sqlite3_memory_used.restype = ctypes.c_longlong
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = _MallInfo
    target = Path(os.environ["SOAK_MEMORY"])
    while True:
        info = libc.mallinfo2()
        figures = {
            "sqlite": sqlite.sqlite3_memory_used() / MEGABYTE,
            "malloc": (info.uordblks + info.hblkhd) / MEGABYTE,
            "free": info.fordblks / MEGABYTE,
            "blocks": sys.getallocatedblocks(),
        }
        new = target.with_suffix(".new")
        new.write_text(json.dumps(figures))
        new.replace(target)
        time.sleep(INTERVAL_SECONDS)


REPLACEMENTS: tuple[tuple[ModuleType, str, object], ...] = (
    (service, "Http", _RedirectedHttp),
    (vocabulary, "MAX_ENTRIES", MAX_WORDS),
    (story_index, "NearDuplicateIndex", partial(NearDuplicateIndex, MAX_POSTS)),
    (topics, "MAX_TEXTS", MAX_POSTS),
)
"""(module, attribute, value) of what differs from ``wallflower run``."""


if __name__ == "__main__":
    for module, name, value in REPLACEMENTS:
        setattr(module, name, value)
    main()
