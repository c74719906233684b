"""How many clicks it takes to set mentions aside, and below which probability that happens.

With few clicks only the surest mentions are set aside. A threshold derived from the clicks themselves was measured to
be wrong in a third of the draws, so it is fixed. By words alone, a model stays cautious whatever the number of clicks:
below 0.5 it would set aside two in five mentions that are about the brand (``bench/relevance.py``).
"""

from __future__ import annotations

MIN_CLICKS = 20
MIN_OF_EACH = 2
"""Clicks of each kind, "not relevant" and "about the brand"."""
SURE_CLICKS = 50
"""From so many clicks on, THRESHOLD holds with the language model; otherwise CAUTIOUS_THRESHOLD."""
CAUTIOUS_THRESHOLD = 0.25
THRESHOLD = 0.5


def can_learn(relevant: int, irrelevant: int) -> bool:
    """Whether there are enough clicks."""
    return relevant + irrelevant >= MIN_CLICKS and min(relevant, irrelevant) >= MIN_OF_EACH


def threshold(clicks: int, *, has_vectors: bool) -> float:
    """A mention is set aside if the probability that it is about the brand is lower."""
    return THRESHOLD if has_vectors and clicks >= SURE_CLICKS else CAUTIOUS_THRESHOLD
