"""Counts what the collectors do, for metrics and for the summary in the log."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PassResult(StrEnum):
    """How a pass over a source ended."""

    OK = "ok"
    LIMITED = "limited"
    """The site asked us to wait."""
    SPENT = "spent"
    """The budget or quota is used up."""
    NEEDS_KEY = "needs_key"
    BROKEN = "broken"
    """The site failed or its answer could not be read."""
    NOT_STORED = "not_stored"
    """The database could not be written."""
    BUG = "bug"
    """Wallflower failed."""


ERRORS = (PassResult.NEEDS_KEY, PassResult.BROKEN, PassResult.NOT_STORED, PassResult.BUG)
"""The results that are errors: a limit that a site or a budget sets is none."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was done for a source since the program started."""

    passes: Mapping[PassResult, int] = field(default_factory=dict)
    pass_seconds: float = 0.0
    """The duration of all passes."""
    deliveries: int = 0
    """What other programs delivered to it and was stored."""
    posts: int = 0
    """Posts that passes and deliveries brought, whether they mention a brand or not."""
    mentions: int = 0
    """New mentions."""
    edited: int = 0
    """Posts whose content changed."""
    deleted: int = 0
    """Posts deleted because the source deleted them."""
    skipped: int = 0
    """Entries that could not be read or judged."""

    @property
    def errors(self) -> int:
        """How many passes failed."""
        return sum(self.passes.get(result, 0) for result in ERRORS)


class Activity:
    """Counts for each source. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passes: dict[str, dict[PassResult, int]] = {}
        self._seconds: dict[str, float] = {}
        self._amounts: dict[str, dict[str, int]] = {}

    def count_pass(self, source: str, result: PassResult, seconds: float) -> None:
        """Count a pass that has ended after ``seconds``."""
        with self._lock:
            passes = self._passes.setdefault(source, {})
            passes[result] = passes.get(result, 0) + 1
            self._seconds[source] = self._seconds.get(source, 0.0) + seconds

    def count_posts(
        self,
        source: str,
        *,
        deliveries: int = 0,
        posts: int = 0,
        mentions: int = 0,
        edited: int = 0,
        deleted: int = 0,
        skipped: int = 0,
    ) -> None:
        """Add to the counts of a source; the arguments are those of ``Counts``."""
        added = {
            "deliveries": deliveries,
            "posts": posts,
            "mentions": mentions,
            "edited": edited,
            "deleted": deleted,
            "skipped": skipped,
        }
        with self._lock:
            amounts = self._amounts.setdefault(source, dict.fromkeys(added, 0))
            for name, amount in added.items():
                amounts[name] += amount

    def counts(self) -> dict[str, Counts]:
        """Source -> its counts, for the sources with any."""
        with self._lock:
            return {
                source: Counts(
                    dict(self._passes.get(source, {})),
                    self._seconds.get(source, 0.0),
                    **self._amounts.get(source, {}),
                )
                for source in sorted({*self._passes, *self._amounts})
            }


def total(counts: Iterable[Counts]) -> Counts:
    """The sum of the counts of several sources."""
    listed, passes = list(counts), dict[PassResult, int]()
    for one in listed:
        for result, number in one.passes.items():
            passes[result] = passes.get(result, 0) + number
    amounts = ("deliveries", "posts", "mentions", "edited", "deleted", "skipped")
    sums = {name: sum(getattr(one, name) for one in listed) for name in amounts}
    return Counts(passes, sum(one.pass_seconds for one in listed), **sums)
