"""Topics that stand out on one side beside the others, found as those of a view on the Mentions page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.analysis.topics import Background, TopicFinder, blocked_words
from monitor.model import UNDATED, Brand, Choice, FoundTopic, Texts
from monitor.model.comparison import Figure, Row, Side

if TYPE_CHECKING:
    from monitor.store import Store

MAX_TEXTS = 600
"""Texts whose phrases are extracted, of all sides together: each takes about 0.1 ms."""
MAX_TOPICS = 3
"""Of each side."""
MAX_RULE_CHARS = 200


def found_topic_rows(
    sides: Sequence[Side], texts: Sequence[Texts], store: Store, brands: Sequence[Brand], upto: int
) -> list[Row]:
    """A row for each topic that stands out on a side. ``texts``: those that were read of each side."""
    first, *others = brands
    finder = TopicFinder(first, brands, (), frozenset[str]().union(*(blocked_words(brand, brands) for brand in others)))
    read = [_at_most(one, MAX_TEXTS // len(sides)) for one in texts]
    found: dict[str, FoundTopic] = {}
    samples = [finder.sample(one) for one in read]
    end = max((text.published_at for one in read for text in one.rows), default=UNDATED) + timedelta(minutes=1)
    for n, one in enumerate(read):
        background = Background.of([*samples[:n], *samples[n + 1 :]], end)
        if one.rows and background.is_large_enough:
            for topic in finder.topics_of(one, background)[:MAX_TOPICS]:
                found.setdefault(topic.rule, topic)
    return [_row(topic, sides, store, upto) for topic in found.values() if len(topic.rule) <= MAX_RULE_CHARS]


def _at_most(texts: Texts, limit: int) -> Texts:
    """An even sample."""
    step = max(1, -(-len(texts.rows) // max(1, limit)))
    return Texts(texts.total, texts.rows[::step])


def _row(topic: FoundTopic, sides: Sequence[Side], store: Store, upto: int) -> Row:
    filters = [replace(side.filter, topic=Choice((topic.rule,))) for side in sides]
    return Row(topic.name, tuple(Figure(store.count(one.counted, upto), one) for one in filters))
