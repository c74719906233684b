"""Mentions as CSV and JSON, a line at a time: what the page's export, its JSON and ``wallflower export`` write.

Free of Flask. A cell that a spreadsheet would run as a formula is written as text, with an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from monitor.model import Intent, Mention

COLUMNS = (
    "id",
    "brand",
    "sentiment",
    "score",
    "corrected",
    "published_at",
    "added_at",
    "source",
    "site",
    "author",
    "lang",
    "title",
    "text",
    "url",
    "rule",
    "rule_version",
    "intent",
    "state",
    "hidden",
    "story",
    "external_id",
    "stars",
)
_FORMULA = re.compile(r"\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def record(mention: Mention) -> dict[str, Any]:
    """A mention as plain values, keyed by COLUMNS. Times are ISO in UTC; an unscored score is None."""
    post = mention.post
    return {
        "id": mention.id,
        "brand": mention.brand,
        "sentiment": mention.score.sentiment.value,
        "score": mention.score.value,
        "corrected": mention.corrected,
        "published_at": post.published_at.isoformat(),
        "added_at": mention.added_at.isoformat(),
        "source": post.source,
        "site": post.site,
        "author": post.author,
        "lang": post.lang or "und",
        "title": post.title,
        "text": post.text,
        "url": post.url,
        "rule": mention.rule,
        "rule_version": mention.rule_version,
        "intent": [str(bit.name).lower() for bit in Intent if bit in mention.intent],
        "state": mention.state.name.lower(),
        "hidden": mention.hidden,
        "story": mention.story,
        "external_id": post.external_id,
        "stars": post.stars,
    }


def cell(value: object) -> str:
    """A value as a cell of CSV that no spreadsheet takes for a formula."""
    if isinstance(value, list):
        value = " ".join(value)
    text = "" if value is None else str(value)
    guarded = _FORMULA.match(text) and not (isinstance(value, int | float) and _NUMBER.fullmatch(text))
    return "'" + text if guarded else text


def csv_lines(mentions: Iterable[Mention]) -> Iterator[str]:
    """CSV with a head, as RFC 4180 has it: one row each, CRLF at its end."""
    yield _csv_line(COLUMNS)
    for mention in mentions:
        yield _csv_line([cell(value) for value in record(mention).values()])


def json_lines(mentions: Iterable[Mention]) -> Iterator[str]:
    """JSON Lines: one object each."""
    for mention in mentions:
        yield json.dumps(record(mention), ensure_ascii=False) + "\n"


def json_array(mentions: Iterable[Mention]) -> Iterator[str]:
    """One JSON array, for whoever reads it whole."""
    before = "["
    for mention in mentions:
        yield before + json.dumps(record(mention), ensure_ascii=False)
        before = ",\n"
    yield "]\n" if before != "[" else "[]\n"


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
