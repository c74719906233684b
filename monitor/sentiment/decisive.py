"""Which scores are left to the rules alone."""

from __future__ import annotations

from monitor.model import NEUTRAL_BELOW, CueKind, Evidence
from monitor.sentiment.targeted import score_from_weights

_NO_OPINION = frozenset((CueKind.QUESTION, CueKind.WISH, CueKind.PLAN, CueKind.CONDITION))


def counts_by_words(evidence: Evidence) -> bool:
    """Whether the rules decide alone: they found a comparison, or only a question, wish, plan or condition."""
    words = score_from_weights([word.weight for word in evidence.words])
    return evidence.has_comparison or (
        abs(words) < NEUTRAL_BELOW and any(cue.kind in _NO_OPINION for cue in evidence.cues)
    )
