"""Whether a mention is about its brand, learned from people's clicks: for names that are ordinary words. Pure.

policy      how many clicks it takes, and below which probability a mention is set aside
words       texts as sets of words
logistic    the regression
model       a brand's model: the probability of a text, and the reason
exclusions  words that a rule could exclude
"""

from monitor.relevance.exclusions import Exclusion, propose_exclusions
from monitor.relevance.model import Example, RelevanceModel, Verdict, fit
from monitor.relevance.policy import MIN_CLICKS, MIN_OF_EACH, SURE_CLICKS, can_learn, threshold
from monitor.relevance.words import word_set

__all__ = [
    "MIN_CLICKS",
    "MIN_OF_EACH",
    "SURE_CLICKS",
    "Example",
    "Exclusion",
    "RelevanceModel",
    "Verdict",
    "can_learn",
    "fit",
    "propose_exclusions",
    "threshold",
    "word_set",
]
