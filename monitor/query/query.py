"""A parsed rule or search."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from monitor.errors import QueryError
from monitor.model import MentionFilter, Span, Term
from monitor.query.document import Document
from monitor.query.grammar import parse_tree
from monitor.query.site_search import searchable_terms, unsearchable_alternatives, unsearched_parts
from monitor.query.syntax_errors import ErrorCode, QuerySyntaxError
from monitor.query.tree import Node, Not, leaves, matches_empty_document, without_fields


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed rule or search: which posts match it, and where. A search index compiles ``tree`` itself."""

    text: str
    tree: Node

    def matches(self, document: Document) -> bool:
        """Whether ``document`` matches, without an index."""
        return self.tree.find(document) is not None

    def spans(self, body: str) -> tuple[Span, ...]:
        """The words of ``body`` that satisfy the query, in order and without overlaps, as if all its fields matched.

        A page can therefore highlight a post of which it knows only the text.
        """
        tree = without_fields(self.tree)
        return _distinct(tree.find(Document(body)) or ()) if tree else ()

    def spans_in(self, document: Document) -> tuple[Span, ...]:
        """Like ``spans``, for a whole document. Empty if it does not match, or matches by its fields alone."""
        return self.match(document) or ()

    def match(self, document: Document) -> tuple[Span, ...] | None:
        """The spans of a document that matches, None for one that does not."""
        found = self.tree.find(document)
        return None if found is None else _distinct(found)

    def terms(self) -> tuple[Term, ...]:
        """Plain searches that together find every matching post; empty if no search for words can."""
        return self.tree.terms

    def searchable_terms(self) -> tuple[Term, ...]:
        """Plain searches that find every post except those that match only an ``unsearchable_alternative``."""
        return searchable_terms(self.tree)

    def unsearchable_alternatives(self) -> tuple[str, ...]:
        """If there are no ``terms``: the alternatives without a searchable word, each as rule text."""
        return () if self.tree.terms else tuple(dict.fromkeys(unsearchable_alternatives(self.tree)))

    def unsearched_parts(self, *, supports_handles: bool) -> tuple[str, ...]:
        """The distinct parts, as rule text, that a search for ``searchable_terms`` does not check.

        ``supports_handles``: the search distinguishes handles and hashtags from words.
        """
        return tuple(dict.fromkeys(unsearched_parts(self.tree, supports_handles=supports_handles)))


def parse(text: str) -> Query:
    """Parse a rule. Raises only QueryError, with the column and a suggestion."""
    return _parse(text, "Put a word before it that must occur, as in `acme -jobs`.")


def parse_search(text: str) -> Query:
    """Parse a search, which may consist of exclusions: another filter may narrow it. Raises only QueryError."""
    return _parse(text)


def search_of(mention_filter: MentionFilter) -> Query | None:
    """The search that a person asks for with ``mention_filter``; None if it has none.

    Raises QueryError, also if it consists of exclusions and no other filter narrows it.
    """
    if not mention_filter.text_search:
        return None
    if mention_filter.narrows_search:
        typed = parse_search(mention_filter.q) if mention_filter.q.strip() else None
        return _with_topics(mention_filter) if mention_filter.topic else typed
    return _parse(mention_filter.q, "Choose a brand, a source or a time range too, or add a word: `acme -jobs`.")


def _with_topics(mention_filter: MentionFilter) -> Query:
    """Raises QueryError if search and topics are too much together, each of which is valid alone."""
    try:
        return parse_search(mention_filter.text_search)
    except QueryError as error:
        reason = f"Together with the topics this search is too much. {error.reason}"
        raise QueryError(mention_filter.q, 1, reason, "Remove a topic.", code=error.code) from error


def _parse(text: str, remedy_for_exclusions: str = "") -> Query:
    """Without ``remedy_for_exclusions``, the text may consist of exclusions."""
    try:
        tree = parse_tree(text)
        if remedy_for_exclusions and matches_empty_document(tree):
            raise _only_excludes(tree, remedy_for_exclusions)
    except QuerySyntaxError as error:
        raise QueryError(
            text, error.position + 1, error.reason, error.suggestion, code=error.code, fix=error.fix
        ) from error
    return Query(text, tree)


def _only_excludes(tree: Node, remedy: str) -> QuerySyntaxError:
    """The error of a query that, or an alternative of which, nearly every post matches."""
    position = next(leaf.position for leaf in leaves(tree) if isinstance(leaf, Not))
    reason = "This only excludes posts, so nearly every post would match."
    return QuerySyntaxError(position, ErrorCode.ONLY_EXCLUDES, reason, remedy)


def _distinct(spans: Collection[Span]) -> tuple[Span, ...]:
    """``spans``, sorted. Of two that overlap, the one that starts first, or the longer one."""
    if len(spans) < 2:
        return tuple(spans)
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return tuple(kept)
