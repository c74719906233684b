"""A rule or a search that was understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from monitor.errors import QueryError
from monitor.model import Span, Term
from monitor.query.document import Document
from monitor.query.grammar import tree_of
from monitor.query.mistakes import Mistake
from monitor.query.searching import left_open, sought, wordless
from monitor.query.tree import Every, Field, Node, Not, holds_of_nothing, leaves, without_fields


class FieldCondition(NamedTuple):
    """``name:value``, or ``negative``: not that. Values are written as ``field_value`` writes them."""

    name: str
    value: str
    negative: bool


@dataclass(frozen=True, slots=True)
class Query:
    """One rule for every use: whether a post satisfies it, and where its words are.

    A search index compiles ``tree`` itself.
    """

    text: str
    tree: Node

    def matches(self, document: Document) -> bool:
        """Whether ``document`` satisfies the rule, without any index."""
        return self.tree.found(document) is not None

    def spans(self, body: str) -> tuple[Span, ...]:
        """The words of ``body`` that satisfy the rule, in order, apart from each other, as if its fields all held.

        So a page can show why a post is here with nothing but its text.
        """
        words = without_fields(self.tree)
        return _spans(words, Document(body)) if words else ()

    def spans_in(self, document: Document) -> tuple[Span, ...]:
        """The same, of a whole document: empty where it does not satisfy the rule, or by its fields alone."""
        return _spans(self.tree, document)

    def terms(self) -> tuple[Term, ...]:
        """Plain searches: every post of the rule is found by one of them. Empty where no search for words would do."""
        return self.tree.terms

    def sought(self) -> tuple[Term, ...]:
        """Plain searches that find as much of the rule as words can: all of it but for its ``wordless`` parts."""
        return sought(self.tree)

    def left_open(self, *, signs: bool) -> tuple[str, ...]:
        """The parts of the rule, as one writes them, that a search for ``terms`` does not look at, each once.

        ``signs``: the search knows handles and tags.
        """
        return tuple(dict.fromkeys(left_open(self.tree, signs=signs)))

    def wordless(self) -> tuple[str, ...]:
        """Where there are no ``terms``: the parts, each enough for the rule, that hold no word to search for."""
        return () if self.tree.terms else tuple(dict.fromkeys(wordless(self.tree)))

    @property
    def fields(self) -> tuple[FieldCondition, ...]:
        """The conditions that every post of the rule satisfies; those inside an OR are left out."""
        parts = self.tree.children if isinstance(self.tree, Every) else (self.tree,)
        leaf = [(part.child if isinstance(part, Not) else part, isinstance(part, Not)) for part in parts]
        return tuple(FieldCondition(part.name, part.value, no) for part, no in leaf if isinstance(part, Field))


def parse(text: str) -> Query:
    """Understand a rule or a search. Raises QueryError, with the column and what to write instead, and nothing else."""
    try:
        tree = tree_of(text)
        if holds_of_nothing(tree):
            raise _only_negative(tree)
    except Mistake as mistake:
        raise QueryError(text, mistake.at + 1, mistake.reason, mistake.suggestion) from mistake
    return Query(text, tree)


def _only_negative(tree: Node) -> Mistake:
    """One side of an OR, or all of the rule, is satisfied by nearly every post there is."""
    at = next(leaf.at for leaf in leaves(tree) if isinstance(leaf, Not))
    reason = "This says only what must not be in a post, so nearly every post would match."
    return Mistake(at, reason, "Put a word before it that has to be there, as in `acme -jobs`.")


def _spans(node: Node, document: Document) -> tuple[Span, ...]:
    found = node.found(document) or ()
    return tuple(found) if len(found) < 2 else _apart(found)


def _apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order and without overlaps: of two that overlap, the one that starts first, or the longer."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)
