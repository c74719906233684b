"""Which phrases stand out of a window, and which of them are one and the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np

from monitor.analysis.topics.background import Background
from monitor.analysis.topics.heard import Ear, Floats, Ints, Said
from monitor.analysis.topics.naming import fits, is_thing, name_of, rule_of
from monitor.analysis.topics.reading import Gram
from monitor.model import Text

RISES, HOLDS = 2.0, 1.5
"""How many times its share of the background."""
HYSTERESIS = 0.8
"""Of the shares that are asked for, for a topic that was there before."""
ADVANTAGE = 1.5
"""Weight of a topic that was there before."""
NEARLY_ALL = 0.6
"""Of a phrase's texts: a longer phrase with so many is what they are about; another with so many is the same."""
MANY = 0.4
"""Of a word's texts: a phrase around it with so many is a better name, where no other comes near."""
ALONE = 2.0
"""A single word needs so many times the share of a phrase, for it says less; an hour's topic has it anyway."""
COMMON = 30.0
"""A word that one voice in so many uses about others as well has half the weight, and must rise twice as far."""
VARIANT = 0.88
"""How alike two long phrases are written that are the same one."""
KNOWN = 0.5
"""Of a topic's texts that must be in a language that we know."""
PER_WORD = 0.2
"""More weight for each further word: it says more."""
MOST_WEIGHED = 60
LONG = 9
"""Letters from which on two ways to write a phrase may differ in one or two."""
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
    alone: float = 1.0
    """So many times the share for a single word."""


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
    variants: tuple[int, ...] = ()
    """Hashes of other ways to write it."""
    large: bool = True
    """Whether it reaches the floor by itself; one that does not may be what a larger one is called."""


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
    """The phrases of a window that its background does not explain, weightiest first. ``before``: hashes.

    Those with half the share that is asked for are among them: they may be what a larger one is called.
    """
    keys, n, spoken = window.said.counts()
    was = np.isin(keys, list(before))
    share = floor.share * np.where(was, HYSTERESIS, 1.0)
    reached = np.minimum(n / max(1, window.said.texts), spoken / max(1, window.said.speakers)) / share
    enough = (n * window.scale >= floor.mentions) & (spoken >= floor.voices) & (reached >= 0.5)
    keys, spoken, was, reached = keys[enough], spoken[enough], was[enough], reached[enough]
    usual, common = background.voices(keys), 1 + COMMON * background.elsewhere(keys)
    g2 = log_likelihood(spoken, window.said.speakers, usual, background.said.speakers)
    rise = (spoken / max(1, window.said.speakers)) / ((usual + 0.5) / (background.said.speakers + 1)) / common
    stands = (g2 >= np.where(was, floor.g2 / 2, floor.g2)) & (rise >= np.where(was, HOLDS, RISES))
    weights = np.where(was, ADVANTAGE, 1.0) * g2 / common
    order = [i for i in np.argsort(-weights) if stands[i]][:MOST_WEIGHED]
    return [_Weighed(int(keys[i]), float(weights[i]), int(spoken[i]), float(reached[i])) for i in order]


def distinct(
    window: Window,
    weighed: Sequence[_Weighed],
    ear: Ear,
    floor: Floor,
    most: int,
    taken: Sequence[frozenset[int]] = (),
) -> list[Phrase]:
    """The ``most`` weightiest that are about different texts, and about other ones than ``taken``; named."""
    candidates = [phrase for one in weighed if (phrase := _phrase(window, one, ear, floor)) is not None]
    candidates = _merged(sorted(candidates, key=lambda phrase: -phrase.weight))
    chosen: list[Phrase] = []
    for candidate in candidates:
        if len(chosen) == most:
            break
        phrase = _longest(candidate, candidates)
        if not (candidate.large or phrase.large):
            continue
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
    reached: float
    """How many times the share that is asked for."""


def _phrase(window: Window, one: _Weighed, ear: Ear, floor: Floor) -> Phrase | None:
    """With its words; None where they are too long to be shown."""
    places = window.said.where(one.hash)
    gram = next(_spoken(window, places[:1].tolist(), one.hash, ear))
    if not fits(gram):
        return None
    weight = one.weight * (1 + PER_WORD * (len(gram.words) - 1))
    large = one.reached >= (floor.alone if len(gram.words) == 1 and not gram.words[0].tag else 1.0)
    return Phrase(one.hash, gram.key, weight, one.voices, frozenset(places.tolist()), large=large)


def _merged(phrases: Sequence[Phrase]) -> list[Phrase]:
    """The phrases, those that are only written otherwise as one: "check-in" and "checkin"."""
    found: list[Phrase] = []
    for phrase in phrases:
        same = next((n for n, other in enumerate(found) if _variant(phrase.key, other.key)), None)
        if same is None:
            found.append(phrase)
        else:
            found[same] = _with(found[same], phrase)
    return found


def _variant(one: str, other: str) -> bool:
    a, b = one.replace(" ", ""), other.replace(" ", "")
    if a == b:
        return True
    if min(len(a), len(b)) < LONG or a[:4] != b[:4] or one.count(" ") != other.count(" "):
        return False
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= VARIANT


def _with(phrase: Phrase, variant: Phrase) -> Phrase:
    return replace(
        phrase,
        places=phrase.places | variant.places,
        variants=(*phrase.variants, variant.hash),
        large=phrase.large or variant.large,
    )


def _longest(phrase: Phrase, others: Sequence[Phrase]) -> Phrase:
    """The longest phrase around it that nearly all of its texts say."""
    around = [
        other
        for other in others
        if other is not phrase
        and f" {phrase.key} " in f" {other.key} "
        and len(other.places) >= NEARLY_ALL * len(phrase.places)
    ]
    if not around:
        return _better_called(phrase, others)
    return max(around, key=lambda other: (len(other.key.split()), len(other.places)))


def _better_called(phrase: Phrase, others: Sequence[Phrase]) -> Phrase:
    """The phrase around a word, such as "price rise" around "price", where there is hardly another."""
    if " " in phrase.key:
        return phrase
    around = [other for other in others if other is not phrase and f" {phrase.key} " in f" {other.key} "]
    around.sort(key=lambda other: -len(other.places))
    if not around or len(around[0].places) < MANY * len(phrase.places):
        return phrase
    apart = [other for other in around[1:] if not _same(other.places, around[0].places)]
    return phrase if apart and 2 * len(apart[0].places) > len(around[0].places) else around[0]


def _same(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= NEARLY_ALL * min(len(one), len(other))


def _named(phrase: Phrase, window: Window, ear: Ear) -> Phrase | None:
    """With its name and rule; None where it is no name of a thing."""
    examples = sorted(phrase.places)[-EXAMPLES:]
    if sum(window.texts[place].lang is not None for place in examples) < KNOWN * len(examples):
        return None
    grams = list(_spoken(window, examples, phrase.hash, ear))
    if not grams or not is_thing(grams):
        return None
    ways = [*grams, *(gram for key in phrase.variants for gram in _spoken(window, examples, key, ear))]
    voices = len({window.voices[place] for place in phrase.places})
    return replace(phrase, name=name_of(grams, window.texts), rule=rule_of(ways), voices=voices)


def _spoken(window: Window, places: Sequence[int], key: int, ear: Ear) -> Iterator[Gram]:
    """The phrase wherever the texts at ``places`` say it."""
    for place in places:
        yield from (gram for gram in ear.phrases(window.texts[place]) if hash(gram.key) == key)
