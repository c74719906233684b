"""The rows of a database, read with plain SQL: what the wall should be computed from."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

SELECT = """
    SELECT mention.id, brand.name, source.name, mention.published_at, mention.added_at, mention.score, mention.lang,
        mention.state, mention.hidden, mention.story, post.external_id, post.author, post.title || ' ' || post.text
    FROM mention JOIN post ON post.id = mention.post JOIN brand ON brand.id = mention.brand
        JOIN source ON source.id = post.source"""
NEUTRAL_BELOW = 150
"""Thousandths."""


class Row(NamedTuple):
    """A mention. Times are aware; the score is in thousandths."""

    id: int
    brand: str
    source: str
    published: datetime
    added: datetime
    score: int | None
    lang: str
    state: int
    hidden: int
    story: int | None
    external_id: str
    author: str
    text: str

    @property
    def sentiment(self) -> str:
        """The mark beside it."""
        if self.score is None:
            return "unscored"
        if abs(self.score) < NEUTRAL_BELOW:
            return "neutral"
        return "positive" if self.score > 0 else "negative"


class Rows:
    """All mentions, and those that count."""

    def __init__(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as db:
            self.all = [_row(one) for one in db.execute(SELECT)]
            unmeasured = db.execute("SELECT unmeasured FROM opinion_state").fetchone()
        self.unmeasured = frozenset(json.loads(unmeasured[0]) if unmeasured else ())
        self.counted = sorted((row for row in self.all if row.state < 2), key=lambda row: row.published)
        self._times = [row.published for row in self.counted]
        self.by_id = {row.id: row for row in self.all}

    def between(self, start: datetime, end: datetime, brands: Iterable[str] | None = None) -> list[Row]:
        """Those that count and were published in [start, end)."""
        wanted = None if brands is None else set(brands)
        found = self.counted[bisect_left(self._times, start) : bisect_left(self._times, end)]
        return [row for row in found if wanted is None or row.brand in wanted]

    def is_negative(self, row: Row) -> bool:
        """Whether it counts as negative: not in a language without figures."""
        return row.sentiment == "negative" and row.lang not in self.unmeasured

    def is_scored(self, row: Row) -> bool:
        """Whether its score counts."""
        return row.score is not None and row.lang not in self.unmeasured


def _row(values: tuple[Any, ...]) -> Row:
    return Row._make((*values[:3], _time(values[3]), _time(values[4]), *values[5:]))


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)
