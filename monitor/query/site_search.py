"""What a site's plain search for the words of a query covers, and what remains to be checked here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.model import Term
from monitor.query.tree import And, Field, Near, Node, Not, Or, Phrase, estimated_rarity

_ONE_WORD = re.compile(r"[^\s()\"]+")


def searchable_terms(node: Node) -> tuple[Term, ...]:
    """The terms of ``node``; if it has none, those of its alternatives that have terms."""
    if node.terms or not isinstance(node, Or | And):
        return node.terms
    if isinstance(node, And):
        return max(map(searchable_terms, node.children), key=estimated_rarity)
    return tuple(dict.fromkeys(term for child in node.children for term in searchable_terms(child)))


def unsearched_parts(node: Node, *, supports_handles: bool) -> Iterator[str]:
    """The parts of ``node``, as rule text, that a search for its ``searchable_terms`` does not check.

    ``supports_handles``: the search distinguishes handles and hashtags from words, so that it checks ``@acme``.
    """
    if isinstance(node, Phrase):
        if node.exact_letters or (node.index_word and not supports_handles):
            yield rule_text(node)
    elif isinstance(node, And):
        searched = _searched_child(node)
        for child in node.children:
            if child is searched:
                yield from unsearched_parts(child, supports_handles=supports_handles)
            else:
                yield rule_text(child)
    elif isinstance(node, Or):
        for child in filter(searchable_terms, node.children):
            yield from unsearched_parts(child, supports_handles=supports_handles)
    else:
        yield rule_text(node)


def unsearchable_alternatives(node: Node) -> Iterator[str]:
    """The alternatives in ``node`` without a searchable word, because of which it has no terms, as rule text."""
    if isinstance(node, Or):
        for child in node.children:
            if not child.terms:
                yield from unsearchable_alternatives(child)
    elif isinstance(node, And) and searchable_terms(node):
        searched = _searched_child(node)
        for alternative in unsearchable_alternatives(searched):
            yield " ".join(alternative if child is searched else rule_text(child) for child in node.children)
    else:
        yield rule_text(node, in_brackets=False)


def _searched_child(node: And) -> Node:
    """The child of ``node`` whose words are searched for."""
    searched = searchable_terms(node)
    return max(node.children, key=lambda child: (child.terms == node.terms, searchable_terms(child) == searched))


def rule_text(node: Node, *, in_brackets: bool = True) -> str:
    """``node`` as text of a rule. ``in_brackets``: put AND and OR in brackets, as needed next to other parts."""
    if isinstance(node, Phrase):
        text = node.text if _ONE_WORD.fullmatch(node.text) else f'"{node.text}"'
        return f"{'=' * bool(node.exact_letters)}{text}{'*' * node.is_prefix}"
    if isinstance(node, Field):
        value = node.value if _ONE_WORD.fullmatch(node.value) else f'"{node.value}"'
        return f"{node.name}:{value}"
    if isinstance(node, Not):
        return f"-{rule_text(node.child)}"
    if isinstance(node, Near):
        return f"{_side_text(node.left)} NEAR/{node.distance} {_side_text(node.right)}"
    text = (" " if isinstance(node, And) else " OR ").join(map(rule_text, node.children))
    return f"({text})" if in_brackets else text


def _side_text(phrases: tuple[Phrase, ...]) -> str:
    return rule_text(phrases[0]) if len(phrases) == 1 else rule_text(Or(phrases))
