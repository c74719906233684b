"""What changed how words count for a score, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from monitor.model import CueKind, Mention

CUE_TEXTS: Mapping[CueKind, str] = MappingProxyType(
    {
        CueKind.QUESTION: "A question is not an opinion",
        CueKind.WISH: "A wish is not an opinion",
        CueKind.PLAN: "A plan is not an opinion",
        CueKind.CONDITION: "A condition is not a fact",
        CueKind.REPORTED: "A claim or a promise is not an opinion",
        CueKind.DENIED: "The author does not say this",
        CueKind.SYMPATHY: "Sympathy is not criticism",
        CueKind.CHANGE: "It used to be so",
        CueKind.MONEY: "A business figure goes up or down",
        CueKind.NAME: "Part of a name",
        CueKind.OTHERS: "About somebody else",
        CueKind.SARCASM: "Praise beside a failure",
        CueKind.POLITENESS: "Polite thanks",
        CueKind.HINTS: "Several signs of a complaint",
        CueKind.COMPARISON: "Compares brands, or leaves one",
    }
)


def cue_notes(mention: Mention) -> list[tuple[str, str]]:
    """What each kind of cue means, and the words that raised it, in the order of the text; each kind once."""
    body = mention.post.body
    notes: dict[str, str] = {}
    for cue in mention.score.evidence.cues:
        notes.setdefault(CUE_TEXTS[cue.kind], " ".join(body[cue.start : cue.end].split()))
    return list(notes.items())
