"""What changed how words count for a score, in words for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from monitor.model import CueKind, Mention

CUE_TEXTS: Mapping[CueKind, str] = MappingProxyType(
    {
        CueKind.QUESTION: "In a question, praise does not count and criticism often counts less",
        CueKind.WISH: "In a wish, praise does not count, except thanks",
        CueKind.PLAN: "In a plan, praise does not count",
        CueKind.CONDITION: "Under a condition, praise does not count and criticism may count less",
        CueKind.REPORTED: "Claimed, promised or quoted, so praise in it does not count",
        CueKind.DENIED: "The author does not say this, so it does not count",
        CueKind.SYMPATHY: "Sympathy is not criticism, so it does not count",
        CueKind.CHANGE: "Something changed, so how it was counts the other way or not at all",
        CueKind.MONEY: "A business figure goes up or down, which counts as good or bad",
        CueKind.NAME: "Part of a name, so it does not count as praise",
        CueKind.OTHERS: "About somebody else, or the brand's own words, so it counts little or not at all",
        CueKind.SARCASM: "Praise beside a failure, which counts as criticism or not at all",
        CueKind.POLITENESS: "Polite thanks, which do not count as praise",
        CueKind.HINTS: "Signs of a complaint, which count as criticism together",
        CueKind.COMPARISON: "Compares brands, or leaves one, which counts for or against this one",
    }
)
"""What a kind of cue is, and what it does to the score."""


@dataclass(frozen=True, slots=True)
class CueNote:
    """What a kind of cue means, and the words that raised it."""

    meaning: str
    phrases: Sequence[str]


def cue_notes(mention: Mention) -> list[CueNote]:
    """Each kind once, in the order of the text, with the words of its first cue; of signs, with those of all."""
    body = mention.post.body
    found: dict[CueKind, dict[str, None]] = {}
    for cue in mention.score.evidence.cues:
        phrases = found.setdefault(cue.kind, {})
        if not phrases or cue.kind is CueKind.HINTS:
            phrases[" ".join(body[cue.start : cue.end].split())] = None
    return [CueNote(CUE_TEXTS[kind], list(phrases)) for kind, phrases in found.items()]
