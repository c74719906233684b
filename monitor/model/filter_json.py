"""A MentionFilter as JSON, as saved views keep it. Only what differs from the default is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType
from typing import Any

from monitor.model.mentions import Intent, Sentiment
from monitor.model.queries import FILTER_STATES, Choice, MentionFilter, Order

_VALUES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "sentiment": frozenset((*Sentiment, "corrected")),
        "intent": frozenset(str(intent.name).lower() for intent in Intent),
        "state": frozenset(FILTER_STATES),
    }
)
"""The facets that have a closed set of values."""
_DEFAULT = MentionFilter()
_FIELDS = frozenset(field.name for field in fields(MentionFilter)) - {"person"}
"""Whose claims are "mine" depends on who looks."""


class FilterJsonError(ValueError):
    """The text is not a filter that this version knows."""


def filter_to_json(f: MentionFilter) -> str:
    """``f`` as a JSON object; equal filters have equal texts."""
    changed = {name: getattr(f, name) for name in _FIELDS}
    written = {name: _written(value) for name, value in changed.items() if value != getattr(_DEFAULT, name)}
    return json.dumps(written, ensure_ascii=False, sort_keys=True)


def filter_from_json(text: str) -> MentionFilter:
    """The inverse of ``filter_to_json``.

    Raises FilterJsonError for a field or value that this version does not know: a filter that was read without it would
    find more than it should.
    """
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise FilterJsonError("The filter is not JSON.") from error
    if not isinstance(raw, dict):
        raise FilterJsonError("The filter is not a JSON object.")
    if unknown := sorted(raw.keys() - _FIELDS):
        raise FilterJsonError(f"It filters by “{unknown[0]}”, which this version does not know.")
    return MentionFilter(**{name: _read(name, value) for name, value in raw.items()})


def _written(value: Any) -> Any:
    if isinstance(value, Choice):
        return {name: list(values) for name in ("include", "exclude") if (values := getattr(value, name))}
    return value.isoformat() if isinstance(value, datetime) else value


def _read(name: str, value: Any) -> Any:
    default = getattr(_DEFAULT, name)
    try:
        if isinstance(default, Choice):
            return _choice(name, value)
        if name in ("since", "until"):
            return _time(value)
        if name == "order":
            return Order(value)
    except ValueError as error:
        raise error if isinstance(error, FilterJsonError) else _unknown(name, value) from error
    if type(value) is not (int if name == "story" else str):
        raise _unknown(name, value)
    return value


def _time(value: Any) -> datetime:
    if not isinstance(value, str) or (at := datetime.fromisoformat(value)).tzinfo is None:
        raise ValueError(value)
    return at


def _choice(name: str, value: Any) -> Choice:
    if not isinstance(value, dict) or value.keys() - {"include", "exclude"}:
        raise _unknown(name, value)
    for values in value.values():
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            raise _unknown(name, values)
        if name in _VALUES and (unknown := [v for v in values if v not in _VALUES[name]]):
            raise _unknown(name, unknown[0])
    return Choice(**{key: tuple(values) for key, values in value.items()})


def _unknown(name: str, value: Any) -> FilterJsonError:
    return FilterJsonError(
        f"It filters by {name} {json.dumps(value, ensure_ascii=False)[:80]}, which this version does not know."
    )
