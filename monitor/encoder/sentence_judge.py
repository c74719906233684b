"""Judges posts towards brands with the encoder and its head: one pass over a text serves every brand in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from monitor.encoder.clauses import brand_parts
from monitor.encoder.head import Head
from monitor.encoder.model import Encoder
from monitor.encoder.pieces import Piece, PieceSplitter
from monitor.encoder.weights_file import Floats, WeightsFile
from monitor.errors import EncoderError
from monitor.model import Opinion, Span

MAX_PIECES = 128
"""Pieces of a text that are judged, around the first name of the brand, with the three marks around them."""
MAX_CHARS = 1_500
"""Characters that are split into pieces, so that a long post costs no more than a short one."""
_PREFIX = "query: "
"""Every text of this encoder begins with it."""
_LEAD = 1 / 3
"""Of a text that is cut, the share of pieces before the name."""


@dataclass(frozen=True, slots=True)
class NamedText:
    """A text, and where it names brands."""

    text: str
    names: Mapping[str, Sequence[Span]]
    """Brand -> its names in the text; empty for a brand that is not named."""


class Judge(Protocol):
    """A model that has an opinion about texts."""

    def judge(self, texts: Sequence[NamedText]) -> list[dict[str, Opinion]]:
        """For each text, brand -> opinion."""
        ...


class _Window(NamedTuple):
    """Part of a text that fits into the model, and the brands that are judged in it."""

    text: int
    pieces: list[Piece]
    parts: dict[str, list[Span]]


class SentenceJudge:
    """The encoder and its head. Not thread-safe."""

    def __init__(self, file: WeightsFile, head: Head) -> None:
        """Raises EncoderError if they do not fit each other."""
        if head.weights.shape[1] != file.dimensions.hidden or max(head.layers) > file.dimensions.layers:
            raise EncoderError(f"{file.path} has another size than the encoder of the head that is part of Wallflower.")
        self._splitter, self._encoder, self._head = PieceSplitter(file.vocabulary), Encoder(file), head
        self._begin, self._end = file.vocabulary.begin, file.vocabulary.end
        self._prefix = [piece.id for piece in self._splitter.split(_PREFIX.strip())]
        self._max_pieces = min(MAX_PIECES, file.dimensions.positions) - len(self._prefix) - 2

    def judge(self, texts: Sequence[NamedText]) -> list[dict[str, Opinion]]:
        """For each text, brand -> opinion. Texts of about the same length take the least time."""
        windows = [window for number, text in enumerate(texts) for window in self._windows(number, text)]
        opinions: list[dict[str, Opinion]] = [{} for _ in texts]
        encoded = self._encode([window.pieces for window in windows], self._head.layers)
        for window, states in zip(windows, encoded, strict=True):
            brands = list(window.parts)
            means = [self._mean(states, window.pieces, window.parts[brand]) for brand in brands]
            opinions[window.text].update(zip(brands, self._head.opinions(np.stack(means)), strict=True))
        return opinions

    def vectors(self, texts: Sequence[str], layers: Collection[int] = ()) -> Floats:
        """One vector of length 1 for each text, as a whole, from the last layer or the mean of ``layers``."""
        pieces = [self._splitter.split(text[:MAX_CHARS])[: self._max_pieces] for text in texts]
        return np.stack([_unit(states.mean(0)) for states in self._encode(pieces, layers)])

    def relevance_vectors(self, texts: Sequence[str], names: Sequence[Sequence[Span]]) -> Floats:
        """What each text is about: two vectors of length 1 in a row, of its part around a name and of the name itself.

        ``names``: where each text names the brand. Without a name both are those of the beginning of the text.
        """
        firsts = [min((span.start for span in spans), default=0) for spans in names]
        pieces = [self._pieces_around(text, first) for text, first in zip(texts, firsts, strict=True)]
        found = zip(self._encode(pieces), pieces, names, strict=True)
        return np.stack([np.concatenate([_unit(s.mean(0)), self._mean(s, p, n)]) for s, p, n in found])

    def _encode(self, pieces: Sequence[Sequence[Piece]], layers: Collection[int] = ()) -> list[Floats]:
        if not pieces:
            return []
        ids = [[self._begin, *self._prefix, *(piece.id for piece in one), self._end] for one in pieces]
        return self._encoder.encode(ids, layers)

    def _mean(self, states: Floats, pieces: Sequence[Piece], parts: Sequence[Span]) -> Floats:
        """The mean over the pieces that overlap ``parts``; over all, and the marks, if these are the whole text."""
        first = 1 + len(self._prefix)
        chosen = [
            first + index
            for index, piece in enumerate(pieces)
            if any(piece.start < part.end and part.start < piece.end for part in parts)
        ]
        return _unit(states[chosen].mean(0) if 0 < len(chosen) < len(pieces) else states.mean(0))

    def _windows(self, number: int, text: NamedText) -> list[_Window]:
        """The windows of a text: usually one; a brand that is first named far from the others gets its own."""
        parts, windows = brand_parts(text.text, text.names), list[_Window]()
        for brand in sorted(text.names, key=lambda name: _first_name(text.names[name])):
            at = _first_name(text.names[brand])
            fitting = next((window for window in windows if _covers(window.pieces, at)), None)
            if fitting is None:
                fitting = _Window(number, self._pieces_around(text.text, at), {})
                windows.append(fitting)
            fitting.parts[brand] = parts[brand]
        return windows

    def _pieces_around(self, text: str, at: int) -> list[Piece]:
        """At most ``_max_pieces`` pieces of ``text`` around the character ``at``."""
        start = max(0, at - int(MAX_CHARS * _LEAD)) if len(text) > MAX_CHARS else 0
        start = text.find(" ", start, start + 50) + 1 or start if start else 0
        pieces = self._splitter.split(text[start : start + MAX_CHARS])
        if len(pieces) > self._max_pieces:
            named = next((i for i, piece in enumerate(pieces) if piece.end > at - start), 0)
            first = max(0, min(named - int(self._max_pieces * _LEAD), len(pieces) - self._max_pieces))
            pieces = pieces[first : first + self._max_pieces]
        return [Piece(piece.id, piece.start + start, piece.end + start) for piece in pieces]


def in_batches(
    texts: Sequence[NamedText], size: int, judge: Callable[[Sequence[NamedText]], list[dict[str, Opinion]]]
) -> list[dict[str, Opinion]]:
    """Judge ``texts`` in batches of about the same length; return the opinions in the order of ``texts``."""
    order = sorted(range(len(texts)), key=lambda number: len(texts[number].text))
    opinions: list[dict[str, Opinion]] = [{} for _ in texts]
    for start in range(0, len(order), size):
        batch = order[start : start + size]
        for number, found in zip(batch, judge([texts[number] for number in batch]), strict=True):
            opinions[number] = found
    return opinions


def _first_name(spans: Sequence[Span]) -> int:
    return min((span.start for span in spans), default=0)


def _covers(pieces: Sequence[Piece], at: int) -> bool:
    return not pieces or pieces[0].start <= at < pieces[-1].end


def _unit(vector: Floats) -> Floats:
    length = np.linalg.norm(vector)
    unit: Floats = vector / length if length else vector
    return unit
