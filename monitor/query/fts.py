"""Compile a query tree to an FTS5 expression, and find out what still has to be checked.

FTS5 has ``a NOT b`` but no "everything except b". So each part of a tree is compiled to a set that is either an
expression or the complement of one, and De Morgan's laws join the sets: ``acme (new OR -jobs)`` becomes
``acme NOT (jobs NOT new)``. What FTS5 cannot express is replaced by an upper bound where it is required and by a lower
bound where it is excluded, so the expression may find too many posts but never misses one; the remaining condition is
checked on each post found.

``query.post_index`` uses it for its in-memory index, and the SQLite store for its search index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import NamedTuple, TypeAlias

from monitor.query.document import Document
from monitor.query.text_index import TAG_WORD, index_word
from monitor.query.tree import And, Field, Near, Node, Not, Or, Phrase, all_of, leaves

FieldExpression: TypeAlias = Callable[[str, str], str]
"""From a field's name and value to the FTS5 expression that finds exactly the posts with that value.

The expression is in brackets if it is more than one string: ``tags : "..."``.
"""


class FtsQuery(NamedTuple):
    """A tree compiled for an FTS5 table whose columns were written with ``index_text`` under ``TOKENIZER``."""

    expression: str | None
    """Finds a superset of the tree's posts; None means all posts, except those of ``excluded``.

    It names no columns. In a table with more columns than text and title write ``{text title} : (...)`` around it,
    except where the tree was compiled with fields: FTS5 finds nothing with two column filters.
    """
    remainder: Node | None
    """The condition left to check on each post found; None: ``expression`` is exact."""
    excluded: str | None = None
    """If ``expression`` is None: finds posts that do not satisfy the tree. With a remainder it may be ignored."""

    def accepts(self, document: Document) -> bool:
        """Whether a document that ``expression`` found satisfies the tree. Undefined for other documents."""
        return self.remainder is None or self.remainder.find(document) is not None


def compile_fts(tree: Node, field: FieldExpression | None = None) -> FtsQuery:
    """Compile ``tree``; pass ``field`` when the index contains the values of fields too."""
    bound = _bound(tree, True, field)
    if bound.is_complement or not bound.expression:
        is_exact = bound.is_complement and _is_exact(tree, field)
        return FtsQuery(None, None if is_exact else tree, bound.expression or None)
    parts = tree.children if isinstance(tree, And) else (tree,)
    unchecked = [part for part in parts if not _is_exact(part, field)]
    return FtsQuery(_without_outer_brackets(bound.expression), all_of(unchecked) if unchecked else None)


class _Bound(NamedTuple):
    """The posts that ``expression`` finds, or all other posts. An empty expression finds nothing."""

    expression: str = ""
    is_complement: bool = False

    def complement(self) -> _Bound:
        return _Bound(self.expression, not self.is_complement)


_EVERYTHING = _Bound(is_complement=True)
_NOTHING = _Bound()


def _without_outer_brackets(expression: str) -> str:
    """Outer brackets count towards the depth that FTS5 can parse."""
    return expression[1:-1] if expression.startswith("(") else expression


def _is_exact(node: Node, field: FieldExpression | None) -> bool:
    """Whether FTS5 can express ``node`` with nothing left to check."""
    return all(_is_exact_leaf(leaf.child if isinstance(leaf, Not) else leaf, field) for leaf in leaves(node))


def _is_exact_leaf(leaf: Phrase | Near | Field, field: FieldExpression | None) -> bool:
    if isinstance(leaf, Field):
        return field is not None
    if isinstance(leaf, Near):
        return False  # a word in a hashtag has no position in the index
    return bool(leaf.index_word) or _has_only_words(leaf)


def _has_only_words(phrase: Phrase) -> bool:
    return not (phrase.exact_letters or phrase.has_signs or phrase.index_word)


def _bound(node: Node, upper: bool, field: FieldExpression | None) -> _Bound:
    """The smallest expressible superset of the posts of ``node``; if not ``upper``, the largest subset."""
    if isinstance(node, And):
        return _intersection(_bound(child, upper, field) for child in node.children)
    if isinstance(node, Or):
        return _intersection(_bound(child, upper, field).complement() for child in node.children).complement()
    if isinstance(node, Not):
        return _bound(node.child, not upper, field).complement()
    if isinstance(node, Field):
        return _Bound(field(node.name, node.value)) if field else _EVERYTHING if upper else _NOTHING
    if isinstance(node, Near):
        return _near_bound(node, upper)
    return _Bound(_expression(node)) if upper or _is_exact_leaf(node, field) else _NOTHING


def _intersection(bounds: Iterable[_Bound]) -> _Bound:
    several = list(bounds)
    excluded = _joined("OR", (bound.expression for bound in several if bound.is_complement and bound.expression))
    if all(bound.is_complement for bound in several):
        return _Bound(excluded, is_complement=True)
    if _NOTHING in several:
        return _NOTHING
    included = _joined("AND", (bound.expression for bound in several if not bound.is_complement))
    return _Bound(f"({included} NOT {excluded})" if excluded else included)


def _joined(operator: str, expressions: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(expressions))
    return distinct[0] if len(distinct) == 1 else f"({f' {operator} '.join(distinct)})" if distinct else ""


def _near_bound(near: Near, upper: bool) -> _Bound:
    """NEAR in the text; as an upper bound also anything where one side is in a hashtag."""
    phrases = near.left + near.right
    pairs = [
        f"NEAR({_quoted(left, left.words)} {_quoted(right, right.words)}, {near.distance})"
        for left, right in product(near.left, near.right)
    ]
    if not upper:
        return _Bound(_joined("OR", pairs)) if all(map(_has_only_words, phrases)) else _NOTHING
    left, right = (_joined("OR", map(_expression, side)) for side in (near.left, near.right))
    if any(phrase.other_starts for phrase in phrases):  # too many forms to pair
        return _Bound(_joined("AND", (left, right)))
    for side, other in ((near.left, right), (near.right, left)):
        if in_hashtags := _joined("OR", (part for phrase in side for part in _hashtag_strings(phrase))):
            pairs.append(_joined("AND", (in_hashtags, other)))
    return _Bound(_joined("OR", pairs))


def _expression(phrase: Phrase) -> str:
    """Finds a phrase in the text and in hashtags: exactly, unless it has signs or exact letters."""
    if phrase.index_word:
        return _quoted(phrase, (phrase.index_word,))
    starts = (phrase.words[0], *phrase.other_starts)
    in_text = [_quoted(phrase, (start, *phrase.words[1:])) for start in starts]
    return _joined("OR", [*in_text, *_hashtag_strings(phrase)])


def _hashtag_strings(phrase: Phrase) -> list[str]:
    """FTS5 strings that find a phrase inside hashtags, or its words as one hashtag or as one word of a hashtag."""
    if not phrase.in_hashtags:
        return []
    strings = [_quoted(phrase, [TAG_WORD + word for word in phrase.words])]
    if phrase.tag:
        strings += [_quoted(phrase, (index_word(f"#{phrase.tag}"),)), _quoted(phrase, (TAG_WORD + phrase.tag,))]
    return strings


def _quoted(phrase: Phrase, words: Iterable[str]) -> str:
    """An FTS5 string. The words contain only letters and digits, so nothing needs escaping."""
    text = " ".join(words)
    return f'"{text}" *' if phrase.is_prefix else f'"{text}"'


class FtsBounds(NamedTuple):
    """Two expressions between which the posts of a tree lie."""

    at_most: str
    """Finds every post of the tree, and perhaps others."""
    at_least: str
    """Finds only posts of the tree, but perhaps not all of them; empty if it would find none."""


def compile_bounds(tree: Node, field: FieldExpression, everything: str) -> FtsBounds:
    """Both bounds of ``tree``. ``everything`` finds every post. They are equal if FTS5 can express the tree."""
    at_most, at_least = (_positive(_bound(tree, upper, field), everything) for upper in (True, False))
    return FtsBounds(at_most, at_least)


def _positive(bound: _Bound, everything: str) -> str:
    if not bound.is_complement:
        return _without_outer_brackets(bound.expression)
    return f"({everything}) NOT ({bound.expression})" if bound.expression else everything
