"""Properties of a token as bits of a plain int: the ``&`` of an ``enum.Flag`` would take longer than the scoring."""

from __future__ import annotations

from typing import Final

VALENCE: Final = 1
"""Has a valence."""
CLAUSE_END: Final = 2
SENTENCE_END: Final = 4
QUESTION: Final = 8
"""Ends a question."""
CONJUNCTION: Final = 16
"""Begins a new clause."""
LINK: Final = 32
PHRASE: Final = 64
"""Is a phrase by itself, or a hint at a complaint."""
IDIOM: Final = 128
"""Occurs in one of VADER's idioms."""
THAN: Final = 256
COMPOUND: Final = 512
"""Holds several words, such as "slow...rude"."""
NOT_A_WORD: Final = 1024
"""Says nothing by itself: a number, punctuation, an emoji, a handle, a hashtag without valence."""
TIME_UNIT: Final = 2048
COMPARISON: Final = 4096
"""May rank the brand above or below another."""
CAPITALS: Final = 8192
"""Is in capitals and has a valence or is a booster, so that the capitals may add emphasis."""
MEASURE: Final = 1 << 14
"""Is a measure of a business, such as "profit"."""
DIRECTION: Final = 1 << 15
"""Says that a measure goes up or down."""
CHANGE: Final = 1 << 16
"""Tells how it was before, or that it was repaired."""
OTHERS: Final = 1 << 17
"""Names somebody who is not the brand."""
REPORTING: Final = 1 << 18
"""A verb by which a brand speaks or acts."""
APPRECIATION: Final = 1 << 19
"""Thanks or praises, which may be sarcastic."""
CONTRAST: Final = 1 << 20
"""A conjunction after which another statement begins."""
CAPITALIZED: Final = 1 << 21
"""Has a valence and begins with a capital letter, so that it may be part of a name."""
QUOTED: Final = 1 << 22
"""Has a valence and stands in quotation marks of its own."""
HANDLE: Final = 1 << 23
MODIFIER: Final = 1 << 24
"""May change the valence of itself or of one of the next three words."""
NEGATION: Final = 1 << 25
PRONOUN: Final = 1 << 26
"""May mean the brand that the clause before names."""
QUOTED_SPEAKER: Final = 1 << 27
"""A handle with a colon, as before what somebody else wrote."""
