"""What changed how words count for a score, in words for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from monitor.model import CueKind, Mention, Sentiment
from monitor.quality.strength import STRONG_FROM

CUE_TEXTS: Mapping[CueKind, str] = MappingProxyType(
    {
        CueKind.QUESTION: "In a question, words of opinion count less or not at all",
        CueKind.WISH: "In a wish, praise and comparisons do not count, except thanks",
        CueKind.PLAN: "In a plan, praise and comparisons do not count",
        CueKind.CONDITION: "Under a condition, words of opinion count less or not at all",
        CueKind.REPORTED: "Claimed, promised or quoted, so praise in it does not count",
        CueKind.DENIED: "The author does not say this, so it does not count",
        CueKind.SYMPATHY: "Sympathy is not criticism, so it does not count",
        CueKind.CHANGE: "Something changed, so how it was counts the other way or not at all",
        CueKind.MONEY: "An amount goes up or down, which counts as good or bad",
        CueKind.NAME: "Part of a name, so it does not count as praise",
        CueKind.OTHERS: "Said of somebody or something else, or by the brand itself, so it counts little or not at all",
        CueKind.SARCASM: "Praise beside a failure, which counts as criticism or not at all",
        CueKind.POLITENESS: "Polite thanks, which do not count as praise",
        CueKind.HINTS: "Words that occur more often in complaints, which count a little as criticism",
        CueKind.COMPARISON: "Compares brands, or leaves one, which counts for or against this one",
    }
)
"""What a kind of cue is, and what it does to the score."""
NEGATIVE_TEXTS: Mapping[CueKind, str] = MappingProxyType(
    {
        CueKind.QUESTION: "In a question, some words count less or not at all",
        CueKind.CONDITION: "Under a condition, some words count less or not at all",
    }
)
"""Beside a negative score: that words of opinion count little would contradict the figure."""


@dataclass(frozen=True, slots=True)
class CueNote:
    """What a kind of cue means, and the words that raised it."""

    meaning: str
    phrases: Sequence[str]


def cue_notes(mention: Mention) -> list[CueNote]:
    """Each kind once, in the order of the text, with the words of its first cue.

    Signs of a complaint are not among them: they stand with the weights. Nor is what would contradict the figure.
    """
    body = mention.post.body
    found: dict[CueKind, str] = {}
    for cue in mention.score.evidence.cues:
        if cue.kind is not CueKind.HINTS and not _is_overruled(cue.kind, mention):
            found.setdefault(cue.kind, " ".join(body[cue.start : cue.end].split()))
    texts = CUE_TEXTS
    if mention.score.sentiment is Sentiment.NEGATIVE:
        texts = {**CUE_TEXTS, **NEGATIVE_TEXTS}
    return [CueNote(texts[kind], [phrase]) for kind, phrase in found.items()]


def _is_overruled(kind: CueKind, mention: Mention) -> bool:
    """Whether criticism counted strongly all the same."""
    return kind in NEGATIVE_TEXTS and (mention.score.value or 0.0) <= -STRONG_FROM
