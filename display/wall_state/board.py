"""The board: every brand's share and mood over 7 days."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from display.wall_state.document import Board, Mood, Row
from display.wall_state.speech import Phrases
from display.wall_state.words import called
from monitor.model import Brand, Sentiment, Tally

ENOUGH = 20
"""Scored mentions under which a mean says nothing."""
WIDEST = 0.30
"""Half-width of an interval from which on it says nothing."""
MOST_ROWS = 6


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


def mark(scored: int, mean: float | None, half_width: float | None) -> str:
    """The mark of a mean score with its interval: where that lies, or that it says nothing."""
    if scored < ENOUGH or mean is None or half_width is None or half_width > WIDEST:
        return Sentiment.UNSCORED
    if mean - half_width > 0:
        return Sentiment.POSITIVE
    return Sentiment.NEGATIVE if mean + half_width < 0 else Sentiment.NEUTRAL


def mood(tally: Tally, phrases: Phrases) -> tuple[str, Mood | None, str]:
    """A brand's mark, its interval, and a note where there is none."""
    scored = tally.positive + tally.neutral + tally.negative
    if tally.unscored > scored:
        return Sentiment.UNSCORED, None, phrases.mostly_unscored
    found = mark(scored, tally.mean, tally.half_width)
    if found == Sentiment.UNSCORED or tally.mean is None or tally.half_width is None:
        return Sentiment.UNSCORED, None, phrases.too_few
    return found, Mood(tally.mean, tally.mean - tally.half_width, tally.mean + tally.half_width), ""


def board(
    brands: Sequence[Brand],
    tallies: Mapping[str, Tally],
    leads: Collection[str],
    *,
    head: str,
    phrases: Phrases,
    usual: Mapping[str, int] | None = None,
) -> Board:
    """``brands`` by share under ``head``; those that lead stay on it in their true rank, the least become others.

    ``usual``: the share that a brand usually has, in whole per cent. That of those that lead is told.
    """
    found = sorted((tallies.get(b.name, Tally(b.name, 0)) for b in brands), key=lambda t: -t.n)
    shown, others = _shown(found, leads)
    total = Tally(phrases.others, sum(t.n for t in others))
    if not any(t.n for t in found):
        # Nothing has no shares.
        rows = [
            Row(called(t.brand), t.brand in leads, "", Sentiment.UNSCORED, None, phrases.no_mentions) for t in shown
        ]
    else:
        shares = whole_shares([t.n for t in (*shown, total)])
        told = {brand: phrases.usual_share.format(n=n) for brand, n in (usual or {}).items() if brand in leads}
        rows = [_row(t, t.brand in leads, n, told, phrases) for t, n in zip(shown, shares, strict=False)]
        if others:
            note = phrases.brands.format(n=len(others))
            rows.append(Row(phrases.others, False, share_text(shares[-1], total.n), Sentiment.UNSCORED, None, note))
    return Board(head, tuple(rows))


def _shown(found: Sequence[Tally], leads: Collection[str]) -> tuple[list[Tally], list[Tally]]:
    """Those with a row of their own, and the others, for which one row is kept."""
    if len(found) <= MOST_ROWS:
        return list(found), []
    leading = [t for t in found if t.brand in leads][: MOST_ROWS - 1]
    spare = MOST_ROWS - 1 - len(leading)
    kept = {t.brand for t in (*leading, *[t for t in found if t not in leading][:spare])}
    return [t for t in found if t.brand in kept], [t for t in found if t.brand not in kept]


def _row(tally: Tally, leads: bool, percent: int, usual: Mapping[str, str], phrases: Phrases) -> Row:
    found, interval, note = mood(tally, phrases)
    share = share_text(percent, tally.n)
    return Row(called(tally.brand), leads, share, found, interval, note, usual.get(tally.brand, ""))
