"""The text of a rule with the signs that phones, word processors and other keyboards write replaced by ASCII."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_DASHES = "\u02d7\u207b\u2796\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63"
_RARE_QUOTES = "\u2033\u2039\u203a"  # double prime, single angle quotes
_QUOTES = (
    _RARE_QUOTES
    + "\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\u300e\u300f\u301d\u301e\u301f\u275d\u275e\uff62\uff63"
)
_APOSTROPHES = "\u2018\u2019\u201a\u201b\u02bc"
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that are displayed as a space."""
_FULL_WIDTH_SIGNS = [char for char in map(chr, range(0xFF01, 0xFF5F)) if not char.isalnum()]
_REPLACEMENTS = str.maketrans(
    {
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_QUOTES, '"'),
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_BLANKS, " "),
        **{char: chr(ord(char) - 0xFEE0) for char in _FULL_WIDTH_SIGNS},
    }
)
_PLAIN = re.compile(r"[\t\n -~]*")
_FULL_WIDTH_OPERATOR = re.compile("\uff21\uff2e\uff24|\uff2f\uff32|\uff2e\uff2f\uff34|\uff2e\uff25\uff21\uff32")
"""AND, OR, NOT and NEAR as Japanese keyboards write them. Words keep such letters, which ``=Word`` compares."""
_JOINERS = "\u200c\u200d"


class RuleText(NamedTuple):
    """The text of a rule as the grammar reads it, without invisible characters."""

    normalized: str
    origins: Sequence[int]
    """For each character of ``normalized``, and for its end, the index of the character it comes from."""

    @classmethod
    def of(cls, text: str) -> RuleText:
        """Normalise ``text``."""
        if _PLAIN.fullmatch(text):
            return cls(text, range(len(text) + 1))
        kept: list[str] = []
        origins: list[int] = []
        for index, char in enumerate(text):
            if _is_visible(char, kept[-1] if kept else " "):
                kept.append(_replacement(char))
                origins.append(index)
        normalized = _FULL_WIDTH_OPERATOR.sub(
            lambda operator: unicodedata.normalize("NFKC", operator[0]), "".join(kept)
        )
        return cls(normalized, (*origins, len(text)))


def _is_visible(char: str, previous: str) -> bool:
    """Whether ``char`` counts. A joiner does after letters that it joins, and inside an emoji."""
    if char in _JOINERS:
        return not previous.isascii()
    return char.isascii() or unicodedata.category(char) != "Cf"


def _replacement(char: str) -> str:
    is_blank = char.isspace() or unicodedata.category(char) in {"Cc", "Zs", "Zl", "Zp"}
    return " " if is_blank else char.translate(_REPLACEMENTS)
