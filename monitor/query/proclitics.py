"""Words that Arabic and Hebrew write together with the next one: "and", "in", "to", "the".

A rule for a name finds it behind them too, unless the name has only two letters: too many other words end with these.
"""

from __future__ import annotations

import re

from monitor.query.folding import WORD_CHARACTER

MIN_LETTERS = 3
_ARABIC_WORD = re.compile(f"[\u0620-\u064a\u066e-\u06d3]{{{MIN_LETTERS},}}")
_HEBREW_WORD = re.compile(f"[\u05d0-\u05ea]{{{MIN_LETTERS},}}")

_CONJUNCTIONS = ("\u0648", "\u0641")  # wa, fa
_ARTICLE, _TO_THE = "\u0627\u0644", "\u0644\u0644"  # al-; lil-, which "to" and the article become together
_ARABIC_PREPOSITIONS = ("", "\u0628", "\u0643", "\u0644")  # bi, ka, li
_ARABIC = tuple(
    conjunction + rest
    for conjunction in ("", *_CONJUNCTIONS)
    for rest in (*_ARABIC_PREPOSITIONS, *(p + _ARTICLE for p in _ARABIC_PREPOSITIONS), _TO_THE)
    if conjunction + rest
)
_HEBREW_LETTERS = "\u05d4\u05d5\u05d1\u05db\u05dc\u05de\u05e9"  # the, and, in, as, to, from, that
_THE, _AND, _AS, _TO, _THAT = "\u05d4", "\u05d5", "\u05db", "\u05dc", "\u05e9"
_HEBREW = (
    *_HEBREW_LETTERS,
    *(_AND + letter for letter in _HEBREW_LETTERS if letter != _AND),
    *(_THAT + letter for letter in _HEBREW_LETTERS if letter not in (_AND, _THAT)),
    *(letter + _THE for letter in _HEBREW_LETTERS if letter not in (_THE, _AND, _THAT)),
    *(_AS + _THAT + rest for rest in ("", _THE)),
    _AND + _THAT + _THE,
    _TO + _AS + _THAT,
)


def proclitics(word: str) -> tuple[str, ...]:
    """What may precede the folded ``word`` without a space; empty for other scripts and for short words."""
    return _ARABIC if _ARABIC_WORD.fullmatch(word) else _HEBREW if _HEBREW_WORD.fullmatch(word) else ()


def with_proclitics(word: str) -> tuple[str, ...]:
    """Every form of ``word`` with proclitics, without the word itself."""
    joined = [proclitic + word for proclitic in proclitics(word)]
    joined += [conjunction + form for form in _to_the(word) for conjunction in ("", *_CONJUNCTIONS)]
    return tuple(dict.fromkeys(joined))


def _to_the(word: str) -> tuple[str, ...]:
    """The form of a word with the article after "to", in which the article loses its first letter."""
    stem = word.removeprefix(_ARTICLE)
    return (_TO_THE + stem,) if stem != word and proclitics(word) and len(stem) >= MIN_LETTERS else ()


def invariable_part(word: str) -> str:
    """The part of ``word`` that all its forms contain."""
    return word.removeprefix(_ARTICLE) if _to_the(word) else word


def start_pattern(word: str) -> str:
    """A pattern for ``word`` at its beginning or directly after proclitics, which are not part of the match."""
    forms = [_after(word, proclitics(word)), *(_after(form, _CONJUNCTIONS) for form in _to_the(word))]
    return f"(?:{'|'.join(forms)})"


def _after(form: str, before: tuple[str, ...]) -> str:
    literal = re.escape(form)
    guards = [f"(?<!{WORD_CHARACTER}{literal})"]
    guards += [f"(?<=(?<!{WORD_CHARACTER}){re.escape(proclitic)}{literal})" for proclitic in before]
    return f"{literal}(?:{'|'.join(guards)})"
