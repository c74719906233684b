"""Mentions as CSV and JSON, line by line, for the page's export and for ``wallflower export``.

Does not import Flask. A cell that a spreadsheet would run as a formula gets an apostrophe before it. One that has
apostrophes there already gets another, so that an import can remove it again.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from monitor.model import Intent, Mention

COLUMNS: Mapping[str, Callable[[Mention], Any]] = {
    "id": lambda mention: mention.id,
    "brand": lambda mention: mention.brand,
    "sentiment": lambda mention: mention.score.sentiment.value,
    "score": lambda mention: mention.score.value,
    "corrected": lambda mention: mention.corrected,
    "published_at": lambda mention: None if mention.post.undated else mention.post.published_at.isoformat(),
    "added_at": lambda mention: mention.added_at.isoformat(),
    "source": lambda mention: mention.post.source,
    "site": lambda mention: mention.post.site,
    "author": lambda mention: mention.post.author,
    "lang": lambda mention: mention.post.lang or "und",
    "title": lambda mention: mention.post.title,
    "text": lambda mention: mention.post.text,
    "url": lambda mention: mention.post.url,
    "rule": lambda mention: mention.rule,
    "rule_version": lambda mention: mention.rule_version,
    "intent": lambda mention: [str(bit.name).lower() for bit in Intent if bit in mention.intent],
    "state": lambda mention: mention.state.name.lower(),
    "hidden": lambda mention: mention.hidden,
    "story": lambda mention: mention.story,
    "external_id": lambda mention: mention.post.external_id,
    "stars": lambda mention: mention.post.stars,
    "reply_to": lambda mention: mention.post.reply_to,
    "repost": lambda mention: mention.post.repost,
}
"""Column of CSV and key of JSON -> its plain value. Times are ISO 8601 in UTC; an unknown one and an unscored score are
None."""
_FORMULA = re.compile(r"'*\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def record(mention: Mention) -> dict[str, Any]:
    """A mention as plain values, keyed by COLUMNS."""
    return {name: value_of(mention) for name, value_of in COLUMNS.items()}


def cell(value: object) -> str:
    """A value as a CSV cell that no spreadsheet runs as a formula."""
    if isinstance(value, list):
        value = " ".join(value)
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float) and _NUMBER.fullmatch(text)
    return "'" + text if _FORMULA.match(text) and not is_number else text


def csv_lines(mentions: Iterable[Mention]) -> Iterator[str]:
    """CSV as in RFC 4180: a header, then one row per mention; lines end with CRLF."""
    yield _csv_line(COLUMNS)
    for mention in mentions:
        yield _csv_line([cell(value) for value in record(mention).values()])


def json_lines(mentions: Iterable[Mention]) -> Iterator[str]:
    """JSON Lines: one object for each mention."""
    for mention in mentions:
        yield json.dumps(record(mention), ensure_ascii=False) + "\n"


def json_array(mentions: Iterable[Mention]) -> Iterator[str]:
    """One JSON array, in pieces."""
    before = "["
    for mention in mentions:
        yield before + json.dumps(record(mention), ensure_ascii=False)
        before = ",\n"
    yield "]\n" if before != "[" else "[]\n"


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
