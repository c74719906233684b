"""The words inside hashtags: #BoycottAcme and #boycott_acme are read as "boycott acme".

A hashtag may be read in several ways: #Acme2026 as one word or as two, #ACMEfail as "acme fail". A rule matches if it
matches one reading. Words of two readings, or of two hashtags, never form a phrase.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from monitor.query.folding import HANDLE_CHARACTER, TAG_CHARACTER, shapes

_TAG = re.compile(f"#(?<!{HANDLE_CHARACTER}#)(?<!&#)({TAG_CHARACTER}+)")
_PIECES = re.compile(
    r"(?<![A-Za-z])[a-z][A-Z][a-z]+[0-9]*"  # iPhone and eBay are one word
    r"|[0-9]*(?:[A-Z]?[a-z]+|[A-Z]+(?![a-z]))[0-9]*|[0-9]+|[^A-Za-z0-9_]"
)
"""Finds the words of a hashtag in its ``folding.shapes``. The last alternative is an unspaced character."""
_CAPITALS_THEN_WORD = re.compile(rf"[A-Z]{{4,}}(?=[a-z]{{2}})|{_PIECES.pattern}")
"""Reads #ACMEfail as "acme fail". With fewer capitals, as in #USAirways, the last one begins the next word."""
MAX_JOINED = 3
"""#JetBlueFail contains the words "jetblue" and "bluefail" too, of this many parts at most."""
_LETTERS_OR_DIGITS = re.compile(r"[0-9]+|[^0-9]+")
KEPT_NAMES, MAX_KEPT_CHARS = 4_096, 60
"""Hashtags whose readings are kept: each is read three times per post, and most occur in many. Longer ones are not."""
MIN_LETTERS_BESIDE_DIGITS = 3
"""#Acme2026 contains the word "acme", but #O2 does not contain "o"."""


class TagWord(NamedTuple):
    """A word inside a hashtag: ``folded[start:end]``."""

    text: str
    start: int
    end: int


Reading: TypeAlias = tuple[TagWord, ...]


class Hashtag(NamedTuple):
    """A hashtag as a whole, without its sign, and how it can be read as several words."""

    whole: TagWord
    readings: tuple[Reading, ...]


def hashtags(folded: str, original: str) -> tuple[Hashtag, ...]:
    """The hashtags of ``original``, in order; ``folded`` is the same text folded."""
    found = list(_TAG.finditer(folded)) if "#" in folded else ()
    shape = shapes(original) if found else ""
    return tuple(_hashtag(tag[1], shape[tag.start(1) : tag.end(1)], tag.start(1)) for tag in found)


def words_in_hashtags(folded: str, original: str) -> list[str]:
    """The words of all readings of all hashtags, and these as a whole. Faster than ``hashtags``."""
    shape = shapes(original)
    words: list[str] = []
    for tag in _TAG.finditer(folded):
        name, own_shape = tag[1], shape[tag.start(1) : tag.end(1)]
        words += _kept_words(name, own_shape) if len(name) <= MAX_KEPT_CHARS else _words(name, own_shape)
    return words


def _words(name: str, shape: str) -> tuple[str, ...]:
    return (name, *(name[start:end] for reading in _readings(name, shape) for start, end in reading))


_kept_words = lru_cache(KEPT_NAMES)(_words)


def _hashtag(name: str, shape: str, start: int) -> Hashtag:
    found = _kept_readings(name, shape) if len(name) <= MAX_KEPT_CHARS else _readings(name, shape)
    readings = tuple(tuple(TagWord(name[a:b], start + a, start + b) for a, b in reading) for reading in found)
    return Hashtag(TagWord(name, start, start + len(name)), readings)


def _readings(name: str, shape: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The (start, end) of the words of each reading."""
    if (shape.isalpha() and shape.islower()) or not shape.strip("._0123456789"):
        return ()  # one word, or characters and numbers, which the index contains one by one
    pieces = [match.span() for match in _PIECES.finditer(shape)]
    apart = [part for piece in pieces for part in _without_digits(shape, *piece)]
    capitals = [match.span() for match in _CAPITALS_THEN_WORD.finditer(shape)]
    readings = [bounds for bounds in dict.fromkeys(map(tuple, (pieces, apart, capitals))) if len(bounds) > 1]
    for n in range(2, min(MAX_JOINED + 1, len(pieces))):
        for first, last in zip(pieces, pieces[n - 1 :], strict=False):
            if name.find("_", first[0], last[1]) < 0:
                readings.append(((first[0], last[1]),))
    return tuple(readings)


_kept_readings = lru_cache(KEPT_NAMES)(_readings)


def _without_digits(shape: str, start: int, end: int) -> list[tuple[int, int]]:
    """The letters and the digits of a piece as separate words, if the letters are enough for a name."""
    parts = [match.span() for match in _LETTERS_OR_DIGITS.finditer(shape, start, end)]
    if any(b - a < MIN_LETTERS_BESIDE_DIGITS for a, b in parts if not shape[a].isdigit()):
        return [(start, end)]
    return parts
