"""The tree of a query, and how it matches a post.

A leaf is a ``Phrase``, ``Near`` or ``Field``. NOT occurs only directly above a leaf: ``negate`` pushes it down. Every
node's ``find`` returns the spans that satisfy it: [] if it matches without spans, None if it does not match.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from monitor.model import Span, Term
from monitor.query.document import Document
from monitor.query.folded_text import FoldedText
from monitor.query.folding import fold
from monitor.query.hashtags import Hashtag, TagWord

MAX_PATTERNS = 5_000
"""Compiled patterns that are kept. A rule has a few, and searches of people come and go."""


class Occurrence(NamedTuple):
    """Where a phrase occurs: the number of its first word, the number of words in it, and its characters."""

    first_word: int
    words: int
    span: Span


@lru_cache(maxsize=MAX_PATTERNS)
def _compiled(expression: str) -> re.Pattern[str]:
    """Compiled on first use: each expression takes 3 ms, for its classes of characters, and most are not needed."""
    return re.compile(expression)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One word, or several in this order. ``position`` is its place in the rule, from 0."""

    text: str
    """As written in the rule, without operators and star."""
    position: int
    words: tuple[str, ...]
    expression: str
    """A regular expression that finds it in folded text."""
    is_prefix: bool = False
    exact_letters: str = ""
    """The letters to match with case and accents; empty if these are ignored."""
    index_word: str = ""
    """Its single word in a search index, if it is only a handle or a tag."""
    has_signs: bool = False
    """Whether it contains signs that a search index drops, such as the & of AT&T."""
    in_hashtags: bool = False
    """Whether its words are also looked for inside hashtags."""
    tag: str = ""
    """The name of the hashtag that its words form together, folded; empty if it is one word."""
    other_starts: tuple[str, ...] = ()
    """Other forms of its first word, which the pattern finds too."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """The compiled expression."""
        return _compiled(self.expression)

    def find_folded(self, text: FoldedText) -> list[tuple[int, int]]:
        """The (start, end) of each occurrence in ``text.folded``. They may overlap if the phrase repeats a word."""
        found = self._find_in_text(text)
        if self.in_hashtags and text.hashtags:
            found += self._find_in_hashtags(text)
        return found

    def occurrences(self, text: FoldedText) -> list[Occurrence]:
        """The occurrences with their word numbers, for NEAR. In a hashtag they count as one word."""
        in_text = [
            Occurrence(text.word_number(start), len(self.words), text.span(start, end))
            for start, end in self._find_in_text(text)
        ]
        if not (self.in_hashtags and text.hashtags):
            return in_text
        return in_text + [
            Occurrence(text.word_number(start), 1, text.span(start, end)) for start, end in self._find_in_hashtags(text)
        ]

    def find(self, document: Document) -> list[Span] | None:
        """Every occurrence; None if there is none."""
        text = document.folded_text
        return [text.span(start, end) for start, end in self.find_folded(text)] or None

    def _find_in_text(self, text: FoldedText) -> list[tuple[int, int]]:
        if self.words[0] not in text.folded and not self.other_starts:
            return []
        is_repeating = len(self.words) > 1 and self.words[0] in self.words[1:]
        search = self._find_overlapping if is_repeating else self.pattern.finditer
        found = [match.span() for region in text.regions for match in search(text.folded, *region)]
        return self._exact(text, found) if self.exact_letters else found

    def _find_in_hashtags(self, text: FoldedText) -> list[tuple[int, int]]:
        if self.words[0] not in text.folded:
            return []
        found = [bounds for tag in text.hashtags for bounds in self._find_in_hashtag(tag)]
        return self._exact(text, found) if self.exact_letters else found

    def _find_in_hashtag(self, tag: Hashtag) -> Iterator[tuple[int, int]]:
        if self.tag and self._is_word(self.tag, tag.whole.text):
            yield tag.whole.start, tag.whole.end
        n = len(self.words)
        for reading in tag.readings:
            if self.tag:
                yield from ((word.start, word.end) for word in reading if self._is_word(self.tag, word.text))
            for i in range(len(reading) - n + 1):
                if self._is_at(reading[i : i + n]):
                    yield reading[i].start, reading[i + n - 1].end

    def _is_at(self, words: Sequence[TagWord]) -> bool:
        first_ones = all(word.text == wanted for word, wanted in zip(words[:-1], self.words, strict=False))
        return first_ones and self._is_word(self.words[-1], words[-1].text)

    def _is_word(self, wanted: str, word: str) -> bool:
        return word.startswith(wanted) if self.is_prefix else word == wanted

    def _find_overlapping(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        while match := self.pattern.search(text, start, end):
            yield match
            start = match.start() + 1

    def _exact(self, text: FoldedText, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [bounds for bounds in found if self._has_exact_letters(text, bounds)]

    def _has_exact_letters(self, text: FoldedText, bounds: tuple[int, int]) -> bool:
        span = text.span(*bounds)
        letters = letters_and_digits(text.body[span.start : span.end])
        return letters.startswith(self.exact_letters) if self.is_prefix else letters == self.exact_letters

    @property
    def terms(self) -> tuple[Term, ...]:
        """A plain search for it, without signs that are ignored here but may count for a site, such as (TM).

        One for the hashtag that its words form, too.
        """
        text = Term(_without_ignored_signs(self.text), self.is_prefix)
        return (text, Term(f"#{letters_and_digits(self.text)}", self.is_prefix)) if self.tag else (text,)


def _without_ignored_signs(text: str) -> str:
    kept = "".join(char if char.isascii() or fold(char) != " " else " " for char in text)
    return " ".join(part for part in kept.split() if part != "-")


def letters_and_digits(text: str) -> str:
    """The letters and digits of ``text``, with case and accents."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text)))


