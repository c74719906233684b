"""Brings dates of all scripts into one form: lower case, ASCII digits, no accents, one kind of space and of dash."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        **{"\N{LATIN SMALL LETTER DOTLESS I}": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"},
        **dict.fromkeys("\N{EN DASH}\N{EM DASH}\N{FIGURE DASH}\N{MINUS SIGN}", "-"),
        **{"\N{RIGHT SINGLE QUOTATION MARK}": "'", "、": ",", "،": ",", "。": "."},
    }
)
_CJK_DATE = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?")
_CJK_CLOCK = re.compile(r"(\d{1,2})\s*[時时点點시](?:\s*(\d{1,2})\s*[分분])?(?:\s*(\d{1,2})\s*[秒초])?")
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """``text`` folded. CJK dates become "2026-3-2", and CJK times "9:15:00"."""
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", text).casefold()
    # Hangul syllables decompose into letters that are not marks, and are composed again at the end.
    kept = (c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) not in {"Mn", "Cf"})
    text = unicodedata.normalize("NFC", "".join(map(_ascii_digit, kept)).translate(_LETTERS))
    text = _CJK_CLOCK.sub(_clock, _CJK_DATE.sub(r"\1-\2-\3 ", text))
    return _SPACES.sub(" ", text).strip()


def _ascii_digit(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


def _clock(found: re.Match[str]) -> str:
    return f" {found[1]}:{int(found[2] or 0):02}:{int(found[3] or 0):02}"
