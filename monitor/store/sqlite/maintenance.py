"""SqliteMaintenance: the methods of ``monitor.store.maintenance.Maintenance``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from monitor.errors import StoreError
from monitor.model import Erasure, ErasureTarget, Expired, FutureTimes, PostCounts
from monitor.store.sql import blocks, erasing, retention, saving
from monitor.store.sql.connection import Connection
from monitor.store.sql.story_index import StoryIndex
from monitor.store.sql.tombstones import Tombstones, mark_deletion, post_keys
from monitor.store.sql.units import MILLISECOND, optional_time, to_ms
from monitor.store.sqlite import deleted_words, time_repair
from monitor.store.sqlite.erasure_mark import ErasureMark

T = TypeVar("T")

POSTS_PER_WRITE = 500
"""Posts that one transaction deletes, so that other writes can run in between."""
LOG_ATTEMPTS = 30
"""How often the log is truncated when readers prevent it; each attempt waits for two seconds."""

PAUSE_SECONDS = 0.02
"""Pause between two steps, in which other processes can get the file lock."""


class SqliteMaintenance:
    """Maintenance over the file of an open store."""

    def __init__(
        self,
        path: Path,
        stories: StoryIndex,
        write: Callable[[Callable[[Connection], Any]], Any],
        read: Callable[[Callable[[Connection], Any]], Any],
    ) -> None:
        """``write`` and ``read`` run a function in a transaction of the store."""
        self._path, self._stories, self._run_write, self._run_read = path, stories, write, read
        self._cleaning = threading.Lock()
        self._merged: int | None = None
        """How many deletions there were when the running merge began; None: it has not begun."""

    # Times

    def future_times(self, now: datetime) -> FutureTimes:
        mentions, newest = self._read(lambda db: time_repair.count(db, to_ms(now)))
        return FutureTimes(mentions, optional_time(newest))

    def repair_times(self, now: datetime, limit: int = POSTS_PER_WRITE) -> int:
        now_ms = to_ms(now)

        def job(db: Connection) -> int:
            repaired = time_repair.repair_mentions(db, now_ms, limit)
            if not repaired:
                time_repair.repair_others(db, now_ms)
            self._stories.clear()
            return repaired

        return self._write(job)

    # Retention

    def set_retention(self, keep: timedelta | None, by_source: Mapping[str, timedelta]) -> None:
        rows = {source: kept // MILLISECOND for source, kept in by_source.items()}
        if keep is not None:
            rows[retention.ALL_OTHERS] = keep // MILLISECOND
        self._write(lambda db: retention.save_retention(db, rows))

    def delete_expired(self, now: datetime, limit: int = POSTS_PER_WRITE) -> Expired:
        now_ms = to_ms(now)
        due = self._read(lambda db: retention.due(db, now_ms, limit))

        def job(db: Connection) -> dict[str, int]:
            by_source = erasing.counts(db, sorted(due.posts)).by_source if due.posts else {}
            saving.delete_by_post_ids(db, self._stories, sorted(due.posts), now_ms)
            retention.save_progress(db, due)
            return by_source

        deleted = self._write(job) if due.posts or due.done_until else {}
        return Expired(deleted, due.more)

    # Erasure

    def find_posts(self, target: ErasureTarget) -> PostCounts:
        return self._read(lambda db: erasing.counts(db, erasing.find(db, target)))

    def erase(self, target: ErasureTarget, now: datetime, *, refuse_later: bool = True) -> Erasure:
        if refuse_later:  # first, so that none is stored between the search and the deletion
            self._write(lambda db: Tombstones(db).add(erasing.lasting_keys(target), to_ms(now)))
        posts = self._read(lambda db: erasing.find(db, target))
        with ErasureMark(self._path) as mark:
            counts = [self._erase_part(part, to_ms(now)) for part in erasing.batches(posts, POSTS_PER_WRITE)]
            replies = self._write(lambda db: erasing.forget_replies(db, target)) if target.author else 0
            if target.author:
                self._write(lambda db: blocks.forget_author(db, target))
            needs_rewrite = bool(posts or replies or mark.was_left)
            remaining = self._remove_all_bytes(now, mark) if needs_rewrite else ""
            if not remaining:
                mark.finish()
        return Erasure(erasing.total(counts), remaining, rewritten=needs_rewrite)

    def allow_again(self, target: ErasureTarget) -> bool:
        return bool(self._write(lambda db: Tombstones(db).remove(erasing.lasting_keys(target))))

    def _erase_part(self, posts: list[int], now: int) -> PostCounts:
        def job(db: Connection) -> PostCounts:
            counts = erasing.counts(db, posts)
            Tombstones(db).add((key for post in erasing.load(db, posts) for key in post_keys(post, post.source)), now)
            saving.delete_by_post_ids(db, self._stories, posts, now)
            return counts

        return self._write(job)

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

    def _write(self, job: Callable[[Connection], T]) -> T:
        result: T = self._run_write(job)
        return result

    def _read(self, query: Callable[[Connection], T]) -> T:
        result: T = self._run_read(query)
        return result
