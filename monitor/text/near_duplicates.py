"""Find near-duplicate posts: retweets, quotes, truncated copies, copies with a word changed.

Near-duplicates form a cluster; screens call it a story. Two texts are near-duplicates if they share about half of
their pairs of adjacent words (Jaccard similarity). Case, links, handles, "RT", punctuation and emoji are ignored. A
signature is a MinHash of those pairs: for each of 31 orderings of all possible pairs, the low 16 bits of the pair that
comes first. The share of equal values in two signatures estimates the similarity of the texts (Broder 1997). The 32nd
value is the number of words. ``NearDuplicateIndex`` looks up signatures that share two adjacent values and counts the
equal values.

``bench/near_duplicates.py`` compares this with other methods and measures its recall and its wrong matches.
"""

from __future__ import annotations

import heapq
import re
from array import array
from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import repeat
from operator import eq
from struct import Struct
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MIN_WORDS = 6
MIN_WORD_BYTES = 24
"""Minimum words, and bytes in them. Many people write shorter texts, such as "thanks for the help", independently of
each other, so these get no signature."""
MAX_CHARS = 2_000
"""Characters examined per text."""
BATCH_TEXTS = 256
"""Texts hashed together; limits the memory."""
SIGNATURE_VALUES = 32
MIN_EQUAL_VALUES = 16
"""Values, of SIGNATURE_VALUES, that must be equal in two near-duplicates."""
MIN_EQUAL_VALUES_SHORT, SHORT_TEXT_WORDS = 20, 12
"""The minimum if either text has fewer words than SHORT_TEXT_WORDS: short texts often share only a common phrase, such
as "been on hold for over an hour"."""
NUMBER = 0x8000
"""Bit of the hash of a word of a title."""
MIN_EQUAL_VALUES_OTHER_TITLE = 26
"""The minimum if the titles differ: an agency's text under another headline, and not another text with a footer."""
CLUSTER_WINDOW = timedelta(hours=72)
"""A post joins a cluster only if it was published within this time of one of its posts."""
MAX_POSTS = 20_000
"""Posts that an index holds by default."""

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Indexes = npt.NDArray[np.intp]
Hashes = npt.NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_WORD_BYTES = np.zeros(256, dtype=np.bool_)
_WORD_BYTES[[ord("_"), *range(ord("0"), ord("9") + 1), *range(ord("a"), ord("z") + 1), *range(0x80, 0x100)]] = True
_WORD_BYTES[[0xC2, 0xE2, 0xEF, *range(0xF0, 0x100)]] = False
"""UTF-8 bytes that occur in words. The lead bytes of punctuation and emoji are not among them."""
_SINGLE_CHARACTER_WORD_LEADS = np.zeros(256, dtype=np.bool_)
_SINGLE_CHARACTER_WORD_LEADS[[*range(0xE3, 0xEA)]] = True
"""Lead bytes of kana and Han. Each of these characters counts as a word, because nothing separates their words."""

_BANDS = 10
"""Pairs of adjacent values that the index looks up (locality-sensitive hashing). Of signatures with half of their
values equal, 1 in 18 shares none of ten pairs; with 20 in 32 equal, 1 in 140."""
_PAIRS = Struct(f"<{_BANDS}I{2 * SIGNATURE_VALUES - 4 * _BANDS}x")
_VALUES = Struct(f"<{SIGNATURE_VALUES}H")


def signatures(bodies: Sequence[str]) -> list[bytes]:
    """Return a signature of 64 bytes for each text, b'' for one that is too short."""
    signed: list[bytes] = []
    for start in range(0, len(bodies), BATCH_TEXTS):
        signed += _sign(bodies[start : start + BATCH_TEXTS])
    return signed


def are_near_duplicates(one: str, other: str) -> bool:
    """Whether two texts say nearly the same; short ones must have the same words."""
    first, second = signatures([one, other])
    if first and second:
        return _equal_values(first, second) >= _min_equal_values(first, second)
    return _plain_words(one) == _plain_words(other)


