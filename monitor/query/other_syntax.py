"""Operators of other search tools, which would silently mean something else here, and how to write them here.

Each error is at the column of the operator, and its fix replaces only that.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from html.entities import html5
from typing import NamedTuple

from lark import Token

from monitor.errors import QueryFix
from monitor.query.field_errors import field_like_error, field_value_error
from monitor.query.syntax_errors import MAX_NEAR_DISTANCE, ErrorCode, QuerySyntaxError, token_start

_ENTITY = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ONE_LINE = 40
"""Maximum number of characters of a rule that an example repeats."""


class _Operator(NamedTuple):
    """An operator of other tools. The texts may contain {sign}, {before} and {after}: the words around it."""

    pattern: re.Pattern[str]
    reason: str
    suggestion: str
    replacement: str | None
    """What to write instead of the sign, as a template of ``re``; None: no fix is known."""
    code: ErrorCode


def _operator(
    pattern: str,
    reason: str,
    suggestion: str,
    replacement: str | None = None,
    code: ErrorCode = ErrorCode.OTHER_SYNTAX,
) -> _Operator:
    return _Operator(re.compile(pattern), reason, suggestion, replacement, code)


_STAR_AT_END = "A star is only allowed at the end of a word."
_IN_WORDS = (
    _operator(
        r"^=?\*+(?=[^*])",
        _STAR_AT_END,
        "Write the word alone: it is found inside hashtags too, such as #BoycottAcme.",
        "",
        ErrorCode.BAD_STAR,
    ),
    _operator(
        r"(?<=[^*])\*+(?=[^*])",
        _STAR_AT_END,
        "Write the beginning of the word and a star, as in `refund*`.",
        code=ErrorCode.BAD_STAR,
    ),
    _operator(r"\|+", "`{sign}` is not an operator here.", "Write OR, as in `{before} OR {after}`.", " OR "),
    _operator(
        r"(?<![0-9])[,;\u3001\u060c\u061b]+|[,;\u3001\u060c\u061b]+(?![0-9])",
        "`{sign}` does not separate words here.",
        "Write `{before} OR {after}` for either of them, `{before} {after}` for both.",
        " OR ",
    ),
    _operator(
        r"&&+", "`{sign}` is not an operator here.", "Leave it out: words next to each other must all occur.", " "
    ),
    _operator(
        r"^&(?=.)|(?<=.)&$",
        "`&` belongs between two words.",
        'Put words that belong together in quotes, as in `"ben & jerry"`.',
        " ",
    ),
    _operator(
        r"(?<=\w\w\w)\?$",
        "`?` is not a wildcard here.",
        "For any ending write a star, as in `{before}*`; leave out a question mark that is only punctuation.",
        "*",
    ),
    _operator(r"^\?+$", "`?` is not a wildcard here.", "Leave it out.", ""),
    _operator(
        r"\?+",
        "`?` is not a wildcard here.",
        "Only the end of a word can be left open, with a star, as in `refund*`. Write each spelling with OR.",
    ),
    _operator(
        r"~[0-9.]*",
        "`{sign}` is not an operator here: similar spellings are not searched for.",
        "Write each spelling with OR, as in `acme OR akme`. For words near each other write `acme NEAR/5 late`.",
        "",
    ),
    _operator(
        r"\^[0-9.]*",
        "`{sign}` is not an operator here: a word cannot be made more important.",
        "Leave it out.",
        "",
    ),
    _operator(
        r"(?<=\w)\[[^\s\[\]]*\]",
        "A rule cannot contain a regular expression.",
        "Write each spelling with OR, as in `acme OR akme`.",
    ),
    _operator(r"[\[{<\u3010\u3014]", "`{sign}` is not a bracket here.", "Group with `(` and `)`.", "("),
    _operator(r"[\]}>\u3011\u3015]", "`{sign}` is not a bracket here.", "Group with `(` and `)`.", ")"),
    _operator(
        r"^\\b(?=\w)|\\b$",
        "A rule cannot contain a regular expression.",
        "Write the word alone: only whole words are found.",
        "",
    ),
    _operator(
        r"(?<=\w)\\+(?=\w)|\.\+$",
        "`{sign}` has no meaning here.",
        "Write the words, with OR between spellings and a star for any ending, as in `refund*`.",
    ),
    _operator(r"\\+", "A backslash has no meaning here.", "Leave it out: signs need no escaping.", ""),
    _operator(
        r"`+", "A backtick has no meaning here.", 'Leave it out. A phrase needs quotes, as in `"acme corp"`.', ""
    ),
    _operator(
        r"(?<![0-9\s])%", "`%` is not a wildcard here.", "Write the beginning of the word and a star, as in `refund*`."
    ),
    _operator(r"^!+(?=[\w@#\"])", "`!` does not exclude a word here.", "Write a minus, as in `acme -{after}`.", "-"),
    _operator(
        r"^\++(?=[\w@#\"])",
        "`+` is not an operator here.",
        "Leave it out: words next to each other must all occur. `=Acme` asks for the exact letters.",
        "",
    ),
    _operator(r"(?<=\w)\$+$", "`$` does not mark the end of a text here.", "Leave it out.", ""),
    _operator(
        r"(?<=[^=])=",
        "`=` asks for exact letters and must be the first sign of a word.",
        "Write `=Acme`, or a field with a colon, as in `author:bob`.",
    ),
    _operator(
        r"^(?i:(?:w|n|pre|p|within|adj|onear)/|(?:o?near|adj|within)~?)(?P<distance>[0-9]+)$",
        "`{sign}` is not an operator here.",
        "For words near each other write `acme NEAR/5 late`.",
        r"NEAR/\g<distance>",
    ),
    _operator(
        r"^/(?P<distance>[0-9]{1,2})$",
        "`{sign}` is not an operator here.",
        "For words near each other write `acme NEAR/5 late`.",
        r"NEAR/\g<distance>",
    ),
    _operator(
        r"^(?:/[sp]|(?:w|W)/[spSP]|ADJ|SAME|WITHIN|AROUND)$",
        "`{sign}` is not an operator here.",
        "For words near each other write `acme NEAR/5 late`, for the word itself put it in quotes.",
    ),
    _operator(
        r"^(?:ANDNOT|AND_NOT|AND-NOT|BUTNOT)$",
        "`{sign}` is not an operator here.",
        "Write a minus, as in `acme -jobs`.",
        "NOT",
    ),
    _operator(
        r"^XOR$",
        "`XOR` is not an operator here.",
        "Write both ways with OR, as in `(acme -globex) OR (globex -acme)`.",
    ),
)
"""Tried in this order; of those that are found, the first in the word counts."""
_LONE_SIGNS = {
    "-": "Write the minus directly before the word, as in `-jobs`.",
    "&": 'Put words that belong together in quotes, as in `"ben & jerry"`.',
}
_REGULAR_EXPRESSION = re.compile(r"/[^\s/\"]+/[a-z]{0,6}(?![^\s)])")
_SINGLE_QUOTES = re.compile(r"'([^'\"()\s]+(?:\s+[^'\"()\s]+)+)'(?![^\s)])")
_SIMILAR = re.compile(r"~([0-9]{1,3})(?![^\s)])")


def entity_error(text: str) -> QuerySyntaxError | None:
    """The error for the first HTML entity in ``text``: it was copied from the source of a page."""
    for entity in _ENTITY.finditer(text):
        char = html.unescape(entity[0]) if entity[1][0] == "#" else html5.get(f"{entity[1]};", "")
        if char and char != entity[0]:
            return QuerySyntaxError(
                entity.start(),
                ErrorCode.OTHER_SYNTAX,
                f"`{entity[0]}` is how HTML writes `{char}`." if char.strip() else f"`{entity[0]}` is a space in HTML.",
                f"Write `{char}` itself." if char.strip() else "Write a space.",
                QueryFix(entity.start(), entity.end(), char),
            )
    return None


def other_syntax_error(text: str, tokens: Sequence[Token], index: int) -> QuerySyntaxError | None:
    """The error if ``tokens[index]`` of the rule ``text`` contains an operator of another tool."""
    token = tokens[index]
    checks: dict[str, Sequence[Callable[[str, Sequence[Token], int], QuerySyntaxError | None]]] = {
        "WORD": (
            *(_lone_sign, _distance_of_phrase, _regular_expression, _single_quotes, field_like_error),
            *(_operator_in_word, _adjacent),
        ),
        "PHRASE": (_adjacent,),
        "MINUS": (_adjacent,),
        "FIELD": (field_value_error, _adjacent),
    }
    found = (check(text, tokens, index) for check in checks.get(token.type, ()))
    return next((error for error in found if error is not None), None)


def _lone_sign(text: str, tokens: Sequence[Token], index: int) -> QuerySyntaxError | None:
    """A minus or an ampersand with spaces around it."""
    token = tokens[index]
    if token not in _LONE_SIGNS:
        return None
    fix, neighbours = None, [tokens[i] for i in (index - 1, index + 1) if 0 <= i < len(tokens)]
    if token == "&" and len(neighbours) == 2 and all(neighbour.type == "WORD" for neighbour in neighbours):
        start, end = token_start(neighbours[0]), neighbours[1].end_pos or 0
        fix = QueryFix(start, end, f'"{text[start:end]}"')
    elif token == "-" and index + 1 < len(tokens):
        fix = QueryFix(token_start(token), token_start(tokens[index + 1]), "-")
    reason = f"`{token}` contains no letter or digit, so it cannot be searched for."
    return QuerySyntaxError(token_start(token), ErrorCode.NO_WORD, reason, _LONE_SIGNS[token], fix)


def _operator_in_word(text: str, tokens: Sequence[Token], index: int) -> QuerySyntaxError | None:
    """The first operator in a word; also one that is a word by itself."""
    token = tokens[index]
    found = [(match.start(), n) for n, op in enumerate(_IN_WORDS) if (match := op.pattern.search(token))]
    if not found:
        return None
    operator = _IN_WORDS[min(found)[1]]
    match = operator.pattern.search(token)
    assert match is not None
    start, end = token_start(token) + match.start(), token_start(token) + match.end()
    names = {
        "sign": match[0],
        "before": _words_before(text, start) or "acme",
        "after": _words_after(text, end) or "globex",
    }
    return QuerySyntaxError(
        start,
        operator.code,
        operator.reason.format(**names),
        operator.suggestion.format(**names),
        None if operator.replacement is None else QueryFix(start, end, match.expand(operator.replacement)),
    )


def _distance_of_phrase(text: str, tokens: Sequence[Token], index: int) -> QuerySyntaxError | None:
    """``"acme late"~5``."""
    token, phrase = tokens[index], tokens[index - 1] if index else None
    match = _SIMILAR.match(text, token_start(token))
    if match is None or phrase is None or phrase.type != "PHRASE" or phrase.end_pos != token.start_pos:
        return None
    words = phrase.strip('="*').split()
    distance = min(int(match[1]), MAX_NEAR_DISTANCE)
    example = f"{words[0]} NEAR/{distance} {words[1]}" if len(words) == 2 else f"acme NEAR/{distance} late"
    return QuerySyntaxError(
        match.start(),
        ErrorCode.OTHER_SYNTAX,
        f"`{match[0]}` is not an operator here.",
        f"For words near each other write `{example}`.",
        QueryFix(token_start(phrase), match.end(), example) if len(words) == 2 else None,
    )


def _regular_expression(text: str, tokens: Sequence[Token], index: int) -> QuerySyntaxError | None:
    match = _REGULAR_EXPRESSION.match(text, token_start(tokens[index]))
    if match is None:
        return None
    return QuerySyntaxError(
        match.start(),
        ErrorCode.OTHER_SYNTAX,
        "A rule cannot contain a regular expression.",
        "Write the words, with OR between spellings and a star for any ending, as in `refund* OR reimburse*`.",
    )


def _single_quotes(text: str, tokens: Sequence[Token], index: int) -> QuerySyntaxError | None:
    match = _SINGLE_QUOTES.match(text, token_start(tokens[index]))
    if match is None:
        return None
    return QuerySyntaxError(
        match.start(),
        ErrorCode.OTHER_SYNTAX,
        "Single quotes do not make a phrase.",
        f'Write double quotes: `"{match[1]}"`.',
        QueryFix(match.start(), match.end(), f'"{match[1]}"'),
    )


def _adjacent(text: str, tokens: Sequence[Token], index: int) -> QuerySyntaxError | None:
    """Quotes inside a word, such as Toys"R"Us, which would otherwise be separate words."""
    token, previous = tokens[index], tokens[index - 1] if index else None
    if previous is None or previous.end_pos != token.start_pos or "PHRASE" not in (previous.type, token.type):
        return None
    if previous.type not in {"WORD", "PHRASE", "FIELD"}:
        return None
    start, end = _run_without_spaces(tokens, index - 1)
    whole = " ".join(re.sub(r'"', " ", text[start:end]).split())
    return QuerySyntaxError(
        token_start(token),
        ErrorCode.OTHER_SYNTAX,
        "A word and a quote need a space between them.",
        f'If it is one name, put all of it in quotes: `"{whole[:_ONE_LINE]}"`.',
        QueryFix(start, end, f'"{whole}"'),
    )


def _run_without_spaces(tokens: Sequence[Token], index: int) -> tuple[int, int]:
    """Start and end of the tokens around ``tokens[index]`` that have no spaces between them."""
    first = last = index
    while first and _is_joined(tokens[first - 1], tokens[first]):
        first -= 1
    while last + 1 < len(tokens) and _is_joined(tokens[last], tokens[last + 1]):
        last += 1
    return token_start(tokens[first]), tokens[last].end_pos or 0


def _is_joined(left: Token, right: Token) -> bool:
    return left.end_pos == right.start_pos and {left.type, right.type} <= {"WORD", "PHRASE", "MINUS"}


def _words_before(text: str, end: int) -> str:
    """The word or the phrase in front of ``end``, if it is short."""
    match = re.search(r"(\"[^\"]*\"|[\w@#'.&-]+)\s*$", text[max(0, end - _ONE_LINE) : end])
    return match[1].lstrip("-") if match else ""


def _words_after(text: str, start: int) -> str:
    match = re.match(r"\s*(\"[^\"]*\"|[\w@#'.&-]+)", text[start : start + _ONE_LINE])
    return match[1] if match and match[1] not in {"AND", "OR", "NOT"} else ""
