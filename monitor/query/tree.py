"""What a rule is made of, and whether a post satisfies it.

A leaf is ``Words``, ``Near`` or ``Field``; NOT stands only before a leaf (``negated`` pushes it down). Every node's
``found`` tells the spans that satisfy it, or None when the post does not.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from monitor.model import Span, Term
from monitor.query.document import Document
from monitor.query.reading import Reading, fold


class Occurrence(NamedTuple):
    """Where a leaf stands: ``place`` counts words, ``span`` characters of the body."""

    place: int
    words: int
    span: Span


@dataclass(frozen=True, slots=True)
class Words:
    """One word, or several in this order. ``at`` is where it stands in the rule, from 0."""

    text: str
    """As it was written, without operators and star."""
    at: int
    words: tuple[str, ...]
    pattern: re.Pattern[str]
    """Finds it in folded text."""
    prefix: bool = False
    exact: str = ""
    """The letters that must be there case by case; empty when case does not count."""
    mark: str = ""
    """The one word of the index that stands for it: it is a handle or a tag and no more."""
    signs: bool = False
    """It holds signs that the index does not know, such as the & of AT&T."""

    def stands(self, reading: Reading) -> list[tuple[int, int]]:
        """Where in the folded text it is; they may overlap where a phrase repeats itself."""
        if self.words[0] not in reading.text:
            return []
        search = self._overlapping if self.words[0] in self.words[1:] else self.pattern.finditer
        stands = [match.span() for region in reading.regions for match in search(reading.text, *region)]
        return [stand for stand in stands if self._same_case(reading, stand)] if self.exact else stands

    def occurrences(self, reading: Reading) -> list[Occurrence]:
        """The same with the number of its first word, for NEAR."""
        size = len(self.words)
        return [Occurrence(reading.place(start), size, reading.span(start, end)) for start, end in self.stands(reading)]

    def found(self, document: Document) -> list[Span] | None:
        """Its spans, None without any."""
        reading = document.reading
        return [reading.span(start, end) for start, end in self.stands(reading)] or None

    def _overlapping(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        while match := self.pattern.search(text, start, end):
            yield match
            start = match.start() + 1

    def _same_case(self, reading: Reading, stand: tuple[int, int]) -> bool:
        span = reading.span(*stand)
        letters = letters_of(reading.body[span.start : span.end])
        return letters.startswith(self.exact) if self.prefix else letters == self.exact

    @property
    def terms(self) -> tuple[Term, ...]:
        """A plain search for it, without signs that do not count here and may count for a site, such as (TM)."""
        return (Term(self.text if self.text.isascii() else _sought(self.text), self.prefix),)


def _sought(text: str) -> str:
    return " ".join("".join(char if char.isascii() or fold(char) != " " else " " for char in text).split())


def letters_of(text: str) -> str:
    """The letters and digits of ``text``, with case and accents, without what stands between them."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text)))


@dataclass(frozen=True, slots=True)
class Near:
    """Any of ``left`` and any of ``right`` with at most ``distance`` words between them, in either order."""

    left: tuple[Words, ...]
    right: tuple[Words, ...]
    distance: int
    at: int

    def found(self, document: Document) -> list[Span] | None:
        """The spans of those that are near one of the other side."""
        left, right = self._all(self.left, document), self._all(self.right, document)
        near = [*self._close(left, right), *self._close(right, left)] if left and right else []
        return [occurrence.span for occurrence in near] or None

    @staticmethod
    def _all(side: tuple[Words, ...], document: Document) -> list[Occurrence]:
        return sorted(occurrence for words in side for occurrence in words.occurrences(document.reading))

    def _close(self, these: list[Occurrence], those: list[Occurrence]) -> Iterator[Occurrence]:
        """Of ``these``, those with one of ``those`` in reach. Both are sorted by place."""
        places = [that.place for that in those]
        longest = max(that.words for that in those)
        for this in these:
            first = bisect_left(places, this.place - longest - self.distance)
            last = bisect_right(places, this.place + this.words + self.distance)
            if any(self._reaches(this, that) for that in those[first:last]):
                yield this

    def _reaches(self, this: Occurrence, that: Occurrence) -> bool:
        first, second = sorted((this, that))
        return second.place - first.place - first.words <= self.distance

    @property
    def terms(self) -> tuple[Term, ...]:
        """Searches for the side that is rarer."""
        sides = [tuple(term for words in side for term in words.terms) for side in (self.left, self.right)]
        return max(sides, key=rarity)


