"""The relevance model of one brand: from its clicks to the probability that a text is about it, and to the reason.

With the vectors of the language model it knows what texts are about, whatever their words; the reason is then the most
similar mentions that people marked as not relevant. Without them it knows only words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from monitor.model import SetAside
from monitor.relevance.logistic import Floats, fit_logistic, probability
from monitor.relevance.words import word_set

VECTOR_SCALE = 10.0
VECTOR_STRENGTH = 3.0
WORDS_STRENGTH = 3.0
MAX_REASON_WORDS = 3
MAX_SIMILAR = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A clicked mention."""

    mention: int
    relevant: bool
    text: str
    vector: Floats | None = None
    """From the language model: of the text, and of the brand's name in it; None: without one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a model makes of a text."""

    probability: float
    """That it is about the brand."""
    reason: SetAside


class RelevanceModel(Protocol):
    """A fitted model."""

    def judge(self, texts: Sequence[str], vectors: Sequence[Floats | None]) -> list[Verdict]:
        """The verdict on each text. ``vectors``: as the examples have them."""
        ...


def fit(examples: Sequence[Example], brand_words: Collection[str] = ()) -> RelevanceModel:
    """Learn from at least two examples of each kind; all have a vector, or none has.

    ``brand_words``: those of the brand's names, which say nothing.
    """
    if all(example.vector is not None for example in examples):
        return VectorModel(examples)
    return WordModel(examples, brand_words)


class VectorModel:
    """Over the vectors of the language model."""

    def __init__(self, examples: Sequence[Example]) -> None:
        vectors = np.stack([example.vector for example in examples if example.vector is not None])
        relevant = np.array([example.relevant for example in examples])
        self._mean = vectors.mean(0)
        self._weights, self._bias = fit_logistic(self._centred(vectors), relevant, VECTOR_STRENGTH)
        self._irrelevant = _units(self._centred(vectors[~relevant]))
        self._ids = [example.mention for example in examples if not example.relevant]

    def judge(self, texts: Sequence[str], vectors: Sequence[Floats | None]) -> list[Verdict]:
        """The verdict on each text. One without a vector is relevant."""
        return [Verdict(1.0, SetAside(1.0)) if vector is None else self._verdict(vector) for vector in vectors]

    def _verdict(self, vector: Floats) -> Verdict:
        centred = self._centred(vector)
        chance = float(probability(centred @ self._weights + self._bias))
        closest = np.argsort(self._irrelevant @ -centred, kind="stable")[:MAX_SIMILAR]
        return Verdict(chance, SetAside(chance, similar=tuple(self._ids[n] for n in closest)))

    def _centred(self, vectors: Floats) -> Floats:
        result: Floats = VECTOR_SCALE * (np.asarray(vectors, np.float64) - self._mean)
        return result


@dataclass(frozen=True)
class _Vocabulary:
    """The words of the examples, as columns."""

    columns: Mapping[str, int]
    rarity: Floats
    brand_words: Collection[str] = field(default=())

    @classmethod
    def of(cls, texts: Sequence[frozenset[str]], brand_words: Collection[str]) -> _Vocabulary:
        counts = Counter(word for text in texts for word in text)
        columns = {word: n for n, word in enumerate(sorted(counts))}
        rarity = np.array([np.log((1 + len(texts)) / (1 + counts[word])) + 1 for word in columns])
        return cls(columns, rarity, brand_words)

    def row(self, words: frozenset[str]) -> tuple[list[int], Floats]:
        """The columns of a text and their values: a vector of length 1."""
        columns = sorted(self.columns[word] for word in words if word in self.columns)
        values = self.rarity[columns]
        length = np.linalg.norm(values)
        return columns, values / length if length else values


class WordModel:
    """Over the words of the texts."""

    def __init__(self, examples: Sequence[Example], brand_words: Collection[str]) -> None:
        texts = [word_set(example.text, brand_words) for example in examples]
        self._vocabulary = _Vocabulary.of(texts, brand_words)
        features = np.zeros((len(texts), len(self._vocabulary.columns)))
        for row, text in zip(features, texts, strict=True):
            columns, values = self._vocabulary.row(text)
            row[columns] = values
        relevant = np.array([example.relevant for example in examples])
        self._weights, self._bias = fit_logistic(features, relevant, WORDS_STRENGTH)
        self._irrelevant = [text for text, example in zip(texts, examples, strict=True) if not example.relevant]

    def judge(self, texts: Sequence[str], vectors: Sequence[Floats | None]) -> list[Verdict]:
        """The verdict on each text."""
        return [self._verdict(word_set(text, self._vocabulary.brand_words)) for text in texts]

    def _verdict(self, words: frozenset[str]) -> Verdict:
        columns, values = self._vocabulary.row(words)
        shares = self._weights[columns] * values
        chance = float(probability(shares.sum() + self._bias))
        names = sorted(word for word in words if word in self._vocabulary.columns)
        against = sorted((share, name) for share, name in zip(shares, names, strict=True) if share < 0)
        reason = tuple(name for _, name in against[:MAX_REASON_WORDS])
        similar = sum(not text.isdisjoint(reason) for text in self._irrelevant)
        return Verdict(chance, SetAside(chance, reason, n_similar=similar))


def _units(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Floats = vectors / np.maximum(lengths, 1e-12)
    return result
