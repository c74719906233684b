"""A tiny encoder in the format of the real one, with random weights, and a head for it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

from monitor.encoder.weights_file import BLOCK, FLOAT32, QUANTIZED

HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 32, 2, 2, 64, 48
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
PIECES = (
    *SPECIAL,
    *(
        "▁",
        "▁query",
        ":",
        "▁Acme",
        "▁Globex",
        "▁is",
        "▁good",
        "▁bad",
        "▁gut",
        "▁schlecht",
        "▁aber",
        ".",
        ",",
        "▁go",
        "od",
    ),
    *map(chr, range(ord("a"), ord("z") + 1)),
)
CHARACTERS = {0x7F: "", 0xA0: " ", 0xFF21: "A", 0x2026: "..."}
LABELS = ("negative", "neutral", "positive")


def write_encoder(path: Path, seed: int = 0) -> Path:
    """Write the encoder to ``path`` and return it."""
    random = np.random.default_rng(seed)
    tensors = list(_tensors(random))
    head = b"E5S1" + struct.pack("<i", 1)
    head += struct.pack("<7ifi", HIDDEN, LAYERS, HEADS, INNER, len(PIECES), POSITIONS, 2, 1e-12, 32)
    head += _vocabulary()
    size = len(head) + 4 + sum(2 + len(name) + 21 for name, _, _ in tensors)
    directory, data = struct.pack("<i", len(tensors)), b""
    for name, type_, content in tensors:
        count = len(content) // 4 if type_ == FLOAT32 else len(content) // BLOCK.itemsize * 32
        entry = struct.pack("<BIQQ", type_, count, size + len(data), len(content))
        directory += struct.pack("<H", len(name)) + name.encode() + entry
        data += content
    path.write_bytes(head + directory + data)
    return path


def head_json(sha256: str = "", languages: dict[str, str] | None = None, seed: int = 1) -> str:
    """A head for it, which trusts ``languages`` (code -> trust)."""
    random = np.random.default_rng(seed)
    figures = {"wrong_sign": 0.08, "interval": [0.05, 0.12], "scored": 0.7, "f1": 0.6, "texts": 324, "source": "a test"}
    return json.dumps(
        {
            "weights_sha256": sha256,
            "languages": {code: {"trust": trust, **figures} for code, trust in (languages or {"de": "on"}).items()},
            "layers": [1, 2],
            "weights": (5 * random.standard_normal((3, HIDDEN))).tolist(),
            "bias": [0.0, 0.0, 0.0],
        }
    )


def _vocabulary() -> bytes:
    texts = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, texts)])
    scores = [0.0 if piece in SPECIAL else -1.0 - 10.0 / len(piece) for piece in PIECES]
    characters = b"".join(
        struct.pack(f"<IB{len(written)}I", code, len(written), *map(ord, written))
        for code, written in CHARACTERS.items()
    )
    numbers = struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, texts)))
    arrays = offsets.astype("<u4").tobytes() + np.array(scores, "<f4").tobytes() + b"".join(texts)
    return numbers + arrays + struct.pack("<iI", len(CHARACTERS), len(characters)) + characters


def _tensors(random: np.random.Generator) -> list[tuple[str, int, bytes]]:
    def floats(name: str, *shape: int, around: float = 0.0) -> tuple[str, int, bytes]:
        return name, FLOAT32, (around + 0.1 * random.standard_normal(shape)).astype("<f4").tobytes()

    def quantized(name: str, rows: int, columns: int) -> tuple[str, int, bytes]:
        blocks = np.zeros(rows * columns // 32, BLOCK)
        blocks["scale"] = random.uniform(0.02, 0.05, len(blocks))
        blocks["nibbles"] = random.integers(0, 256, (len(blocks), 16))
        return name, QUANTIZED, blocks.tobytes()

    found = [
        quantized("emb.word", len(PIECES), HIDDEN),
        floats("emb.pos", POSITIONS, HIDDEN),
        floats("emb.type", 2, HIDDEN),
    ]
    found += [floats("emb.ln.w", HIDDEN, around=1.0), floats("emb.ln.b", HIDDEN)]
    for layer in range(LAYERS):
        sizes = {"q": (HIDDEN, HIDDEN), "k": (HIDDEN, HIDDEN), "v": (HIDDEN, HIDDEN), "ao": (HIDDEN, HIDDEN)}
        sizes |= {"fi": (INNER, HIDDEN), "fo": (HIDDEN, INNER)}
        for name, (outputs, inputs) in sizes.items():
            found += [quantized(f"l{layer}.{name}.w", outputs, inputs), floats(f"l{layer}.{name}.b", outputs)]
        for name in ("aln", "oln"):
            found += [floats(f"l{layer}.{name}.w", HIDDEN, around=1.0), floats(f"l{layer}.{name}.b", HIDDEN)]
    return found
