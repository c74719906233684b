"""Finds phrases that are significantly more frequent than usual, and merges those that mean the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np

from monitor.analysis.topics.background import Background
from monitor.analysis.topics.phrase_index import Floats, Ints, PhraseExtractor, PhraseIndex
from monitor.analysis.topics.phrases import Phrase
from monitor.analysis.topics.titles import fits, is_noun_phrase, rule_of, title_of
from monitor.model import Text

MIN_RISE, MIN_RISE_TO_STAY = 2.0, 1.5
"""A phrase's share must be this multiple of its share in the background; the lower one applies to previous topics."""
HYSTERESIS = 0.8
"""Factor on the required shares of a previous topic."""
INCUMBENT_BONUS = 1.5
"""Factor on the weight of a previous topic."""
SAME_SHARE = 0.6
"""If this share of a phrase's texts contains a longer phrase around it, the longer one is the topic. Two phrases with
this share of their texts in common are the same topic."""
BETTER_NAME_SHARE = 0.4
"""A phrase around a word is a better name if it is in this share of the word's texts and no other phrase comes near."""
SINGLE_WORD_FACTOR = 2.0
"""A single word needs this multiple of a phrase's share, because it says less. Not for an hour's topic."""
COMMON_WORD_FACTOR = 30.0
"""A word that one in 30 voices uses about other brands has half the weight, and must rise twice as much."""
MIN_VARIANT_SIMILARITY = 0.88
"""Two long phrases spelled this similarly are one."""
MIN_VARIANT_CHARS = 9
"""Shorter phrases must be spelled the same."""
MIN_KNOWN_LANGUAGE_SHARE = 0.5
"""Share of a topic's texts that must be in a known language."""
BONUS_PER_WORD = 0.2
"""Additional weight for each word after the first: longer phrases say more."""
MAX_CANDIDATES = 60
MAX_TEXTS_PER_TITLE = 80
"""Texts that are read to find a title."""


@dataclass(frozen=True)
class Threshold:
    """What a topic must reach."""

    share: float
    """Share of the mentions, and of the voices."""
    mentions: int
    voices: int
    g2: float
    """Log-likelihood ratio: how unlikely it is that the rise is chance."""
    single_word_factor: float = 1.0
    """Multiple of ``share`` that a single word must reach."""


@dataclass(frozen=True)
class Candidate:
    """A phrase, or a configured topic, that may become a topic."""

    hash: int
    """Of the phrase's key; the bit of a configured topic."""
    key: str
    """Empty for a configured topic."""
    weight: float
    voices: int
    texts: frozenset[int]
    """Numbers of the texts that contain it."""
    name: str = ""
    rule: str = ""
    variants: tuple[int, ...] = ()
    """Hashes of other spellings."""
    reaches_share: bool = True
    """A candidate that does not reach it may still be a better name for one that does."""


class TextWindow(NamedTuple):
    """The texts of a span of time, and their phrases."""

    texts: Sequence[Text]
    phrases: PhraseIndex
    scale: float
    """Mentions that each text represents."""
    topic_bits: Sequence[int]
    """Per text, a bit for each configured topic."""
    voices: Sequence[int]
    """Per text, the number of its voice."""


class Weighted(NamedTuple):
    """A significant phrase, before its texts are read."""

    hash: int
    weight: float
    voices: int
    reached: float
    """Multiple of the required share."""


def significant_phrases(
    window: TextWindow, background: Background, threshold: Threshold, before: Collection[int]
) -> list[Weighted]:
    """The phrases that the background does not explain, heaviest first. ``before``: hashes of earlier topics.

    Includes phrases with half of the required share, because they may be better names for larger ones.
    """
    hashes, n, voices = window.phrases.counts()
    incumbent = np.isin(hashes, list(before))
    share = threshold.share * np.where(incumbent, HYSTERESIS, 1.0)
    voice_count = max(1, window.phrases.voice_count)
    reached = np.minimum(n / max(1, window.phrases.text_count), voices / voice_count) / share
    enough = (n * window.scale >= threshold.mentions) & (voices >= threshold.voices) & (reached >= 0.5)
    hashes, voices, incumbent, reached = hashes[enough], voices[enough], incumbent[enough], reached[enough]
    usual, common = background.voices(hashes), 1 + COMMON_WORD_FACTOR * background.common_shares(hashes)
    g2 = log_likelihood_ratio(voices, window.phrases.voice_count, usual, background.index.voice_count)
    rise = (voices / voice_count) / ((usual + 0.5) / (background.index.voice_count + 1)) / common
    is_significant = g2 >= np.where(incumbent, threshold.g2 / 2, threshold.g2)
    is_significant &= rise >= np.where(incumbent, MIN_RISE_TO_STAY, MIN_RISE)
    weights = np.where(incumbent, INCUMBENT_BONUS, 1.0) * g2 / common
    order = [i for i in np.argsort(-weights) if is_significant[i]][:MAX_CANDIDATES]
    return [Weighted(int(hashes[i]), float(weights[i]), int(voices[i]), float(reached[i])) for i in order]


def distinct_topics(
    window: TextWindow,
    weighted: Sequence[Weighted],
    extractor: PhraseExtractor,
    threshold: Threshold,
    limit: int,
    taken: Sequence[frozenset[int]] = (),
    before: Collection[int] = (),
) -> list[Candidate]:
    """At most ``limit`` topics, heaviest first, whose texts differ from each other and from ``taken``; with titles.

    ``before``: hashes of earlier topics, which name a thing even if few of the newer texts show it.
    """
    found = (_candidate(window, phrase, extractor, threshold) for phrase in weighted)
    by_weight = sorted(filter(None, found), key=lambda candidate: -candidate.weight)
    candidates = _merge_variants(by_weight)
    chosen: list[Candidate] = []
    for candidate in candidates:
        if len(chosen) == limit:
            break
        best = _best_phrase(candidate, candidates)
        if not (candidate.reaches_share or best.reaches_share):
            continue
        if any(_is_same_topic(best.texts, other) for other in (*taken, *(topic.texts for topic in chosen))):
            continue
        if (titled := _with_title(best, window, extractor, best.hash in before)) is not None:
            chosen.append(titled)
    return chosen


