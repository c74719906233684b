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
PHRASE_END: Final = 64
"""Is the last word of a phrase."""
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
