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

from monitor.analysis.topics.company import ARTICLES, DOERS, GENERIC, PREPOSITIONS
from monitor.analysis.topics.lexicon import CLEAR, JOINING, OFFENSIVE, STATES, STOP, WEAK
from monitor.model import Text
from monitor.query.reading import UNSPACED, Reading

LONGEST = 1_000
"""Characters of a text that are looked at: what it is about stands in front."""
LONGEST_WORD = 30
MOST_WORDS = 3
"""Of a phrase."""

STOPPED, FAINT, STATE, FULL = range(4)
"""What a word is good for: nothing but the middle; the beginning; beginning or end; standing alone."""
NOTHING, ARTICLE, PREPOSITION, DOER = range(4)
"""What the word in front of a phrase announces: nothing; a noun; a noun or what describes one; a verb."""

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
_GENERIC = {lang: frozenset(words.split()) for lang, words in GENERIC.items()}
_ANNOUNCES = {
    lang: {
        **dict.fromkeys(PREPOSITIONS[lang].split(), PREPOSITION),
        **dict.fromkeys(DOERS[lang].split(), DOER),
        **dict.fromkeys(ARTICLES[lang].split(), ARTICLE),
    }
    for lang in ARTICLES
}
_CLEAR = frozenset(" ".join(phrase.split()) for phrase in CLEAR.split(","))
_JOINING = frozenset(JOINING.split())
_LEADING = "on"
"""Stays in front of a word that hardly ever stands without it: "on hold", "on strike"."""
_NOT_LED = frozenset(["time", "top", "board", "site", "sale", "line", "purpose"])
_DESCRIBED = frozenset(["customer", "client", "user", "company", "service", "product", "team", "member"])
"""Weak words that are nouns all the same: what stands in front of them describes them."""
_ADVERB = re.compile(r"(?<!fami)(?<!supp)(?<!assemb)(?<!anoma)(?<!app)ly$")
_HEADLINE = 0.7
"""Of its longer words: with so many capitals a text tells nothing by them."""


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
    announces: int = NOTHING


class Gram(NamedTuple):
    """A phrase at its place."""

    key: str
    """Stems with blanks between."""
    words: tuple[Spoken, ...]
    before: int
    """What the word in front of it announces, NOTHING at a boundary."""
    after: int
    """Strength of the word behind it, STOPPED at a boundary."""


def knows(lang: str | None) -> bool:
    """Whether we find phrases in this language; unknown ones are tried with the stop words of all."""
    return lang is None or lang in _STOP


def segments(text: Text, blocked: Collection[str] = frozenset()) -> list[list[Spoken]]:
    """The words of a text, a list for each stretch without a boundary. ``blocked`` stems are boundaries themselves."""
    if not knows(text.lang):
        return []
    lang = text.lang or "en"
    stop = _ANY_STOP if text.lang is None else _STOP[text.lang]
    found: list[list[Spoken]] = [[]]
    reading = Reading(_cleaned(text.body[:LONGEST]))
    shouts, first = _headline(reading.body), True
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
        says = _ANNOUNCES[lang].get(word, NOTHING)
        strength = _strength(word, stop, lang)
        found[-1].append(Spoken(stemmed, surface, strength, first or shouts, sign == "#", joint, says))
        first = False
    return found if found[-1] else found[:-1]


def grams(words: Sequence[Spoken]) -> Iterator[Gram]:
    """The phrases of one stretch of words that could be a topic."""
    for start, word in enumerate(words):
        if word.strength == STOPPED:
            if word.stem == _LEADING and start + 1 < len(words) and _led(words[start + 1]):
                yield _gram(words, start, 2)
            continue
        if start and word.joint == "-":  # "A-list": no phrase begins within a word
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


def _strength(word: str, stop: Collection[str], lang: str) -> int:
    if len(word) < 2 or word in stop:
        return STOPPED
    plain = lang == "en"
    if word in _GENERIC[lang] or (plain and word in _STATES):
        return STATE
    return FAINT if plain and (word in _FAINT or _ADVERB.search(word)) else FULL


def _led(word: Spoken) -> bool:
    return word.strength in (FAINT, FULL) and word.stem not in _NOT_LED


def _headline(body: str) -> bool:
    """Whether it is written Like This or LIKE THIS, so that a capital marks no name."""
    longer = [word for word in body.split()[1:60] if len(word) > 3 and word[0].isalpha()]
    return len(longer) > 2 and sum(word[0].isupper() for word in longer) >= _HEADLINE * len(longer)


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
    after = FULL if after and words[end].stem in _DESCRIBED else after
    before = words[start - 1].announces if start else NOTHING
    return Gram(" ".join(w.stem for w in chosen), chosen, before, after)
