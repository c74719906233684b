"""SqlMentionQueries: the methods of the Store interface that read mentions and their figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from monitor.model import (
    Bin,
    Count,
    FacetValue,
    ListPosition,
    Mention,
    MentionFilter,
    Order,
    Position,
    RuleChange,
    Story,
    StoryCount,
    Tally,
    Texts,
    VolumeSeries,
)
from monitor.store.mention_queries import VOLUME_STEP
from monitor.store.sql import (
    brand_figures,
    facet_stories,
    facets,
    queries,
    rule_changes,
    story_counts,
    texts,
    top_values,
    volume_series,
)
from monitor.store.sql.connection import Connection
from monitor.store.sql.known_values import known_values
from monitor.store.sql.plan import plan
from monitor.store.sql.rows import load_mentions
from monitor.store.sql.samples import Samples, last_mention_id
from monitor.store.sql.units import MILLISECOND, to_ms

T = TypeVar("T")

EXPORT_PAGE_SIZE = 1_000
"""Mentions that one read of an export returns."""


class SqlMentionQueries:
    """MentionQueries over a SQLite file. ``monitor.store.mention_queries`` documents the methods."""

    _samples: Samples

    def _read(self, query: Callable[[Connection], T]) -> T:
        """Run ``query`` in a read transaction."""
        raise NotImplementedError

    def _slow_read(self, query: Callable[[Connection], T]) -> T:
        """The same for a query whose cost grows with the matches. Raises QueryCancelled: see ``slow_reads``."""
        raise NotImplementedError

    # Lists and figures of mentions

    def page(
        self, f: MentionFilter, *, before: Position | None = None, upto: int | None = None, limit: int = 50
    ) -> list[Mention]:
        def read(db: Connection) -> list[Mention]:
            return list(load_mentions(db, queries.page_ids(db, plan(db, f), before, upto, limit)).values())

        return self._read(read)

    def count(self, f: MentionFilter, upto: int | None = None) -> Count:
        return self._slow_read(lambda db: queries.count(db, self._samples, plan(db, f), upto))

    def count_stories(self, f: MentionFilter, upto: int | None = None) -> StoryCount:
        return self._slow_read(lambda db: story_counts.count_stories(db, self._samples, f, upto))

    def count_new(self, f: MentionFilter, after: int, limit: int = 1_000) -> int:
        return self._read(lambda db: queries.count_new(db, plan(db, f), after, limit))

    def new_mentions(self, f: MentionFilter, after: int, upto: int, limit: int = 1_000) -> list[Mention]:
        found = self._read(lambda db: load_mentions(db, queries.new_ids(db, plan(db, f), after, upto, limit)))
        return sorted(found.values(), key=lambda mention: (mention.post.published_at, mention.id), reverse=True)

    def facets(self, f: MentionFilter, upto: int | None = None) -> dict[str, list[FacetValue]]:
        return self._slow_read(lambda db: facets.facets(db, self._samples, f, upto))

    def facet_stories(self, f: MentionFilter, upto: int | None = None) -> dict[str, dict[str, int]]:
        return self._slow_read(lambda db: facet_stories.facet_stories(db, self._samples, f, upto))

    def top_values(self, f: MentionFilter, facet: str, upto: int | None = None) -> list[FacetValue]:
        return self._slow_read(lambda db: top_values.top_values(db, self._samples, f, facet, upto))

    def histogram(self, f: MentionFilter, edges: Sequence[datetime], upto: int | None = None) -> list[Bin]:
        at = [to_ms(edge) for edge in edges]
        return self._slow_read(lambda db: facets.histogram(db, self._samples, f, at, upto))

    def texts_of(self, f: MentionFilter, limit: int, upto: int | None = None) -> Texts:
        return self._slow_read(lambda db: texts.texts_of(db, self._samples, plan(db, f), limit, upto))

    def export(self, f: MentionFilter, upto: int | None = None) -> Iterator[Mention]:
        by_time = f if f.order is Order.OLD else replace(f, order=Order.NEW)
        upto = self.last_mention_id() if upto is None else upto
        before: ListPosition | None = None
        while rows := self.page(by_time, before=before, upto=upto, limit=EXPORT_PAGE_SIZE):
            yield from rows
            before = rows[-1].position

    def mention(self, id: int) -> Mention | None:
        return self.mentions([id]).get(id)

    def mentions(self, ids: Sequence[int]) -> dict[int, Mention]:
        return self._read(lambda db: load_mentions(db, ids))

    def mention_ids_of_post(self, id: int) -> list[int]:
        return self._read(lambda db: queries.mentions_of_same_post(db, id))

    def known_values(self, field: Literal["author", "site"], prefix: str, limit: int) -> list[str]:
        return self._read(lambda db: known_values(db, field, prefix, limit))

    def last_mention_id(self) -> int:
        return self._read(last_mention_id)

    # Figures of a brand

    def tallies(self, since: datetime, until: datetime) -> list[Tally]:
        return self._read(lambda db: brand_figures.tallies(db, to_ms(since), to_ms(until)))

    def tally(self, brand: str, since: datetime, until: datetime, upto: int | None = None) -> Tally:
        return self._slow_read(lambda db: brand_figures.tally(db, brand, to_ms(since), to_ms(until), upto))

    def brand_histogram(self, brand: str, edges: Sequence[datetime]) -> list[Bin]:
        return self._read(lambda db: brand_figures.histogram(db, brand, [to_ms(edge) for edge in edges]))

    def language_counts(self) -> dict[tuple[str, str, str], int]:
        return self._read(brand_figures.language_counts)

    def rule_changes(self, since: datetime, until: datetime) -> list[RuleChange]:
        return self._read(lambda db: rule_changes.changes(db, to_ms(since), to_ms(until)))

    def rule_starts(self) -> dict[str, datetime]:
        return self._read(brand_figures.rule_starts)

    def largest_stories(self, since: datetime, until: datetime, limit: int) -> list[Story]:
        return self._slow_read(lambda db: brand_figures.largest_stories(db, to_ms(since), to_ms(until), limit))

    def latest_mentions(self, brand: str | None, limit: int, since: datetime | None = None) -> list[Mention]:
        return self._read(lambda db: brand_figures.latest(db, brand, limit, since))

    def count_arrivals(self, brand: str, since: datetime, until: datetime, max_age: timedelta) -> int:
        age = max_age // MILLISECOND
        return self._read(lambda db: brand_figures.arrivals(db, brand, to_ms(since), to_ms(until), age))

    def volume_series(self, brand: str, since: datetime, until: datetime) -> VolumeSeries:
        return self._read(lambda db: volume_series.from_rollup(db, brand, to_ms(since), to_ms(until)))

    def recent_volume_series(self, brand: str, end: datetime, bins: int, step: timedelta = VOLUME_STEP) -> VolumeSeries:
        return self._read(lambda db: volume_series.from_rows(db, brand, to_ms(end), bins, step // MILLISECOND))

    def mention_texts(self, brand: str, since: datetime, until: datetime, limit: int) -> Texts:
        return self._read(lambda db: texts.texts(db, brand, to_ms(since), to_ms(until), limit))
