"""Splits a text into the pieces of the encoder's vocabulary (SentencePiece's unigram model), with their positions.

A library for this (``tokenizers``) takes 286 MB of memory for this vocabulary; the dict below takes a tenth of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from monitor.encoder.weights_file import Vocabulary

SPACE = "\u2581"
"""Stands for a space in the vocabulary, and begins each word."""
_WORD = re.compile(f"{SPACE}[^{SPACE}]*")
_SPECIAL = 4
"""The first ids are marks (begin, pad, end, unknown), which no text can contain."""
_UNKNOWN_PENALTY = 10.0
"""How much worse an unknown character is than the rarest piece, as in SentencePiece."""
_CACHED_WORDS = 20_000


class Piece(NamedTuple):
    """A piece, and the characters of the text that it was made of: [start, end)."""

    id: int
    start: int
    end: int


class PieceSplitter:
    """Splits texts. Not thread-safe."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._characters = vocabulary.characters
        self._scores = vocabulary.scores.tolist()
        known = enumerate(vocabulary.pieces)
        self._ids = {text: id_ for id_, text in known if text and id_ >= _SPECIAL and id_ != vocabulary.unknown}
        self._longest = max(map(len, self._ids), default=1)
        self._unknown = vocabulary.unknown
        self._unknown_score = min(self._scores) - _UNKNOWN_PENALTY
        self._split_word = lru_cache(_CACHED_WORDS)(self._best_split)

    def split(self, text: str) -> list[Piece]:
        """The pieces of ``text``, in order."""
        written, origins = self._normalize(text)
        pieces, at = [], 0
        for word in _WORD.findall(written):
            for id_, length in self._split_word(word):
                start, end = origins[at], origins[at + length - 1]
                pieces.append(Piece(id_, max(start, 0), end + 1))
                at += length
        return pieces

    def _normalize(self, text: str) -> tuple[str, list[int]]:
        """The text as the vocabulary writes it, and for each of its characters the one of ``text`` it comes from."""
        characters, origins = [SPACE], [-1]
        for index, original in enumerate(text):
            for character in self._characters.get(ord(original), original):
                if character != " ":
                    characters.append(character)
                    origins.append(index)
                elif characters[-1] != SPACE:
                    characters.append(SPACE)
                    origins.append(index)
        return "".join(characters), origins

    def _best_split(self, word: str) -> tuple[tuple[int, int], ...]:
        """(id, length) of the likeliest pieces of a word, by Viterbi's algorithm."""
        size = len(word)
        best = [0.0] + [-math.inf] * size
        previous = [(0, 0)] * (size + 1)
        for start in range(size):
            for end, id_, score in self._candidates(word, start):
                if best[start] + score > best[end]:
                    best[end], previous[end] = best[start] + score, (start, id_)
        pieces, end = [], size
        while end:
            start, id_ = previous[end]
            pieces.append((id_, end - start))
            end = start
        return tuple(reversed(pieces))

    def _candidates(self, word: str, start: int) -> Iterator[tuple[int, int, float]]:
        """(end, id, score) of each piece that may begin at ``start``; any character may be an unknown one."""
        for end in range(start + 1, min(len(word), start + self._longest) + 1):
            id_ = self._ids.get(word[start:end])
            if id_ is not None:
                yield end, id_, self._scores[id_]
        yield start + 1, self._unknown, self._unknown_score
