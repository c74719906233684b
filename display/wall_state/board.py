"""The board: every brand's share and mood over 7 days."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from display.wall_state.document import Board, BrandRow, Mood
from display.wall_state.i18n import Locale, Phrases, fill
from display.wall_state.wall_text import short_brand_name
from monitor.model import Brand, Sentiment, SentimentCounts, Tally
from monitor.quality import RULES, Basis, ErrorFigure, MoodModel

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


def mood_of(counts: SentimentCounts, model: MoodModel) -> tuple[Sentiment, Mood | None]:
    """A mood and its mark: on which side of zero the whole interval lies. UNSCORED and None if it says nothing."""
    found = model.clear_mood(counts)
    if found is None:
        return Sentiment.UNSCORED, None
    mark = Sentiment.POSITIVE if found.low > 0 else Sentiment.NEGATIVE if found.high < 0 else Sentiment.NEUTRAL
    return mark, Mood(found.mean, found.low, found.high)


def brand_mood(tally: Tally, model: MoodModel, phrases: Phrases) -> tuple[Sentiment, Mood | None, str]:
    """A brand's mark, its interval, and a note that says why there is none."""
    if tally.unscored > tally.positive + tally.neutral + tally.negative:
        return Sentiment.UNSCORED, None, phrases.mostly_unscored
    mark, mood = mood_of(tally.stories, model)
    return mark, mood, "" if mood else phrases.too_few


def errors_line(figure: ErrorFigure | None, locale: Locale) -> str:
    """How many posts called negative are not, as short as the board needs it; empty if nobody knows."""
    if figure is None:
        return ""
    phrases, wrong = locale.phrases, round(100 * figure.wrong.value)
    n = locale.number(wrong) if wrong else f"<{locale.number(1)}"
    if figure.basis is Basis.PUBLIC:
        return fill(phrases.wrong_in_tests, n=n)
    return fill(phrases.wrong_of_checked, n=n, checked=locale.number(figure.n))


def brand_board(
    brands: Sequence[Brand],
    tallies: Mapping[str, Tally],
    leads: Collection[str],
    *,
    head: str,
    locale: Locale,
    usual_shares: Mapping[str, int] | None = None,
    rule_changed: bool = False,
    unread: bool = False,
    mood_model: Callable[[str], MoodModel] = lambda _: MoodModel(RULES.confusion),
    errors: str = "",
) -> Board:
    """``brands`` by share, at most MAX_ROWS rows: the smallest become "others", but never a brand of ``leads``.

    A single brand has no share: it would be the whole. ``usual_shares``: brand -> its usual share in whole per cent,
    which is shown for ``leads``; ``rule_changed``: why there is none.
    ``unread``: nothing was read, so that no brand can be said to have no mentions.
    ``errors``: how often moods' posts are misjudged, shown beside moods.
    """
    found = sorted((tallies.get(b.name, Tally(b.name, 0)) for b in brands), key=lambda t: -t.n)
    shown, others = _shown_and_others(found, leads)
    phrases = locale.phrases
    if not any(t.n for t in found):
        note = phrases.not_read if unread else phrases.no_mentions
        return Board(head, tuple(_empty_row(t.brand, t.brand in leads, note) for t in shown))
    total = Tally(phrases.others, sum(t.n for t in others))
    shares = whole_shares([t.n for t in (*shown, total)])
    usual = {
        brand: fill(phrases.usual_share, percent=locale.percent(n))
        for brand, n in (usual_shares or {}).items()
        if brand in leads
    }
    if rule_changed and not usual_shares:
        usual = dict.fromkeys(leads, phrases.usual_share_unknown)
    texts = [share_text(percent, t.n) for percent, t in zip(shares, shown, strict=False)] if len(brands) > 1 else [""]
    rows = [
        _row(t, t.brand in leads, text, usual, brand_mood(t, mood_model(t.brand), phrases))
        for t, text in zip(shown, texts, strict=True)
    ]
    if others:
        note = locale.counted(phrases.brands, len(others))
        share = share_text(shares[-1], total.n)
        rows.append(BrandRow(phrases.others, False, share, Sentiment.UNSCORED, None, note))
    return Board(head, tuple(rows), errors if any(row.mood for row in rows) else "")


def _shown_and_others(found: Sequence[Tally], leads: Collection[str]) -> tuple[list[Tally], list[Tally]]:
    """The brands with a row of their own, and those that share one."""
    if len(found) <= MAX_ROWS:
        return list(found), []
    leading = [t for t in found if t.brand in leads][: MAX_ROWS - 1]
    spare = MAX_ROWS - 1 - len(leading)
    kept = {t.brand for t in (*leading, *[t for t in found if t not in leading][:spare])}
    return [t for t in found if t.brand in kept], [t for t in found if t.brand not in kept]


def _row(
    tally: Tally, leads: bool, share: str, usual: Mapping[str, str], mood: tuple[Sentiment, Mood | None, str]
) -> BrandRow:
    return BrandRow(short_brand_name(tally.brand), leads, share, *mood, usual.get(tally.brand, ""))


def _empty_row(brand: str, leads: bool, note: str) -> BrandRow:
    return BrandRow(short_brand_name(brand), leads, "", Sentiment.UNSCORED, None, note)