def _plain_words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"\S*://\S*|@\w+", " ", text.casefold()))


class Origin(NamedTuple):
    """Where a post is from. Items of one source with different titles are different items, however alike their texts
    are: episodes with one description, articles with one footer. Their text then is boilerplate, and joins nothing."""

    source: int = 0
    title: bytes = b""
    """Two bytes for each word of its title, those of numbers with the bit NUMBER; empty without one."""


class _Known(NamedTuple):
    """A post in the index."""

    signature: bytes
    at: datetime
    cluster: int
    origin: Origin
    boilerplate: bool = False


class NearDuplicateIndex:
    """The signatures of recent posts. Results depend only on the posts that it holds, not on how they were added."""

    def __init__(self, max_posts: int = MAX_POSTS) -> None:
        self._max_posts = max_posts
        self._posts: dict[int, _Known] = {}
        self._id_heap: list[int] = []
        """A heap of post ids; the lowest is evicted first. Removed posts stay in it until they reach the top."""
        self._bands: list[dict[int, int | list[int]]] = [{} for _ in range(_BANDS)]
        """For each pair of adjacent values: the pair -> the id of the only post with it, or a sorted list of ids."""

    def __len__(self) -> int:
        return len(self._posts)

    def add(self, post_id: int, signature: bytes, at: datetime, origin: Origin = Origin()) -> int | None:  # noqa: B008
        """Add a post published ``at``; return its cluster (the id of its first post), or None if it is the first.

        An empty signature matches nothing and is not added. A post that the index already holds is replaced.
        """
        if not signature:
            return None
        if post_id in self._posts:
            self.remove(post_id)
        keys = _PAIRS.unpack(signature)
        in_bands: list[int | list[int]] = list(map(dict.setdefault, self._bands, keys, repeat(post_id)))
        cluster = None
        if in_bands.count(post_id) < _BANDS:  # else, as for most posts, no other has any of these keys
            latest = {held if isinstance(held, int) else held[-1] for held in in_bands if held != post_id}
            cluster = self._cluster_of(latest, signature, at, origin)
            for band, key, held in zip(self._bands, keys, in_bands, strict=True):
                if held != post_id:
                    _add_to_band(band, key, held, post_id)
        self._posts[post_id] = _Known(signature, at, post_id if cluster is None else cluster, origin)
        heapq.heappush(self._id_heap, post_id)
        self._enforce_limit()
        return cluster

    def seed(
        self, stored: Iterable[tuple[int, bytes, datetime, Origin]], clusters: Mapping[int, int] = MappingProxyType({})
    ) -> None:
        """Add stored posts, in the order of their ids. ``clusters``: post -> cluster, for posts that have one."""
        for post_id, signature, at, origin in stored:
            cluster = self.add(post_id, signature, at, origin)
            if clusters.get(post_id, cluster) != cluster:
                self.assign(post_id, clusters[post_id])

    def assign(self, post_id: int, cluster: int) -> None:
        """Put a post into another cluster. Without effect if the index does not hold it."""
        if post_id in self._posts:
            self._posts[post_id] = self._posts[post_id]._replace(cluster=cluster)

    def remove(self, post_id: int) -> None:
        """Remove one post as if it had never been added, because it was deleted or its transaction failed."""
        known = self._posts.pop(post_id, None)
        if known is None:
            return
        for band, key in zip(self._bands, _PAIRS.unpack(known.signature), strict=True):
            held = band[key]
            if isinstance(held, int):
                del band[key]
            else:
                held.remove(post_id)
                if len(held) == 1:
                    band[key] = held[0]

    def _cluster_of(self, candidates: set[int], signature: bytes, at: datetime, origin: Origin) -> int | None:
        """The cluster of the earliest near-duplicate among ``candidates`` (the latest post of each band)."""
        for post_id in sorted(candidates):
            other = self._posts[post_id]
            if abs(at - other.at) > CLUSTER_WINDOW:
                continue
            equal = SIGNATURE_VALUES if other.signature == signature else _equal_values(other.signature, signature)
            if equal < _min_equal_values(other.signature, signature):
                continue
            if not _have_different_titles(other.origin, origin):
                return other.cluster
            if other.origin.source == origin.source:
                self._posts[post_id] = other._replace(boilerplate=True)
                return None
            if equal >= MIN_EQUAL_VALUES_OTHER_TITLE and not other.boilerplate:
                return other.cluster
        return None

    def _enforce_limit(self) -> None:
        """Evict the lowest ids, and drop removed posts from the heap once they outnumber the others."""
        while len(self._posts) > self._max_posts:
            self.remove(heapq.heappop(self._id_heap))
        if len(self._id_heap) > 2 * len(self._posts) + BATCH_TEXTS:
            self._id_heap = sorted(self._posts)


