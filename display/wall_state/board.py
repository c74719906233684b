"""The board: every brand's share and mood over 7 days."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from display.wall_state.document import Board, BrandRow, Mood
from display.wall_state.i18n import Locale, Phrases, fill
from display.wall_state.wall_text import short_brand_name
from monitor.model import Brand, Sentiment, Tally

MIN_SCORED = 20
"""With fewer scored mentions, a mean says nothing."""
MAX_HALF_WIDTH = 0.30
"""With a wider interval, a mean says nothing."""
MAX_ROWS = 6


def whole_shares(counts: Sequence[int]) -> list[int]:
    """Whole per cent that sum to 100, by largest remainder (Hamilton); all 0 if nothing was counted."""
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


def mood_mark(scored: int, mean: float | None, half_width: float | None) -> Sentiment:
    """Where a mean score lies with its interval; UNSCORED if it says nothing."""
    if scored < MIN_SCORED or mean is None or half_width is None or half_width > MAX_HALF_WIDTH:
        return Sentiment.UNSCORED
    if mean - half_width > 0:
        return Sentiment.POSITIVE
    return Sentiment.NEGATIVE if mean + half_width < 0 else Sentiment.NEUTRAL


def brand_mood(tally: Tally, phrases: Phrases) -> tuple[Sentiment, Mood | None, str]:
    """A brand's mark, its interval, and a note that says why there is none."""
    scored = tally.positive + tally.neutral + tally.negative
    if tally.unscored > scored:
        return Sentiment.UNSCORED, None, phrases.mostly_unscored
    mark = mood_mark(scored, tally.mean, tally.half_width)
    if mark is Sentiment.UNSCORED or tally.mean is None or tally.half_width is None:
        return Sentiment.UNSCORED, None, phrases.too_few
    return mark, Mood(tally.mean, tally.mean - tally.half_width, tally.mean + tally.half_width), ""


def brand_board(
    brands: Sequence[Brand],
    tallies: Mapping[str, Tally],
    leads: Collection[str],
    *,
    head: str,
    locale: Locale,
    usual_shares: Mapping[str, int] | None = None,
) -> Board:
    """``brands`` by share, at most MAX_ROWS rows: the smallest become "others", but never a brand of ``leads``.

    A single brand has no share: it would be the whole. ``usual_shares``: brand -> its usual share in whole per cent,
    which is shown for ``leads``.
    """
    found = sorted((tallies.get(b.name, Tally(b.name, 0)) for b in brands), key=lambda t: -t.n)
    shown, others = _shown_and_others(found, leads)
    phrases = locale.phrases
    if not any(t.n for t in found):
        return Board(head, tuple(_empty_row(t.brand, t.brand in leads, phrases) for t in shown))
    total = Tally(phrases.others, sum(t.n for t in others))
    shares = whole_shares([t.n for t in (*shown, total)])
    usual = {
        brand: fill(phrases.usual_share, percent=locale.percent(n))
        for brand, n in (usual_shares or {}).items()
        if brand in leads
    }
    texts = [share_text(percent, t.n) for percent, t in zip(shares, shown, strict=False)] if len(brands) > 1 else [""]
    rows = [_row(t, t.brand in leads, text, usual, phrases) for t, text in zip(shown, texts, strict=True)]
    if others:
        note = locale.counted(phrases.brands, len(others))
        share = share_text(shares[-1], total.n)
        rows.append(BrandRow(phrases.others, False, share, Sentiment.UNSCORED, None, note))
    return Board(head, tuple(rows))


def _shown_and_others(found: Sequence[Tally], leads: Collection[str]) -> tuple[list[Tally], list[Tally]]:
    """The brands with a row of their own, and those that share one."""
    if len(found) <= MAX_ROWS:
        return list(found), []
    leading = [t for t in found if t.brand in leads][: MAX_ROWS - 1]
    spare = MAX_ROWS - 1 - len(leading)
    kept = {t.brand for t in (*leading, *[t for t in found if t not in leading][:spare])}
    return [t for t in found if t.brand in kept], [t for t in found if t.brand not in kept]


def _row(tally: Tally, leads: bool, share: str, usual: Mapping[str, str], phrases: Phrases) -> BrandRow:
    mark, mood, note = brand_mood(tally, phrases)
    return BrandRow(short_brand_name(tally.brand), leads, share, mark, mood, note, usual.get(tally.brand, ""))


def _empty_row(brand: str, leads: bool, phrases: Phrases) -> BrandRow:
    return BrandRow(short_brand_name(brand), leads, "", Sentiment.UNSCORED, None, phrases.no_mentions)
