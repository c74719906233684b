"""The properties of tokens: the word, its valence, whether it negates, ends a clause or is a link.

Based on VADER's lexicon (Hutto & Gilbert 2014, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social
Media Text", ICWSM-14), as the package vaderSentiment ships it. Most tokens occur often, so each is analysed once and
cached.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Mapping
from copy import copy
from functools import cache
from typing import Final

from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from monitor.sentiment import token_flags
from monitor.sentiment.lexicon import Lexicon, Phrase, moods

MAX_ENTRIES = 40_000
"""Tokens cached, some 15 MB. When the cache is full it is emptied, which costs less than choosing what to evict."""
MAX_TOKEN_CHARS = 200
"""Longer tokens are not words."""

_PUNCTUATION = string.punctuation + "\u201c\u201d\u2018\u2019\u2026\xab\xbb\u2013\u2014"
_STRIPPED_PUNCTUATION = ".,;:!?\"'()[]*_\u201c\u201d\u2018\u2019\u2026\xab\xbb\u2013\u2014"
"""Punctuation around a word that is not shown as part of it."""
_QUOTATION_MARKS = "\"'\u201c\u201d\u2018\u2019"
_LINK = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/)", re.IGNORECASE)
_INNER_PUNCTUATION = re.compile(r"(?<=\w\w)(\.{2,}|[\u2026\u2014\u2013/|,;!?]+|--+)(?=[@#\w]\w)(?!\d)")
_REPEATED_LETTER = re.compile(r"(.)\1{2,}")
_ABBREVIATIONS = frozenset(
    ("vs", "mr", "mrs", "ms", "dr", "inc", "corp", "ltd", "co", "st", "u.s", "u.k", "e.g", "i.e", "etc")
)
_IDIOMS = [phrase.split() for phrase in (*SPECIAL_CASES, *BOOSTER_DICT) if " " in phrase]
_IDIOM_KEYWORDS = frozenset(("least", *(max(idiom, key=len) for idiom in _IDIOMS)))
"""The longest word of each of VADER's idioms: a text without any of these words contains no idiom."""
_OTHER_MODIFIERS = frozenset(("no", "so", "this", "kind"))
"""Words that ``valence`` looks for besides negations, boosters and idioms."""


class Opening:
    """What a word at the beginning of a sentence says about it, as an int, for speed."""

    NONE: Final = 0
    SKIPPED: Final = 1
    """A filler, a handle or punctuation: the next word decides."""
    OPENER: Final = 2
    """Can open a question."""


class LexiconEntry:
    """The properties of a token."""

    __slots__ = (
        "booster",
        "flags",
        "in_lexicon",
        "is_handle",
        "is_upper",
        "leading",
        "name",
        "negates",
        "opening",
        "parts",
        "phrases",
        "trailing",
        "valence",
        "word",
    )

    def __init__(self, word: str, name: str) -> None:
        self.word = word
        """In lower case, without the punctuation around it."""
        self.name = name
        """The word as a brand's name: without ``'s``, with a leading ``@``."""
        self.valence = 0.0
        self.in_lexicon = False
        """Whether either lexicon has the word, even with valence 0."""
        self.booster = 0.0
        self.negates = False
        self.is_upper = False
        self.is_handle = False
        self.flags = 0
        """Bits of ``token_flags``; 0 for a plain word."""
        self.phrases: tuple[Phrase, ...] = ()
        """The phrases that are this word alone, of which at most the first is a hint."""
        self.opening = Opening.NONE
        self.parts: tuple[str, ...] = ()
        """The tokens of a compound; empty for any other token."""
        self.leading = self.trailing = 0
        """Number of punctuation characters before and after the word."""

    def without_negation(self) -> LexiconEntry:
        """This token as a plain word, for a negation that belongs to a phrase such as "not only"."""
        plain = copy(self)
        plain.negates = False
        if plain.word == "no":
            plain.word = ""
        return plain


