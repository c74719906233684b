"""Which phrases stand out of a window, and which of them are one and the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from monitor.model import Text
from monitor.topics.background import Background
from monitor.topics.heard import Ear, Floats, Ints, Said
from monitor.topics.naming import fits, is_thing, name_of, rule_of
from monitor.topics.reading import Gram

RISES, HOLDS = 2.0, 1.5
"""How many times its share of the background."""
HYSTERESIS = 0.8
"""Of the shares that are asked for, for a topic that was there before."""
ADVANTAGE = 1.5
"""Weight of a topic that was there before."""
NEARLY_ALL = 0.6
"""Of a phrase's texts: a longer phrase with so many is what they are about; another with so many is the same."""
PER_WORD = 0.2
"""More weight for each further word: it says more."""
MOST_WEIGHED = 60
EXAMPLES = 80
"""Texts that are read for a name."""


@dataclass(frozen=True)
class Floor:
    """What a topic needs at least."""

    share: float
    """Of the mentions, and of the voices."""
    mentions: int
    voices: int
    g2: float
    """How unlikely it must be that it only seems to stand out."""


@dataclass(frozen=True)
class Phrase:
    """A phrase that stands out."""

    hash: int
    key: str
    weight: float
    voices: int
    places: frozenset[int]
    """Of the texts that say it."""
    name: str = ""
    rule: str = ""


class Window(NamedTuple):
    """The texts of a time, and what they say."""

    texts: Sequence[Text]
    said: Said
    scale: float
    named: Sequence[int]
    """Of each text, a bit for each topic of the config."""
    voices: Sequence[int]
    """Of each text, the number of its voice."""


def standing_out(window: Window, background: Background, floor: Floor, before: Collection[int]) -> list[_Weighed]:
    """The phrases of a window that its background does not explain, weightiest first. ``before``: hashes."""
    keys, n, spoken = window.said.counts()
    was = np.isin(keys, list(before))
    eased = np.where(was, HYSTERESIS, 1.0)
    enough = (n * window.scale >= floor.mentions) & (spoken >= floor.voices)
    enough &= (n >= floor.share * eased * window.said.texts) & (spoken >= floor.share * eased * window.said.speakers)
    keys, spoken, was = keys[enough], spoken[enough], was[enough]
    usual = background.voices(keys)
    g2 = log_likelihood(spoken, window.said.speakers, usual, background.said.speakers)
    rise = (spoken / max(1, window.said.speakers)) / ((usual + 0.5) / (background.said.speakers + 1))
    stands = (g2 >= np.where(was, floor.g2 / 2, floor.g2)) & (rise >= np.where(was, HOLDS, RISES))
    weights = np.where(was, ADVANTAGE, 1.0) * g2
    order = [i for i in np.argsort(-weights) if stands[i]][:MOST_WEIGHED]
    return [_Weighed(int(keys[i]), float(weights[i]), int(spoken[i])) for i in order]


def distinct(
    window: Window, weighed: Sequence[_Weighed], ear: Ear, most: int, taken: Sequence[frozenset[int]] = ()
) -> list[Phrase]:
    """The ``most`` weightiest that are about different texts, and about other ones than ``taken``; named."""
    candidates = [phrase for one in weighed if (phrase := _phrase(window, one, ear)) is not None]
    candidates.sort(key=lambda phrase: -phrase.weight)
    chosen: list[Phrase] = []
    for candidate in candidates:
        if len(chosen) == most:
            break
        phrase = _longest(candidate, candidates)
        if any(_same(phrase.places, other) for other in (*taken, *(one.places for one in chosen))):
            continue
        if (named := _named(phrase, window, ear)) is not None:
            chosen.append(named)
    return chosen


def log_likelihood(k: Ints, n: int, usual: Ints, m: int) -> Floats:
    """G² (Dunning 1993) of ``k`` in ``n`` beside ``usual`` in ``m``; 0 where the share did not rise."""
    k, usual = k.astype(np.float64), usual.astype(np.float64)
    both = (k + usual) / max(1, n + m)
    parts = [(k, n * both), (n - k, n * (1 - both)), (usual, m * both), (m - usual, m * (1 - both))]
    total = sum(seen * np.log(np.maximum(seen, 1e-9) / np.maximum(expected, 1e-9)) for seen, expected in parts)
    return np.where(k * m > usual * n, 2 * np.asarray(total, dtype=np.float64), 0.0)


class _Weighed(NamedTuple):
    hash: int
    weight: float
    voices: int


def _phrase(window: Window, one: _Weighed, ear: Ear) -> Phrase | None:
    """With its words; None where they are too long to be shown."""
    places = window.said.where(one.hash)
    gram = next(_spoken(window, places[:1].tolist(), one.hash, ear))
    if not fits(gram):
        return None
    weight = one.weight * (1 + PER_WORD * (len(gram.words) - 1))
    return Phrase(one.hash, gram.key, weight, one.voices, frozenset(places.tolist()))


def _longest(phrase: Phrase, others: Sequence[Phrase]) -> Phrase:
    """The longest phrase around it that nearly all of its texts say."""
    around = [
        other
        for other in others
        if f" {phrase.key} " in f" {other.key} " and len(other.places) >= NEARLY_ALL * len(phrase.places)
    ]
    return max(around, key=lambda other: (len(other.key.split()), len(other.places)), default=phrase)


def _same(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= NEARLY_ALL * min(len(one), len(other))


def _named(phrase: Phrase, window: Window, ear: Ear) -> Phrase | None:
    """With its name and rule; None where it is no name of a thing."""
    grams = list(_spoken(window, sorted(phrase.places)[-EXAMPLES:], phrase.hash, ear))
    if not is_thing(grams):
        return None
    return replace(phrase, name=name_of(grams, window.texts), rule=rule_of(grams))


def _spoken(window: Window, places: Sequence[int], key: int, ear: Ear) -> Iterator[Gram]:
    """The phrase wherever the texts at ``places`` say it."""
    for place in places:
        yield from (gram for gram in ear.phrases(window.texts[place]) if hash(gram.key) == key)
