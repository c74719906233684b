"""Corrects a search that cannot be parsed. The page links to the correction below the error."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.errors import QueryError
from monitor.query import parse
from monitor.query.syntax_errors import ErrorCode

_MAX_CLOSING_BRACKETS = 5


def fixed_query(error: QueryError) -> str | None:
    """The text of ``error`` with the smallest known correction that makes it valid; None if there is none."""
    for candidate in _candidates(error):
        text = " ".join(candidate.split())
        if text and is_valid_query(text):
            return text
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
    if error.fix:
        yield text[: error.fix.start] + error.fix.replacement + text[error.fix.end :]
    if error.code in (ErrorCode.UNCLOSED_QUOTE, ErrorCode.UNCLOSED_BRACKET):
        yield text + '"'
        yield from (text + ")" * n for n in range(1, _MAX_CLOSING_BRACKETS + 1))
    start = error.column - 1
    if rejected := re.compile(r"[\w/]+|.", re.DOTALL).match(text, start):
        yield text[:start] + " " + text[rejected.end() :]
