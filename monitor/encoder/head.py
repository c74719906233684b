"""The head: three numbers per dimension of the encoder's vector that turn it into the probabilities of an opinion.

``language_head.json`` holds it with its training data and their licence, the encoder that it belongs to, and how
often it is wrong in each language. ``python -m bench.language_head`` makes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any, NamedTuple

import numpy as np

from monitor.encoder.weights_file import Floats
from monitor.errors import EncoderError
from monitor.model import Opinion, Trust

HEAD_FILE = "language_head.json"


class LanguageFigures(NamedTuple):
    """How scores in one language compare with labels that people gave."""

    trust: Trust
    wrong_sign: float
    """Of the posts labelled positive or negative, the share that is given the opposite sign, where it is scored."""
    low: float
    high: float
    """The 95 % interval of ``wrong_sign``."""
    scored: float | None
    """Share of the posts that is scored; None: not known here, as for ``f1``."""
    f1: float | None
    """Mean F1 of negative, neutral and positive, if every post is scored."""
    texts: int
    source: str
    """What it was measured on."""


@dataclass(frozen=True)
class Head:
    """The head of one encoder."""

    weights_sha256: str
    weights: Floats
    """(3, dimensions)"""
    bias: Floats
    layers: tuple[int, ...]
    """The layers of the encoder, counted from 1, whose mean output it judges."""
    languages: dict[str, LanguageFigures]
    """ISO 639-1 code -> its figures."""

    def opinions(self, vectors: Floats) -> list[Opinion]:
        """The opinion for each row of ``vectors``, which have the length 1."""
        logits = vectors @ self.weights.T + self.bias
        probabilities = np.exp(logits - logits.max(-1, keepdims=True))
        probabilities /= probabilities.sum(-1, keepdims=True)
        return [Opinion(*map(float, row)) for row in probabilities]


def load_head(text: str | None = None) -> Head:
    """The head that ``text`` holds as JSON; by default the one that is part of the program. Raises EncoderError."""
    if text is None:
        text = (resources.files("monitor.encoder") / HEAD_FILE).read_text(encoding="utf-8")
    try:
        values = json.loads(text)
        weights = np.array(values["weights"], np.float32)
        bias = np.array(values["bias"], np.float32)
        if weights.ndim != 2 or weights.shape[0] != 3 or bias.shape != (3,):
            raise ValueError(f"its numbers have the shapes {weights.shape} and {bias.shape}")
        languages = {code: _figures(one) for code, one in values["languages"].items()}
        layers = tuple(map(int, values["layers"]))
        if not layers:
            raise ValueError("it names no layer of the encoder")
        return Head(str(values["weights_sha256"]), weights, bias, layers, languages)
    except (ValueError, KeyError, TypeError) as error:
        raise EncoderError(f"{HEAD_FILE} cannot be used: {error}. Install Wallflower again.") from error


def _figures(one: dict[str, Any]) -> LanguageFigures:
    low, high = one["interval"]
    return LanguageFigures(
        Trust(one["trust"]),
        wrong_sign=float(one["wrong_sign"]),
        low=float(low),
        high=float(high),
        scored=None if one["scored"] is None else float(one["scored"]),
        f1=None if one["f1"] is None else float(one["f1"]),
        texts=int(one["texts"]),
        source=str(one["source"]),
    )
