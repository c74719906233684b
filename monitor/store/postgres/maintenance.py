"""PostgresMaintenance: what differs from the maintenance of other engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from monitor.model import Erasure, ErasureTarget
from monitor.store.postgres.connections import connect
from monitor.store.postgres.errors import store_errors
from monitor.store.postgres.location import Location
from monitor.store.sql.connection import Connection
from monitor.store.sql.maintenance import SqlMaintenance
from monitor.store.sql.story_index import StoryIndex

_REWRITTEN = ("post", "mention", "mention_fts", "change", "story_key", "post_link")
"""Tables whose deleted rows may have words of posts, or say that there was one."""
REMAINING = "The write-ahead log of the server, its archive and its backups keep erased posts until they are replaced."


class PostgresMaintenance(SqlMaintenance):
    """Maintenance over an open store."""

    def __init__(
        self,
        location: Location,
        stories: StoryIndex,
        write: Callable[[Callable[[Connection], Any]], Any],
        read: Callable[[Callable[[Connection], Any]], Any],
    ) -> None:
        """``write`` and ``read`` run a function in a transaction of the store."""
        super().__init__(stories, write, read)
        self._location = location

    def erase(self, target: ErasureTarget, now: datetime, *, refuse_later: bool = True) -> Erasure:
        posts = self._refuse_and_find(target, now, refuse_later)
        counts, replies = self._delete(posts, target, now)
        if not (posts or replies):
            return Erasure(counts, "", rewritten=False)
        self._rewrite()
        return Erasure(counts, REMAINING, rewritten=True)

    def deleted_words_since(self) -> datetime | None:
        return None  # autovacuum removes them

    def remove_deleted_words(self, now: datetime, seconds: float | None = None) -> bool:
        return True

    def _rewrite(self) -> None:
        """Write the tables anew, without deleted rows. Others wait meanwhile."""
        with store_errors(self._location), connect(self._location) as raw:
            for table in _REWRITTEN:
                raw.execute(f"VACUUM (FULL, ANALYZE) {table}".encode())
