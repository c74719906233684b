"""SqliteRules: RuleStore over a SQLite file. What needs no search is in ``monitor.store.sql.rules``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from monitor.model.rules import PreviewFigures
from monitor.query import parse
from monitor.store.sql.connection import Connection
from monitor.store.sql.rules import SqlRules
from monitor.store.sql.units import to_ms
from monitor.store.sqlite import rule_preview


class SqliteRules(SqlRules):
    """RuleStore over the connections of a SqliteStore."""

    def __init__(
        self,
        read: Callable[[Callable[[Connection], Any]], Any],
        write: Callable[[Callable[[Connection], Any]], Any],
        slow_read: Callable[[Callable[[Connection], Any]], Any],
        limits: rule_preview.PreviewLimits = rule_preview.LIMITS,
    ) -> None:
        """``slow_read`` runs a query whose cost grows with the matches."""
        super().__init__(read, write)
        self._slow_read, self._limits = slow_read, limits

    def preview(self, brand: str, text: str, edges: Sequence[datetime], shown: int) -> PreviewFigures:
        query, bounds = parse(text), [to_ms(edge) for edge in edges]
        found: PreviewFigures = self._slow_read(
            lambda db: rule_preview.preview(db, brand, query, bounds, shown, self._limits)
        )
        return found
