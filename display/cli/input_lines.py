"""Lines of text or JSON as input of ``wallflower match`` and ``wallflower score``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, TextIO

from monitor.model import Post

BATCH_LINES = 1000


def line_batches(file: TextIO) -> Iterator[list[str]]:
    """The lines of ``file`` without line ends, in batches of up to BATCH_LINES."""
    lines = (line.rstrip("\r\n") for line in file)
    while batch := list(islice(lines, BATCH_LINES)):
        yield batch


def parse_post(line: str, now: datetime) -> Post:
    """A post from a JSON object with "text" or "title"; any other line is itself the text."""
    values = parse_object(line)
    if not isinstance(values.get("text", values.get("title")), str):
        values = {"text": line}
    fields: dict[str, Any] = {key: _string(values, key) for key in ("text", "author", "title", "url", "site")}
    return Post(_string(values, "source"), "", published_at=now, **fields, lang=_string(values, "lang") or None)


def parse_object(line: str) -> Mapping[str, Any]:
    """The JSON object in ``line``; an empty mapping if it holds none."""
    if not line.lstrip().startswith("{"):
        return {}
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _string(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""