def log_likelihood_ratio(k: Ints, n: int, usual: Ints, m: int) -> Floats:
    """G² (Dunning 1993) of ``k`` in ``n`` against ``usual`` in ``m``; 0 where the share did not rise."""
    k, usual = k.astype(np.float64), usual.astype(np.float64)
    both = (k + usual) / max(1, n + m)
    parts = [(k, n * both), (n - k, n * (1 - both)), (usual, m * both), (m - usual, m * (1 - both))]
    total = sum(seen * np.log(np.maximum(seen, 1e-9) / np.maximum(expected, 1e-9)) for seen, expected in parts)
    return np.where(k * m > usual * n, 2 * np.asarray(total, dtype=np.float64), 0.0)


def _candidate(
    window: TextWindow, weighted: Weighted, extractor: PhraseExtractor, threshold: Threshold
) -> Candidate | None:
    """None if the phrase is too long to be shown."""
    texts = window.phrases.texts_with(weighted.hash)
    phrase = next(_occurrences(window, texts[:1].tolist(), weighted.hash, extractor))
    if not fits(phrase):
        return None
    weight = weighted.weight * (1 + BONUS_PER_WORD * (len(phrase.tokens) - 1))
    is_single_word = len(phrase.tokens) == 1 and not phrase.tokens[0].is_hashtag
    reaches_share = weighted.reached >= (threshold.single_word_factor if is_single_word else 1.0)
    numbers = frozenset(texts.tolist())
    return Candidate(weighted.hash, phrase.key, weight, weighted.voices, numbers, reaches_share=reaches_share)


def _merge_variants(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, with spellings such as "check-in" and "checkin" merged into the first."""
    merged: list[Candidate] = []
    for candidate in candidates:
        same = next((n for n, other in enumerate(merged) if _is_variant(candidate.key, other.key)), None)
        if same is None:
            merged.append(candidate)
        else:
            merged[same] = _with_variant(merged[same], candidate)
    return merged


def _is_variant(one: str, other: str) -> bool:
    a, b = one.replace(" ", ""), other.replace(" ", "")
    if a == b:
        return True
    if min(len(a), len(b)) < MIN_VARIANT_CHARS or a[:4] != b[:4] or one.count(" ") != other.count(" "):
        return False
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= MIN_VARIANT_SIMILARITY


def _with_variant(candidate: Candidate, variant: Candidate) -> Candidate:
    return replace(
        candidate,
        texts=candidate.texts | variant.texts,
        variants=(*candidate.variants, variant.hash),
        reaches_share=candidate.reaches_share or variant.reaches_share,
    )


def _best_phrase(candidate: Candidate, others: Sequence[Candidate]) -> Candidate:
    """The longest phrase around the candidate that most of its texts contain; else a better name, or itself."""
    around = [other for other in _around(candidate, others) if len(other.texts) >= SAME_SHARE * len(candidate.texts)]
    if not around:
        return _better_name(candidate, others)
    return max(around, key=lambda other: (len(other.key.split()), len(other.texts)))


def _better_name(candidate: Candidate, others: Sequence[Candidate]) -> Candidate:
    """The phrase around a single word, such as "price rise" around "price", if no other phrase comes near."""
    if " " in candidate.key:
        return candidate
    around = sorted(_around(candidate, others), key=lambda other: -len(other.texts))
    if not around or len(around[0].texts) < BETTER_NAME_SHARE * len(candidate.texts):
        return candidate
    rivals = [other for other in around[1:] if not _is_same_topic(other.texts, around[0].texts)]
    return candidate if rivals and 2 * len(rivals[0].texts) > len(around[0].texts) else around[0]


def _around(candidate: Candidate, others: Sequence[Candidate]) -> list[Candidate]:
    """The other candidates whose phrases contain that of ``candidate``."""
    return [other for other in others if other is not candidate and f" {candidate.key} " in f" {other.key} "]


def _is_same_topic(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= SAME_SHARE * min(len(one), len(other))


def _with_title(
    candidate: Candidate, window: TextWindow, extractor: PhraseExtractor, is_known: bool
) -> Candidate | None:
    """The candidate with its title and rule; None if its phrase does not name a thing."""
    texts = sorted(candidate.texts)[-MAX_TEXTS_PER_TITLE:]
    if sum(window.texts[n].lang is not None for n in texts) < MIN_KNOWN_LANGUAGE_SHARE * len(texts):
        return None
    occurrences = list(_occurrences(window, texts, candidate.hash, extractor))
    if not occurrences or not (is_known or is_noun_phrase(occurrences)):
        return None
    variants = [phrase for variant in candidate.variants for phrase in _occurrences(window, texts, variant, extractor)]
    voices = len({window.voices[n] for n in candidate.texts})
    title, rule = title_of(occurrences, window.texts), rule_of([*occurrences, *variants])
    return replace(candidate, name=title, rule=rule, voices=voices)


def _occurrences(
    window: TextWindow, texts: Sequence[int], phrase_hash: int, extractor: PhraseExtractor
) -> Iterator[Phrase]:
    """Every occurrence of a phrase in these texts."""
    for n in texts:
        yield from (phrase for phrase in extractor.phrases(window.texts[n]) if hash(phrase.key) == phrase_hash)
