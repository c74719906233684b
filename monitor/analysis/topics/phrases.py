"""Extracts candidate phrases from a text: one to three words that say what it is about.

Words are folded as rules fold them, so that a rule finds what was counted. A phrase may contain a stop word but not
begin or end with one, and it does not cross punctuation, a brand name, a handle, a link or a number. Scripts without
spaces, and languages without a list of stop words, yield no phrases.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from monitor.analysis.topics.context_words import ARTICLES, GENERIC, PREPOSITIONS, VERB_CUES
from monitor.analysis.topics.stop_words import (
    JOINING_WORDS,
    OFFENSIVE,
    PHRASES_OF_COMMON_WORDS,
    STATE_WORDS,
    STOP,
    WEAK,
)
from monitor.model import Text
from monitor.query.folded_text import FoldedText
from monitor.query.folding import UNSPACED

MAX_TEXT_CHARS = 1_000
"""Only the beginning of a text is read: it says what the text is about."""
MAX_WORD_CHARS = 30
MAX_PHRASE_WORDS = 3

INSIDE_ONLY, MAY_BEGIN, MAY_BEGIN_OR_END, ANYWHERE = range(4)
"""Strength of a word: where it may be in a phrase. ANYWHERE: also alone, as a phrase of one word."""
NO_CUE, ARTICLE, PREPOSITION, VERB_CUE = range(4)
"""Cue of a word: what it suggests about the next word. A preposition suggests a noun or its adjective."""

_FOREIGN_SIGNS = re.compile(
    "[\xa0-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\u2010-\u2018\u201a-\u2bff\u3000-\u3004\u3008-\u3020\u3030"
    "\uff00-\uff0f\uff1a-\uff20\U0001f000-\U0001faff]"
)
_NOT_WORDS = re.compile(
    r"\b(?:https?://|www\.)\S+|\S+@\S+\.\w+|(?<!\w)@[\w.-]+|(?<!\w)RT\b|\b\w+\.(?:com|org|net|io|co|de|uk|fr)\b\S*"
)
"""URLs, handles, the marker of a retweet."""
PIECES = re.compile(
    f"(?P<unspaced>[{UNSPACED}]+)|(?P<word>[^\\x00-/:-@\\[-`{{-\\x7f{UNSPACED}]+)|(?P<sign>[^\\s\\w'`#&_-])"
)
_SHORT_OFFENSIVE = frozenset(w for w in OFFENSIVE.split() if len(w) < 6)
_LONG_OFFENSIVE = tuple(w for w in OFFENSIVE.split() if len(w) >= 6)
_STOP = {lang: frozenset(words.split()) for lang, words in STOP.items()}
_ANY_STOP = frozenset().union(*_STOP.values())
_WEAK_WORDS = frozenset(WEAK.split())
_STATE_WORDS = frozenset(STATE_WORDS.split())
_GENERIC = {lang: frozenset(words.split()) for lang, words in GENERIC.items()}
_CUES = {
    lang: {
        **dict.fromkeys(PREPOSITIONS[lang].split(), PREPOSITION),
        **dict.fromkeys(VERB_CUES[lang].split(), VERB_CUE),
        **dict.fromkeys(ARTICLES[lang].split(), ARTICLE),
    }
    for lang in ARTICLES
}
_COMMON_PHRASES = frozenset(" ".join(phrase.split()) for phrase in PHRASES_OF_COMMON_WORDS.split(","))
_JOINING_WORDS = frozenset(JOINING_WORDS.split())
_LEADING_PREPOSITION = "on"
"""The only stop word that may begin a phrase: "on hold", "on strike"."""
_NOT_AFTER_ON = frozenset(["time", "top", "board", "site", "sale", "line", "purpose"])
_WEAK_NOUNS = frozenset(["customer", "client", "user", "company", "service", "product", "team", "member"])
"""Weak words that are nouns: a word in front of them describes them."""
_ADVERB = re.compile(r"(?<!fami)(?<!supp)(?<!assemb)(?<!anoma)(?<!app)ly$")
_TITLE_CASE_SHARE = 0.7
"""If this share of the longer words is capitalised, capitals do not mark names."""


class Token(NamedTuple):
    """A word of a text."""

    stem: str
    surface: str
    """As it was written."""
    strength: int
    starts_sentence: bool
    """Whether it begins a sentence, or the text is in title case, so that a capital does not mark a name."""
    is_hashtag: bool = False
    joint: str = " "
    """What separates it from the word before it: a space, a hyphen or an apostrophe."""
    cue: int = NO_CUE
    cue_before_name: int = NO_CUE
    """ARTICLE after an article and a name, as in "the Acme outage"."""
    name_before: str = ""
    """The blocked word right before it, such as the name of the brand, as it was written."""


class Phrase(NamedTuple):
    """An occurrence of a phrase."""

    key: str
    """Stems, separated by spaces."""
    tokens: tuple[Token, ...]
    before: int
    """The cue of the word before it, or before a name that precedes it; NO_CUE at other boundaries."""
    after: int
    """The strength of the word after it, INSIDE_ONLY at a boundary."""


def is_supported(lang: str | None) -> bool:
    """Whether phrases are found in this language. Unknown ones are tried with the stop words of all languages."""
    return lang is None or lang in _STOP


def tokenize(text: Text, blocked: Collection[str] = frozenset()) -> list[list[Token]]:
    """The words of a text, one list per segment between boundaries. ``blocked`` words and stems are boundaries."""
    if not is_supported(text.lang):
        return []
    lang = text.lang or "en"
    stop = _ANY_STOP if text.lang is None else _STOP[text.lang]
    segments: list[list[Token]] = [[]]
    article, name = NO_CUE, ""
    folded_text = FoldedText(without_links(text.body[:MAX_TEXT_CHARS]))
    title_case, starts_sentence = _is_title_case(folded_text.body), True
    for piece in PIECES.finditer(folded_text.folded):
        word, span = piece["word"], folded_text.span(*piece.span())
        surface = folded_text.body[span.start : span.end]
        if word is None or not is_usable(word) or (stemmed := stem(word)) in blocked or word in blocked:
            if segments[-1]:
                article = ARTICLE if word is not None and segments[-1][-1].cue == ARTICLE else NO_CUE
                segments.append([])
            starts_sentence = starts_sentence or word is None
            article = NO_CUE if word is None else article
            name = "" if word is None else surface
            continue
        sign = folded_text.body[max(0, span.start - 1) : span.start]
        token = Token(
            stemmed,
            surface,
            _strength(word, stop, lang),
            starts_sentence or title_case,
            is_hashtag=sign == "#",
            joint=sign if sign in ("-", "'") else " ",
            cue=_CUES[lang].get(word, NO_CUE),
            cue_before_name=article,
            name_before=name,
        )
        article, name = NO_CUE, ""
        segments[-1].append(token)
        starts_sentence = False
    return segments if segments[-1] else segments[:-1]


def phrases_in(tokens: Sequence[Token]) -> Iterator[Phrase]:
    """The candidate phrases of one segment."""
    for start, token in enumerate(tokens):
        if token.strength == INSIDE_ONLY:
            leads = token.stem == _LEADING_PREPOSITION and start + 1 < len(tokens)
            if leads and _may_follow_on(tokens[start + 1]):
                yield _phrase(tokens, start, 2)
            continue
        if start and token.joint == "-":  # "A-list": no phrase begins within a word
            continue
        for length in range(1, min(MAX_PHRASE_WORDS, len(tokens) - start) + 1):
            if _is_candidate(tokens[start : start + length]):
                yield _phrase(tokens, start, length)


def phrase_key(name: str) -> str:
    """The key of a phrase, as in ``Phrase.key``."""
    return " ".join(stem(piece["word"]) for piece in PIECES.finditer(FoldedText(name).folded) if piece["word"])


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """``word`` without its plural s; "cancelled" as "canceled". Used for counting, never shown."""
    if len(word) < 4:
        return word
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    return word.replace("lled", "led").replace("lling", "ling") if "ll" in word else word


def is_usable(word: str) -> bool:
    """Whether a word may be part of a topic: not a number, not too long, not offensive."""
    return (word.isalpha() and len(word) <= MAX_WORD_CHARS and not _is_offensive(word)) or _has_vowel_marks(word)


def _has_vowel_marks(word: str) -> bool:
    """Indic scripts write vowels as combining marks, for which ``isalpha`` is False."""
    has_digit = any(map(str.isdigit, word))
    return len(word) <= MAX_WORD_CHARS and not word.isascii() and not has_digit and not _is_offensive(word)


@lru_cache(maxsize=20_000)
def _is_offensive(word: str) -> bool:
    return word in _SHORT_OFFENSIVE or word.removesuffix("s") in _SHORT_OFFENSIVE or word.startswith(_LONG_OFFENSIVE)


def without_links(body: str) -> str:
    """Punctuation as ASCII, and a full stop in place of links, handles and other non-words."""
    if not body.isascii():
        body = _FOREIGN_SIGNS.sub(" . ", body.replace("\u2019", "'").replace("\uff20", "@"))
    return _NOT_WORDS.sub(" . ", body)


def _strength(word: str, stop: Collection[str], lang: str) -> int:
    if len(word) < 2 or word in stop:
        return INSIDE_ONLY
    is_english = lang == "en"
    if word in _GENERIC[lang] or (is_english and word in _STATE_WORDS):
        return MAY_BEGIN_OR_END
    return MAY_BEGIN if is_english and (word in _WEAK_WORDS or _ADVERB.search(word)) else ANYWHERE


def _may_follow_on(word: Token) -> bool:
    return word.strength in (MAY_BEGIN, ANYWHERE) and word.stem not in _NOT_AFTER_ON


def _is_title_case(body: str) -> bool:
    """Whether a text is written Like This or LIKE THIS, so that a capital does not mark a name."""
    longer = [word for word in body.split()[1:60] if len(word) > 3 and word[0].isalpha()]
    return len(longer) > 2 and sum(word[0].isupper() for word in longer) >= _TITLE_CASE_SHARE * len(longer)


def _is_candidate(tokens: Sequence[Token]) -> bool:
    last = tokens[-1].strength
    if len(tokens) == 1:
        return last == ANYWHERE and len(tokens[0].stem) > 2
    if any(word.strength == INSIDE_ONLY and word.stem not in _JOINING_WORDS for word in tokens[1:-1]):
        return False
    if last in (ANYWHERE, MAY_BEGIN_OR_END) and any(word.strength == ANYWHERE for word in tokens):
        return True
    return " ".join(word.stem for word in tokens) in _COMMON_PHRASES


def _phrase(tokens: Sequence[Token], start: int, length: int) -> Phrase:
    chosen = tuple(tokens[start : start + length])
    end = start + length
    after = tokens[end].strength if end < len(tokens) else INSIDE_ONLY
    after = ANYWHERE if after and tokens[end].stem in _WEAK_NOUNS else after
    before = tokens[start - 1].cue if start else tokens[0].cue_before_name
    return Phrase(" ".join(token.stem for token in chosen), chosen, before, after)
