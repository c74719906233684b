"""What a token does to the text around it, as bits of a plain int: an enum's ``&`` would cost more than the scoring."""

from __future__ import annotations

from typing import Final

VALUED: Final = 1
"""It has a valence."""
CLAUSE_END: Final = 2
SENTENCE_END: Final = 4
ASKS: Final = 8
"""It ends a question."""
JOINS: Final = 16
"""A conjunction: a new clause begins with it."""
LINK: Final = 32
PHRASE: Final = 64
"""The last word of a phrase."""
IDIOM: Final = 128
"""VADER has an idiom with it."""
THAN: Final = 256
PIECES: Final = 512
"""Several words in one token, such as "slow...rude"."""
BARE: Final = 1024
"""No word to judge by: a number, a sign, an emoji, a handle, a hashtag that means nothing."""
UNIT: Final = 2048
"""A measure of time."""
SIDE: Final = 4096
"""It may set the brand above or below another."""
LOUD: Final = 8192
"""It is in capitals, and that would count."""
