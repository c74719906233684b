"""Duties that a brand neglects: "you should clean your planes", "they need to train their staff". Phrase -> valence.

Kind: a reproach that names what ought to be done. The words of the duty lose their own valences, for "clean" is praise
elsewhere. Only where the brand or nobody in particular is the subject: "I should check" is a plan of the author.
Cost: kind advice ("you should check out the new lounge") is called weakly negative.
"""

from __future__ import annotations

from itertools import product

from monitor.sentiment.lexicon.text import words

_SUBJECTS = ("you", "u", "they", "someone", "somebody", "guys", "people")
_OUGHT = (
    "should", "should really", "really should", "should probably", "should maybe", "should at least", "need to",
    "really need to", "need to start", "ought to", "should start", "should learn to", "need to learn to",
    "should have", "should've",
)  # fmt: skip
_NEEDS = ("needs to", "really needs to", "should")
_DUTIES = words(
    "clean fix repair train hire refund apologise apologize answer reply respond listen communicate inform warn notify "
    "tell compensate reimburse replace maintain invest care improve "
    "rehire retrain wash vacuum dust monitor supervise vet"
)
_DONE = words("cleaned fixed repaired trained refunded apologised apologized answered replied responded told warned")
_WHOSE = ("your", "their", "its", "the", "this", "these", "that")
OWED = -1.2


def duties() -> dict[str, float]:
    """All of them. "should have" takes what was not done."""
    whole = {f"{who} {ought} {duty}": OWED for who, ought, duty in product(_SUBJECTS, _OUGHT, (*_DUTIES, *_DONE))}
    third = {f"{needs} {duty} {whose}": OWED for needs, duty, whose in product(_NEEDS, _DUTIES, _WHOSE)}
    return {**third, **whole, **CLEANING}


CLEANING = {
    "should clean": -1.0, "to clean": 0.0, "clean the": 0.0, "clean your": -0.8, "clean their": 0.0, "clean my": 0.0,
    "clean it": 0.0, "clean them": 0.0, "clean up your": -0.8, "clean up": 0.0, "never clean": -1.6,
    "ever clean": -1.4, "not clean": -1.4, "isn't clean": -1.4, "wasn't clean": -1.4, "please clean": -1.0,
    "how clean your": 1.4, "how clean the": 1.4, "with clean": 0.6, "love clean": 1.0, "clean the whole": 0.0,
}  # fmt: skip
"""The verb, and where it is the adjective after all. Cost: "clean the" before a noun that is praised."""
