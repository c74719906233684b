"""From a tree to an FTS5 expression, and what is left to check.

FTS5 has only ``a NOT b``, no "everything but b". So a part of a rule is compiled to a set that is either an expression
or the complement of one, and sets are joined by De Morgan's laws: ``acme (new OR -jobs)`` becomes
``acme NOT (jobs NOT new)``. What FTS5 cannot tell is bounded from above where it must be there and from below where it
must not, so that the expression always finds too much and never too little; the check takes the rest away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import NamedTuple, TypeAlias

from monitor.query.tree import Either, Every, Field, Near, Node, Not, Words, every, leaves

FieldExpression: TypeAlias = Callable[[str, str], str]
"""From a field's name and value to the FTS5 expression that finds exactly its posts."""


class Bound(NamedTuple):
    """The posts that ``expression`` finds, or, ``but``, all posts but those. An empty expression finds nothing."""

    expression: str = ""
    but: bool = False

    def complement(self) -> Bound:
        """All other posts."""
        return Bound(self.expression, not self.but)


EVERYTHING = Bound(but=True)
NOTHING = Bound()


class Compiled(NamedTuple):
    """``fts`` finds a superset (None: all posts); of it, those are right of which ``rest`` holds (None: all)."""

    fts: str | None
    rest: Node | None


def compiled(node: Node, field: FieldExpression | None = None) -> Compiled:
    """``node`` for an index; ``field`` when the index also holds the fields."""
    bound = _bound(node, True, field)
    parts = node.children if isinstance(node, Every) else (node,)
    if bound.but or not bound.expression:
        return Compiled(None, node)
    left = [part for part in parts if not _exact(part, field)]
    return Compiled(_bare(bound.expression), every(left) if left else None)


def _bare(expression: str) -> str:
    """Without the outermost brackets, which count towards the depth that FTS5 can parse."""
    return expression[1:-1] if expression.startswith("(") else expression


def _exact(node: Node, field: FieldExpression | None) -> bool:
    """Whether FTS5 can tell ``node`` with nothing left to check."""
    return all(_exact_leaf(leaf.child if isinstance(leaf, Not) else leaf, field) for leaf in leaves(node))


def _exact_leaf(leaf: Words | Near | Field, field: FieldExpression | None) -> bool:
    if isinstance(leaf, Field):
        return field is not None
    if isinstance(leaf, Near):
        return all(_plain(words) for words in leaf.left + leaf.right)
    return bool(leaf.mark) or _plain(leaf)


def _plain(words: Words) -> bool:
    return not (words.exact or words.signs or words.mark)


def _bound(node: Node, upper: bool, field: FieldExpression | None) -> Bound:
    """The smallest set that we can say of those holding all posts of ``node``; not ``upper``: the largest within."""
    if isinstance(node, Every):
        return _all(_bound(child, upper, field) for child in node.children)
    if isinstance(node, Either):
        return _all(_bound(child, upper, field).complement() for child in node.children).complement()
    if isinstance(node, Not):
        return _bound(node.child, not upper, field).complement()
    if isinstance(node, Field):
        return Bound(field(node.name, node.value)) if field else EVERYTHING if upper else NOTHING
    if not upper and not _exact_leaf(node, field):
        return NOTHING
    return Bound(_near(node) if isinstance(node, Near) else _quoted(node, node.mark))


def _all(bounds: Iterable[Bound]) -> Bound:
    """The posts that are in each of ``bounds``."""
    several = list(bounds)
    without = _joined("OR", (bound.expression for bound in several if bound.but and bound.expression))
    if all(bound.but for bound in several):
        return Bound(without, but=True)
    if NOTHING in several:
        return NOTHING
    within = _joined("AND", (bound.expression for bound in several if not bound.but))
    return Bound(f"({within} NOT {without})" if without else within)


def _joined(operator: str, expressions: Iterable[str]) -> str:
    different = list(dict.fromkeys(expressions))
    return different[0] if len(different) == 1 else f"({f' {operator} '.join(different)})" if different else ""


def _near(near: Near) -> str:
    pairs = [
        f"NEAR({_quoted(left)} {_quoted(right)}, {near.distance})" for left, right in product(near.left, near.right)
    ]
    return _joined("OR", pairs)


def _quoted(words: Words, mark: str = "") -> str:
    """An FTS5 string. Words hold letters and digits only, so there is nothing in them to escape."""
    text = mark or " ".join(words.words)
    return f'"{text}" *' if words.prefix else f'"{text}"'
