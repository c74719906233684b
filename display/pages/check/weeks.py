"""How often judgements were wrong in each week, as a chart drawn by the server and as a table.

Positions are per cent of the width and pixels of the height of the drawing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from math import ceil

from display.formatting import day_and_month
from monitor.model import CheckAnswer, Sentiment
from monitor.quality import Interval, wilson

MAX_WEEKS = 26
TOP, HEIGHT = 14, 120
"""Pixels above the highest value, and from there down to zero."""
STEP = 20
"""Per cent between two lines of the scale."""


@dataclass(frozen=True, slots=True)
class Week:
    """The answers of a week about scored mentions."""

    label: str
    """The day it begins: "23 Nov"."""
    n: int
    wrong: int
    share: Interval
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class WeeklyChart:
    """The last MAX_WEEKS weeks with answers, the oldest first."""

    weeks: list[Week]
    lines: list[tuple[float, str]]
    """Height and label of each line of the scale."""
    height: int = TOP + HEIGHT


def weekly_chart(answers: Sequence[CheckAnswer], zone: tzinfo) -> WeeklyChart:
    """Of the scored mentions of each week, the share that people called otherwise."""
    by_week: dict[date, list[bool]] = defaultdict(list)
    for one in answers:
        if one.sentiment is not Sentiment.UNSCORED:
            day = one.at.astimezone(zone).date()
            by_week[day - timedelta(days=day.weekday())].append(one.answer.value != one.sentiment.value)
    mondays = sorted(by_week)[-MAX_WEEKS:]
    shares = {monday: wilson(sum(by_week[monday]), len(by_week[monday])) for monday in mondays}
    highest = max((share.high for share in shares.values()), default=0)
    scale = max(1, ceil(100 * highest / STEP)) * STEP

    def height(share: float) -> float:
        return round(TOP + HEIGHT * (1 - 100 * share / scale), 1)

    weeks = [
        Week(
            label=day_and_month(monday, mondays[-1]),
            n=len(by_week[monday]),
            wrong=sum(by_week[monday]),
            share=shares[monday],
            x=round(100 * (position + 0.5) / len(mondays), 2),
            y=height(shares[monday].value),
            low=height(shares[monday].low),
            high=height(shares[monday].high),
        )
        for position, monday in enumerate(mondays)
    ]
    return WeeklyChart(weeks, [(height(value / 100), f"{value} %") for value in range(0, scale + 1, STEP)])
