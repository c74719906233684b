"""From the text of a rule to its tree."""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from monitor.query.document import FIELDS, field_value
from monitor.query.mistakes import Mistake, near_mistake, unexpected
from monitor.query.tree import Either, Field, Near, Node, Words, either, every, negated
from monitor.query.words import pictured, words_of

GRAMMAR = r"""
?start: either
?either: every (_OR every)*
?every: part (_AND? part)*
?part: near
     | (NOT | MINUS) near -> negative
?near: item (NEAR item)*
?item: WORD -> word
     | PHRASE -> phrase
     | FIELD -> field
     | _OPEN either _CLOSE

_OR.5: /OR(?![^\s()"])/
_AND.5: /AND(?![^\s()"])/
NOT.5: /NOT(?![^\s()"])/
NEAR.5: /NEAR(\/[^\s()"]*)?(?![^\s()"])/
MINUS.4: /-(?=[^\s)])/
PHRASE.4: /=?"[^"]*"\*?/
FIELD.4: /[A-Za-z]+:("[^"]*"|[^\s()"]*)/
WORD: /[^\s()"]+/
_OPEN: "("
_CLOSE: ")"
%ignore /\s+/
"""

LONGEST = 4_000
"""Characters of a rule."""
MOST_TERMS = 200
"""Words, phrases and fields of a rule."""
DEEPEST = 10
"""Brackets within brackets. FTS5 fails somewhere above 20 of its own."""
FARTHEST = 100
"""Words that NEAR may skip."""
MOST_PAIRS = 100
"""Pairs of words that one NEAR compares, each an expression of its own in FTS5."""

# As phones and word processors write them, and as Japanese keyboards do.
_TYPED = str.maketrans(
    "\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02\uff08\uff09\u2212\uff0d\uff0a\uff1d", '"""""""()--*='
)
_FAR_ENOUGH = re.compile(r"NEAR/(100|[0-9]{1,2})")
_SMALL_OPERATOR = re.compile(r"(?i:and|or|not|near(/\d*)?)")


def tree_of(text: str) -> Node:
    """The tree of ``text``. Raises Mistake."""
    if len(text) > LONGEST:
        raise Mistake(LONGEST, f"This is longer than {LONGEST:,} characters.", "Write several shorter ones.")
    typed = text.translate(_TYPED)
    tokens: list[Token] = []
    try:
        for token in _lark().lex(typed):
            tokens.append(token)
        _hold_bounds(tokens)
        return cast("Node", _lark().parse(typed))
    except UnexpectedInput as error:
        raise unexpected(error, tokens) from error


def _hold_bounds(tokens: list[Token]) -> None:
    depth = terms = 0
    for index, token in enumerate(tokens):
        depth += (token.type == "_OPEN") - (token.type == "_CLOSE")
        terms += token.type in {"WORD", "PHRASE", "FIELD"}
        if depth > DEEPEST:
            raise Mistake(_start(token), f"More than {DEEPEST} brackets within brackets.", "Take some away.")
        if terms > MOST_TERMS:
            raise Mistake(_start(token), f"More than {MOST_TERMS} words.", "Write several shorter ones.")
        if token.type in {"WORD", "PHRASE"} and (mistake := pictured(token, _start(token))):
            raise mistake
        if token.type == "NEAR" and not _FAR_ENOUGH.fullmatch(token):
            need = f"a number up to {FARTHEST}" if "/" in token else "a number"
            both = index and tokens[index - 1].type in {"WORD", "PHRASE", "_CLOSE"}
            raise near_mistake(tokens, index, need if both else f"a word before it and {need}")


@cache
def _lark() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder())


@v_args(inline=True)
class _Builder(Transformer[Token, Node]):
    """Builds the tree from below while lark parses, so that nothing recurs."""

    def word(self, token: Token) -> Node:
        """A word, with its signs."""
        if _SMALL_OPERATOR.fullmatch(token):
            raise Mistake(
                _start(token),
                f"`{token}` in small letters could be a word or an operator.",
                f'Write {token.upper()} to join, or "{token}" in quotes to look for the word.',
            )
        return words_of(str(token), _start(token))

    def phrase(self, token: Token) -> Node:
        """What stands in quotes."""
        case, inside, star = token.partition('"')[0], token.split('"')[1], token.rpartition('"')[2]
        return words_of(case + inside.strip().lstrip("=") + star, _start(token))

    def field(self, token: Token) -> Node:
        """A condition on what is known about a post."""
        name, _, value = token.partition(":")
        if name.lower() not in FIELDS:
            raise _no_field(token, name)
        value = field_value(name.lower(), value.strip('"').strip())
        if not value or (name.lower() == "lang" and not re.fullmatch("[a-z]{2,3}", value)):
            raise _no_value(token, name.lower())
        return Field(name.lower(), value, _start(token))

    def negative(self, sign: Token, near: Node) -> Node:
        """NOT or a minus."""
        return negated(near, _start(sign))

    def near(self, *parts: Node | Token) -> Node:
        """Items with NEAR between them: each is near the next one."""
        return every(_near(*parts[i : i + 3]) for i in range(0, len(parts) - 1, 2))

    def every(self, *parts: Node) -> Node:
        """AND, written or not."""
        return every(parts)

    def either(self, *parts: Node) -> Node:
        """OR."""
        return either(parts)


def _start(token: Node | Token) -> int:
    return (token.start_pos or 0) if isinstance(token, Token) else token.at


def _near(left: Node | Token, near: Node | Token, right: Node | Token) -> Near:
    sides = _side(left, near), _side(right, near)
    if len(sides[0]) * len(sides[1]) > MOST_PAIRS:
        raise Mistake(_start(near), f"NEAR has more than {MOST_PAIRS} pairs to compare.", "Write fewer words in OR.")
    return Near(*sides, _distance(near), _start(near))


def _distance(token: Node | Token) -> int:
    return int(str(token).partition("/")[2])


def _side(part: Node | Token, near: Node | Token) -> tuple[Words, ...]:
    """One side of a NEAR: words, a phrase, or a bracket of them with OR between."""
    several = part.children if isinstance(part, Either) else (part,)
    words = tuple(word for word in several if isinstance(word, Words))
    if len(words) < len(several):
        raise Mistake(
            _start(near),
            "NEAR can only join words, phrases, or a bracket of them with OR between.",
            'Write it as `acme NEAR/5 (refund* OR "money back")`.',
        )
    return words


def _no_field(token: Token, name: str) -> Mistake:
    close = difflib.get_close_matches(name.lower(), FIELDS, n=1)
    instead = f"Did you mean `{close[0]}:`?" if close else "Fields are author:, site:, lang: and source:."
    instead = f"{instead} To look for it in the text, put it in quotes."
    return Mistake(_start(token), f"`{name}:` is no field.", instead)


def _no_value(token: Token, name: str) -> Mistake:
    example = {"author": "bob", "site": "example.com", "lang": "en", "source": '"Acme forum"'}[name]
    need = "a code of two letters, or und for unknown," if name == "lang" else "a value"
    return Mistake(_start(token), f"`{name}:` needs {need} right after it.", f"Write it as `{name}:{example}`.")
