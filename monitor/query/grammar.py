"""Parse the text of a rule into its tree."""

from __future__ import annotations

import re
from functools import cache
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from monitor.errors import QueryFix
from monitor.query.document import FIELDS, field_value
from monitor.query.field_errors import unknown_field_error
from monitor.query.other_syntax import entity_error, other_syntax_error
from monitor.query.phrases import emoji_error, parse_phrase
from monitor.query.rule_text import RuleText
from monitor.query.syntax_errors import (
    MAX_NEAR_DISTANCE,
    ErrorCode,
    QuerySyntaxError,
    from_lark_error,
    near_error,
    token_start,
)
from monitor.query.tree import Field, Near, Node, Or, Phrase, all_of, any_of, negate

GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction (_OR conjunction)*
?conjunction: part (_AND? part)*
?part: near
     | (NOT | MINUS) near -> negation
?near: operand (NEAR operand)*
?operand: WORD -> word
     | PHRASE -> phrase
     | FIELD -> field
     | _OPEN disjunction _CLOSE

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

MAX_QUERY_CHARS = 4_000
MAX_TERMS = 200
"""Words, phrases and fields of a query."""
MAX_BRACKET_DEPTH = 10
"""FTS5 itself fails somewhere above 20 levels of brackets."""
MAX_NEAR_PAIRS = 100
"""Pairs of phrases that one NEAR compares. Each becomes a separate FTS5 expression."""

_VALID_NEAR = re.compile(r"NEAR/(100|[0-9]{1,2})")
_LOWER_CASE_OPERATOR = re.compile(r"(?i:and|or|not|near(/\d*)?)")


def parse_tree(text: str) -> Node:
    """Parse ``text`` into a tree, whose positions are those of ``RuleText.normalized``. Raises QuerySyntaxError."""
    if len(text) > MAX_QUERY_CHARS:
        raise QuerySyntaxError(
            MAX_QUERY_CHARS,
            ErrorCode.TOO_LONG,
            f"A rule or search may have at most {MAX_QUERY_CHARS:,} characters; this one has {len(text):,}.",
            "Split it into several.",
        )
    rule = RuleText.of(text)
    try:
        return _parse_normalized(rule.normalized)
    except QuerySyntaxError as error:
        raise error.moved(rule.origins) from error


def _parse_normalized(normalized: str) -> Node:
    if error := entity_error(normalized):
        raise error
    tokens: list[Token] = []
    try:
        for token in _lark().lex(normalized):
            tokens.append(token)
        _check_tokens(normalized, tokens)
        return cast("Node", _lark().parse(normalized))
    except UnexpectedInput as unexpected:
        raise from_lark_error(unexpected, tokens) from unexpected


def _check_tokens(normalized: str, tokens: list[Token]) -> None:
    """Check the limits, and what the grammar allows but no search can find. Raises QuerySyntaxError."""
    depth = terms = 0
    for index, token in enumerate(tokens):
        depth += (token.type == "_OPEN") - (token.type == "_CLOSE")
        terms += token.type in {"WORD", "PHRASE", "FIELD"}
        if depth > MAX_BRACKET_DEPTH:
            raise QuerySyntaxError(
                token_start(token),
                ErrorCode.TOO_DEEP,
                f"Brackets may be nested at most {MAX_BRACKET_DEPTH} levels deep.",
                "Remove some of them.",
            )
        if terms > MAX_TERMS:
            raise QuerySyntaxError(
                token_start(token),
                ErrorCode.TOO_MANY_TERMS,
                f"A rule or search may have at most {MAX_TERMS} words, phrases and fields.",
                "Split it into several.",
            )
        if token.type in {"WORD", "PHRASE"} and (error := emoji_error(token, token_start(token))):
            raise error
        if other := other_syntax_error(normalized, tokens, index):
            raise other
        if token.type == "NEAR" and not _VALID_NEAR.fullmatch(token):
            number = f"a number up to {MAX_NEAR_DISTANCE}" if "/" in token else "a number"
            has_left = index and tokens[index - 1].type in {"WORD", "PHRASE", "_CLOSE"}
            raise near_error(tokens, index, number if has_left else f"a word before it and {number}")


