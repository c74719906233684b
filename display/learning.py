"""What was learnt from people's answers, as a sentence."""

from __future__ import annotations

from datetime import datetime, tzinfo

from display.formatting import day_and_month, pluralize
from monitor.learning import MIN_ANSWERS, MIN_OF_EACH
from monitor.model import Comparison, LearningResult

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