@dataclass(frozen=True, slots=True)
class Near:
    """Any phrase of ``left`` and any of ``right`` with at most ``distance`` words between them, in either order."""

    left: tuple[Phrase, ...]
    right: tuple[Phrase, ...]
    distance: int
    position: int

    def find(self, document: Document) -> list[Span] | None:
        """The occurrences that are near one of the other side."""
        left, right = self._occurrences(self.left, document), self._occurrences(self.right, document)
        near = [*self._those_near(left, right), *self._those_near(right, left)] if left and right else []
        return [occurrence.span for occurrence in near] or None

    @staticmethod
    def _occurrences(side: tuple[Phrase, ...], document: Document) -> list[Occurrence]:
        return sorted(occurrence for phrase in side for occurrence in phrase.occurrences(document.folded_text))

    def _those_near(self, these: list[Occurrence], others: list[Occurrence]) -> Iterator[Occurrence]:
        """Those of ``these`` that have one of ``others`` within the distance. Both lists are sorted."""
        starts = [other.first_word for other in others]
        longest = max(other.words for other in others)
        for this in these:
            first = bisect_left(starts, this.first_word - longest - self.distance)
            last = bisect_right(starts, this.first_word + this.words + self.distance)
            if any(self._is_near(this, other) for other in others[first:last]):
                yield this

    def _is_near(self, this: Occurrence, other: Occurrence) -> bool:
        first, second = sorted((this, other))
        return second.first_word - first.first_word - first.words <= self.distance

    @property
    def terms(self) -> tuple[Term, ...]:
        """Searches for the rarer side."""
        sides = [tuple(term for phrase in side for term in phrase.terms) for side in (self.left, self.right)]
        return max(sides, key=estimated_rarity)


@dataclass(frozen=True, slots=True)
class Field:
    """A condition such as ``lang:en``. ``value`` is as ``field_value`` returns it."""

    name: str
    value: str
    position: int

    def find(self, document: Document) -> list[Span] | None:
        return [] if self.value in document.values(self.name) else None

    @property
    def terms(self) -> tuple[Term, ...]:
        """None: no search for words finds all its posts."""
        return ()


@dataclass(frozen=True, slots=True)
class Not:
    """Matches if its leaf does not."""

    child: Leaf
    position: int

    def find(self, document: Document) -> list[Span] | None:
        return [] if self.child.find(document) is None else None

    @property
    def terms(self) -> tuple[Term, ...]:
        """None: a search cannot find the absence of a word."""
        return ()


@dataclass(frozen=True, slots=True)
class And:
    """All of several nodes."""

    children: tuple[Node, ...]

    def find(self, document: Document) -> list[Span] | None:
        spans: list[Span] = []
        for child in self.children:
            found = child.find(document)
            if found is None:
                return None
            spans += found
        return spans

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of the rarest child."""
        return max((child.terms for child in self.children), key=estimated_rarity)

    @property
    def position(self) -> int:
        return self.children[0].position


@dataclass(frozen=True, slots=True)
class Or:
    """Any of several nodes."""

    children: tuple[Node, ...]

    def find(self, document: Document) -> list[Span] | None:
        """The spans of all children that match."""
        found = [spans for child in self.children if (spans := child.find(document)) is not None]
        return [span for spans in found for span in spans] if found else None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of all children; none if one of them has none."""
        terms_by_child = [child.terms for child in self.children]
        return tuple(dict.fromkeys(term for terms in terms_by_child for term in terms)) if all(terms_by_child) else ()

    @property
    def position(self) -> int:
        return self.children[0].position


Leaf: TypeAlias = "Phrase | Near | Field"
Node: TypeAlias = "Phrase | Near | Field | Not | And | Or"


def estimated_rarity(terms: Sequence[Term]) -> float:
    """A guess how few posts a search for any of ``terms`` finds: long words are rare, and fewer terms find fewer."""
    if not terms:
        return float("-inf")
    return min(len(term.text) - term.prefix for term in terms) - len(terms)


def all_of(children: Iterable[Node]) -> Node:
    """The AND of one or more ``children``, without an AND directly inside an AND."""
    flat = [part for child in children for part in (child.children if isinstance(child, And) else (child,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(children: Iterable[Node]) -> Node:
    """The OR of one or more ``children``, without an OR directly inside an OR."""
    flat = [part for child in children for part in (child.children if isinstance(child, Or) else (child,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negate(node: Node, position: int) -> Node:
    """The negation of ``node``, with NOT above leaves only. The parser limits the depth of this recursion."""
    if isinstance(node, Not):
        return node.child
    if isinstance(node, And):
        return any_of(negate(child, position) for child in node.children)
    if isinstance(node, Or):
        return all_of(negate(child, position) for child in node.children)
    return Not(node, position)


def matches_empty_document(node: Node) -> bool:
    """Whether an empty document matches, so that ``node`` requires nothing to occur."""
    if isinstance(node, And):
        return all(map(matches_empty_document, node.children))
    if isinstance(node, Or):
        return any(map(matches_empty_document, node.children))
    return isinstance(node, Not)


def without_fields(node: Node) -> Node | None:
    """``node`` without its fields; None if nothing else is in it."""
    if isinstance(node, (And, Or)):
        kept = [part for child in node.children if (part := without_fields(child)) is not None]
        join = all_of if isinstance(node, And) else any_of
        return join(kept) if kept else None
    return None if isinstance(node.child if isinstance(node, Not) else node, Field) else node


def leaves(node: Node) -> Iterator[Phrase | Near | Field | Not]:
    """The leaves from left to right, each inside its NOT if it has one."""
    if isinstance(node, (And, Or)):
        for child in node.children:
            yield from leaves(child)
    else:
        yield node
