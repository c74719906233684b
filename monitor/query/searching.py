"""What of a rule a site's plain search for its words (``Query.terms``) leaves to be checked here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.model import Term
from monitor.query.tree import Either, Every, Field, Near, Node, Not, Words, rarity

_ONE_WORD = re.compile(r"[^\s()\"]+")


def left_open(node: Node, *, signs: bool) -> Iterator[str]:
    """The parts of ``node``, each written as in a rule, that no search for ``node.terms`` looks at.

    ``signs``: the search knows handles and tags, so that ``@acme`` is not left open.
    """
    if isinstance(node, Words):
        if node.exact or (node.mark and not signs):
            yield written(node)
    elif isinstance(node, Every):
        chosen = _searched_by(node)
        for child in node.children:
            yield from left_open(child, signs=signs) if child is chosen else (written(child),)
    elif isinstance(node, Either):
        for child in filter(sought, node.children):
            yield from left_open(child, signs=signs)
    else:
        yield written(node)


def sought(node: Node) -> tuple[Term, ...]:
    """Searches that find what words can find of ``node``: its terms, or those of the alternatives that have some."""
    if node.terms or not isinstance(node, Either | Every):
        return node.terms
    if isinstance(node, Every):
        return max(map(sought, node.children), key=rarity)
    return tuple(dict.fromkeys(term for child in node.children for term in sought(child)))


def _searched_by(node: Every) -> Node:
    """The part of ``node`` whose words are searched for."""
    found = sought(node)
    return max(node.children, key=lambda child: (child.terms == node.terms, sought(child) == found))


def wordless(node: Node) -> Iterator[str]:
    """The alternatives in ``node`` that hold no word to search for, which is why it has no terms."""
    if isinstance(node, Either):
        for child in node.children:
            if not child.terms:
                yield from wordless(child)
    elif isinstance(node, Every) and sought(node):
        chosen = _searched_by(node)
        for part in wordless(chosen):
            yield " ".join(part if child is chosen else written(child) for child in node.children)
    else:
        yield written(node, inside=False)


def written(node: Node, *, inside: bool = True) -> str:
    """``node`` as one may write it in a rule; ``inside``: beside others, so that an OR needs its brackets."""
    if isinstance(node, Words):
        text = node.text if _ONE_WORD.fullmatch(node.text) else f'"{node.text}"'
        return f"{'=' * bool(node.exact)}{text}{'*' * node.prefix}"
    if isinstance(node, Field):
        value = node.value if _ONE_WORD.fullmatch(node.value) else f'"{node.value}"'
        return f"{node.name}:{value}"
    if isinstance(node, Not):
        return f"-{written(node.child)}"
    if isinstance(node, Near):
        return f"{_side(node.left)} NEAR/{node.distance} {_side(node.right)}"
    joint = " " if isinstance(node, Every) else " OR "
    text = joint.join(written(child) for child in node.children)
    return f"({text})" if inside else text


def _side(words: tuple[Words, ...]) -> str:
    return written(words[0]) if len(words) == 1 else written(Either(words))
