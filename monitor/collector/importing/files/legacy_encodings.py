"""Guesses the encoding of text that is neither UTF-8 nor UTF-16, by the letters that the text would then have.

Statistical detectors in general use confuse encodings that share most letters: charset-normalizer 3.5 reads French and
Portuguese in Windows-1252 as Windows-1250. A wrong guess would store wrong text without an error, so this one decides
only when one reading is much more likely than all others.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from monitor.collector.importing.files.letters import (
    ALPHABETS,
    CJK_PUNCTUATION,
    COMMON_HANZI,
    COMMON_KANJI,
    INSIDE_WORDS,
    PUNCTUATION,
)

MIN_LEAD = 3.0
"""By how much the logarithm of the likelihood must exceed that of the next different reading."""
MIN_MEAN = -6.0
"""Lowest mean logarithm of the likelihood per byte above 127. Random bytes are far below."""

ENCODINGS: Mapping[str, str] = {
    "cp1252": "Windows-1252",
    "iso8859-15": "ISO-8859-15",
    "cp1250": "Windows-1250",
    "iso8859-2": "ISO-8859-2",
    "cp1251": "Windows-1251",
    "koi8-r": "KOI8-R",
    "koi8-u": "KOI8-U",
    "iso8859-5": "ISO-8859-5",
    "cp866": "CP866",
    "mac-cyrillic": "Mac Cyrillic",
    "mac-roman": "Mac Roman",
    "mac-latin2": "Mac Central European",
    "cp850": "CP850",
    "cp852": "CP852",
    "cp437": "CP437",
    "cp1253": "Windows-1253",
    "iso8859-7": "ISO-8859-7",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp1257": "Windows-1257",
    "iso8859-13": "ISO-8859-13",
    "cp874": "Windows-874",
    "cp932": "Shift_JIS",
    "euc-jp": "EUC-JP",
    "gb18030": "GB18030",
    "cp950": "Big5",
    "cp949": "EUC-KR",
}
"""Python's name -> name for people. Of two that read a text alike, the first one is chosen."""

_PRIORS: Mapping[str, float] = {
    "cp1252": 3.0,
    **dict.fromkeys(
        ("koi8-r", "koi8-u", "iso8859-5", "mac-cyrillic", "mac-roman", "mac-latin2", "cp850", "cp852", "cp437"), -3.0
    ),
}
"""Added to the score of an encoding that is much more or less usual in exports than others."""

