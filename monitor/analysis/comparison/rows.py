"""Counts of the values of a property on each side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import Choice, Count, FacetValue, MentionFilter, Sentiment, Topic
from monitor.model.comparison import Figure, Row, Side

if TYPE_CHECKING:
    from monitor.store import Store

MAX_ROWS = 10
"""Of sources, languages and topics; the others are one row together."""
SENTIMENTS = tuple(one.value for one in Sentiment)


def facet_row_sets(
    sides: Sequence[Side], facets: Sequence[Mapping[str, Sequence[FacetValue]]]
) -> dict[str, tuple[Row, ...]]:
    """The rows of sentiments, intents, sources and languages, by the name of the facet.

    Sentiments and intents are in the order of the model, the others by their mentions, without those that have none.
    """
    counts = {
        name: [{value.value: value.n for value in found[name]} for found in facets]
        for name in ("sentiment", "intent", "source", "lang")
    }
    return {
        "sentiment": rows_of(sides, "sentiment", SENTIMENTS, counts["sentiment"]),
        "intent": tuple(
            row for row in rows_of(sides, "intent", _by_count(counts["intent"]), counts["intent"]) if _total(row)
        ),
        "source": _largest(sides, "source", counts["source"]),
        "lang": _largest(sides, "lang", counts["lang"]),
    }


def rows_of(
    sides: Sequence[Side], facet: str, values: Sequence[str], counts: Sequence[Mapping[str, int]]
) -> tuple[Row, ...]:
    """A row for each of ``values``; ``counts``: value -> mentions, for each side."""
    return tuple(
        Row(
            value,
            tuple(
                Figure(Count(of_side.get(value, 0)), chosen(side.filter, facet, Choice((value,))))
                for side, of_side in zip(sides, counts, strict=True)
            ),
        )
        for value in values
    )


def chosen(mentions: MentionFilter, facet: str, choice: Choice) -> MentionFilter:
    """``mentions`` with a choice of ``facet``."""
    changed: dict[str, Choice] = {facet: choice}
    return replace(mentions, **changed)  # type: ignore[arg-type]


def _largest(sides: Sequence[Side], facet: str, counts: Sequence[Mapping[str, int]]) -> tuple[Row, ...]:
    """The values with the most mentions, and one row for the others."""
    values = _by_count(counts)
    shown, others = (values, []) if len(values) <= MAX_ROWS else (values[: MAX_ROWS - 1], values[MAX_ROWS - 1 :])
    rows = rows_of(sides, facet, shown, counts)
    if not others:
        return rows
    rest = tuple(
        Figure(
            Count(sum(of_side.get(value, 0) for value in others)),
            chosen(side.filter, facet, Choice(exclude=tuple(shown))),
        )
        for side, of_side in zip(sides, counts, strict=True)
    )
    return (*rows, Row("", rest))


def _by_count(counts: Sequence[Mapping[str, int]]) -> list[str]:
    """The values that any side has, by their mentions on all sides."""
    totals: dict[str, int] = {}
    for of_side in counts:
        for value, n in of_side.items():
            totals[value] = totals.get(value, 0) + n
    return sorted((value for value, n in totals.items() if n), key=lambda value: (-totals[value], value))


def _total(row: Row) -> int:
    return sum(figure.n for figure in row.figures)


def topic_rows(sides: Sequence[Side], store: Store, topics: Sequence[Topic], upto: int) -> tuple[Row, ...]:
    """The topics of the config that any side has, at most MAX_ROWS, by their mentions.

    All topics are counted at once, from a sample where there are many mentions; only those that are shown are counted
    one by one, as the list that a figure leads to counts them.
    """
    names = [topic.name for topic in topics]
    if not names:
        return ()
    counts = [
        {value.value: value.n for value in store.named_topics.counts(side.filter.counted, upto)} for side in sides
    ]
    rows = []
    for name in _by_count([{name: of_side.get(name, 0) for name in names} for of_side in counts])[:MAX_ROWS]:
        filters = [replace(side.filter, named_topic=Choice((name,))) for side in sides]
        rows.append(Row(name, tuple(Figure(store.count(one.counted, upto), one) for one in filters)))
    return tuple(sorted((row for row in rows if _total(row)), key=lambda row: -_total(row)))
