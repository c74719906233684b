"""Mentions as CSV and JSON, line by line, for the page's export and for ``wallflower export``, so without Flask."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from display.csv_format import BYTE_ORDER_MARK, csv_line
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
    "topics": lambda mention: list(mention.topics),
    "state": lambda mention: mention.state.name.lower(),
    "hidden": lambda mention: mention.hidden,
    "set_aside": lambda mention: mention.set_aside,
    "story": lambda mention: mention.story,
    "external_id": lambda mention: mention.post.external_id,
    "stars": lambda mention: mention.post.stars,
    "reply_to": lambda mention: mention.post.reply_to,
    "repost": lambda mention: mention.post.repost,
    "claimed_by": lambda mention: mention.claim.claimant.name if mention.claim else None,
    "corrected_by": lambda mention: mention.correction.name if mention.correction else None,
}
"""Column of CSV and key of JSON -> its plain value. Times are ISO 8601 in UTC; an unknown one and an unscored score are
None."""


def record(mention: Mention) -> dict[str, Any]:
    """A mention as plain values, keyed by COLUMNS."""
    return {name: value_of(mention) for name, value_of in COLUMNS.items()}


def csv_lines(mentions: Iterable[Mention], *, for_excel: bool = False) -> Iterator[str]:
    """CSV as in RFC 4180: a header, then one row per mention; lines end with CRLF.

    ``for_excel``: with the mark without which Excel takes UTF-8 for the code page of its computer.
    """
    yield (BYTE_ORDER_MARK if for_excel else "") + csv_line(COLUMNS)
    for mention in mentions:
        yield csv_line(record(mention).values())


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
