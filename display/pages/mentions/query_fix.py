"""A search that cannot be read, put right: what "Use ..." beside the mistake leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.errors import QueryError
from monitor.query import parse

_CODE = re.compile(r"`([^`]+)`")
_MOST_BRACKETS = 5


def repaired(problem: QueryError) -> str | None:
    """The text of ``problem`` with the smallest change that makes it one that can be read; None where none is known."""
    for candidate in _candidates(problem):
        text = " ".join(candidate.split())
        if text and readable(text):
            return text
    return None


def readable(text: str) -> bool:
    """Whether ``text`` is a search."""
    try:
        parse(text)
    except QueryError:
        return False
    return True


def _candidates(problem: QueryError) -> Iterator[str]:
    text, at = problem.text, problem.column - 1
    code = _CODE.search(problem.suggestion)
    if code and (near := _near(text, at, code.group(1))):
        yield near
    if "never closed" in problem.reason:
        yield text + '"'
        yield from (text + ")" * n for n in range(1, _MOST_BRACKETS + 1))
    wrong = re.compile(r"[\w/]+|.", re.DOTALL).match(text, at)
    if wrong:
        yield text[:at] + " " + text[wrong.end() :]


def _near(text: str, at: int, code: str) -> str | None:
    """``text`` with ``code``, as in "pickup NEAR/5 late", in place of its two words and all between them."""
    left, _, right = (
        (part.strip() for part in re.split(r"(NEAR/\d+)", code, maxsplit=1)) if "NEAR/" in code else 3 * [""]
    )
    start, end = text.rfind(left, 0, at), text.find(right, at)
    return text[:start] + code + text[end + len(right) :] if left and right and start >= 0 and end > at else None
