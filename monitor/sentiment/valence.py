"""VADER's rules for one word among its neighbours: negation, boosters, capitals, idioms.

The rules are those of Hutto & Gilbert (2014) as the package vaderSentiment 3.3.2 applies them, quirks included, run
over our tokens and only where a word has a valence. ``tests/test_sentiment.py`` holds the sums equal to the package's.
"""

from __future__ import annotations

from collections.abc import Sequence

from vaderSentiment.vaderSentiment import BOOSTER_DICT, C_INCR, N_SCALAR, SPECIAL_CASES

from monitor.sentiment.vocabulary import Entry

_STRESS = ("so", "this")
"""Behind "never" they make more of a word; three words on, whatever stands before them, which is a quirk of VADER."""
_FADES = (1.0, 0.95, 0.9)
"""How much a booster counts one, two and three words before."""


def mixed_capitals(entries: Sequence[Entry]) -> bool:
    """Whether some words but not all are in capitals, so that capitals mean emphasis."""
    loud = sum(entry.upper for entry in entries)
    return 0 < loud < len(entries)


def weigh(entries: Sequence[Entry], i: int, loud: bool, idioms: bool) -> float:
    """Valence of the word at ``i``. ``loud``: capitals mean emphasis; ``idioms``: the text has words of idioms."""
    entry = entries[i]
    if entry.word == "kind" and i + 1 < len(entries) and entries[i + 1].word == "of":
        return 0.0
    valence = _with_no(entries, i)
    if loud and entry.upper:
        valence += C_INCR if valence > 0 else -C_INCR
    for back in (1, 2, 3):
        if back > i:
            break
        before = entries[i - back]
        if before.lexical:
            continue
        if before.booster:
            valence += _boost(before, valence, loud) * _FADES[back - 1]
        if before.negates or (back == 3 and entries[i - 1].word in _STRESS):
            valence = _negate(entries, i, back, valence)
        if idioms and back == 3:
            valence = _idiom(entries, i, valence)
    return _least(entries, i, valence) if idioms else valence


def _with_no(entries: Sequence[Entry], i: int) -> float:
    """ "no" turns over what follows, and weighs nothing itself there."""
    entry = entries[i]
    if i > 0 and (
        entries[i - 1].word == "no"
        or (i > 1 and entries[i - 2].word == "no")
        or (i > 2 and entries[i - 3].word == "no" and entries[i - 1].word in ("or", "nor"))
    ):
        return entry.valence * float(N_SCALAR)
    if entry.word == "no" and i + 1 < len(entries) and entries[i + 1].lexical:
        return 0.0
    return entry.valence


def _boost(booster: Entry, valence: float, loud: bool) -> float:
    step = booster.booster if valence >= 0 else -booster.booster
    if loud and booster.upper:
        step += C_INCR if valence > 0 else -C_INCR
    return step


def _negate(entries: Sequence[Entry], i: int, back: int, valence: float) -> float:
    before = entries[i - back]
    if back > 1:
        between = [entries[i - k].word for k in range(1, back)]
        nearest = between[0]
        so_this = before.word == "never" and between[-1] in _STRESS
        if so_this or (back == 3 and nearest in _STRESS):
            return valence * 1.25
        if before.word == "without" and "doubt" in between:
            return valence
    return valence * N_SCALAR if before.negates else valence


def _idiom(entries: Sequence[Entry], i: int, valence: float) -> float:
    words = [entry.word for entry in entries[i - 3 : i + 3]]
    three, two, one, zero = words[:4]
    for phrase in (f"{one} {zero}", f"{two} {one} {zero}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}"):
        if phrase in SPECIAL_CASES:
            valence = float(SPECIAL_CASES[phrase])
            break
    for phrase in (" ".join(words[3:5]), " ".join(words[3:6])):
        valence = float(SPECIAL_CASES.get(phrase, valence))
    for phrase in (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}"):
        valence += BOOSTER_DICT.get(phrase, 0.0)
    return valence


def _least(entries: Sequence[Entry], i: int, valence: float) -> float:
    if i == 0 or entries[i - 1].word != "least" or entries[i - 1].lexical:
        return valence
    return valence if i > 1 and entries[i - 2].word in ("at", "very") else valence * N_SCALAR
