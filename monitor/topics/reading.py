"""From a text to the phrases that a topic could be: runs of one to three words that say what something is about.

Words are folded as rules fold them, so that a rule finds what was counted. A stop word may stand inside a phrase, never
at its edge; no phrase reaches across a sign, a name of a brand, a handle, a link or a number. Scripts without blanks
between words, and languages of which we know no stop words, give no phrases at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from monitor.model import Text
from monitor.query.reading import UNSPACED, Reading
from monitor.topics.lexicon import CLEAR, JOINING, OFFENSIVE, STATES, STOP, WEAK

LONGEST = 1_000
"""Characters of a text that are looked at: what it is about stands in front."""
LONGEST_WORD = 30
MOST_WORDS = 3
"""Of a phrase."""

STOPPED, FAINT, STATE, FULL = range(4)
"""What a word is good for: nothing but the middle; the beginning; beginning or end; standing alone."""

_FOREIGN_SIGNS = re.compile(
    "[\xa0-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\u2010-\u2018\u201a-\u2bff\u3000-\u3004\u3008-\u3020\u3030"
    "\uff00-\uff0f\uff1a-\uff20\U0001f000-\U0001faff]"
)
_NOT_WORDS = re.compile(
    r"\b(?:https?://|www\.)\S+|\S+@\S+\.\w+|(?<!\w)@[\w.-]+|(?<!\w)RT\b|\b\w+\.(?:com|org|net|io|co|de|uk|fr)\b\S*"
)
"""Addresses, handles, the mark of a retweet."""
_PIECES = re.compile(
    f"(?P<unspaced>[{UNSPACED}]+)|(?P<word>[^\\x00-/:-@\\[-`{{-\\x7f{UNSPACED}]+)|(?P<sign>[^\\s\\w'`#&_-])"
)
_SHORT_OFFENSIVE = frozenset(w for w in OFFENSIVE.split() if len(w) < 6)
_LONG_OFFENSIVE = tuple(w for w in OFFENSIVE.split() if len(w) >= 6)
_STOP = {lang: frozenset(words.split()) for lang, words in STOP.items()}
_ANY_STOP = frozenset().union(*_STOP.values())
_FAINT = frozenset(WEAK.split())
_STATES = frozenset(STATES.split())
_CLEAR = frozenset(" ".join(phrase.split()) for phrase in CLEAR.split(","))
_JOINING = frozenset(JOINING.split())
_LEADING = "on"
"""Stays in front of a word that hardly ever stands without it: "on hold", "on strike"."""


class Spoken(NamedTuple):
    """A word of a text."""

    stem: str
    surface: str
    """As it was written."""
    strength: int
    first: bool
    """Of its sentence, where a capital says nothing."""
    tag: bool = False
    joint: str = " "
    """What stands between it and the word in front of it."""


class Gram(NamedTuple):
    """A phrase at its place."""

    key: str
    """Stems with blanks between."""
    words: tuple[Spoken, ...]
    before: str
    """The stem in front of it; empty at a boundary."""
    after: int
    """Strength of the word behind it, STOPPED at a boundary."""


def knows(lang: str | None) -> bool:
    """Whether we find phrases in this language; unknown ones are tried with the stop words of all."""
    return lang is None or lang in _STOP


def segments(text: Text, blocked: Collection[str] = frozenset()) -> list[list[Spoken]]:
    """The words of a text, a list for each stretch without a boundary. ``blocked`` stems are boundaries themselves."""
    if not knows(text.lang):
        return []
    stop = _ANY_STOP if text.lang is None else _STOP[text.lang]
    plain = not text.lang or text.lang == "en"
    found: list[list[Spoken]] = [[]]
    reading = Reading(_cleaned(text.body[:LONGEST]))
    first = True
    for piece in _PIECES.finditer(reading.text):
        word = piece["word"]
        if word is None or not usable(word) or (stemmed := stem(word)) in blocked or word in blocked:
            if found[-1]:
                found.append([])
            first = first or word is None
            continue
        span = reading.span(*piece.span())
        sign = reading.body[max(0, span.start - 1) : span.start]
        surface = reading.body[span.start : span.end]
        joint = sign if sign in ("-", "'") else " "
        found[-1].append(Spoken(stemmed, surface, _strength(word, stop, plain), first, sign == "#", joint))
        first = False
    return found if found[-1] else found[:-1]


def grams(words: Sequence[Spoken]) -> Iterator[Gram]:
    """The phrases of one stretch of words that could be a topic."""
    for start, word in enumerate(words):
        if word.strength == STOPPED:
            if word.stem == _LEADING and start + 1 < len(words) and words[start + 1].strength in (FAINT, FULL):
                yield _gram(words, start, 2)
            continue
        for length in range(1, min(MOST_WORDS, len(words) - start) + 1):
            if _could_be(words[start : start + length]):
                yield _gram(words, start, length)


def key_of(name: str) -> str:
    """The key of a phrase, as its Gram has it."""
    return " ".join(stem(piece["word"]) for piece in _PIECES.finditer(Reading(name).text) if piece["word"])


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """``word`` without the s of a plural; "cancelled" as "canceled". Only to count by, never shown."""
    if len(word) < 4:
        return word
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    return word.replace("lled", "led").replace("lling", "ling") if "ll" in word else word


def usable(word: str) -> bool:
    """Whether a word may be part of a topic: not a number, not endless, not coarse."""
    return (word.isalpha() and len(word) <= LONGEST_WORD and not _coarse(word)) or _written_with_marks(word)


def _written_with_marks(word: str) -> bool:
    """Scripts of India write vowels as marks, which are no letters."""
    return len(word) <= LONGEST_WORD and not word.isascii() and not any(map(str.isdigit, word)) and not _coarse(word)


@lru_cache(maxsize=20_000)
def _coarse(word: str) -> bool:
    return word in _SHORT_OFFENSIVE or word.removesuffix("s") in _SHORT_OFFENSIVE or word.startswith(_LONG_OFFENSIVE)


def _cleaned(body: str) -> str:
    """Signs as ASCII has them, and a full stop for what is no word."""
    if not body.isascii():
        body = _FOREIGN_SIGNS.sub(" . ", body.replace("\u2019", "'").replace("\uff20", "@"))
    return _NOT_WORDS.sub(" . ", body)


def _strength(word: str, stop: Collection[str], plain: bool) -> int:
    if len(word) < 2 or word in stop:
        return STOPPED
    if plain and word in _STATES:
        return STATE
    return FAINT if plain and word in _FAINT else FULL


def _could_be(words: Sequence[Spoken]) -> bool:
    last = words[-1].strength
    if len(words) == 1:
        return last == FULL and len(words[0].stem) > 2
    if any(word.strength == STOPPED and word.stem not in _JOINING for word in words[1:-1]):
        return False
    if last in (FULL, STATE) and any(word.strength == FULL for word in words):
        return True
    return " ".join(word.stem for word in words) in _CLEAR


def _gram(words: Sequence[Spoken], start: int, length: int) -> Gram:
    chosen = tuple(words[start : start + length])
    end = start + length
    after = words[end].strength if end < len(words) else STOPPED
    return Gram(" ".join(w.stem for w in chosen), chosen, words[start - 1].stem if start else "", after)