def _add_to_band(band: dict[int, int | list[int]], key: int, held: int | list[int], post_id: int) -> None:
    """Add a post to those that ``band`` holds under ``key``, in the order of their ids."""
    if isinstance(held, int):
        band[key] = [held, post_id] if held < post_id else [post_id, held]
    else:
        insort(held, post_id)


def _have_different_titles(one: Origin, other: Origin) -> bool:
    """Whether both posts have titles, and these share less than half of their words or have other numbers."""
    if not one.title or not other.title or one.title == other.title:
        return False
    first, second = frozenset(array("H", one.title)), frozenset(array("H", other.title))
    numbers, other_numbers = ({word for word in words if word & NUMBER} for words in (first, second))
    if numbers and other_numbers and numbers != other_numbers:
        return True
    return 2 * len(first & second) < len(first | second)


def _equal_values(one: bytes, other: bytes) -> int:
    return sum(map(eq, _VALUES.unpack(one), _VALUES.unpack(other)))


def _min_equal_values(one: bytes, other: bytes) -> int:
    words = min(one[-2] + 256 * one[-1], other[-2] + 256 * other[-1])
    return MIN_EQUAL_VALUES if words >= SHORT_TEXT_WORDS else MIN_EQUAL_VALUES_SHORT


def _sign(bodies: Sequence[str]) -> list[bytes]:
    """The signatures of one batch. The texts are joined by U+0000 into one array of bytes, and hashed together."""
    joined = "\0".join(body[:MAX_CHARS] for body in bodies)
    if joined.count("\0") >= len(bodies):
        joined = "\0".join(body[:MAX_CHARS].replace("\0", " ") for body in bodies)
    text_bytes = np.frombuffer(f"\0{joined.lower()}\0\0\0\0".encode("utf-8", "surrogatepass"), dtype=np.uint8)
    starts, ends = _word_bounds(text_bytes)
    text_of = np.cumsum(text_bytes == 0)[starts] - 1
    words = np.bincount(text_of, minlength=len(bodies))
    word_bytes = np.bincount(text_of, weights=ends - starts, minlength=len(bodies))
    long_enough = (words >= MIN_WORDS) & (word_bytes >= MIN_WORD_BYTES)
    kept = long_enough[text_of]
    starts, ends, text_of = starts[kept], ends[kept], text_of[kept]
    minhashes = _minhashes(_word_hashes(text_bytes, starts, ends), text_of)
    signed = iter(np.concatenate([minhashes, words[long_enough, None].astype("<u2")], axis=1))
    return [next(signed).tobytes() if has_signature else b"" for has_signature in long_enough.tolist()]