@dataclass(frozen=True, slots=True)
class Field:
    """A condition such as ``lang:en``; ``value`` is as ``field_value`` writes it."""

    name: str
    value: str
    at: int

    def found(self, document: Document) -> list[Span] | None:
        """No spans, but not None where it holds."""
        return [] if self.value in document.values(self.name) else None

    @property
    def terms(self) -> tuple[Term, ...]:
        """None: no search for words is a superset of it."""
        return ()


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where its leaf does not."""

    child: Leaf
    at: int

    def found(self, document: Document) -> list[Span] | None:
        """No spans, but not None where it holds."""
        return [] if self.child.found(document) is None else None

    @property
    def terms(self) -> tuple[Term, ...]:
        """None: what is not there cannot be searched."""
        return ()


@dataclass(frozen=True, slots=True)
class Every:
    """AND."""

    children: tuple[Node, ...]

    def found(self, document: Document) -> list[Span] | None:
        """The spans of every child, None as soon as one of them does not hold."""
        spans: list[Span] = []
        for child in self.children:
            found = child.found(document)
            if found is None:
                return None
            spans += found
        return spans

    @property
    def terms(self) -> tuple[Term, ...]:
        """Those of the child that is rarest as far as its letters tell."""
        return max((child.terms for child in self.children), key=rarity)

    @property
    def at(self) -> int:
        return self.children[0].at


@dataclass(frozen=True, slots=True)
class Either:
    """OR."""

    children: tuple[Node, ...]

    def found(self, document: Document) -> list[Span] | None:
        """The spans of the children that hold, None when none does."""
        found = [spans for child in self.children if (spans := child.found(document)) is not None]
        return [span for spans in found for span in spans] if found else None

    @property
    def terms(self) -> tuple[Term, ...]:
        """Those of all children; none when one of them cannot be searched."""
        terms = [child.terms for child in self.children]
        return tuple(dict.fromkeys(term for some in terms for term in some)) if all(terms) else ()

    @property
    def at(self) -> int:
        return self.children[0].at


Leaf: TypeAlias = "Words | Near | Field"
Node: TypeAlias = "Words | Near | Field | Not | Every | Either"


def rarity(terms: Sequence[Term]) -> float:
    """How few posts a search for any of ``terms`` brings, by a guess: long words are rare, many of them are not."""
    if not terms:
        return float("-inf")
    return min(len(term.text) - term.prefix for term in terms) - len(terms)


def every(children: Iterable[Node]) -> Node:
    """The AND of ``children``, which may be only one, without an AND inside an AND."""
    flat = [part for child in children for part in (child.children if isinstance(child, Every) else (child,))]
    return flat[0] if len(flat) == 1 else Every(tuple(flat))


def either(children: Iterable[Node]) -> Node:
    """The OR of ``children``, which may be only one, without an OR inside an OR."""
    flat = [part for child in children for part in (child.children if isinstance(child, Either) else (child,))]
    return flat[0] if len(flat) == 1 else Either(tuple(flat))


def negated(node: Node, at: int) -> Node:
    """What holds where ``node`` does not, with NOT before leaves only. Recurs as deep as the tree, which is bounded."""
    if isinstance(node, Not):
        return node.child
    if isinstance(node, Every):
        return either(negated(child, at) for child in node.children)
    if isinstance(node, Either):
        return every(negated(child, at) for child in node.children)
    return Not(node, at)


def holds_of_nothing(node: Node) -> bool:
    """Whether an empty document would satisfy ``node``: then nothing in it has to be there."""
    if isinstance(node, Every):
        return all(map(holds_of_nothing, node.children))
    if isinstance(node, Either):
        return any(map(holds_of_nothing, node.children))
    return isinstance(node, Not)


def without_fields(node: Node) -> Node | None:
    """``node`` with only what a text can tell; None when that is nothing."""
    if isinstance(node, (Every, Either)):
        kept = [part for child in node.children if (part := without_fields(child)) is not None]
        joined = every if isinstance(node, Every) else either
        return joined(kept) if kept else None
    return None if isinstance(node.child if isinstance(node, Not) else node, Field) else node


def leaves(node: Node) -> Iterator[Words | Near | Field | Not]:
    """The leaves from left to right, each with its NOT when it has one."""
    if isinstance(node, (Every, Either)):
        for child in node.children:
            yield from leaves(child)
    else:
        yield node