class Vocabulary(dict[str, LexiconEntry]):
    """Token -> LexiconEntry, filled on demand. Threads may share one: an entry does not change once it is stored."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        vader = _vader()
        self.lexicon = lexicon
        self.phrases_by_end = {
            (previous, last): phrases
            for last, ends in lexicon.phrases.items()
            for previous, phrases in ends.items()
            if previous  # a phrase of one word is found by its entry, and the word of a link is ""
        }
        """The phrases that end with two words: one look-up of each pair of words finds the few that may be one."""
        self._valences = {**_scaled(vader.lexicon, lexicon.factors), **lexicon.valences}
        self._boosters: dict[str, float] = {**BOOSTER_DICT, **lexicon.boosters}
        self._emojis: dict[str, str] = {sign: text for sign, text in vader.emojis.items() if len(sign) == 1}
        self._emoji = re.compile("[" + "".join(map(re.escape, self._emojis)) + "]")

    def __missing__(self, token: str) -> LexiconEntry:
        if len(self) >= MAX_ENTRIES:
            self.clear()
        entry = self[token] = self._make_entry(token)
        return entry

    def _make_entry(self, token: str) -> LexiconEntry:
        if _LINK.match(token) or len(token) > MAX_TOKEN_CHARS:
            entry = LexiconEntry("", "")
            entry.flags = token_flags.LINK | token_flags.NOT_A_WORD
            return entry
        if parts := self._split_compound(token):
            entry = LexiconEntry("", "")
            entry.flags, entry.parts = token_flags.COMPOUND, parts
            return entry
        plain = token.replace("\u2019", "'")
        stripped = plain.strip(_PUNCTUATION)
        entry = LexiconEntry(self._word(plain, stripped), _normalized_name(plain, stripped))
        entry.is_handle = plain.startswith("@") and len(plain) > 1
        entry.is_upper = stripped.isupper()
        if entry.word[:1].isalnum():
            entry.leading = len(token) - len(token.lstrip(_STRIPPED_PUNCTUATION))
        if entry.word[-1:].isalnum():
            entry.trailing = len(token) - len(token.rstrip(_STRIPPED_PUNCTUATION))
        self._set_valence(entry, plain)
        self._set_flags(entry, plain)
        return entry

    def _split_compound(self, token: str) -> tuple[str, ...]:
        """The words in ``token`` if it has more than one, otherwise ()."""
        if token.isascii():
            if token.strip(_PUNCTUATION).isalnum() or token.lower() in self._valences:
                return ()
            spaced = _INNER_PUNCTUATION.sub(r"\1 ", token)
        elif token in self._emojis:
            return ()
        else:
            spaced = _INNER_PUNCTUATION.sub(r"\1 ", self._emoji.sub(r" \g<0> ", token))
        parts = tuple(spaced.split())
        return parts if len(parts) > 1 or (parts and parts[0] != token) else ()

    def _word(self, plain: str, stripped: str) -> str:
        """The word as the lexicons write it: emoticons with their punctuation, "waaaiting" as "waiting"."""
        lower = plain.lower()
        if len(stripped) <= 2:
            emoticon = lower if lower in self._valences else lower.strip(".,!?;:\"'()")
            if emoticon in self._valences or not emoticon.isalnum():
                return emoticon or lower
        word = stripped.lower() or lower
        if word in self._valences or not _REPEATED_LETTER.search(word):
            return word
        for replacement in (r"\1\1", r"\1"):
            shorter = _REPEATED_LETTER.sub(replacement, word)
            if shorter in self._valences or shorter in self._boosters or shorter in self.lexicon.phrases:
                return shorter
        return word

    def _set_valence(self, entry: LexiconEntry, plain: str) -> None:
        word = entry.word
        # VADER passes over words of its lexicon when it looks for negations and boosters.
        changes_others = word in self.lexicon.negators or word in self.lexicon.boosters
        entry.in_lexicon = word in self._valences and not changes_others
        entry.booster = self._boosters.get(word, 0.0)
        entry.negates = word in NEGATE or "n't" in word or word in self.lexicon.negators
        if entry.negates:
            entry.flags |= token_flags.NEGATION | token_flags.MODIFIER
        if entry.booster or word in _OTHER_MODIFIERS:
            entry.flags |= token_flags.MODIFIER
        if word in self._emojis and word not in self._valences:
            entry.valence, entry.in_lexicon = self._emoji_valence(word), True
        elif not entry.is_handle and not entry.booster:
            entry.valence = self._valences.get(word, 0.0)
            if plain[:1] == "#" and word not in self._valences:
                entry.valence = _hashtag_valence(word, self.lexicon.hashtags)
        if entry.valence:
            entry.flags |= token_flags.VALENCE
            if plain[:1].isupper():
                entry.flags |= token_flags.CAPITALIZED
            elif plain[:1] in _QUOTATION_MARKS and plain.rstrip(".,!?;:")[-1:] in _QUOTATION_MARKS:
                entry.flags |= token_flags.QUOTED
        if entry.is_upper and (entry.valence or entry.booster):
            entry.flags |= token_flags.CAPITALS

    def _emoji_valence(self, sign: str) -> float:
        """The valence of an emoji: the sum over the words of VADER's description of it."""
        return math.fsum(self._valences.get(word, 0.0) for word in self._emojis[sign].split())

    def _set_flags(self, entry: LexiconEntry, plain: str) -> None:
        word = entry.word
        entry.flags |= self.lexicon.flags.get(word, 0)
        if word in _IDIOM_KEYWORDS:
            entry.flags |= token_flags.IDIOM
        if phrases := self.lexicon.phrases.get(word, {}).get("", ()):
            hints = [phrase for phrase in phrases if phrase.hint]
            entry.phrases = (*hints[:1], *[phrase for phrase in phrases if not phrase.hint])
            entry.flags |= token_flags.PHRASE
        has_letters = word.isalpha() or (word[:1].isalnum() and any(c.isalpha() for c in word))
        if entry.is_handle:
            entry.flags |= token_flags.HANDLE
        if plain.endswith(":") and plain.lstrip(_QUOTATION_MARKS).startswith("@"):
            entry.flags |= token_flags.QUOTED_SPEAKER
        if not has_letters or entry.is_handle or (plain.startswith("#") and not entry.valence):
            entry.flags |= token_flags.NOT_A_WORD
        entry.opening = _opening(entry)
        entry.flags |= _end_flags(plain.rstrip("\"'\u201d\u2019)]*"), word)


