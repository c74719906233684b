"""SqliteMaintenance: the methods of ``monitor.store.maintenance.Maintenance``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from monitor.errors import StoreError
from monitor.model import Erasure, ErasureTarget
from monitor.store.sql.connection import Connection
from monitor.store.sql.maintenance import SqlMaintenance
from monitor.store.sql.story_index import StoryIndex
from monitor.store.sql.tombstones import mark_deletion
from monitor.store.sql.units import optional_time, to_ms
from monitor.store.sqlite import deleted_words
from monitor.store.sqlite.erasure_mark import ErasureMark

T = TypeVar("T")

LOG_ATTEMPTS = 30
"""How often the log is truncated when readers prevent it; each attempt waits for two seconds."""

PAUSE_SECONDS = 0.02
"""Pause between two steps, in which other processes can get the file lock."""


class SqliteMaintenance(SqlMaintenance):
    """Maintenance over the file of an open store."""

    def __init__(
        self,
        path: Path,
        stories: StoryIndex,
        write: Callable[[Callable[[Connection], Any]], Any],
        read: Callable[[Callable[[Connection], Any]], Any],
    ) -> None:
        """``write`` and ``read`` run a function in a transaction of the store."""
        super().__init__(stories, write, read)
        self._path = path
        self._cleaning = threading.Lock()
        self._merged: int | None = None
        """How many deletions there were when the running merge began; None: it has not begun."""

    # Erasure

    def erase(self, target: ErasureTarget, now: datetime, *, refuse_later: bool = True) -> Erasure:
        posts = self._refuse_and_find(target, now, refuse_later)
        with ErasureMark(self._path) as mark:
            counts, replies = self._delete(posts, target, now)
            needs_rewrite = bool(posts or replies or mark.was_left)
            remaining = self._remove_all_bytes(now, mark) if needs_rewrite else ""
            if not remaining:
                mark.finish()
        return Erasure(counts, remaining, rewritten=needs_rewrite)

    def _remove_all_bytes(self, now: datetime, mark: ErasureMark) -> str:
        """Clean the files however long it takes. Return why something may be left, and what to do."""
        self._write(lambda db: mark_deletion(db, to_ms(now)))
        try:
            self.remove_deleted_words(now)
            seconds = deleted_words.rewrite_seconds(self._path)
            mark.expect_end(datetime.now(UTC) + timedelta(seconds=seconds))
            deleted_words.rewrite(self._path)
        except StoreError as error:
            return f"The database could not be rewritten: {error}."
        for _ in range(LOG_ATTEMPTS):
            if deleted_words.truncate_log(self._path):
                return ""
        return f"Another program is reading {self._path}, such as a backup, so its log could not be emptied."

    # Deleted words

    def deleted_words_since(self) -> datetime | None:
        return optional_time(self._read(deleted_words.pending_since))

    def remove_deleted_words(self, now: datetime, seconds: float | None = None) -> bool:
        end = None if seconds is None else time.monotonic() + seconds
        with self._cleaning:
            if self._read(deleted_words.pending_since) is None:
                self._merged = None  # another program may have finished it
                return True
            if self._merged is None:
                self._merged = self._write(deleted_words.start_merge)
            while self._write(deleted_words.continue_merge):
                if end is not None and time.monotonic() > end:
                    return False
                time.sleep(PAUSE_SECONDS)
            if not deleted_words.truncate_log(self._path):
                return False
            merged, self._merged = self._merged, None
            self._write(lambda db: deleted_words.finish(db, merged, to_ms(now)))
            return True
