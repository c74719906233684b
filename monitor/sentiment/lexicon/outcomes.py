"""How it turned out, in words that name no feeling. Phrase -> valence at its last word.

GONE: what was kept for somebody has another owner, or is closed, when it is needed, or people
are treated badly. Cost: "our table was taken care of"
needs its own phrase. KEPT: a promise came true, or a pleasure lasts; the words in these are no signs of a complaint
("what they said"). Cost: a smile that is bitter.
"""

from __future__ import annotations

from itertools import product

from monitor.sentiment.lexicon.text import words

_OURS = words("my our")
_KEPT_FOR_US = words(
    "seat seats room rooms table booking reservation order slot place spot ticket tickets appointment deal"
)
_TAKEN = (
    "was gone",
    "were gone",
    "is gone",
    "are gone",
    "was taken",
    "were taken",
    "was given",
    "were given",
    "had gone",
)
_PLEASURES = words("grin smile beam giggle delight enjoy adore")

GONE = {
    **{f"{whose} {what} {taken}": -1.2 for whose, what, taken in product(_OURS, _KEPT_FOR_US, _TAKEN)},
    "by then my": -0.8, "by then our": -0.8, "by then the": -0.5, "by then it": -0.6, "by then they": -0.5,
    **{f"like {what}": -1.6 for what in words("cattle sardines dirt criminals animals garbage trash crap")},
    "uncalled for": -1.5,
    "had already left": -1.0, "had already closed": -1.0, "had already gone": -1.0, "had already sold": -1.0,
    "given to someone": -0.8, "given to somebody": -0.8, "given to another": -1.0, "given it to someone": -1.0,
    "gave it to someone": -1.0, "gave it to somebody": -1.0, "gave away our": -1.0, "given away our": -1.4,
    "given away my": -1.4, "already taken by": -0.8,
}  # fmt: skip
"""In addition to the valences of its words."""
KEPT = {
    "exactly what they said": 1.8, "exactly what it said": 1.6, "exactly what you said": 1.6,
    "exactly as promised": 1.8, "exactly as described": 1.6, "exactly as advertised": 1.6, "just as promised": 1.6,
    "exactly when they said": 1.8, "exactly what they promised": 1.8, "exactly what was promised": 1.8,
    "exactly what i ordered": 1.4, "exactly what i needed": 1.6, "exactly what we needed": 1.6,
    "did what they promised": 1.6, "did what they said": 1.4, "what they promised they do": 1.2,
    "as good as their word": 1.8, "as good as its word": 1.8, "true to their word": 1.6, "true to its word": 1.6,
    "no nasty surprises": 1.6, "no hidden fees": 1.6, "no hidden costs": 1.6, "was taken care of": 1.2,
    "were taken care of": 1.2,
    # Denials that are praise, and doubts that are over.
    **{
        f"{never} let {whom} down": 2.2
        for never, whom in product(
            ("never", "not once", "not", "haven't", "hasn't", "never once", "don't", "doesn't"), ("me", "us", "you")
        )
    },
    **{
        f"{cannot} {live} without{whose}": 2.0
        for cannot, live, whose in product(
            ("can't", "cannot", "couldn't", "could not"),
            ("live", "imagine life", "be", "do"),
            ("", " my", " our", " the", " this"),
        )
    },
    "was sceptical": 0.4, "was skeptical": 0.4, "were sceptical": 0.4, "were skeptical": 0.4,
    "had my doubts": 0.4, "had doubts": 0.4, "i'm sold": 1.6, "am sold": 1.4,
    "take it all back": 1.6, "how it's done": 1.6, "turned a bad": 1.4,
    **{f"{still} {joy}": 1.8 for still, joy in product(("still", "always", "never fail to"), _PLEASURES)},
    **{f"{joy} every time": 1.8 for joy in _PLEASURES},
}  # fmt: skip
"""Instead of the valences of its words."""
