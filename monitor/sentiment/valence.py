"""VADER's rules for the valence of a word among its neighbours: negation, boosters, capitals, idioms.

The rules are those of Hutto & Gilbert (2014) as the package vaderSentiment 3.3.2 applies them, quirks included, applied
to our tokens and only to words that have a valence. ``tests/test_sentiment.py`` compares the sums with the package.
"""

from __future__ import annotations

from collections.abc import Sequence

from vaderSentiment.vaderSentiment import BOOSTER_DICT, C_INCR, N_SCALAR, SPECIAL_CASES

from monitor.sentiment.vocabulary import LexiconEntry

_NEVER_INTENSIFIERS = ("so", "this")
"""These intensify the next word after "never". If they directly precede it, they do so after any third word before it,
which is a quirk of VADER."""
_BOOSTER_FACTORS = (1.0, 0.95, 0.9)
"""How much a booster counts one, two and three words before."""


def has_mixed_capitals(entries: Sequence[LexiconEntry]) -> bool:
    """Whether some but not all words are in capitals, so that capitals mean emphasis."""
    in_capitals = sum(entry.is_upper for entry in entries)
    return 0 < in_capitals < len(entries)


def word_valence(entries: Sequence[LexiconEntry], i: int, emphasis: bool, idioms: bool) -> float:
    """The valence of the word at ``i``. ``emphasis``: capitals mean emphasis; ``idioms``: the text may have idioms."""
    entry = entries[i]
    if entry.word == "kind" and i + 1 < len(entries) and entries[i + 1].word == "of":
        return 0.0
    valence = _valence_with_no(entries, i)
    if emphasis and entry.is_upper:
        valence += C_INCR if valence > 0 else -C_INCR
    for distance in (1, 2, 3):
        if distance > i:
            break
        before = entries[i - distance]
        if before.in_lexicon:
            continue
        if before.booster:
            valence += _boost(before, valence, emphasis) * _BOOSTER_FACTORS[distance - 1]
        if before.negates or (distance == 3 and entries[i - 1].word in _NEVER_INTENSIFIERS):
            valence = _negate(entries, i, distance, valence)
        if idioms and distance == 3:
            valence = _apply_idioms(entries, i, valence)
    return _apply_least(entries, i, valence) if idioms else valence


def _valence_with_no(entries: Sequence[LexiconEntry], i: int) -> float:
    """The valence in the lexicon. "no" reverses what follows and has no valence itself there."""
    entry = entries[i]
    if i > 0 and (
        entries[i - 1].word == "no"
        or (i > 1 and entries[i - 2].word == "no")
        or (i > 2 and entries[i - 3].word == "no" and entries[i - 1].word in ("or", "nor"))
    ):
        return entry.valence * float(N_SCALAR)
    if entry.word == "no" and i + 1 < len(entries) and entries[i + 1].in_lexicon:
        return 0.0
    return entry.valence


def _boost(booster: LexiconEntry, valence: float, emphasis: bool) -> float:
    increment = booster.booster if valence >= 0 else -booster.booster
    if emphasis and booster.is_upper:
        increment += C_INCR if valence > 0 else -C_INCR
    return increment


def _negate(entries: Sequence[LexiconEntry], i: int, distance: int, valence: float) -> float:
    before = entries[i - distance]
    if distance > 1:
        between = [entries[i - k].word for k in range(1, distance)]
        nearest = between[0]
        after_never = before.word == "never" and between[-1] in _NEVER_INTENSIFIERS
        if after_never or (distance == 3 and nearest in _NEVER_INTENSIFIERS):
            return valence * 1.25
        if before.word == "without" and "doubt" in between:
            return valence
    return valence * N_SCALAR if before.negates else valence


def _apply_idioms(entries: Sequence[LexiconEntry], i: int, valence: float) -> float:
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


def _apply_least(entries: Sequence[LexiconEntry], i: int, valence: float) -> float:
    """ "least" negates the next word, except in "at least" and "very least"."""
    if i == 0 or entries[i - 1].word != "least" or entries[i - 1].in_lexicon:
        return valence
    return valence if i > 1 and entries[i - 2].word in ("at", "very") else valence * N_SCALAR
