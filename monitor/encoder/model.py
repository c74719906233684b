"""The encoder's forward pass: BERT's architecture in float32, from ids of pieces to a vector for each of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from monitor.encoder.weights_file import Floats, WeightsFile, dequantize

Ids = npt.NDArray[np.int64]

_MASKED = np.float32(-1e4)
_GELU_SCALE, _GELU_CUBIC = np.float32(0.7978845608), np.float32(0.044715)
"""GELU by its approximation with tanh: sqrt(2 / pi), and the factor of the cube."""


class _Linear(NamedTuple):
    """x @ weights + bias"""

    weights: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        y: Floats = x @ self.weights
        y += self.bias
        return y


class _Norm(NamedTuple):
    """Layer normalization."""

    scale: Floats
    shift: Floats
    epsilon: float

    def __call__(self, x: Floats) -> Floats:
        y: Floats = x - x.mean(-1, keepdims=True)
        variance = np.einsum("ij,ij->i", y, y)[:, None] / y.shape[1]
        y /= np.sqrt(variance + self.epsilon)
        y *= self.scale
        y += self.shift
        return y


class _Layer(NamedTuple):
    query: _Linear
    key: _Linear
    value: _Linear
    attention_out: _Linear
    attention_norm: _Norm
    inner: _Linear
    out: _Linear
    norm: _Norm


class Encoder:
    """The model with its weights in memory: about 90 MB, and 70 MB of the file that the system may drop."""

    def __init__(self, file: WeightsFile) -> None:
        """Raises EncoderError if weights are missing."""
        self.dimensions = file.dimensions
        self._file = file
        self._words = file.embeddings()
        self._positions = file.floats("emb.pos").reshape(-1, self.dimensions.hidden)
        self._type = file.floats("emb.type")[: self.dimensions.hidden]
        self._norm = self._load_norm("emb.ln")
        self._layers = [self._load_layer(f"l{n}.") for n in range(self.dimensions.layers)]

    def encode(self, batch: Sequence[Sequence[int]], layers: Collection[int] = ()) -> list[Floats]:
        """A vector for each piece of each list of ids: the mean of the outputs of ``layers``, counted from 1.

        By default, the output of the last layer. Lists of about the same length waste the least time.
        """
        longest = max(map(len, batch))
        ids = np.ones((len(batch), longest), np.int64)
        mask = np.zeros((len(batch), 1, 1, longest), np.float32)
        for row, one in enumerate(batch):
            ids[row, : len(one)] = one
            mask[row, 0, 0, len(one) :] = _MASKED
        states = self._mean_states(ids, mask, layers or (len(self._layers),)).reshape(len(batch), longest, -1)
        return [states[row, : len(one)] for row, one in enumerate(batch)]

    def _mean_states(self, ids: Ids, mask: Floats, layers: Collection[int]) -> Floats:
        """Computes no layer above the last one that is wanted."""
        x = self._embed(ids)
        total = np.zeros_like(x)
        for number, layer in enumerate(self._layers[: max(layers)], start=1):
            x = self._attend(x, layer, mask)
            inner = layer.out(_gelu(layer.inner(x)))
            inner += x
            x = layer.norm(inner)
            if number in layers:
                total += x
        total /= len(layers)
        return total

    def _embed(self, ids: Ids) -> Floats:
        texts, length = ids.shape
        words = dequantize(np.ascontiguousarray(self._words[ids.ravel()])).reshape(texts * length, -1)
        words += np.tile(self._positions[:length], (texts, 1))
        words += self._type
        return self._norm(words)

    def _attend(self, x: Floats, layer: _Layer, mask: Floats) -> Floats:
        texts, length, heads = mask.shape[0], mask.shape[3], self.dimensions.heads

        def by_head(y: Floats) -> Floats:
            return y.reshape(texts, length, heads, -1).transpose(0, 2, 1, 3)

        query, key, value = (by_head(linear(x)) for linear in (layer.query, layer.key, layer.value))
        weights = (query * np.float32(query.shape[-1] ** -0.5)) @ key.transpose(0, 1, 3, 2)
        weights += mask
        weights -= weights.max(-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(-1, keepdims=True)
        attended: Floats = np.matmul(weights, value, dtype=np.float32)
        out = layer.attention_out(attended.transpose(0, 2, 1, 3).reshape(texts * length, -1))
        out += x
        return layer.attention_norm(out)

    def _load_layer(self, prefix: str) -> _Layer:
        hidden, inner = self.dimensions.hidden, self.dimensions.inner
        query, key, value, attention_out, wide = (
            self._load_linear(f"{prefix}{name}", hidden) for name in ("q", "k", "v", "ao", "fi")
        )
        attention_norm, norm = self._load_norm(f"{prefix}aln"), self._load_norm(f"{prefix}oln")
        out = self._load_linear(f"{prefix}fo", inner)
        return _Layer(query, key, value, attention_out, attention_norm, wide, out, norm)

    def _load_linear(self, name: str, inputs: int) -> _Linear:
        weights = np.ascontiguousarray(self._file.matrix(f"{name}.w", inputs).T)
        return _Linear(weights, self._file.floats(f"{name}.b"))

    def _load_norm(self, name: str) -> _Norm:
        scale, shift = self._file.floats(f"{name}.w"), self._file.floats(f"{name}.b")
        return _Norm(scale, shift, self.dimensions.epsilon)


def _gelu(x: Floats) -> Floats:
    y: Floats = x * x
    y *= x
    y *= _GELU_CUBIC
    y += x
    y *= _GELU_SCALE
    np.tanh(y, out=y)
    y += 1
    y *= x
    y *= np.float32(0.5)
    return y
