"""What ``monitor/quality/public_figures.py`` contains: how posts were called, and what people called them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from monitor.model import Sentiment
from monitor.quality import BANDS, Strength

LABELS = ("negative", "neutral", "positive")


def counts(judged: Iterable[tuple[float | None, str]]) -> str:
    """A row for each sign and for unscored posts, a column for each label, of scores with the labels of their posts."""
    pairs = Counter((str(Sentiment.of(score)), label) for score, label in judged)
    rows = [tuple(pairs[sign, label] for label in LABELS) for sign in (*LABELS, "unscored")]
    return f"counts, shown {', '.join(LABELS)}, unscored: {', '.join(map(str, rows))}"


def counts_by_strength(judged: Iterable[tuple[float | None, str]]) -> str:
    """The same with a row for each of BANDS, and for unscored posts."""
    pairs = Counter(
        (Sentiment.of(score), None if score is None else Strength.of(score), label) for score, label in judged
    )
    rows = [tuple(pairs[*band, label] for label in LABELS) for band in (*BANDS, (Sentiment.UNSCORED, None))]
    names = ", ".join(f"{strength.value} {sign}" for sign, strength in BANDS)
    return f"counts by strength, {names}, unscored: {', '.join(map(str, rows))}"
