"""The comparison of the page /compare as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from display.api.documents import Json, time_text
from display.comparison.reading import read_comparison
from display.pages.compare.choice import parse_choice
from display.pages.compare.page import ComparePage
from display.pages.health_line import HealthLine
from display.pages.mentions.cards import Cards
from monitor.model.comparison import DistinctWords, Estimate, Row, SideFigures

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store


def comparison_document(
    config: Config, store: Store, params: Mapping[str, Sequence[str]], health: HealthLine, now: datetime
) -> Json:
    """The figures of the sides that ``params`` choose, with the sentence. Raises FilterError."""
    choice = parse_choice(params, config.brands, config.timezone, now)
    comparison = read_comparison(config, store, choice.sides(now), health, now)
    page = ComparePage(comparison, choice, lambda _: None, Cards(config.brands, config.timezone), config.timezone)
    rows = {name: getattr(comparison, name) for name in ("sentiments", "intents", "sources", "languages", "topics")}
    return {
        "sentence": page.sentence,
        "even": comparison.is_even,
        "uneven_because": list(page.unevenness),
        "sides": [_side(one) for one in comparison.sides],
        **{name: [_row(row) for row in found] for name, found in rows.items()},
        "words": [_words(found) for found in comparison.words],
        "upto": comparison.upto,
    }


def _side(one: SideFigures) -> Json:
    return {
        "brand": one.side.brand,
        "since": time_text(one.side.since),
        "until": time_text(one.side.until),
        "mentions": {"n": one.mentions.n, "exact": one.mentions.count.exact},
        "stories": {"n": one.stories.n, "exact": one.stories.exact},
        "share": None if one.share is None else round(one.share, 4),
        "scored_stories": {name: getattr(one.scored, name) for name in ("negative", "neutral", "positive")},
        "unscored": one.unscored,
        "mood": _estimate(one.mood),
        "negative_share": _estimate(one.negative),
        "unread_hours": round(one.unread.time.total_seconds() / 3600, 2),
        "probably_missing_share": round(one.unread.missing, 4),
    }


def _estimate(found: Estimate | None) -> Json | None:
    return None if found is None else {name: round(value, 4) for name, value in found._asdict().items()}


def _row(row: Row) -> Json:
    return {"value": row.value or None, "n": [figure.n for figure in row.figures]}


def _words(found: DistinctWords) -> list[Json]:
    return [
        {
            "text": word.text,
            "n": word.figures[0].n,
            "n_others": word.figures[1].n,
            "times_as_frequent": None if word.ratio is None else round(word.ratio, 2),
        }
        for word in found.words
    ]
