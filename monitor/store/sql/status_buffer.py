"""Write-behind buffer for the statuses and cursors of passes that found nothing new.

Most passes find nothing new. One transaction for each of them, and one more before it, would cost more than the
request. So they are kept in memory and written with the next transaction, or within a second. If the program is
killed, at most a second of them is lost: the pass is repeated, and finds nothing again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from monitor.model import Json, SourceStatus
from monitor.store.interface import KEEP, Keep
from monitor.store.sql import sources
from monitor.store.sql.connection import Connection


@dataclass(frozen=True, slots=True, eq=False)
class BufferedStatus:
    """A status, and a cursor, to be written."""

    status: SourceStatus
    cursor: str | Literal[Keep.KEEP]
    """Encoded, so that no source shares an object with the buffer."""
    now: int


WrittenStatuses = tuple[BufferedStatus, ...]
_NOTHING: Final[WrittenStatuses] = ()


class StatusBuffer:
    """The newest unwritten entry of each source. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, BufferedStatus] = {}
        self._seen: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._entries)

    def mark_seen(self, source: str) -> bool:
        """Mark ``source`` as seen; return whether it was not, since the start or since ``clear_seen``."""
        with self._lock:
            is_new = source not in self._seen
            self._seen.add(source)
        return is_new

    def clear_seen(self) -> None:
        """Mark no source as seen. Called after a failed write."""
        with self._lock:
            self._seen.clear()

    def add(self, status: SourceStatus, now: int, cursor: Json | Literal[Keep.KEEP]) -> None:
        """Replace the entry of ``status.source``; with KEEP, the cursor of the replaced entry stays."""
        with self._lock:
            replaced = self._entries.get(status.source)
            earlier = KEEP if replaced is None else replaced.cursor
            encoded = earlier if cursor is KEEP else sources.encode_cursor(cursor)
            self._entries[status.source] = BufferedStatus(status, encoded, now)

    def cursor(self, source: str) -> Json | Literal[Keep.KEEP]:
        """The buffered cursor of ``source``; KEEP if the one in the database is current."""
        entry = self._entries.get(source)
        return KEEP if entry is None or entry.cursor is KEEP else sources.decode_cursor(entry.cursor)

    def update(self, statuses: Iterable[SourceStatus]) -> list[SourceStatus]:
        """``statuses`` with the buffered ones in their place."""
        entries = self._entries
        return [entries[s.source].status if s.source in entries else s for s in statuses]

    def forget(self, source: str) -> None:
        """Drop the entry of ``source``, which was removed."""
        with self._lock:
            self._entries.pop(source, None)
            self._seen.discard(source)

    def write(self, db: Connection) -> WrittenStatuses:
        """Write all entries in the open transaction; return them, for ``discard`` once it is committed."""
        if not self._entries:
            return _NOTHING
        with self._lock:
            entries = tuple(self._entries.values())
        for entry in entries:
            if entry.cursor is not KEEP:
                sources.save_cursor(db, entry.status.source, entry.cursor)
            sources.save_status(db, entry.status, entry.now)
        return entries

    def discard(self, written: WrittenStatuses) -> None:
        """Discard ``written`` entries, except those replaced since."""
        if not written:
            return
        with self._lock:
            for entry in written:
                if self._entries.get(entry.status.source) is entry:
                    del self._entries[entry.status.source]
