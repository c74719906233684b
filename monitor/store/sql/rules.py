"""SqlRules: RuleStore over a connection of any engine. See ``monitor.store.rules``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.model import Finding
from monitor.model.rules import PreviewFigures, RematchWork, RuleVersion
from monitor.query import parse
from monitor.store.sql import rematching, rule_changes, rule_preview
from monitor.store.sql.connection import Connection
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import to_ms

_ANNOUNCE = """
    INSERT INTO rule_note (brand, text, person, reason, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (brand)
    DO UPDATE SET text = excluded.text, person = excluded.person, reason = excluded.reason, at = excluded.at"""


class SqlRules(StorePart):
    """RuleStore over the connections of a store."""

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

    def versions(self, brand: str) -> list[RuleVersion]:
        return self._read(lambda db: rule_changes.versions(db, brand))

    def announce(self, brand: str, text: str, person: str, reason: str, now: datetime) -> None:
        self._write(lambda db: db.execute(_ANNOUNCE, (brand, text, person, reason, to_ms(now))))

    def withdraw(self, brand: str) -> None:
        self._write(lambda db: db.execute("DELETE FROM rule_note WHERE brand = ?", (brand,)))

    def unfinished(self) -> frozenset[str]:
        return self._read(rule_changes.unfinished)

    def incomparable(self) -> dict[str, list[tuple[datetime, datetime]]]:
        return self._read(rule_changes.incomparable)

    def comparable_since(self) -> dict[str, datetime]:
        return {brand: spans[-1][1] for brand, spans in self.incomparable().items()}

    def next_rematch(self, now: datetime) -> RematchWork | None:
        return self._read(lambda db: rematching.next_work(db, to_ms(now)))

    def save_rematch(self, work: RematchWork, found: Mapping[int, Finding], lost: Sequence[int], now: datetime) -> int:
        return self._write(lambda db: rematching.save(db, work, found, lost, to_ms(now)))
