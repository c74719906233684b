"""Match a batch of mentions against all views at once.

Each value of a facet, and each word of a search, becomes one mask over the batch; a view joins masks. So the texts are
indexed once, and what several views have in common is looked up once. A mask is an integer with one byte per mention.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import compress
from typing import TypeAlias

from monitor.model import Choice, Intent, MentionFilter
from monitor.model.notifications import Arrival
from monitor.query import field_value, parse_search
from monitor.query.document import FIELDS
from monitor.query.fts import FtsQuery, compile_fts
from monitor.query.post_index import DocumentCache, PostIndex, PostIndexes
from monitor.query.tree import And, Field, Near, Node, Not, Or, Phrase, leaves

BATCH_ARRIVALS = 2_000
"""Mentions per index. Larger batches are split."""
LISTED = ("unclaimed", "claimed")
"""The states that a filter without one means."""
_FACETS = ("brand", "source", "lang", "author", "site", "rule", "sentiment", "intent", "named_topic", "state")

Mask: TypeAlias = int
Leaf: TypeAlias = "Phrase | Near | Field"


@dataclass(frozen=True, slots=True)
class _View:
    """A filter, prepared for many batches."""

    filter: MentionFilter
    choices: tuple[tuple[str, Choice], ...]
    """(facet, values as arrivals have them)"""
    tree: Node | None


class ViewMatcher:
    """The filters of all views, prepared once. Threads may share it."""

    def __init__(self, filters: Sequence[MentionFilter]) -> None:
        """Raises QueryError for a ``q`` that is not valid."""
        self._views = [_prepared(f) for f in filters]
        trees = [view.tree for view in self._views if view.tree is not None]
        found = {leaf.child if isinstance(leaf, Not) else leaf for tree in trees for leaf in leaves(tree)}
        self._leaves = {leaf: compile_fts(leaf) for leaf in found if not isinstance(leaf, Field)}
        self._indexes = PostIndexes()

    def match(self, arrivals: Sequence[Arrival]) -> list[list[Arrival]]:
        """For each filter, the arrivals that it selects, in their order."""
        found: list[list[Arrival]] = [[] for _ in self._views]
        for start in range(0, len(arrivals), BATCH_ARRIVALS):
            batch = arrivals[start : start + BATCH_ARRIVALS]
            for selected, mask in zip(found, self._masks(batch), strict=True):
                if mask:
                    selected += compress(batch, mask.to_bytes(len(batch), "little"))
        return found

    def _masks(self, batch: Sequence[Arrival]) -> list[Mask]:
        posts = [arrival.post for arrival in batch]
        documents, texts = DocumentCache(posts), dict[Leaf, _TextMask]()
        if self._leaves:
            with self._indexes.filled(posts) as index:
                texts = {leaf: _TextMask(index, documents, fts, len(batch)) for leaf, fts in self._leaves.items()}
        masks = _Batch(batch, documents, texts)
        return [masks.mask(view) for view in self._views]


class _TextMask:
    """The posts of a batch with a word or phrase. What the index cannot decide is checked when it matters, once."""

    def __init__(self, index: PostIndex, documents: DocumentCache, fts: FtsQuery, size: int) -> None:
        self._documents, self._fts, self._size = documents, fts, size
        self._candidates = _mask(index.candidates(fts), size)
        self._checked = self._accepted = 0

    def within(self, mask: Mask) -> Mask:
        """Those of the posts that are in ``mask``."""
        wanted = self._candidates & mask
        if self._fts.remainder is None:
            return wanted
        if unchecked := wanted & ~self._checked:
            numbers = compress(range(self._size), unchecked.to_bytes(self._size, "little"))
            accepted = [number for number in numbers if self._fts.accepts(self._documents[number])]
            self._accepted |= _mask(accepted, self._size)
            self._checked |= unchecked
        return wanted & self._accepted


class _Batch:
    """The masks of one batch."""

    def __init__(self, arrivals: Sequence[Arrival], documents: DocumentCache, texts: Mapping[Leaf, _TextMask]) -> None:
        self._arrivals, self._documents, self._texts = arrivals, documents, texts
        self._all = _mask(range(len(arrivals)), len(arrivals))

    def mask(self, view: _View) -> Mask:
        """The arrivals that a view selects."""
        mask = self._all
        for facet, choice in view.choices:
            masks = self._by_value[facet]
            if choice.include:
                mask &= _any(masks, choice.include)
            if choice.exclude:
                mask &= ~_any(masks, choice.exclude)
            if not mask:
                return mask
        f = view.filter
        if f.since is not None or f.until is not None or f.story is not None:
            mask &= self._where(lambda arrival: _is_within(arrival, f))
        return self._tree(view.tree, mask) if view.tree is not None and mask else mask

    def _tree(self, node: Node, within: Mask) -> Mask:
        """Those of ``within`` that satisfy a search."""
        if isinstance(node, And):
            for child in node.children:
                within = self._tree(child, within) if within else 0
            return within
        if isinstance(node, Or):
            mask = 0
            for child in node.children:
                mask |= self._tree(child, within & ~mask)
            return mask
        if isinstance(node, Not):
            return within & ~self._tree(node.child, within)
        if isinstance(node, Field):
            return within & self._by_field[node.name].get(node.value, 0)
        return self._texts[node].within(within)

    @cached_property
    def _by_value(self) -> dict[str, dict[str, Mask]]:
        """Facet -> value -> the arrivals that have it."""
        of_mentions = {facet: self._grouped(values) for facet, values in _VALUES.items()}
        return {**of_mentions, "author": self._by_field["author"], "site": self._by_field["site"]}

    @cached_property
    def _by_field(self) -> dict[str, dict[str, Mask]]:
        """Field of a search -> value -> the arrivals that have it."""
        numbers = range(len(self._arrivals))
        return {
            name: _grouped(((n, value) for n in numbers for value in self._documents[n].values(name)), len(numbers))
            for name in FIELDS
        }

    def _grouped(self, values: Callable[[Arrival], Iterable[str]]) -> dict[str, Mask]:
        pairs = ((n, value) for n, arrival in enumerate(self._arrivals) for value in values(arrival))
        return _grouped(pairs, len(self._arrivals))

    def _where(self, condition: Callable[[Arrival], bool]) -> Mask:
        numbers = [n for n, arrival in enumerate(self._arrivals) if condition(arrival)]
        return _mask(numbers, len(self._arrivals))


def _prepared(f: MentionFilter) -> _View:
    choices = {facet: getattr(f, facet) for facet in _FACETS if getattr(f, facet)}
    choices["state"] = Choice(f.state.include or LISTED, f.state.exclude)
    for facet in ("author", "site"):
        if facet in choices:
            choices[facet] = _normalised(facet, choices[facet])
    tree = _without_positions(parse_search(f.text_search).tree) if f.text_search else None
    # The cheapest facets that exclude most come first.
    return _View(f, tuple(sorted(choices.items(), key=lambda item: _FACETS.index(item[0]))), tree)


def _normalised(facet: str, choice: Choice) -> Choice:
    include = tuple(field_value(facet, value) for value in choice.include)
    return Choice(include, tuple(field_value(facet, value) for value in choice.exclude))


def _without_positions(node: Node) -> Node:
    """The same tree, with leaves that are equal wherever they stand in a search."""
    if isinstance(node, (And, Or)):
        return type(node)(tuple(_without_positions(child) for child in node.children))
    if isinstance(node, Not):
        return Not(_leaf_without_position(node.child), 0)
    return _leaf_without_position(node)


def _leaf_without_position(leaf: Leaf) -> Leaf:
    if isinstance(leaf, Near):
        left, right = (tuple(replace(phrase, position=0) for phrase in side) for side in (leaf.left, leaf.right))
        return Near(left, right, leaf.distance, 0)
    return replace(leaf, position=0)


def _grouped(pairs: Iterable[tuple[int, str]], size: int) -> dict[str, Mask]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, value in pairs:
        numbers[value].append(number)
    return {value: _mask(found, size) for value, found in numbers.items()}


def _mask(numbers: Iterable[int], size: int) -> Mask:
    flags = bytearray(size)
    for number in numbers:
        flags[number] = 1
    return int.from_bytes(flags, "little")


def _any(masks: dict[str, Mask], values: Iterable[str]) -> Mask:
    mask = 0
    for value in values:
        mask |= masks.get(value, 0)
    return mask


def _is_within(arrival: Arrival, f: MentionFilter) -> bool:
    at = arrival.post.published_at
    if (f.since is not None and at < f.since) or (f.until is not None and at >= f.until):
        return False
    return f.story is None or arrival.story == f.story


def _sentiments(arrival: Arrival) -> tuple[str, ...]:
    return (arrival.sentiment, "corrected") if arrival.corrected else (arrival.sentiment,)


@lru_cache(maxsize=1 << len(Intent))
def _intents(intent: Intent) -> tuple[str, ...]:
    return tuple((bit.name or "").lower() for bit in Intent if bit & intent)


_VALUES: dict[str, Callable[[Arrival], Iterable[str]]] = {
    "brand": lambda arrival: (arrival.brand,),
    "source": lambda arrival: (arrival.post.source,),
    "lang": lambda arrival: (arrival.post.lang or "und",),
    "rule": lambda arrival: (arrival.rule,),
    "sentiment": _sentiments,
    "intent": lambda arrival: _intents(arrival.intent),
    "named_topic": lambda arrival: arrival.topics,
    "state": lambda arrival: (arrival.state,),
}
