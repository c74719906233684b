"""How a mention's score was computed: from its words and its opinion, and then by what people's answers taught."""

from __future__ import annotations

from dataclasses import dataclass

from display.formatting import cut_score, format_signed
from monitor.model import Mention


@dataclass(frozen=True, slots=True)
class ScoreSteps:
    """The figures of the program's score, regardless of corrections. Those that are shown add up."""

    computed: str = ""
    """Before people's answers: "-0.57"; empty if the program gave no score."""
    adjustment: str = ""
    """"+0.12"; empty if none shows."""
    result: str = ""


def score_steps(mention: Mention) -> ScoreSteps:
    """The steps of the program's score."""
    score = mention.program_score
    if score is None:
        return ScoreSteps()
    computed, result = cut_score(score - mention.score.evidence.adjustment), cut_score(score)
    adjustment = round(result - computed, 2)
    return ScoreSteps(format_signed(computed), format_signed(adjustment) if adjustment else "", format_signed(result))