def _opening(entry: LexiconEntry) -> int:
    word = entry.word
    if word in moods.AUXILIARIES or word in moods.QUESTION_WORDS or word in moods.ASKING_WORDS or "n't" in word:
        return Opening.OPENER
    is_skipped = entry.is_handle or word in moods.FILLERS or not word[:1].isalnum()
    return Opening.SKIPPED if is_skipped else Opening.NONE


def _hashtag_valence(word: str, parts: Mapping[str, float]) -> float:
    """The valence of a hashtag of several words, by the longest of ``parts`` that it begins or ends with."""
    ends = tuple(parts)
    if not (word.startswith(ends) or word.endswith(ends)):
        return 0.0
    found = [part for part in parts if word.startswith(part) or word.endswith(part)]
    return parts[max(found, key=len)]


@cache
def _vader() -> SentimentIntensityAnalyzer:
    """VADER, which reads two files, for its lexicons, which nobody changes."""
    return SentimentIntensityAnalyzer()


def _scaled(valences: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """``valences`` times the factors of their words. A key of ``factors`` with ``*`` means all that begin so."""
    stems = sorted(key[:-1] for key in factors if key.endswith("*"))
    lengths = {len(stem) for stem in stems}
    stem_set = frozenset(stems)
    scaled = dict(valences)
    for word in scaled:
        if word in factors:
            scaled[word] *= factors[word]
        elif stem := next((word[:n] for n in lengths if word[:n] in stem_set), None):
            scaled[word] *= factors[stem + "*"]
    return scaled


def _end_flags(plain: str, word: str) -> int:
    """The flags that a token's last punctuation mark sets."""
    last = plain[-1:]
    if plain == "\n" or not plain:
        return token_flags.SENTENCE_END | token_flags.CLAUSE_END if plain else 0
    if last in "?!\u2026" or (last == "." and word not in _ABBREVIATIONS and len(word) > 1):
        question = token_flags.QUESTION if "?" in plain[-3:] else 0
        return token_flags.SENTENCE_END | token_flags.CLAUSE_END | question
    return token_flags.CLAUSE_END if last in ",;:\u2013\u2014" or plain in ("-", "--", "|", "/") else 0


def _normalized_name(plain: str, stripped: str) -> str:
    name = stripped.lower().removesuffix("'s")
    return "@" + name if plain.lstrip("\"'(.").startswith("@") else name
