"""Near-duplicates: the retweet, the quote, the copy that was cut or had a word changed belong to one story.

Two texts are alike when they share about half of their pairs of neighbouring words (Jaccard similarity). Case, links,
handles, "RT", signs and emoji do not count. A signature is a MinHash of those pairs: of each of 31 orderings of all
possible pairs, the last 16 bits of the one that comes first; the share of equal values in two signatures estimates
their similarity (Broder 1997). The last value is the number of words instead. ``Stories`` finds signatures that share
two neighbouring values, then counts.

``bench/stories.py`` shows why this and not something else, and what it finds and wrongly joins.
"""

from __future__ import annotations

import heapq
from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import eq
from struct import Struct
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

FEWEST_WORDS = 6
FEWEST_BYTES = 24
"""Of words; a shorter text, such as "thanks for the help", is nobody's in particular and gets no signature."""
LONGEST = 2_000
"""Characters that are looked at."""
CHUNK = 256
"""Texts hashed together: bounds the memory."""
VALUES = 32
ALIKE, ALIKE_SHORT, SHORT = 16, 20, 12
"""Equal values, of VALUES, that make two texts alike; and when one of them has fewer than SHORT words, for what short
texts share is often only how people speak: "been on hold for over an hour"."""
WINDOW = timedelta(hours=72)
"""A post joins a story only if one of its posts was published within this time of it."""
MOST = 20_000
"""Posts that are remembered."""

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Hashes = npt.NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_LETTERS = np.zeros(256, dtype=np.bool_)
_LETTERS[[ord("_"), *range(ord("0"), ord("9") + 1), *range(ord("a"), ord("z") + 1), *range(0x80, 0x100)]] = True
_LETTERS[[0xC2, 0xE2, 0xEF, *range(0xF0, 0x100)]] = False
"""Bytes of UTF-8 that words are made of; the leads of punctuation and emoji are not among them."""
_LEADS = np.zeros(256, dtype=np.bool_)
_LEADS[[*range(0xE3, 0xEA)]] = True
"""First bytes of kana and Han, whose characters count as words, for nothing stands between their words."""

_BANDS = 10
"""Pairs of values by which alike signatures find each other. Of those with half of their values equal 1 in 18 shares
none of ten pairs, of those with 20 in 32 equal 1 in 140."""
_PAIRS = Struct(f"<{_BANDS}I{2 * VALUES - 4 * _BANDS}x")
_SINGLES = Struct(f"<{VALUES}H")


def signatures(bodies: Sequence[str]) -> list[bytes]:
    """64 bytes for each text that near-duplicates of it mostly share; b'' where it is too short to tell."""
    signed: list[bytes] = []
    for start in range(0, len(bodies), CHUNK):
        signed += _signed(bodies[start : start + CHUNK])
    return signed


