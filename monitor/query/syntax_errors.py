"""The errors that a rule or search may contain, each with a suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from lark import Token, UnexpectedInput, UnexpectedToken

from monitor.errors import QueryFix

MAX_NEAR_DISTANCE = 100
"""Words between the operands of NEAR."""
_EXAMPLE_NEAR_DISTANCE = 5

_OPERATORS = {"_AND", "_OR", "NOT", "MINUS", "NEAR"}
_TERMS = {"WORD", "PHRASE"}


class ErrorCode(StrEnum):
    """The kinds of errors, for code that reacts to them. ``QueryError.code`` holds one of these."""

    TOO_LONG = "too_long"
    TOO_MANY_TERMS = "too_many_terms"
    TOO_MANY_WORDS = "too_many_words"
    TOO_DEEP = "too_deep"
    EMPTY = "empty"
    EMPTY_BRACKETS = "empty_brackets"
    UNCLOSED_QUOTE = "unclosed_quote"
    UNCLOSED_BRACKET = "unclosed_bracket"
    UNOPENED_BRACKET = "unopened_bracket"
    MISSING_OPERAND = "missing_operand"
    MISPLACED_OPERATOR = "misplaced_operator"
    LOWER_CASE_OPERATOR = "lower_case_operator"
    BAD_NEAR = "bad_near"
    BAD_STAR = "bad_star"
    BAD_FIELD = "bad_field"
    NO_WORD = "no_word"
    EMOJI = "emoji"
    ONLY_EXCLUDES = "only_excludes"
    OTHER_SYNTAX = "other_syntax"
    """An operator of another tool."""


class QuerySyntaxError(Exception):
    """An error at ``position``, counted from 0. ``parse`` turns it into a QueryError with the whole text."""

    def __init__(
        self, position: int, code: ErrorCode, reason: str, suggestion: str, fix: QueryFix | None = None
    ) -> None:
        super().__init__(reason)
        self.position, self.code, self.reason, self.suggestion, self.fix = position, code, reason, suggestion, fix

    def moved(self, origins: Sequence[int]) -> QuerySyntaxError:
        """The same error, at the characters that those of its text come from."""
        end = len(origins) - 1
        fix = self.fix and QueryFix(origins[self.fix.start], origins[self.fix.end], self.fix.replacement)
        return QuerySyntaxError(origins[min(self.position, end)], self.code, self.reason, self.suggestion, fix)


def from_lark_error(error: UnexpectedInput, tokens: Sequence[Token]) -> QuerySyntaxError:
    """The error behind lark's ``error``. ``tokens`` are all that the lexer found before it failed."""
    if not isinstance(error, UnexpectedToken):  # an unclosed quote is the only text that is not a token
        return QuerySyntaxError(
            error.pos_in_stream or 0,
            ErrorCode.UNCLOSED_QUOTE,
            "This quote is not closed.",
            'Add a `"` at the end of the phrase.',
        )
    if error.token.type == "$END":
        return _error_at_end(tokens)
    index = next(i for i, token in enumerate(tokens) if token.start_pos == error.token.start_pos)
    previous = tokens[index - 1] if index else None
    if error.token.type == "_CLOSE":
        return _error_at_closing_bracket(tokens[index], previous)
    return _error_at_operator(tokens, index, previous)


def _error_at_end(tokens: Sequence[Token]) -> QuerySyntaxError:
    if not tokens:
        return QuerySyntaxError(0, ErrorCode.EMPTY, "There is nothing to search for.", "Write a word, such as `acme`.")
    if tokens[-1].type in _OPERATORS:
        return _missing_right_operand(tokens[-1])
    open_brackets: list[Token] = []
    for token in tokens:
        if token.type == "_OPEN":
            open_brackets.append(token)
        elif token.type == "_CLOSE":
            open_brackets.pop()
    return QuerySyntaxError(
        token_start(open_brackets[-1]),
        ErrorCode.UNCLOSED_BRACKET,
        "This bracket is not closed.",
        "Add a `)` where it should end.",
    )


def _error_at_closing_bracket(token: Token, previous: Token | None) -> QuerySyntaxError:
    if previous is not None and previous.type in _OPERATORS:
        return _missing_right_operand(previous)
    if previous is not None and previous.type == "_OPEN":
        return QuerySyntaxError(
            token_start(previous),
            ErrorCode.EMPTY_BRACKETS,
            "These brackets are empty.",
            "Write a word between them, or remove them.",
        )
    return QuerySyntaxError(
        token_start(token),
        ErrorCode.UNOPENED_BRACKET,
        "This bracket has no opening bracket.",
        "Remove it, or add a `(` before it.",
    )


def _error_at_operator(tokens: Sequence[Token], index: int, previous: Token | None) -> QuerySyntaxError:
    """An operator without a left operand. Any other token may follow any token."""
    token = tokens[index]
    position, name = token_start(token), _operator_name(token)
    if token.type == "NEAR":
        return near_error(tokens, index, "a word before it" + ("" if "/" in token else " and a number"))
    if previous is None or previous.type == "_OPEN":
        return QuerySyntaxError(
            position,
            ErrorCode.MISSING_OPERAND,
            f"{name} needs a word before it.",
            f"For example: `acme {name} globex`.",
        )
    if previous.type == "NEAR":
        return QuerySyntaxError(
            position,
            ErrorCode.BAD_NEAR,
            f"{_operator_name(previous)} cannot be followed by an excluded word.",
            "Exclude the word separately, as in `acme -jobs`.",
        )
    if previous.type == token.type:
        reason = f"{name} is written twice."
    else:
        reason = f"{name} cannot directly follow {_operator_name(previous)}."
    return QuerySyntaxError(position, ErrorCode.MISPLACED_OPERATOR, reason, "Remove one of them.")


def near_error(tokens: Sequence[Token], index: int, need: str) -> QuerySyntaxError:
    """What the NEAR at ``tokens[index]`` needs, illustrated and fixed with the words around it."""
    left = next((t for t in reversed(tokens[:index]) if t.type in _TERMS), None)
    right = next((t for t in tokens[index + 1 :] if t.type in _TERMS), None)
    distance = _near_distance(tokens[index])
    example = f"{left or 'acme'} NEAR/{distance} {right or 'refund'}"
    fix = QueryFix(token_start(left), right.end_pos or 0, example) if left and right else None
    return QuerySyntaxError(
        token_start(tokens[index]),
        ErrorCode.BAD_NEAR,
        f"NEAR needs {need}.",
        f"Write `{example}` to find the two words at most {distance} words apart.",
        fix,
    )


def _near_distance(token: Token) -> int:
    digits = token.partition("/")[2]
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 4
    return min(int(digits), MAX_NEAR_DISTANCE) if is_number else _EXAMPLE_NEAR_DISTANCE


def _missing_right_operand(token: Token) -> QuerySyntaxError:
    examples = {"NEAR": f"acme {token} refund", "NOT": "acme NOT jobs", "MINUS": "acme -jobs"}
    example = examples.get(token.type, f"acme {token} globex")
    return QuerySyntaxError(
        token_start(token),
        ErrorCode.MISSING_OPERAND,
        f"{_operator_name(token)} needs a word after it.",
        f"For example: `{example}`.",
    )


def _operator_name(token: Token) -> str:
    return "A minus" if token.type == "MINUS" else str(token)


def token_start(token: Token) -> int:
    """The position of ``token`` in the text, from 0."""
    return token.start_pos or 0
