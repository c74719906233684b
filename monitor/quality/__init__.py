"""How often the judgement of a post is wrong, and what follows for the mood of a brand. Pure: no I/O, no store.

shares          a share of some cases with its interval
confusion       what was called what, and what people called it
strength        how far a score is from zero, in bands
public_figures  the same, as measured on public sets of labelled posts
error_figures   "of 100 called negative, about 9 are not": from people's answers, or else from public figures
mood            positive less negative posts, corrected for wrong judgements, with an interval that covers both errors
"""

from monitor.quality.confusion import CALLED, Confusion
from monitor.quality.error_figures import MIN_ANSWERS, Basis, ErrorFigure, ErrorFigures
from monitor.quality.mood import Mood, MoodModel
from monitor.quality.public_figures import (
    LANGUAGE_MODEL,
    RULES,
    WITH_LANGUAGE_MODEL,
    PublicFigures,
    public_figures,
)
from monitor.quality.shares import Interval, wilson
from monitor.quality.strength import BANDS, Strength

__all__ = [
    "BANDS",
    "CALLED",
    "LANGUAGE_MODEL",
    "MIN_ANSWERS",
    "RULES",
    "WITH_LANGUAGE_MODEL",
    "Basis",
    "Confusion",
    "ErrorFigure",
    "ErrorFigures",
    "Interval",
    "Mood",
    "MoodModel",
    "PublicFigures",
    "Strength",
    "public_figures",
    "wilson",
]
