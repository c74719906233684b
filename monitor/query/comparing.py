"""Whether one rule can only find posts that another one finds too, decided by how they are written."""

from __future__ import annotations

from collections.abc import Hashable

from monitor.query.tree import And, Field, Near, Node, Not, Or, Phrase


def is_certainly_narrower(new: Node, old: Node) -> bool:
    """Whether every post of ``new`` is one of ``old``. False also if that is so but cannot be seen."""
    if _key(new) == _key(old):
        return True
    if isinstance(old, And):
        return all(is_certainly_narrower(new, child) for child in old.children)
    if isinstance(new, Or):
        return all(is_certainly_narrower(child, old) for child in new.children)
    if isinstance(old, Or) and any(is_certainly_narrower(new, child) for child in old.children):
        return True
    return isinstance(new, And) and any(is_certainly_narrower(child, old) for child in new.children)


def _key(node: Node) -> Hashable:
    """Equal for nodes that find the same posts, wherever they are in a rule."""
    if isinstance(node, (And, Or)):
        return type(node), frozenset(map(_key, node.children))
    if isinstance(node, Not):
        return Not, _key(node.child)
    if isinstance(node, Near):
        sides = frozenset({frozenset(map(_key, node.left)), frozenset(map(_key, node.right))})
        return Near, sides, node.distance
    if isinstance(node, Field):
        return Field, node.name, node.value
    return Phrase, _phrase_key(node)


def _phrase_key(phrase: Phrase) -> Hashable:
    return phrase.expression, phrase.words, phrase.is_prefix, phrase.exact_letters, phrase.index_word, phrase.tag