@cache
def _lark() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=_TreeBuilder())


@v_args(inline=True)
class _TreeBuilder(Transformer[Token, Node]):
    """Builds the tree bottom-up while lark parses, without recursion. Methods are named after the grammar's rules."""

    def word(self, token: Token) -> Node:
        """A word with its signs. Raises QuerySyntaxError for an operator in lower case."""
        if _LOWER_CASE_OPERATOR.fullmatch(token):
            raise QuerySyntaxError(
                token_start(token),
                ErrorCode.LOWER_CASE_OPERATOR,
                f"`{token}` in lower case could be a word or an operator.",
                f'Write {token.upper()} for the operator, or "{token}" in quotes for the word.',
                QueryFix(token_start(token), token_start(token) + len(token), token.upper()),
            )
        return parse_phrase(str(token), token_start(token))

    def phrase(self, token: Token) -> Node:
        equals, inside, star = token.partition('"')[0], token.split('"')[1], token.rpartition('"')[2]
        return parse_phrase(equals + inside.strip().lstrip("=") + star, token_start(token))

    def field(self, token: Token) -> Node:
        name, _, value = token.partition(":")
        if name.lower() not in FIELDS:
            raise unknown_field_error(token)
        value = field_value(name.lower(), value.strip('"').strip())
        if not value or (name.lower() == "lang" and not re.fullmatch("[a-z]{2,3}", value)):
            raise _missing_value(token, name.lower())
        return Field(name.lower(), value, token_start(token))

    def negation(self, operator: Token, near: Node) -> Node:
        return negate(near, token_start(operator))

    def near(self, *parts: Node | Token) -> Node:
        """Operands with NEAR between them: each is near the next one."""
        return all_of(_near(*parts[i : i + 3]) for i in range(0, len(parts) - 1, 2))

    def conjunction(self, *parts: Node) -> Node:
        return all_of(parts)

    def disjunction(self, *parts: Node) -> Node:
        return any_of(parts)


def _near(left: Node | Token, operator: Node | Token, right: Node | Token) -> Near:
    assert isinstance(operator, Token)
    left_phrases, right_phrases = _near_operand(left, operator), _near_operand(right, operator)
    pairs = len(left_phrases) * len(right_phrases)
    if pairs > MAX_NEAR_PAIRS:
        raise QuerySyntaxError(
            token_start(operator),
            ErrorCode.BAD_NEAR,
            f"NEAR may compare at most {MAX_NEAR_PAIRS} pairs of words; this one compares {pairs}.",
            "Use fewer words in the brackets.",
        )
    return Near(left_phrases, right_phrases, int(operator.partition("/")[2]), token_start(operator))


def _near_operand(operand: Node | Token, operator: Token) -> tuple[Phrase, ...]:
    """The phrases of one operand: a word, a phrase, or several of them with OR in brackets."""
    children = operand.children if isinstance(operand, Or) else (operand,)
    phrases = tuple(child for child in children if isinstance(child, Phrase))
    if len(phrases) < len(children):
        raise QuerySyntaxError(
            token_start(operator),
            ErrorCode.BAD_NEAR,
            "NEAR can only join words, phrases, and brackets that contain only these and OR.",
            'For example: `acme NEAR/5 (refund* OR "money back")`.',
        )
    return phrases


def _missing_value(token: Token, name: str) -> QuerySyntaxError:
    example = {"author": "bob", "site": "example.com", "lang": "en", "source": '"Acme forum"'}[name]
    need = "a language code of two letters, or `und` for unknown," if name == "lang" else "a value"
    return QuerySyntaxError(
        token_start(token),
        ErrorCode.BAD_FIELD,
        f"`{name}:` needs {need} directly after it.",
        f"For example: `{name}:{example}`.",
    )
