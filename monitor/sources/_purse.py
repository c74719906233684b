"""Money for a site that is paid for by what is read: counted, spread over the month, and never overspent.

"20 USD / month"      what may be spent; the months are those of UTC
spent                 in micro-dollars, so that sums stay whole; kept in the cursor with the posts that were paid
pace                  the share of the month that is over, and a little in advance
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator

from monitor.errors import QuotaSpent, RateLimited
from monitor.model import Json, Spend

MICRO = 1_000_000
ADVANCE = 0.05
"""The share of the budget that may be spent ahead of time."""

_BUDGET = re.compile(r"\$?\s*([0-9]{1,6}(?:\.[0-9]{1,2})?)\s*(?:USD|\$)?\s*(?:/|per|a)\s*month", re.IGNORECASE)


def dollars(budget: str) -> float:
    """The dollars of ``"20 USD / month"``. Raises ValueError that says what is allowed."""
    found = _BUDGET.fullmatch(budget.strip())
    if found is None or float(found[1]) <= 0:
        raise ValueError('dollars a month, such as "20 USD / month"')
    return float(found[1])


def _checked(budget: str) -> str:
    dollars(budget)
    return budget


Budget = Annotated[str, AfterValidator(_checked)]
"""An option such as ``"20 USD / month"``."""


class Purse:
    """What may be spent this month and what was: as JSON {"month": "2026-03", "micro": 1230000}."""

    def __init__(self, budget: str, kept: Json, now: datetime) -> None:
        """``kept`` is what ``to_json`` gave, or anything."""
        self.limit = round(dollars(budget) * MICRO)
        self._now, self._month = now, f"{now:%Y-%m}"
        kept = kept if isinstance(kept, dict) else {}
        month, micro = kept.get("month"), kept.get("micro")
        # a month to come is one that a wrong clock made: what was paid in it was paid all the same
        is_ours = isinstance(month, str) and month >= self._month
        self.spent: int = micro if is_ours and type(micro) is int and micro >= 0 else 0

    def to_json(self) -> dict[str, Any]:
        """What is to be kept."""
        return {"month": self._month, "micro": self.spent}

    @property
    def spend(self) -> Spend:
        """What was spent and what may be, in dollars."""
        return Spend(self._month, self.spent / MICRO, self.limit / MICRO)

    @property
    def left(self) -> int:
        """Micro-dollars."""
        return max(0, self.limit - self.spent)

    @property
    def free(self) -> int:
        """Micro-dollars that may be spent now without running ahead of the month."""
        begun, over = _month_of(self._now)
        due = self.limit * ((self._now - begun) / (over - begun) + ADVANCE)
        return min(self.left, max(0, int(due) - self.spent))

    def pay(self, micro: int) -> None:
        """Count what was spent."""
        self.spent += micro

    def check(self, needed: int) -> None:
        """Raise QuotaSpent when less than ``needed`` is left, RateLimited while more was spent than it is time for."""
        begun, over = _month_of(self._now)
        if self.left < needed:
            raise QuotaSpent(f"{self} The budget is used up; it goes on next month.", over)
        early = self.spent / self.limit - ADVANCE
        due = begun + (over - begun) * max(0.0, early)
        if due > self._now:
            raise RateLimited(f"{self} To last the month, it is read on from {due:%d %b %H:%M} UTC.", due)

    def __str__(self) -> str:
        return f"{self.spent / MICRO:.2f} of {self.limit / MICRO:.2f} USD spent this month."


def _month_of(now: datetime) -> tuple[datetime, datetime]:
    """When the month of ``now`` began and when it is over."""
    begun = datetime(now.year, now.month, 1, tzinfo=UTC)
    return begun, (begun + timedelta(days=32)).replace(day=1)
