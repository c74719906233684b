"""The sample index: a search index of every sixteenth mention, from which long lists are estimated.

What a search costs grows with the postings of its words, whatever it returns: eight common words over ten million
mentions take a second to count, and a prefix is opened as a whole. A sixteenth of the mentions answers the same in a
sixteenth of the time. They are chosen by a hash of the id, so each is as likely as any other, whatever was searched and
whenever it was published, and a smaller share is part of each larger one.

    mention_doc_sample   view: the rows of mention_doc in the sample
    mention_fts_sample   FTS5 over that view; maintained by ``derived``, like mention_fts
    mention_sample       partial index that has the columns of figures for them, so that few pages are read
"""

from __future__ import annotations

SHARES = 65_536
INDEXED_SHARE = SHARES // 16
"""The share of all mentions in the sample index."""
TABLE = "mention_fts_sample"
VIEW = "mention_doc_sample"
ROWS = "mention INDEXED BY mention_sample"
"""Rows of the sample; usable together with the condition ``in_share("mention.id", INDEXED_SHARE)``."""
_MULTIPLIER = 2_654_435_761
"""2**32 divided by the golden ratio, which spreads consecutive numbers evenly."""


def in_share(id_: str, share: int) -> str:
    """SQL: whether the mention with the id ``id_``, an expression, is in the share ``share``, in 65536ths of all."""
    return f"((({id_} * {_MULTIPLIER}) >> 16) & {SHARES - 1}) < {share}"


def place(id_: int) -> int:
    """The number that ``in_share`` compares: the smallest shares that contain the mention are above it."""
    return ((id_ * _MULTIPLIER) >> 16) & (SHARES - 1)
