"""A monthly budget for a site that charges for what is read: spending is counted, spread over the month and capped.

Months are in UTC. Amounts are in micro-dollars, so that sums stay exact. Spending is part of the cursor, so it is saved
in one transaction with the posts that were paid for.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator

from monitor.errors import QuotaSpent, RateLimited
from monitor.model import Json, Spend

MICROS_PER_DOLLAR = 1_000_000
ADVANCE_SHARE = 0.05
"""Share of the budget that may be spent ahead of schedule."""

_BUDGET = re.compile(r"\$?\s*([0-9]{1,6}(?:\.[0-9]{1,2})?)\s*(?:USD|\$)?\s*(?:/|per|a)\s*month", re.IGNORECASE)


def parse_budget(budget: str) -> float:
    """The dollars in ``"20 USD / month"``. Raises ValueError with what is allowed."""
    found = _BUDGET.fullmatch(budget.strip())
    if found is None or float(found[1]) <= 0:
        raise ValueError('dollars a month, such as "20 USD / month"')
    return float(found[1])


def _valid_budget(budget: str) -> str:
    parse_budget(budget)
    return budget


BudgetOption = Annotated[str, AfterValidator(_valid_budget)]
"""An option such as ``"20 USD / month"``."""


class MonthlyBudget:
    """What may be spent this month and what was spent. As JSON {"month": "2026-03", "micro": 1230000}."""

    def __init__(self, budget: str, stored: Json, now: datetime) -> None:
        """``stored`` is a result of ``to_json``; anything else counts as nothing spent."""
        self.limit = round(parse_budget(budget) * MICROS_PER_DOLLAR)
        self._now, self._month = now, f"{now:%Y-%m}"
        stored = stored if isinstance(stored, dict) else {}
        month, spent = stored.get("month"), stored.get("micro")
        # a later month was stored while the clock ran ahead; that money was spent all the same
        counts = isinstance(month, str) and month >= self._month
        self.spent: int = spent if counts and type(spent) is int and spent >= 0 else 0

    def to_json(self) -> dict[str, Any]:
        """The state to store."""
        return {"month": self._month, "micro": self.spent}

    @property
    def spend(self) -> Spend:
        """Spending and budget in dollars, for the source's status."""
        return Spend(self._month, self.spent / MICROS_PER_DOLLAR, self.limit / MICROS_PER_DOLLAR)

    @property
    def remaining(self) -> int:
        """Micro-dollars left this month."""
        return max(0, self.limit - self.spent)

    @property
    def available_now(self) -> int:
        """Micro-dollars that may be spent now without running ahead of schedule."""
        start, end = _month_bounds(self._now)
        due = self.limit * ((self._now - start) / (end - start) + ADVANCE_SHARE)
        return min(self.remaining, max(0, int(due) - self.spent))

    def add(self, cost: int) -> None:
        """Count ``cost`` micro-dollars as spent."""
        self.spent += cost

    def check(self, cost: int) -> None:
        """Raise QuotaSpent if less than ``cost`` remains, RateLimited while spending is ahead of schedule."""
        start, end = _month_bounds(self._now)
        if self.remaining < cost:
            raise QuotaSpent(f"{self} The budget is used up; reading continues next month.", end)
        share_ahead = self.spent / self.limit - ADVANCE_SHARE
        on_schedule = start + (end - start) * max(0.0, share_ahead)
        if on_schedule > self._now:
            raise RateLimited(
                f"{self} To make the budget last, reading continues on {on_schedule:%d %b %H:%M} UTC.", on_schedule
            )

    def __str__(self) -> str:
        spend = self.spend
        return f"{spend.spent:.2f} of {spend.budget:.2f} USD spent this month."


def _month_bounds(now: datetime) -> tuple[datetime, datetime]:
    """The start and the end of the month of ``now``."""
    start = datetime(now.year, now.month, 1, tzinfo=UTC)
    return start, (start + timedelta(days=32)).replace(day=1)
