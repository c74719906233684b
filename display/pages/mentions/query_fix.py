"""Finds what is wrong with a search, and corrects it. The page links to the correction below the error."""

from __future__ import annotations

import re
from collections.abc import Iterator

from display.pages.mentions.filters import MentionsView
from monitor.errors import QueryError
from monitor.query import parse
from monitor.query.syntax_errors import ErrorCode

_MAX_CLOSING_BRACKETS = 5


_MAX_FIXES = 20
_CODES_OF_SUPERFLUOUS_PARTS = {
    *(ErrorCode.MISSING_OPERAND, ErrorCode.MISPLACED_OPERATOR, ErrorCode.UNCLOSED_QUOTE, ErrorCode.UNCLOSED_BRACKET),
    *(ErrorCode.UNOPENED_BRACKET, ErrorCode.EMPTY_BRACKETS, ErrorCode.NO_WORD, ErrorCode.EMOJI, ErrorCode.BAD_NEAR),
}
"""The kinds of errors for which leaving out the wrong part is a correction."""


def fixed_query(error: QueryError) -> str | None:
    """The text of ``error`` with the smallest known correction that makes it valid; None if there is none.

    Nothing is offered for a search that only excludes: leaving out the minus would find the opposite.
    """
    if error.code == ErrorCode.ONLY_EXCLUDES:
        return None
    texts = (" ".join(candidate.split()) for candidate in (_with_all_fixes(error), *_candidates(error)))
    return next((text for text in texts if text and is_valid_query(text)), None)


def _with_all_fixes(error: QueryError) -> str:
    """The text with the known fix of each error, one after the other."""
    text = error.text
    for _ in range(_MAX_FIXES):
        if error.fix is None:
            break
        text = error.text[: error.fix.start] + error.fix.replacement + error.text[error.fix.end :]
        try:
            parse(text)
        except QueryError as next_error:
            error = next_error
        else:
            break
    return text


def query_error(view: MentionsView) -> QueryError | None:
    """What is wrong with the search of ``view``; None if it is valid or empty."""
    try:
        view.search()
    except QueryError as error:
        return error
    return None


def is_valid_query(text: str) -> bool:
    """Whether ``text`` can be parsed."""
    try:
        parse(text)
    except QueryError:
        return False
    return True


def _candidates(error: QueryError) -> Iterator[str]:
    text = error.text
    if error.code in (ErrorCode.UNCLOSED_QUOTE, ErrorCode.UNCLOSED_BRACKET):
        yield text + '"'
        yield from (text + ")" * n for n in range(1, _MAX_CLOSING_BRACKETS + 1))
    start = error.column - 1
    if error.fix is None and error.code not in _CODES_OF_SUPERFLUOUS_PARTS:
        return
    if error.fix is not None and error.fix.replacement == "-":
        return  # without its sign, an excluded word would be required
    if rejected := re.compile(r"[\w/]+|.", re.DOTALL).match(text, start):
        yield text[:start] + " " + text[rejected.end() :]
