"""What each token of a text is: its word, its valence, whether it negates, ends a clause, is a link.

The base is VADER's lexicon (Hutto & Gilbert 2014, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of
Social Media Text", ICWSM-14), as the package vaderSentiment ships it. Most tokens come again and again, so a token is
looked into once and then remembered.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from monitor.sentiment import roles

Phrases: TypeAlias = Mapping[str | None, Sequence[tuple[tuple[str, ...], float]]]
"""Phrases with one last word: the word before it, None without any -> (all words before the last, weight) of each."""
_NO_PHRASES: Phrases = MappingProxyType({})

REMEMBERED = 40_000
"""Tokens remembered at most, some 15 MB; then all are forgotten, which costs less than choosing."""
LONGEST_TOKEN = 200
"""Longer runs without a space are no words."""

_MARKS = string.punctuation + "\u201c\u201d\u2018\u2019\u2026\xab\xbb\u2013\u2014"
_AROUND = ".,;:!?\"'()[]*_\u201c\u201d\u2018\u2019\u2026\xab\xbb\u2013\u2014"
"""Of these, what stands around a word and is not shown as a part of it."""
_LINK = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/)", re.IGNORECASE)
_INNER = re.compile(r"(?<=\w\w)(\.{2,}|[\u2026\u2014\u2013/|,;!?]+|--+)(?=[@#\w]\w)(?!\d)")
_STRETCHED = re.compile(r"(.)\1{2,}")
_ABBREVIATED = frozenset(
    ("vs", "mr", "mrs", "ms", "dr", "inc", "corp", "ltd", "co", "st", "u.s", "u.k", "e.g", "i.e", "etc")
)
_IDIOMS = [phrase.split() for phrase in (*SPECIAL_CASES, *BOOSTER_DICT) if " " in phrase]
_IDIOMATIC = frozenset(("least", *(max(idiom, key=len) for idiom in _IDIOMS)))
"""The longest word of each of VADER's idioms: a text without any of them has no idiom."""


class Entry:
    """What is known of a token."""

    __slots__ = (
        "booster",
        "handle",
        "kind",
        "lead",
        "lexical",
        "name",
        "negates",
        "phrases",
        "pieces",
        "trail",
        "upper",
        "valence",
        "word",
    )

    def __init__(self, word: str, name: str) -> None:
        self.word = word
        """In small letters, without the marks around it."""
        self.name = name
        """What it may be called by: without ``'s``, with a leading ``@``."""
        self.valence = 0.0
        self.lexical = False
        """Whether VADER's or our lexicon has it, be it with 0."""
        self.booster = 0.0
        self.negates = False
        self.upper = False
        self.handle = False
        self.kind = 0
        """Bits of ``roles``; 0 is a plain word."""
        self.phrases = _NO_PHRASES
        """Those that end with it, by the word before it; under None what it adds by itself."""
        self.pieces: tuple[str, ...] = ()
        self.lead = self.trail = 0
        """Characters of the token before and behind its word."""


