"""SqliteViews: ViewStore over a SQLite file. What needs no search is in ``monitor.store.sql.views``."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import MentionFilter
from monitor.store.sql.connection import Connection
from monitor.store.sql.views import SqlViews
from monitor.store.sqlite import queries, story_counts
from monitor.store.sqlite.plan import plan


class SqliteViews(SqlViews):
    """ViewStore over the connections of a SqliteStore."""

    def count_new(self, filters: Sequence[tuple[MentionFilter, int]], limit: int = 1_000) -> list[int]:
        return self._read(lambda db: [queries.count_new(db, plan(db, f), after, limit) for f, after in filters])

    def count_new_stories(self, filters: Sequence[tuple[MentionFilter, int]], limit: int = 1_000) -> list[int]:
        def read(db: Connection) -> list[int]:
            return [story_counts.count_new_stories(db, plan(db, f), after, limit) for f, after in filters]

        return self._read(read)
