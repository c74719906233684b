"""What passes that brought nothing leave: kept in memory, and written with the next transaction or within a second.

Most passes find nothing new. A transaction for each of them, and one more before it, would cost more than the asking.
A program that is killed loses a second of such notes at most: the pass is made again, and finds nothing again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from monitor.model import Json, SourceStatus
from monitor.store import sources
from monitor.store.connections import Connection


class Keep(Enum):
    """In place of a cursor: leave the one that is stored. None is a cursor like any other."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True, eq=False)
class Note:
    """How a source is, and what it left for itself."""

    status: SourceStatus
    cursor: str | Literal[Keep.KEEP]
    """As it is stored, so that a source never holds what is kept here."""
    now: int


Written = tuple[Note, ...]
_NONE: Final[Written] = ()


class Notes:
    """The newest note of each source that is not written yet. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Note] = {}
        self._met: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._kept)

    def is_first(self, source: str) -> bool:
        """Whether nobody asked so of ``source`` before."""
        with self._lock:
            first = source not in self._met
            self._met.add(source)
        return first

    def add(self, status: SourceStatus, now: int, cursor: Json | Literal[Keep.KEEP]) -> None:
        """Keep this of ``status.source``; without a cursor, that of an earlier note stands."""
        with self._lock:
            before = self._kept.get(status.source)
            earlier = KEEP if before is None else before.cursor
            self._kept[status.source] = Note(status, earlier if cursor is KEEP else sources.written(cursor), now)

    def doubt(self) -> None:
        """Have the next of each source count as the first: something could not be written."""
        with self._lock:
            self._met.clear()

    def cursor(self, source: str) -> Json | Literal[Keep.KEEP]:
        """What ``source`` left for itself, KEEP where the database knows."""
        note = self._kept.get(source)
        return KEEP if note is None or note.cursor is KEEP else sources.read(note.cursor)

    def put_on(self, statuses: Iterable[SourceStatus]) -> list[SourceStatus]:
        """``statuses`` as they are with the notes."""
        kept = self._kept
        return [kept[s.source].status if s.source in kept else s for s in statuses]

    def write(self, db: Connection) -> Written:
        """Write them all into the open transaction; what was written is to be forgotten once it is committed."""
        if not self._kept:
            return _NONE
        with self._lock:
            notes = tuple(self._kept.values())
        for note in notes:
            if note.cursor is not KEEP:
                sources.save_cursor(db, note.status.source, note.cursor)
            sources.save_status(db, note.status, note.now)
        return notes

    def forget(self, written: Written) -> None:
        """Drop ``written``, but for what was noted again since."""
        if not written:
            return
        with self._lock:
            for note in written:
                if self._kept.get(note.status.source) is note:
                    del self._kept[note.status.source]
