"""Compare near-duplicate signatures: ours, datasketch's MinHash, SimHash and plain equality.

    python -m bench.near_duplicates [FILE] [--texts 5000]

FILE is a CSV with a column "text". The default is the airline tweets; where these are missing, the texts are generated.
--texts limits how many are read, because SimHash compares each text with all others.
Near-duplicates are made from the texts: retweeted, a word changed, truncated, with another link, quoted with a comment.
The columns per kind give the share of near-duplicates that join the cluster of their original. "joined" counts the
posts of the file itself that join an earlier post, "wrong" those of them that share less than 0.4 of their word pairs
with it (Jaccard similarity). The rates are texts per second of CPU time; the other rows are the reference for ours.
The row of datasketch needs ``pip install datasketch``.
"""

from __future__ import annotations

import argparse
import importlib
import random
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any, Protocol
from zlib import crc32

from bench._tweets import airline_tweets
from monitor.text.near_duplicates import NearDuplicateIndex, signatures

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SAMPLE_TEXTS = 1_500
MIN_SAMPLE_WORDS = 8
MIN_PAIRS = 5
"""datasketch and SimHash leave out texts with fewer pairs of words, as ours leaves out short texts."""
WRONG_BELOW = 0.4
"""Jaccard similarity below which two joined texts are no near-duplicates."""
KINDS = ("retweet", "word", "cut", "link", "quote")
COMMENTS = ("So true!", "This happened to me last week", "lol", "can't believe it", "wow just wow, shame on them")


class Index(Protocol):
    """An index under comparison. Texts are numbered in their order."""

    def sign(self, texts: Sequence[str]) -> list[Any]: ...

    def add(self, number: int, signature: Any) -> int | None:
        """Add a text; return the number of the earlier text that it joins."""


class Ours:
    """``monitor.text.near_duplicates``."""

    def __init__(self) -> None:
        self.index = NearDuplicateIndex(max_posts=100_000)

    def sign(self, texts: Sequence[str]) -> list[Any]:
        return [one for start in range(0, len(texts), 100) for one in signatures(texts[start : start + 100])]

    def add(self, number: int, signature: Any) -> int | None:
        return self.index.add(number, signature, NOW)


class Datasketch:
    """MinHash with 64 permutations and an LSH index at 0.5, one text at a time."""

    def __init__(self) -> None:
        self.library = importlib.import_module("datasketch")
        self.index = self.library.MinHashLSH(threshold=0.5, num_perm=64)

    def sign(self, texts: Sequence[str]) -> list[Any]:
        return [self._minhash(word_pairs(text)) for text in texts]

    def _minhash(self, pairs: frozenset[str]) -> Any:
        if len(pairs) < MIN_PAIRS:
            return None
        minhash = self.library.MinHash(num_perm=64)
        minhash.update_batch([pair.encode() for pair in pairs])
        return minhash

    def add(self, number: int, signature: Any) -> int | None:
        if signature is None:
            return None
        found = self.index.query(signature)
        self.index.insert(number, signature)
        return min(found) if found else None


class SimHash:
    """64 bits; near-duplicates differ in at most ``max_distance``. Compares with every text, so ignore its speed."""

    def __init__(self, max_distance: int = 10) -> None:
        self.max_distance = max_distance
        self.hashes: list[tuple[int, int]] = []

    def sign(self, texts: Sequence[str]) -> list[Any]:
        return [self._simhash(word_pairs(text)) for text in texts]

    def _simhash(self, pairs: frozenset[str]) -> int | None:
        if len(pairs) < MIN_PAIRS:
            return None
        hashes = [crc32(pair.encode()) << 32 | crc32(pair.encode()[::-1]) for pair in pairs]
        return sum(1 << bit for bit in range(64) if 2 * sum(h >> bit & 1 for h in hashes) > len(hashes))

    def add(self, number: int, signature: Any) -> int | None:
        if signature is None:
            return None
        near = (n for n, other in self.hashes if (other ^ signature).bit_count() <= self.max_distance)
        found = next(near, None)
        self.hashes.append((number, signature))
        return found