class Vocabulary(dict[str, Entry]):
    """Token -> Entry, filled as tokens come. Safe to share between threads: an entry never changes once it is in."""

    def __init__(self, own: Mapping[str, float], phrases: Mapping[str, float], marked: Mapping[str, int]) -> None:
        """``own`` replaces VADER's valences, ``marked`` tells words' roles; all empty: VADER's own reading."""
        super().__init__()
        vader = SentimentIntensityAnalyzer()
        self._valences: dict[str, float] = {**vader.lexicon, **own}
        self._marked = dict(marked)
        self._phrases = _by_last_words(phrases)
        self._emojis: dict[str, str] = {sign: text for sign, text in vader.emojis.items() if len(sign) == 1}
        self._emoji = re.compile("[" + "".join(map(re.escape, self._emojis)) + "]")

    def __missing__(self, token: str) -> Entry:
        if len(self) >= REMEMBERED:
            self.clear()
        entry = self[token] = self._look_into(token)
        return entry

    def _look_into(self, token: str) -> Entry:
        if _LINK.match(token) or len(token) > LONGEST_TOKEN:
            entry = Entry("", "")
            entry.kind = roles.LINK | roles.BARE
            return entry
        if pieces := self._taken_apart(token):
            entry = Entry("", "")
            entry.kind, entry.pieces = roles.PIECES, pieces
            return entry
        plain = token.replace("\u2019", "'")
        stripped = plain.strip(_MARKS)
        entry = Entry(self._word(plain, stripped), _name(plain, stripped))
        entry.handle = plain.startswith("@") and len(plain) > 1
        entry.upper = stripped.isupper()
        if entry.word[:1].isalnum():
            entry.lead = len(token) - len(token.lstrip(_AROUND))
        if entry.word[-1:].isalnum():
            entry.trail = len(token) - len(token.rstrip(_AROUND))
        self._value(entry)
        self._place(entry, plain)
        return entry

    def _taken_apart(self, token: str) -> tuple[str, ...]:
        """The words in ``token``, when it is more than one."""
        if token.isascii():
            if token.strip(_MARKS).isalnum() or token.lower() in self._valences:
                return ()
            apart = _INNER.sub(r"\1 ", token)
        elif token in self._emojis:
            return ()
        else:
            apart = _INNER.sub(r"\1 ", self._emoji.sub(r" \g<0> ", token))
        pieces = tuple(apart.split())
        return pieces if len(pieces) > 1 or (pieces and pieces[0] != token) else ()

    def _word(self, plain: str, stripped: str) -> str:
        """The word as the lexicons write it: emoticons whole, stretched letters let go."""
        lower = plain.lower()
        if len(stripped) <= 2:
            whole = lower if lower in self._valences else lower.strip(".,!?;:\"'()")
            if whole in self._valences or not whole.isalnum():
                return whole or lower
        word = stripped.lower() or lower
        if word in self._valences or not _STRETCHED.search(word):
            return word
        for kept in (r"\1\1", r"\1"):
            shorter = _STRETCHED.sub(kept, word)
            if shorter in self._valences or shorter in BOOSTER_DICT:
                return shorter
        return word

    def _value(self, entry: Entry) -> None:
        word = entry.word
        entry.lexical = word in self._valences
        entry.booster = BOOSTER_DICT.get(word, 0.0)
        entry.negates = word in NEGATE or "n't" in word
        if word in self._emojis and word not in self._valences:
            entry.valence, entry.lexical = self._emoji_valence(word), True
        elif not entry.handle and not entry.booster:
            entry.valence = self._valences.get(word, 0.0)
        if entry.valence:
            entry.kind |= roles.VALUED
        if entry.upper and (entry.valence or entry.booster):
            entry.kind |= roles.LOUD

    def _emoji_valence(self, sign: str) -> float:
        """An emoji counts as one word, worth the words of VADER's description of it."""
        return sum(self._valences.get(word, 0.0) for word in self._emojis[sign].split())

    def _place(self, entry: Entry, plain: str) -> None:
        """Tell what the token does to the clauses around it."""
        word = entry.word
        entry.kind |= self._marked.get(word, 0)
        if word in _IDIOMATIC:
            entry.kind |= roles.IDIOM
        if word in self._phrases:
            entry.kind |= roles.PHRASE
            entry.phrases = self._phrases[word]
        spelt = word.isalpha() or (word[:1].isalnum() and any(c.isalpha() for c in word))
        if not spelt or entry.handle or (plain.startswith("#") and not entry.valence):
            entry.kind |= roles.BARE
        entry.kind |= _end(plain.rstrip("\"'\u201d\u2019)]*"), word)


def _by_last_words(phrases: Mapping[str, float]) -> Mapping[str, Phrases]:
    """The phrases by their last word, each with and without its apostrophes."""
    found: dict[str, dict[str | None, list[tuple[tuple[str, ...], float]]]] = {}
    for phrase, weight in phrases.items():
        for spelling in {phrase, phrase.replace("'", "")}:
            *before, last = spelling.split()
            ending = found.setdefault(last, {})
            ending.setdefault(before[-1] if before else None, []).append((tuple(before), weight))
    return found


def _end(plain: str, word: str) -> int:
    """What a token's last mark ends."""
    last = plain[-1:]
    if plain == "\n" or not plain:
        return roles.SENTENCE_END | roles.CLAUSE_END if plain else 0
    if last in "?!\u2026" or (last == "." and word not in _ABBREVIATED and len(word) > 1):
        asks = roles.ASKS if "?" in plain[-3:] else 0
        return roles.SENTENCE_END | roles.CLAUSE_END | asks
    return roles.CLAUSE_END if last in ",;:\u2013\u2014" or plain in ("-", "--", "|", "/") else 0


def _name(plain: str, stripped: str) -> str:
    bare = stripped.lower()
    if bare.endswith("'s"):
        bare = bare[:-2]
    return "@" + bare if plain.lstrip("\"'(.").startswith("@") else bare