_RARE, _CONTROL = 5e-5, 1e-8
_UNUSUAL_CASE_FACTOR = 0.06
_MISPLACED = math.log(0.01)
_CAPITALS = math.log(0.1)
"""Added to the score of a text in capital letters, because few are."""
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text reads in an encoding."""

    encoding: str
    text: str
    score: float
    """Logarithm of the likelihood of the characters that are not ASCII."""

    @property
    def name(self) -> str:
        """The name of the encoding for people."""
        return ENCODINGS[self.encoding]


def readings(sample: bytes) -> list[Reading]:
    """The readings of ``sample`` in every encoding in which it is valid, the most likely first; equal texts once."""
    found: dict[str, Reading] = {}
    for encoding in ENCODINGS:
        try:
            text = (sample + b"\n").decode(encoding)
        except UnicodeDecodeError:
            continue
        if text not in found:
            found[text] = Reading(encoding, text, _score(text) + _PRIORS.get(encoding, 0.0))
    return sorted(found.values(), key=lambda reading: -reading.score)


def is_clear(ranked: Sequence[Reading], sample: bytes) -> bool:
    """Whether the first of ``ranked`` is plausible and much more likely than the second."""
    if not ranked:
        return False
    high = sum(byte > 127 for byte in sample)
    leads = len(ranked) == 1 or ranked[0].score - ranked[1].score >= MIN_LEAD
    return leads and ranked[0].score / max(1, high) >= MIN_MEAN


def _score(text: str) -> float:
    characters = Counter(c for c in text if c > "\x7f")
    misplaced = sum(_is_misplaced(*three) for three in zip(" " + text, text, text[1:] + " ", strict=False))
    misplaced += _odd_words(text)
    usual = max(_likelihood(characters, weights) for weights in _weights())
    capital = max(_likelihood(characters, weights) for weights in _capital_weights())
    return misplaced * _MISPLACED + max(usual, capital + _CAPITALS)


def _likelihood(characters: Counter[str], weights: Mapping[str, float]) -> float:
    return sum(n * math.log(weights.get(c) or _other_weight(c)) for c, n in characters.items())


def _is_misplaced(before: str, character: str, after: str) -> bool:
    """Whether ``character`` is unlikely between the two: an upper-case letter after a lower-case one, two scripts in
    a word, a letter beside a digit, a symbol inside a word."""
    if character.isalpha():
        if (before.isdecimal() or after.isdecimal()) and character > "\x7f" and _script(character) != "CJK":
            return True
        if not before.isalpha() or max(before, character) <= "\x7f":
            return False
        return (before.islower() and character.isupper()) or _script(before) != _script(character)
    if character <= "\x7f" or not (before.isalpha() or after.isalpha()) or unicodedata.category(character)[0] == "M":
        return False
    if character not in PUNCTUATION:
        return _script(before) != "CJK"
    return before.isalpha() and after.isalpha() and character not in INSIDE_WORDS


def _odd_words(text: str) -> int:
    """How many words have only accented letters, as no Latin words do; and one more if the letters of another script
    are all alone, as signs such as the pound are in a wrong encoding."""
    words = Counter(found[0] for found in _WORD.finditer(text))
    latin = sum(n for word, n in words.items() if len(word) > 1 and word > "\x7f" and _is_accented(word))
    others = [word for word in words if _script(max(word)) not in {"LATIN", "CJK"}]
    return latin + (bool(others) and all(len(word) == 1 for word in others))


def _is_accented(word: str) -> bool:
    return all("\x7f" < letter < "\u0250" for letter in word)


@cache
def _script(letter: str) -> str:
    if letter < "\u0250":
        return "LATIN"
    name = unicodedata.name(letter, "").split(" ")[0]
    return "CJK" if name in {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "HALFWIDTH", "FULLWIDTH"} else name


@cache
def _weights() -> tuple[Mapping[str, float], ...]:
    """For each language, the share of a character among those that are not ASCII."""
    return (*(_alphabet_weights(letters) for letters in ALPHABETS), *_east_asian_weights())


@cache
def _capital_weights() -> tuple[Mapping[str, float], ...]:
    """The same for texts in capital letters, in scripts that have them and in which a word has no ASCII letters."""
    return tuple(_alphabet_weights(letters.upper()) for letters in ALPHABETS if letters[0] > "\u0250")


def _alphabet_weights(letters: str) -> dict[str, float]:
    weights = dict.fromkeys(PUNCTUATION, 0.15 / len(PUNCTUATION))
    total = sum(1 / (n + 2) for n in range(len(letters)))
    for n, letter in enumerate(letters):
        share = 0.85 / (n + 2) / total
        weights[letter.swapcase()] = share * _UNUSUAL_CASE_FACTOR
        weights[letter] = share
    return weights


def _east_asian_weights() -> Iterator[Mapping[str, float]]:
    punctuation = dict.fromkeys(CJK_PUNCTUATION, 1 / 100)
    hanzi = dict.fromkeys(map(chr, range(0x4E00, 0x9FA6)), 1 / 12_000)
    kana = dict.fromkeys(map(chr, range(0x3041, 0x30F7)), 1 / 150)
    hangul = dict.fromkeys(map(chr, range(0xAC00, 0xD7A4)), 1 / 600)
    yield {**punctuation, **hanzi, **dict.fromkeys(COMMON_KANJI, 1 / 600), **kana}
    yield {**punctuation, **hanzi, **dict.fromkeys(COMMON_HANZI, 1 / 300)}
    yield {**punctuation, **hangul}


def _other_weight(character: str) -> float:
    is_unlikely = unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"} or character == "¤"
    return _CONTROL if is_unlikely else _RARE
