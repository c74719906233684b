"""SqlMaintenance: the methods of ``monitor.store.maintenance.Maintenance`` that every engine runs alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from monitor.model import ErasureTarget, Expired, FutureTimes, PostCounts
from monitor.store.sql import blocks, erasing, retention, saving, time_repair
from monitor.store.sql.connection import Connection
from monitor.store.sql.story_index import StoryIndex
from monitor.store.sql.tombstones import Tombstones, post_keys
from monitor.store.sql.units import MILLISECOND, optional_time, to_ms

T = TypeVar("T")

POSTS_PER_WRITE = 500
"""Posts that one transaction deletes, so that other writes can run in between."""


class SqlMaintenance:
    """Maintenance over the connections of a store."""

    def __init__(
        self,
        stories: StoryIndex,
        write: Callable[[Callable[[Connection], Any]], Any],
        read: Callable[[Callable[[Connection], Any]], Any],
    ) -> None:
        """``write`` and ``read`` run a function in a transaction of the store."""
        self._stories, self._run_write, self._run_read = stories, write, read

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

    def allow_again(self, target: ErasureTarget) -> bool:
        return bool(self._write(lambda db: Tombstones(db).remove(erasing.lasting_keys(target))))

    def _erase_part(self, posts: list[int], now: int) -> PostCounts:
        def job(db: Connection) -> PostCounts:
            counts = erasing.counts(db, posts)
            Tombstones(db).add((key for post in erasing.load(db, posts) for key in post_keys(post, post.source)), now)
            saving.delete_by_post_ids(db, self._stories, posts, now)
            return counts

        return self._write(job)

    def _refuse_and_find(self, target: ErasureTarget, now: datetime, refuse_later: bool) -> list[int]:
        """The posts to erase."""
        if refuse_later:  # first, so that none is stored between the search and the deletion
            self._write(lambda db: Tombstones(db).add(erasing.lasting_keys(target), to_ms(now)))
        return self._read(lambda db: erasing.find(db, target))

    def _delete(self, posts: list[int], target: ErasureTarget, now: datetime) -> tuple[PostCounts, int]:
        """Delete posts and what names their author; how many there were, and how many replies named the author."""
        counts = [self._erase_part(part, to_ms(now)) for part in erasing.batches(posts, POSTS_PER_WRITE)]
        replies = self._write(lambda db: erasing.forget_replies(db, target)) if target.author else 0
        if target.author:
            self._write(lambda db: blocks.forget_author(db, target))
        return erasing.total(counts), replies

    def _write(self, job: Callable[[Connection], T]) -> T:
        result: T = self._run_write(job)
        return result

    def _read(self, query: Callable[[Connection], T]) -> T:
        result: T = self._run_read(query)
        return result
