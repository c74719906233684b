"""How far the sides of a comparison can be compared, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from display.formatting import clock_time, join_with_and
from monitor.model.comparison import Comparison, SideFigures

HOUR = timedelta(hours=1)
BEING_JUDGED = "Some mentions are still judged by earlier rules, so sentiment, mood and intents are not comparable yet."


def side_names(comparison: Comparison, when: Sequence[str]) -> list[str]:
    """What each side is called: its brand, or its time. ``when``: each side's range within a sentence."""
    if comparison.is_of_brands:
        return [one.side.brand for one in comparison.sides]
    short = [text.removeprefix("in the ").removeprefix("from ") for text in when]
    return [text[0].upper() + text[1:] for text in short]


def names_in_sentences(comparison: Comparison, when: Sequence[str]) -> list[str]:
    """The same within a sentence: "Acme", "the last 7 days", "the time since 10 Nov"."""
    if comparison.is_of_brands:
        return [one.side.brand for one in comparison.sides]
    return [text.removeprefix("in ") if text.startswith("in ") else f"the time {text}" for text in when]


def unevenness(comparison: Comparison, when: Sequence[str], zone: tzinfo) -> list[str]:
    """Why the comparison is not even, and by how much; [] if it is."""
    judging = [BEING_JUDGED] if comparison.is_being_judged else []
    return [*_rule_notes(comparison, zone), *judging, *_reading_notes(comparison, names_in_sentences(comparison, when))]


def _rule_notes(comparison: Comparison, zone: tzinfo) -> list[str]:
    notes = [
        f"The rule of {change.brand} changed on {clock_time(change.at, _long_after(change.at), zone)}. "
        + (
            "Stored posts are being matched again."
            if change.unfinished
            else "Posts from before that only the new rule finds were not kept."
        )
        for change in comparison.uneven_changes
    ]
    return list(dict.fromkeys(notes))  # two changes in one minute


def _long_after(at: datetime) -> datetime:
    """A time of another day of the same year, so that the day is named, and the year is not."""
    return at + timedelta(days=1) if at.month < 12 or at.day < 31 else at - timedelta(days=1)


def _reading_notes(comparison: Comparison, names: Sequence[str]) -> list[str]:
    if not comparison.is_read_unevenly:
        return []
    together = "both" if len(names) == 2 else "all"
    times = _grouped([hours(one) for one in comparison.sides], names, "for", f"for {together}")
    missing = _grouped(
        [missing_share(one) for one in comparison.sides], names, "of the mentions of", f"of the mentions of {together}"
    )
    return [
        f"Not fully read: {times}. If each source brings what it usually does, {missing} are missing.",
    ]


def _grouped(texts: Sequence[str], names: Sequence[str], joined_by: str, all_together: str) -> str:
    """ "3 of 24 hours for Acme and none for Globex and Initech": each text once, with the names that it is for."""
    by_text: dict[str, list[str]] = {}
    for text, name in zip(texts, names, strict=True):
        by_text.setdefault(text, []).append(name)
    if len(by_text) == 1:
        return f"{texts[0]} {all_together}"
    return join_with_and([f"{text} {joined_by} {join_with_and(of)}" for text, of in by_text.items()])


def hours(side: SideFigures) -> str:
    """How much of a side's time was not fully read: "7 of 168 hours", "none of 168 hours"."""
    length, time = side.length / HOUR, side.unread.time / HOUR
    total = f"{length:,.0f} hours" if length >= 1.5 else "1 hour"
    if not time:
        return f"none of {total}"
    return f"{'less than 1' if time < 0.5 else f'{time:,.0f}'} of {total}"


def missing_share(side: SideFigures) -> str:
    """ "about 4 %", "none"."""
    percent = 100 * side.unread.missing
    if not percent:
        return "none"
    return f"about {percent:.0f} %" if percent >= 1 else "less than 1 %"
