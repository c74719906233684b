"""Reads the figures of each side from a store and puts them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.analysis.comparison.found_topics import found_topic_rows
from monitor.analysis.comparison.rows import MAX_ROWS, facet_row_sets, topic_rows
from monitor.analysis.comparison.unread import begin_of, unread_of
from monitor.analysis.comparison.word_figures import distinct_words, read_texts
from monitor.model import (
    UNDATED,
    Brand,
    Choice,
    Count,
    FacetValue,
    Gap,
    MentionFilter,
    Order,
    RuleChange,
    SentimentCounts,
    Topic,
)
from monitor.model.comparison import Comparison, Estimate, Figure, Side, SideFigures
from monitor.quality import ErrorFigures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.store import Store

MAX_SIDES = 5
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Installation:
    """What a comparison needs to know besides mentions."""

    brands: Sequence[Brand]
    """All brands of the config."""
    topics: Sequence[Topic]
    """Those of the config."""
    errors: ErrorFigures
    gaps: Sequence[Gap]
    """When sources were not read, over the time of all sides."""


def compare(sides: Sequence[Side], store: Store, known: Installation, now: datetime) -> Comparison:
    """The figures of two to five ``sides``: brands over one range, or one brand over two.

    Its cost has a bound: counts come from rollups or samples, and words from a sample of texts. Raises StoreError, and
    QueryCancelled if the client has left.
    """
    upto = store.last_mention_id()
    facets = [store.facets(side.filter.counted, upto) for side in sides]
    reader = _SideReader(sides, store, known, upto, now)
    sets, texts = facet_row_sets(sides, facets), read_texts(sides, store, upto)
    named = topic_rows(sides, store, known.topics, upto)
    return Comparison(
        sides=tuple(reader.figures(side, found) for side, found in zip(sides, facets, strict=True)),
        as_of=now,
        upto=upto,
        sentiments=sets["sentiment"],
        intents=sets["intent"],
        sources=sets["source"],
        languages=sets["lang"],
        topics=(*named, *found_topic_rows(sides, texts, store, known.brands, upto))[:MAX_ROWS],
        words=distinct_words(sides, texts, store, known.brands, [one.value for one in facets[0]["source"]], upto),
        is_being_judged=store.intents.posts_to_review() > 0,
    )


class _SideReader:
    """Reads the figures of each side."""

    def __init__(self, sides: Sequence[Side], store: Store, known: Installation, upto: int, now: datetime) -> None:
        self._store, self._known, self._upto, self._now = store, known, upto, now
        self._models = {side.brand: known.errors.mood_model(side.brand) for side in sides}
        self._starts = store.rule_starts()
        self._first = self._first_published(MentionFilter())
        self._shares = _source_shares(store)
        bounds = [self._bounds(side) for side in sides]
        self._end = max(until for _, until in bounds)
        self._changes = store.rule_changes(min(since for since, _ in bounds), now)
        self._comparable = store.rules.comparable_since()

    def figures(self, side: Side, facets: Mapping[str, Sequence[FacetValue]]) -> SideFigures:
        """The figures of ``side``. ``facets``: its counts."""
        counts = {value.value: value.n for value in facets["brand"]}
        since, until = self._bounds(side)
        since_or_first, until_or_now = side.since or UNDATED, side.until or self._now + MINUTE
        tally = self._store.tally(side.brand, since_or_first, until_or_now, self._upto)
        model = self._models[side.brand]
        judged = SentimentCounts() if 2 * tally.unscored > tally.n else tally.stories
        mood, negative = model.clear_mood(judged), model.negative_share(judged)
        return SideFigures(
            side=side,
            length=until - since,
            mentions=Figure(Count(counts.get(side.brand, 0)), side.filter),
            stories=self._store.count_stories(side.filter.counted, self._upto),
            all_brands=self._all_brands(side, counts),
            scored=tally.stories,
            unscored=tally.unscored,
            mood=Estimate(*mood) if mood else None,
            negative=Estimate(*negative) if negative else None,
            unread=unread_of((since, until), self._now, self._gaps(side, since), *self._shares_of(side.brand)),
            rule_changes=tuple(self._changes_of(side)),
            uneven_changes=tuple(one for one in self._changes_of(side) if self._forbids(one)),
        )

    def _all_brands(self, side: Side, counts: Mapping[str, int]) -> Figure:
        names = tuple(brand.name for brand in self._known.brands)
        others = any(n for brand, n in counts.items() if brand not in names)
        chosen = Choice(names) if others else Choice()
        return Figure(Count(sum(counts.get(name, 0) for name in names)), replace(side.filter, brand=chosen))

    def _bounds(self, side: Side) -> tuple[datetime, datetime]:
        """The part of the range that is over."""
        until = min(side.until or self._now, self._now)
        return min(side.since or self._first or until, until), until

    def _gaps(self, side: Side, since: datetime) -> list[Gap]:
        """Those of sources, and the time before the brand was looked for."""
        own_first = self._first_published(MentionFilter(brand=Choice((side.brand,))))
        begin = begin_of(side.brand, self._starts, self._first, own_first)
        before = [Gap("", since, begin, "It was not looked for yet.")] if begin and begin > since else []
        return [*before, *self._known.gaps]

    def _first_published(self, mentions: MentionFilter) -> datetime | None:
        dated = replace(mentions.counted, since=UNDATED + MINUTE, order=Order.OLD)
        found = self._store.page(dated, upto=self._upto, limit=1)
        return found[0].post.published_at if found else None

    def _shares_of(self, brand: str) -> tuple[dict[str, float], frozenset[str]]:
        """Source -> its share of the mentions of ``brand``, and the sources of any mention."""
        counts = {source: n for (source, of), n in self._shares.items() if of == brand}
        total = sum(counts.values())
        return {source: n / total for source, n in counts.items()}, frozenset(source for source, _ in self._shares)

    def _changes_of(self, side: Side) -> list[RuleChange]:
        """The changes of its rule within the time of all sides, or between them; and those that are under way."""
        return [one for one in self._changes if one.brand == side.brand and (one.at < self._end or one.unfinished)]

    def _forbids(self, change: RuleChange) -> bool:
        """Whether what was counted before a change cannot be compared with what was counted after it."""
        return change.unfinished or change.at <= self._comparable.get(change.brand, change.at - MINUTE)


def _source_shares(store: Store) -> dict[tuple[str, str], int]:
    """(source, brand) -> mentions of all times."""
    counts: dict[tuple[str, str], int] = {}
    for (source, brand, _), n in store.language_counts().items():
        counts[source, brand] = counts.get((source, brand), 0) + n
    return counts
