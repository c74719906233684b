"""Learns from people's answers how to adjust scores, and says whether that makes them better. Pure.

labelled scores --fitting--> Offset --validation--> is it right more often on answers it has not seen?

parts        what an offset depends on: the words, the opinion, the brand
adjusting    what an offset adds to a score
labels       a person's answer about a score; how much corrections count beside answers about mentions drawn at random
fitting      the offset that explains the answers best; without a reason to differ, it is zero
validation   the comparison with the plain score by cross-validation
decision     whether to use an offset
"""

from monitor.learning.adjusting import adjust, adjustment
from monitor.learning.decision import MIN_ANSWERS, MIN_OF_EACH, is_due, learn
from monitor.learning.labels import Label, label_of
from monitor.learning.parts import WORDS_SHARE, ScoreParts, score_parts

__all__ = [
    "MIN_ANSWERS",
    "MIN_OF_EACH",
    "WORDS_SHARE",
    "Label",
    "ScoreParts",
    "adjust",
    "adjustment",
    "is_due",
    "label_of",
    "learn",
    "score_parts",
]