class Stories:
    """The signatures of recent posts. What it answers depends on the posts that it holds, not on how they got there."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._posts: dict[int, tuple[bytes, datetime, int]] = {}
        """Post -> its signature, when it was published, its story."""
        self._order: list[int] = []
        """A heap: the lowest post goes first. Removed ones stay in it until they come to the top."""
        self._bands: list[dict[int, int | list[int]]] = [{} for _ in range(_BANDS)]
        """Per stretch of two values: those values -> the posts that have them, by id."""

    def __len__(self) -> int:
        return len(self._posts)

    def add(self, post_id: int, signature: bytes, at: datetime) -> int | None:
        """Remember a post published ``at``; return its story, named for its first post, None where it is the first.

        An empty signature is like no other and not remembered. A post that is known already is replaced.
        """
        if not signature:
            return None
        if post_id in self._posts:
            self.remove(post_id)
        shared: list[tuple[dict[int, int | list[int]], int, int | list[int]]] = []
        for band, key in zip(self._bands, _PAIRS.unpack(signature), strict=True):
            held = band.setdefault(key, post_id)
            if held != post_id:
                shared.append((band, key, held))
        story = self._story({held if isinstance(held, int) else held[-1] for _, _, held in shared}, signature, at)
        for band, key, held in shared:
            _put(band, key, held, post_id)
        self._posts[post_id] = (signature, at, post_id if story is None else story)
        self._bound(post_id)
        return story

    def seed(
        self, stored: Iterable[tuple[int, bytes, datetime]], stories: Mapping[int, int] = MappingProxyType({})
    ) -> None:
        """Remember stored posts, in the order of their ids. ``stories`` tells those whose story is known."""
        for post_id, signature, at in stored:
            story = self.add(post_id, signature, at)
            if signature and stories.get(post_id, story) != story:
                self._posts[post_id] = (signature, at, stories[post_id])

    def remove(self, post_id: int) -> None:
        """Forget one post, as if it had never been added: it was deleted, or its transaction failed."""
        known = self._posts.pop(post_id, None)
        if known is None:
            return
        for band, key in zip(self._bands, _PAIRS.unpack(known[0]), strict=True):
            held = band[key]
            if isinstance(held, int):
                del band[key]
            else:
                held.remove(post_id)
                if len(held) == 1:
                    band[key] = held[0]

    def forget(self, before: datetime) -> None:
        """Forget the posts that were published before."""
        for post_id in [post_id for post_id, (_, at, _) in self._posts.items() if at < before]:
            self.remove(post_id)

    def _story(self, met: set[int], signature: bytes, at: datetime) -> int | None:
        """The story of the earliest post among ``met``, the latest of each band, that is alike."""
        for post_id in sorted(met):
            other, published, story = self._posts[post_id]
            if abs(at - published) <= WINDOW and (other == signature or _alike(other, signature)):
                return story
        return None

    def _bound(self, post_id: int) -> None:
        heapq.heappush(self._order, post_id)
        while len(self._posts) > self._most:
            self.remove(heapq.heappop(self._order))
        if len(self._order) > 2 * len(self._posts) + CHUNK:
            self._order = sorted(self._posts)


def _put(band: dict[int, int | list[int]], key: int, held: int | list[int], post_id: int) -> None:
    """Add a post to those that a band holds under a key, by id."""
    if isinstance(held, int):
        band[key] = [held, post_id] if held < post_id else [post_id, held]
    else:
        insort(held, post_id)


def _alike(one: bytes, other: bytes) -> bool:
    these, those = _SINGLES.unpack(one), _SINGLES.unpack(other)
    equal: int = sum(map(eq, these, those))
    return equal >= (ALIKE if min(these[-1], those[-1]) >= SHORT else ALIKE_SHORT)


def _signed(bodies: Sequence[str]) -> list[bytes]:
    joined = "\0".join(body[:LONGEST] for body in bodies)
    if joined.count("\0") >= len(bodies):
        joined = "\0".join(body[:LONGEST].replace("\0", " ") for body in bodies)
    letters = np.frombuffer(f"\0{joined.lower()}\0\0\0\0".encode("utf-8", "surrogatepass"), dtype=np.uint8)
    starts, ends = _words(letters)
    text_of = np.cumsum(letters == 0)[starts] - 1
    words = np.bincount(text_of, minlength=len(bodies))
    room = np.bincount(text_of, weights=ends - starts, minlength=len(bodies))
    telling = (words >= FEWEST_WORDS) & (room >= FEWEST_BYTES)
    kept = telling[text_of]
    starts, ends, text_of = starts[kept], ends[kept], text_of[kept]
    smallest = _smallest(_hashes(letters, starts, ends), text_of)
    signed = iter(np.concatenate([smallest, words[telling, None].astype("<u2")], axis=1))
    return [next(signed).tobytes() if tells else b"" for tells in telling.tolist()]


def _words(letters: Bytes) -> tuple[Places, Places]:
    """Where each word starts and, exclusive, ends; without links, handles and "RT"."""
    inside = _LETTERS[letters]
    leads = _LEADS[letters]
    if letters.max(initial=0) > 0x7F:
        leads = _without_signs(letters, inside, leads)
    inside &= ~_links(letters)
    leads &= inside
    starts = np.flatnonzero(inside & (leads | ~np.roll(inside, 1)))
    ends = np.flatnonzero(inside & (np.roll(leads, -1) | ~np.roll(inside, -1))) + 1
    retweet = (ends - starts == 2) & (letters[starts] == ord("r")) & (letters[starts + 1] == ord("t"))
    kept = ~retweet & (letters[starts - 1] != ord("@"))
    return starts[kept], ends[kept]


def _without_signs(letters: Bytes, inside: Flags, leads: Flags) -> Flags:
    """Take the bytes of punctuation and emoji out of ``inside``; tell which bytes begin a character that is a word."""
    two = np.flatnonzero(letters == 0xC2)
    three = np.flatnonzero((letters == 0xE2) | (letters == 0xEF) | ((letters == 0xE3) & (np.roll(letters, -1) == 0x80)))
    four = np.flatnonzero(letters >= 0xF0)
    inside[np.concatenate([two + 1, three, three + 1, three + 2, four + 1, four + 2, four + 3])] = False
    # Thai and Lao are written without blanks too; their lead byte is shared with the scripts of India.
    thai: Flags = (letters == 0xE0) & (np.roll(letters, -1) >= 0xB8) & (np.roll(letters, -1) <= 0xBB)
    all_leads: Flags = leads | thai
    return all_leads


def _links(letters: Bytes) -> Flags:
    """Which bytes belong to a run without blanks that has "://" in it."""
    runs = np.cumsum(letters <= ord(" "))
    colons = np.flatnonzero(letters[:-2] == ord(":"))
    colons = colons[(letters[colons + 1] == ord("/")) & (letters[colons + 2] == ord("/"))]
    is_link = np.zeros(int(runs[-1]) + 1, dtype=np.bool_)
    is_link[runs[colons]] = True
    links: Flags = is_link[runs]
    return links


def _hashes(letters: Bytes, starts: Places, ends: Places) -> Hashes:
    """A hash of each word: the same for the same letters, wherever they stand.

    The letters are the digits of one huge number in base _BASE, modulo 2 to the 64; a word's part of it is the
    difference of two running sums, moved to the lowest place.
    """
    powers = np.multiply.accumulate(np.full(len(letters), _BASE, dtype=np.uint64))
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(powers * letters)])
    down = np.multiply.accumulate(np.full(len(letters), _INVERSE, dtype=np.uint64))
    return _mixed((sums[ends] - sums[starts]) * down[starts])


def _mixed(hashes: Hashes) -> Hashes:
    """Each bit spread over all others (the finish of splitmix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _smallest(words: Hashes, text_of: Places) -> npt.NDArray[np.uint16]:
    """The MinHash of each text (rows): its pairs of words in VALUES - 1 orders, the first of each."""
    same = text_of[:-1] == text_of[1:]
    pairs = _mixed(words[:-1] * np.uint64(3) + words[1:])[same]
    text_of = text_of[:-1][same]
    if not len(pairs):
        return np.zeros((0, VALUES - 1), dtype="<u2")
    orders = _mixed(np.arange(1, VALUES, dtype=np.uint64) * np.uint64(_BASE))
    ordered = (pairs.astype(np.uint32)[:, None] ^ orders.astype(np.uint32)) * ((orders >> 32).astype(np.uint32) | 1)
    return np.minimum.reduceat(ordered, np.flatnonzero(np.diff(text_of, prepend=-1)), axis=0).astype("<u2")
