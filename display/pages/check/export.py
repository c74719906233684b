"""All answers as CSV and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from display.csv_format import csv_line
from monitor.model import CheckAnswer

COLUMNS: Mapping[str, Callable[[CheckAnswer], Any]] = MappingProxyType(
    {
        "id": lambda one: one.id,
        "at": lambda one: one.at.isoformat(timespec="milliseconds"),
        "person": lambda one: one.person,
        "mention": lambda one: one.mention,
        "brand": lambda one: one.brand,
        "lang": lambda one: one.lang,
        "source": lambda one: one.source,
        "answer": lambda one: one.answer.value,
        "sentiment": lambda one: one.sentiment.value,
        "score": lambda one: one.score,
        "has_opinion": lambda one: one.has_opinion,
        "sentiment_today": lambda one: one.today.value if one.today else None,
    }
)
"""Column of CSV and key of JSON -> its plain value. Times are ISO 8601 in UTC. The mention, and what is said of it
today, are None if it was deleted."""


def record(answer: CheckAnswer) -> dict[str, Any]:
    """An answer as plain values, keyed by COLUMNS."""
    return {name: value_of(answer) for name, value_of in COLUMNS.items()}


def csv_lines(answers: Iterable[CheckAnswer]) -> Iterator[str]:
    """A header, then one row for each answer."""
    yield csv_line(COLUMNS)
    for answer in answers:
        yield csv_line(record(answer).values())


def json_array(answers: Iterable[CheckAnswer]) -> str:
    """One JSON array."""
    return json.dumps([record(answer) for answer in answers], ensure_ascii=False) + "\n"
