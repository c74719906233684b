"""Terms in scripts that are written without spaces: characters in a row that many texts share.

A word is not marked there, so parts of two to four characters are counted. One that is found to differ is then grown by
the characters that most of its texts have beside it, and loses particles at its ends: what remains reads as a word or a
phrase, and not as a piece of one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from monitor.query.folding import UNSPACED

MAX_PART_CHARACTERS = 4
MAX_TERM_CHARACTERS = 12
MIN_KANA = 4
"""Shorter terms of hiragana alone are endings of verbs and particles."""
GROWN_SHARE = 0.7
"""A term grows by a character that this share of its occurrences have there."""
IS_UNSPACED = re.compile(f"[{UNSPACED}]")
_LEADING_HIRAGANA = re.compile("^[\u3041-\u309f\u30fc]+(?=.*[^\u3041-\u309f\u30fc])")
_TRAILING_PARTICLE = re.compile("(?<=[^\u3041-\u309f])[\u306f\u304c\u3092\u306b\u3067\u3068\u306e\u3082\u3078\u3084]+$")
_CHINESE_PARTICLES = (
    "\u7684\u4e86\u662f\u5728\u548c\u4e5f\u90fd\u5c31\u5f88\u6211\u4f60\u4ed6\u5979\u5b83\u4eec\u5417\u5462\u5427"
)
_THAI_LEADING_VOWELS = "\u0e40\u0e41\u0e42\u0e43\u0e44"
_HIRAGANA = re.compile("[\u3041-\u309f\u30fc]+")


def runs_of(run: str, names: re.Pattern[str] | None) -> list[str]:
    """What remains of characters in a row without ``names``."""
    return [part for part in (names.split(run) if names else [run]) if len(part) > 1]


def parts_of(run: str) -> Iterator[str]:
    """Every part of two to four characters."""
    for length in range(2, MAX_PART_CHARACTERS + 1):
        for start in range(len(run) - length + 1):
            yield run[start : start + length]


def readable_term(part: str, runs: Sequence[str]) -> tuple[str, int]:
    """The term that ``part`` belongs to in most of ``runs``, and how many of these contain it; "" for a fragment."""
    term = _trimmed(_grown(part, [run for run in runs if part in run]))
    if len(term) < 2 or (len(term) < MIN_KANA and _HIRAGANA.fullmatch(term)):
        return "", 0
    return term, sum(term in run for run in runs)


def _grown(term: str, runs: Sequence[str]) -> str:
    """Grown to the left first: where a word begins decides whether it reads as one."""
    total = len(runs)
    for is_left in (True, False):
        while len(term) < MAX_TERM_CHARACTERS:
            runs = [run for run in runs if term in run]
            padded = (f" {run} " for run in runs)
            beside = Counter(run[run.find(term) + (-1 if is_left else len(term))] for run in padded)
            char, n = beside.most_common(1)[0]
            if char == " " or n < GROWN_SHARE * total:
                break
            term = char + term if is_left else term + char
    return term


def _trimmed(term: str) -> str:
    term = _TRAILING_PARTICLE.sub("", _LEADING_HIRAGANA.sub("", term))
    term = term.strip(_CHINESE_PARTICLES).rstrip(_THAI_LEADING_VOWELS)
    while term and unicodedata.category(term[0]).startswith("M"):
        term = term[1:]
    return term
