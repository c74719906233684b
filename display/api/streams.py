"""Everything that a filter finds, as NDJSON: one mention a line, and a last line that says how the stream ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from display.api.documents import Json
from display.pages.mentions.export import record
from display.problems import problem_text
from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.model import Mention

NDJSON = "application/x-ndjson"
CHECKED_EVERY = timedelta(seconds=1)
"""How often a stream looks whether its token was revoked."""
LINES_PER_CHUNK = 100
REVOKED = "The API token was revoked or has expired while it was read. What came before is valid, and not all there is."


def mention_lines(
    mentions: Iterable[Mention], summary: Callable[[], Json], allowed: Callable[[], bool], clock: Clock
) -> Iterator[str]:
    """The lines, some at a time. The last one has the key ``end``, or ``problem`` if the stream is not complete."""
    lines, n, checked = list[str](), 0, clock.monotonic()
    try:
        for mention in mentions:
            lines.append(_line(record(mention)))
            if len(lines) < LINES_PER_CHUNK:
                continue
            if clock.monotonic() - checked >= CHECKED_EVERY.total_seconds():
                checked = clock.monotonic()
                if not allowed():
                    yield _problem(401, REVOKED)
                    return
            n += len(lines)
            yield "".join(lines)
            lines.clear()
        if not allowed():
            yield _problem(401, REVOKED)
            return
        lines.append(_line({"end": {"mentions": n + len(lines), **summary()}}))
    except StoreError as error:
        lines.append(_problem(503, f"The database could not be read to the end: {error}"))
    yield "".join(lines)


def _problem(status: int, detail: str) -> str:
    return _line({"problem": json.loads(problem_text(status, detail))})


def _line(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False) + "\n"
