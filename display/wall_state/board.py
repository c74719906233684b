"""The board: every brand's share and mood over 7 days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from display.wall_state.document import Board, Mood, Row
from monitor.model import Brand, Sentiment, Tally

ENOUGH = 20
"""Scored mentions under which a mean says nothing."""
WIDEST = 0.30
"""Half-width of an interval from which on it says nothing."""
MOST_ROWS = 6
SILENT = "no mentions"
"""Of every brand where there was none at all: nothing has no shares."""


def whole_shares(counts: Sequence[int]) -> list[int]:
    """Whole per cent that sum to 100, by largest remainder (Hamilton); all 0 when nothing was counted."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    shares = [100 * n // total for n in counts]
    by_remainder = sorted(range(len(counts)), key=lambda i: -(100 * counts[i] % total))
    for i in by_remainder[: 100 - sum(shares)]:
        shares[i] += 1
    return shares


def share_text(percent: int, n: int) -> str:
    """``<1`` for a brand that was mentioned but rounds to nothing."""
    return "<1" if n and not percent else str(percent)


def mood(tally: Tally) -> tuple[str, Mood | None, str]:
    """A brand's mark, its interval, and a note where there is none."""
    scored = tally.positive + tally.neutral + tally.negative
    if tally.unscored > scored:
        return Sentiment.UNSCORED, None, "mostly unscored"
    if scored < ENOUGH or tally.mean is None or tally.half_width is None or tally.half_width > WIDEST:
        return Sentiment.UNSCORED, None, "too few to say"
    interval = Mood(tally.mean, tally.mean - tally.half_width, tally.mean + tally.half_width)
    if interval.low > 0:
        return Sentiment.POSITIVE, interval, ""
    return Sentiment.NEGATIVE if interval.high < 0 else Sentiment.NEUTRAL, interval, ""


def board(brands: Sequence[Brand], tallies: Mapping[str, Tally], *, head: str) -> Board:
    """Brands by share under ``head``; ours stay on it whatever their rank."""
    found = [(b, tallies.get(b.name, Tally(b.name, 0))) for b in brands]
    found.sort(key=lambda pair: -pair[1].n)
    shares = whole_shares([tally.n for _, tally in found])
    if not any(tally.n for _, tally in found):
        return Board(head, tuple(_top([Row(b.name, b.ours, "", Sentiment.UNSCORED, None, SILENT) for b in brands])))
    rows = [_row(b, tally, percent) for (b, tally), percent in zip(found, shares, strict=True)]
    return Board(head, tuple(_top(rows)))


def _row(brand: Brand, tally: Tally, percent: int) -> Row:
    mark, interval, note = mood(tally)
    return Row(brand.name, brand.ours, share_text(percent, tally.n), mark, interval, note)


def _top(rows: list[Row]) -> list[Row]:
    spare = max(MOST_ROWS - sum(r.ours for r in rows), 0)
    others = [r for r in rows if not r.ours][:spare]
    return [r for r in rows if r.ours or r in others][:MOST_ROWS]