class Equality:
    """The same words in the same order."""

    def __init__(self) -> None:
        self.first_with: dict[str, int] = {}

    def sign(self, texts: Sequence[str]) -> list[Any]:
        return [" ".join(words(text)) for text in texts]

    def add(self, number: int, signature: Any) -> int | None:
        first = self.first_with.setdefault(signature, number)
        return first if first != number else None


def words(text: str) -> list[str]:
    """The words of a text without links, handles and RT."""
    text = re.sub(r"\S*://\S*|@\w+", " ", text.lower())
    return [word for word in re.findall(r"[^\W_]+", text) if word != "rt"]


def word_pairs(text: str) -> frozenset[str]:
    """Each pair of adjacent words."""
    return frozenset(map(" ".join, pairwise(words(text))))


def jaccard(one: str, other: str) -> float:
    """The share of word pairs that two texts have in common."""
    first, second = word_pairs(one), word_pairs(other)
    return len(first & second) / max(1, len(first | second))


def near_duplicate(text: str, kind: str, rng: random.Random) -> str:
    """A near-duplicate of ``text``."""
    if kind == "retweet":
        return f"RT @someone: {text}"
    if kind == "cut":
        return f"RT @someone: {text}"[: max(60, int(len(text) * 0.9))] + "…"
    if kind == "link":
        return re.sub(r"https?://\S+", "", text) + f" https://a.example/{rng.getrandbits(40):x}"
    if kind == "quote":
        return f"{rng.choice(COMMENTS)} “{text}”"
    changed = text.split()
    changed[rng.randrange(len(changed))] = "something"
    return " ".join(changed)


def recall(make: Callable[[], Index], texts: Sequence[str], kind: str) -> float:
    """The share of near-duplicates that join the cluster of their original, among all other texts."""
    rng = random.Random(7)
    originals = rng.sample([n for n, text in enumerate(texts) if len(words(text)) >= MIN_SAMPLE_WORDS], SAMPLE_TEXTS)
    index, clusters = make(), list[int]()
    copies = [near_duplicate(texts[number], kind, rng) for number in originals]
    for number, signature in enumerate(index.sign([*texts, *copies])):
        joined = index.add(number, signature)
        clusters.append(number if joined is None else clusters[joined])
    of_copies = clusters[len(texts) :]
    return sum(clusters[n] == cluster for n, cluster in zip(originals, of_copies, strict=True)) / len(originals)


def print_row(name: str, make: Callable[[], Index], texts: Sequence[str]) -> None:
    """Measure one index and print its row."""
    index = make()
    start = process_time()
    signed = index.sign(texts)
    between = process_time()
    joined = [(number, index.add(number, signature)) for number, signature in enumerate(signed)]
    end = process_time()
    similarities = [jaccard(texts[number], texts[first]) for number, first in joined if first is not None]
    recalls = " ".join(f"{recall(make, texts, kind):7.1%}" for kind in KINDS)
    rates = f"{len(texts) / (between - start):9,.0f} {len(texts) / (end - between):9,.0f}"
    wrong = sum(similarity < WRONG_BELOW for similarity in similarities)
    print(f"{name:12} {rates}  {recalls}  {len(similarities):6} {wrong:5}")


def main() -> None:
    """Read the file and print a row for each index."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--texts", type=int, default=5_000, help="the number of texts to read")
    options = parser.parse_args()
    texts = [row["text"] for row in airline_tweets(options.file)][: options.texts]
    print(f"{'':12} {'signed/s':>9} {'added/s':>9}  {' '.join(f'{kind:>7}' for kind in KINDS)}  joined wrong")
    for name, make in (("ours", Ours), ("datasketch", Datasketch), ("equality", Equality), ("simhash", SimHash)):
        try:
            print_row(name, make, texts)
        except ModuleNotFoundError:
            print(f"{name:12} not installed")


if __name__ == "__main__":
    main()
