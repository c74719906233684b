"""SqliteNamedTopics: NamedTopicStore over a SQLite file; see ``monitor.store.sql.named_topics``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from monitor.model import FacetValue, MentionFilter
from monitor.model.rules import PreviewFigures
from monitor.query import parse
from monitor.store.sql.connection import Connection
from monitor.store.sql.named_topics import SqlNamedTopics
from monitor.store.sql.topic_bits import slots_in_use
from monitor.store.sql.units import to_ms
from monitor.store.sqlite.rule_preview import LIMITS, PreviewLimits, preview_topic
from monitor.store.sqlite.samples import Samples
from monitor.store.sqlite.topic_counts import topic_counts


class SqliteNamedTopics(SqlNamedTopics):
    """NamedTopicStore over the connections of a SqliteStore."""

    def __init__(
        self,
        read: Callable[[Callable[[Connection], Any]], Any],
        write: Callable[[Callable[[Connection], Any]], Any],
        slow_read: Callable[[Callable[[Connection], Any]], Any],
        samples: Samples,
        limits: PreviewLimits = LIMITS,
    ) -> None:
        """``slow_read`` runs a query whose cost grows with the matches."""
        super().__init__(read, write)
        self._slow_read, self._samples, self._limits = slow_read, samples, limits

    def preview(self, topic: str, text: str, edges: Sequence[datetime], shown: int) -> PreviewFigures:
        query, bounds = parse(text), [to_ms(edge) for edge in edges]
        found: PreviewFigures = self._slow_read(
            lambda db: preview_topic(db, slots_in_use(db).get(topic), query, bounds, shown, self._limits)
        )
        return found

    def counts(self, f: MentionFilter, upto: int | None = None) -> list[FacetValue]:
        found: list[FacetValue] = self._slow_read(lambda db: topic_counts(db, self._samples, f, upto))
        return found
