"""What was learnt from people's answers, in sentences."""

from __future__ import annotations

from datetime import datetime, tzinfo

from display.formatting import day_and_month, pluralize
from monitor.learning import MIN_ANSWERS, MIN_OF_EACH
from monitor.model import Comparison, LearningResult, Offset

MAX_WORDS = 8
MIN_CHANGE, MIN_SHIFT = 0.25, 0.15
"""Smaller changes of a word's factor, and smaller shifts, are not named."""

IS_OFF = "Not adjusted: learning from answers is switched off in the config (learn_from_answers)."


def learning_sentence(result: LearningResult, now: datetime, zone: tzinfo, *, is_on: bool) -> str:
    """Whether scores are adjusted by what answers taught, and why, or why not."""
    if not is_on:
        return IS_OFF
    if result.comparison is not None:
        return _outcome(result, result.comparison, now, zone)
    answers = f"{pluralize(result.checked, 'answer')} about scored posts so far"
    if result.checked < MIN_ANSWERS:
        return f"Not adjusted: {answers}, {MIN_ANSWERS} are needed."
    return (
        f"Not adjusted: {answers}, but {MIN_OF_EACH} of each sentiment are needed, and the rarest has {result.rarest}."
    )


def _outcome(result: LearningResult, comparison: Comparison, now: datetime, zone: tzinfo) -> str:
    answers = pluralize(result.checked, "answer")
    before, after = (round(100 * share) for share in (comparison.plain_right, comparison.learned_right))
    if result.offset is None or result.since is None:
        shares = f"{before} of 100 agree either way"
        if after != before:
            shares = f"{before} of 100 agree with people as they are, {after} if they were adjusted"
        return f"Not adjusted: {answers} show no clear improvement ({shares})."
    since = day_and_month(result.since.astimezone(zone).date(), now.astimezone(zone).date())
    corrections = f" and {pluralize(result.corrected, 'correction')}" if result.corrected else ""
    agree = f"{after} of 100 now agree with people, {before} before (on answers it had not seen)"
    return f"Scores are adjusted since {since} from {answers}{corrections}: {agree}."


def learned_details(offset: Offset | None) -> list[str]:
    """What changed most: words, the one that changed most first, and the scores of brands."""
    if offset is None:
        return []
    words = sorted(offset.words.items(), key=lambda item: -abs(item[1]))
    named = [_word(word, 1 + change) for word, change in words[:MAX_WORDS] if abs(change) >= MIN_CHANGE]
    shifts = {brand: offset.shift + shift for brand, shift in offset.brands.items()} or {"": offset.shift}
    return named + [_shift(brand, shift) for brand, shift in shifts.items() if abs(shift) >= MIN_SHIFT]


def _word(word: str, factor: float) -> str:
    strength = f"{abs(factor):.1f}"
    counts = "as its opposite" if factor < 0 else ""
    much = "" if strength == "1.0" else f"{strength} times as much"
    does = "no longer counts" if strength == "0.0" else f"counts {', '.join(part for part in (counts, much) if part)}"
    return f"\N{LEFT DOUBLE QUOTATION MARK}{word}\N{RIGHT DOUBLE QUOTATION MARK} {does}."


def _shift(brand: str, shift: float) -> str:
    about = f"about {brand} " if brand else ""
    return f"Posts {about}are scored {'higher' if shift > 0 else 'lower'}."
