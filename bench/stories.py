"""Which signature tells near-duplicates best: ours beside datasketch's MinHash, SimHash and plain equality.

    python -m bench.stories [CSV with a column "text"]

Near-duplicates are made from the file's own texts: retweeted, a word changed, cut, another link, quoted with a comment.
``found``: share of them that join the story of their original. ``joined``: posts of the file itself that join an
earlier one; their share of plain pairs of words (Jaccard) tells how many did so wrongly (under 0.4). datasketch is
needed for its rows only (``pip install datasketch``).
"""

from __future__ import annotations

import csv
import importlib
import random
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any, Protocol
from zlib import crc32

from monitor.text.near_duplicates import Stories, signatures

AIRLINES = Path(__file__).resolve().parents[2] / "shared" / "data" / "airline" / "tweets.csv"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SAMPLE = 1_500
WRONG = 0.4
KINDS = ("retweet", "word", "cut", "link", "quote")
COMMENTS = ("So true!", "This happened to me last week", "lol", "can't believe it", "wow just wow, shame on them")


class Index(Protocol):
    """What is compared: texts in their order, each with the place of the earlier one it joins."""

    def sign(self, texts: Sequence[str]) -> list[Any]: ...
    def add(self, place: int, signature: Any) -> int | None: ...


class Ours:
    """monitor.text.near_duplicates."""

    def __init__(self) -> None:
        self.index = Stories(most=100_000)

    def sign(self, texts: Sequence[str]) -> list[Any]:
        return [one for start in range(0, len(texts), 100) for one in signatures(texts[start : start + 100])]

    def add(self, place: int, signature: Any) -> int | None:
        return self.index.add(place, signature, NOW)


class Datasketch:
    """MinHash with 64 permutations and an LSH index at 0.5, one text at a time."""

    def __init__(self) -> None:
        self.lib = importlib.import_module("datasketch")
        self.index = self.lib.MinHashLSH(threshold=0.5, num_perm=64)

    def sign(self, texts: Sequence[str]) -> list[Any]:
        return [self._one(pairs(text)) for text in texts]

    def _one(self, shingles: frozenset[str]) -> Any:
        if len(shingles) < 5:
            return None
        minhash = self.lib.MinHash(num_perm=64)
        minhash.update_batch([shingle.encode() for shingle in shingles])
        return minhash

    def add(self, place: int, signature: Any) -> int | None:
        if signature is None:
            return None
        met = self.index.query(signature)
        self.index.insert(place, signature)
        return min(met) if met else None


class SimHash:
    """64 bits; alike when at most 10 differ. Compared with every other one, so only its answers count."""

    def __init__(self, most: int = 10) -> None:
        self.most = most
        self.known: list[tuple[int, int]] = []

    def sign(self, texts: Sequence[str]) -> list[Any]:
        return [self._one(pairs(text)) for text in texts]

    def _one(self, shingles: frozenset[str]) -> int | None:
        if len(shingles) < 5:
            return None
        hashes = [crc32(s.encode()) << 32 | crc32(s.encode()[::-1]) for s in shingles]
        return sum(1 << bit for bit in range(64) if 2 * sum(h >> bit & 1 for h in hashes) > len(hashes))

    def add(self, place: int, signature: Any) -> int | None:
        if signature is None:
            return None
        met = next((known for known, other in self.known if (other ^ signature).bit_count() <= self.most), None)
        self.known.append((place, signature))
        return met


class Equality:
    """The same words in the same order."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def sign(self, texts: Sequence[str]) -> list[Any]:
        return [" ".join(words(text)) for text in texts]

    def add(self, place: int, signature: Any) -> int | None:
        first = self.known.setdefault(signature, place)
        return first if first != place else None


def words(text: str) -> list[str]:
    """The words of a text without links, handles and RT."""
    text = re.sub(r"\S*://\S*|@\w+", " ", text.lower())
    return [word for word in re.findall(r"[^\W_]+", text) if word != "rt"]


def pairs(text: str) -> frozenset[str]:
    """Each two neighbouring words."""
    found = words(text)
    return frozenset(map(" ".join, pairwise(found)))


def jaccard(one: str, other: str) -> float:
    """What two texts share of their pairs of words."""
    these, those = pairs(one), pairs(other)
    return len(these & those) / max(1, len(these | those))


def near(text: str, kind: str, dice: random.Random) -> str:
    """A near-duplicate of ``text``."""
    if kind == "retweet":
        return f"RT @someone: {text}"
    if kind == "cut":
        return f"RT @someone: {text}"[: max(60, int(len(text) * 0.9))] + "…"
    if kind == "link":
        return re.sub(r"https?://\S+", "", text) + f" https://a.example/{dice.getrandbits(40):x}"
    if kind == "quote":
        return f"{dice.choice(COMMENTS)} “{text}”"
    some = text.split()
    some[dice.randrange(len(some))] = "something"
    return " ".join(some)


def recall(make: Callable[[], Index], texts: Sequence[str], kind: str) -> float:
    """The share of near-duplicates that join a story of their original, among all other texts."""
    dice = random.Random(7)
    originals = dice.sample([place for place, text in enumerate(texts) if len(words(text)) >= 8], SAMPLE)
    index, stories = make(), list[int]()
    for place, signature in enumerate(index.sign([*texts, *(near(texts[place], kind, dice) for place in originals)])):
        joined = index.add(place, signature)
        stories.append(place if joined is None else stories[joined])
    copies = stories[len(texts) :]
    return sum(stories[place] == copy for place, copy in zip(originals, copies, strict=True)) / len(originals)


def measure(name: str, make: Callable[[], Index], texts: Sequence[str]) -> None:
    """Print a row."""
    index = make()
    start = process_time()
    signed = index.sign(texts)
    between = process_time()
    joined = [(place, index.add(place, one)) for place, one in enumerate(signed)]
    end = process_time()
    alike = [jaccard(texts[place], texts[first]) for place, first in joined if first is not None]
    found = " ".join(f"{recall(make, texts, kind):7.1%}" for kind in KINDS)
    rates = f"{len(texts) / (between - start):9,.0f} {len(texts) / (end - between):9,.0f}"
    print(f"{name:12} {rates}  {found}  {len(alike):6} {sum(share < WRONG for share in alike):5}")


def main() -> None:
    """Read the file, print a row for each way."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else AIRLINES
    with path.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    print(f"{'':12} {'signed/s':>9} {'added/s':>9}  {' '.join(f'{kind:>7}' for kind in KINDS)}  joined wrong")
    for name, make in (("ours", Ours), ("datasketch", Datasketch), ("equality", Equality), ("simhash", SimHash)):
        try:
            measure(name, make, texts)
        except ModuleNotFoundError:
            print(f"{name:12} not installed")


if __name__ == "__main__":
    main()