def _word_bounds(text_bytes: Bytes) -> tuple[Indexes, Indexes]:
    """The start and the (exclusive) end of each word; links, handles and "RT" are left out."""
    in_word = _WORD_BYTES[text_bytes]
    leads = _SINGLE_CHARACTER_WORD_LEADS[text_bytes]
    if text_bytes.max(initial=0) > 0x7F:
        leads = _exclude_punctuation(text_bytes, in_word, leads)
    in_word &= ~_link_bytes(text_bytes)
    leads &= in_word
    starts = np.flatnonzero(in_word & (leads | ~np.roll(in_word, 1)))
    ends = np.flatnonzero(in_word & (np.roll(leads, -1) | ~np.roll(in_word, -1))) + 1
    retweet = (ends - starts == 2) & (text_bytes[starts] == ord("r")) & (text_bytes[starts + 1] == ord("t"))
    kept = ~retweet & (text_bytes[starts - 1] != ord("@"))
    return starts[kept], ends[kept]


def _exclude_punctuation(text_bytes: Bytes, in_word: Flags, leads: Flags) -> Flags:
    """Clear the bytes of punctuation and emoji in ``in_word``; return ``leads`` with Thai and Lao added."""
    next_bytes = np.roll(text_bytes, -1)
    two = np.flatnonzero(text_bytes == 0xC2)
    three = np.flatnonzero((text_bytes == 0xE2) | (text_bytes == 0xEF) | ((text_bytes == 0xE3) & (next_bytes == 0x80)))
    four = np.flatnonzero(text_bytes >= 0xF0)
    in_word[np.concatenate([two + 1, three, three + 1, three + 2, four + 1, four + 2, four + 3])] = False
    # Thai and Lao are written without spaces too; they share their lead byte with the scripts of India.
    thai: Flags = (text_bytes == 0xE0) & (next_bytes >= 0xB8) & (next_bytes <= 0xBB)
    all_leads: Flags = leads | thai
    return all_leads


def _link_bytes(text_bytes: Bytes) -> Flags:
    """Which bytes belong to a run without whitespace that contains "://"."""
    runs = np.cumsum(text_bytes <= ord(" "))
    colons = np.flatnonzero(text_bytes[:-2] == ord(":"))
    colons = colons[(text_bytes[colons + 1] == ord("/")) & (text_bytes[colons + 2] == ord("/"))]
    is_link = np.zeros(int(runs[-1]) + 1, dtype=np.bool_)
    is_link[runs[colons]] = True
    links: Flags = is_link[runs]
    return links


def _word_hashes(text_bytes: Bytes, starts: Indexes, ends: Indexes) -> Hashes:
    """A hash of each word that depends only on its letters, not on its position (a polynomial rolling hash).

    The bytes are the digits of one number in base _BASE, modulo 2**64. A word's value is the difference of two prefix
    sums, shifted down to the lowest position.
    """
    powers = np.multiply.accumulate(np.full(len(text_bytes), _BASE, dtype=np.uint64))
    prefix_sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(powers * text_bytes)])
    inverse_powers = np.multiply.accumulate(np.full(len(text_bytes), _INVERSE, dtype=np.uint64))
    return _mix_bits((prefix_sums[ends] - prefix_sums[starts]) * inverse_powers[starts])


def _mix_bits(hashes: Hashes) -> Hashes:
    """Let each bit affect all others (the finaliser of splitmix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _minhashes(words: Hashes, text_of: Indexes) -> npt.NDArray[np.uint16]:
    """The MinHash of each text (rows): the first pair of words in each of SIGNATURE_VALUES - 1 orderings."""
    same = text_of[:-1] == text_of[1:]
    pairs = _mix_bits(words[:-1] * np.uint64(3) + words[1:])[same]
    text_of = text_of[:-1][same]
    if not len(pairs):
        return np.zeros((0, SIGNATURE_VALUES - 1), dtype="<u2")
    orders = _mix_bits(np.arange(1, SIGNATURE_VALUES, dtype=np.uint64) * np.uint64(_BASE))
    ordered = (pairs.astype(np.uint32)[:, None] ^ orders.astype(np.uint32)) * ((orders >> 32).astype(np.uint32) | 1)
    return np.minimum.reduceat(ordered, np.flatnonzero(np.diff(text_of, prepend=-1)), axis=0).astype("<u2")
