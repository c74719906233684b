"""Why a rule finds a post, or does not, in a few words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from monitor.model import Span
from monitor.query import Document, Query
from monitor.query.tree import And, Field, Near, Node, Not, Or, Phrase

MAX_WORDS = 3
"""Reasons that are named."""


class Reason(NamedTuple):
    """Why, and the parts of the text that show it."""

    text: str
    """"umbrellaship", "rain within 5 words", "without `phone`"."""
    spans: tuple[Span, ...] = ()


def why_found(query: Query, document: Document) -> Reason:
    """The parts of a rule that find a post, in the words of the post."""
    spans = query.spans_in(document)
    words = [document.body[span.start : span.end].casefold() for span in spans]
    fields = [_written(leaf) for leaf in _satisfied_fields(query.tree, document)]
    return Reason(_listed([*words, *fields]) or "the whole rule", spans)


def why_not_found(query: Query, document: Document) -> Reason:
    """The first part of a rule that keeps it from finding a post."""
    return _obstacle(query.tree, document)


def _obstacle(node: Node, document: Document) -> Reason:
    """Why ``node``, which ``document`` does not satisfy, does not find it."""
    if isinstance(node, And):
        failing = [child for child in node.children if child.find(document) is None]
        # what is excluded says more than what is missing
        return _obstacle(min(failing, key=lambda child: not isinstance(child, Not)), document)
    if isinstance(node, Or):
        excluded = [_obstacle(child, document) for child in node.children if isinstance(child, And | Not)]
        told = next((reason for reason in excluded if reason.spans or not reason.text.startswith("no ")), None)
        return told or Reason(f"no {_listed(map(_written, _positive(node)), ' or ')}")
    if isinstance(node, Not):
        return _exclusion(node.child, document)
    return Reason(f"no {_written(node)}")


def _exclusion(leaf: Phrase | Near | Field, document: Document) -> Reason:
    spans = tuple(leaf.find(document) or ())
    if isinstance(leaf, Near):
        side = next((side for side in (leaf.right, leaf.left) if any(_is_at(one, document, spans) for one in side)), ())
        words = [one for one in side if _is_at(one, document, spans)]
        return Reason(f"{_listed(_first_words(words, document))} within {leaf.distance} words", spans)
    if isinstance(leaf, Field):
        return Reason(f"excludes {_written(leaf)}", spans)
    return Reason(_listed(_first_words([leaf], document)), spans)


def _is_at(phrase: Phrase, document: Document, spans: Sequence[Span]) -> bool:
    return any(span in spans for span in phrase.find(document) or ())


def _first_words(phrases: Sequence[Phrase], document: Document) -> Iterator[str]:
    """What is found of each phrase, as the post writes it."""
    for phrase in phrases:
        for span in (phrase.find(document) or ())[:1]:
            yield document.body[span.start : span.end].casefold()


def _satisfied_fields(node: Node, document: Document) -> Iterator[Field]:
    if isinstance(node, And | Or):
        for child in node.children:
            yield from _satisfied_fields(child, document)
    elif isinstance(node, Field) and node.find(document) is not None:
        yield node


def _positive(node: Node) -> Iterator[Phrase | Near | Field]:
    """What has to occur, from left to right."""
    if isinstance(node, And | Or):
        for child in node.children:
            yield from _positive(child)
    elif not isinstance(node, Not):
        yield node


def _written(node: Node) -> str:
    """A part of a rule as people write it."""
    if isinstance(node, Field):
        return f"{node.name}:{node.value}"
    if isinstance(node, Near):
        left, right = (_listed((_written(one) for one in side), " or ") for side in (node.left, node.right))
        return f"{left} within {node.distance} words of {right}"
    if isinstance(node, Phrase):
        return f"{node.text}*" if node.is_prefix else node.text
    return _listed(map(_written, _positive(node)), " or ")


def _listed(words: Iterable[str], join: str = ", ") -> str:
    """The first few different ones."""
    distinct = list(dict.fromkeys(filter(None, words)))
    text = join.join(distinct[:MAX_WORDS])
    return f"{text} and {len(distinct) - MAX_WORDS} more" if len(distinct) > MAX_WORDS else text
