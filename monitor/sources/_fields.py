"""Reads fields of JSON responses defensively: any field may be missing, null, or of another type than documented."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from monitor.dates import parse_date
from monitor.errors import BadResponse
from monitor.http import Response, site_of
from monitor.text.cleaning import plain_text

MAX_ID_CHARS = 300

Record: TypeAlias = Mapping[str, Any]
"""A JSON object."""
_EMPTY: dict[str, Any] = {}


def response_object(response: Response) -> Record:
    """The JSON object in ``response``. Raises BadResponse for anything else, and for a status other than 200."""
    if response.status != 200:
        raise BadResponse(
            f"{site_of(response.url)} returned status {response.status} instead of data.", response.sample
        )
    found = response.json()
    if not isinstance(found, dict):
        raise BadResponse(f"{site_of(response.url)} returned data in an unexpected format.", response.sample)
    return found


def response_objects(response: Response, name: str) -> list[Record]:
    """The objects in the list ``name`` of a response. Raises BadResponse if there is no such list."""
    return get_objects(response_object(response), name, response)


def get_objects(record: Record, name: str, response: Response) -> list[Record]:
    """The objects in the list ``name`` of ``record``; other values in the list become empty objects.

    Raises BadResponse, with a sample of ``response``, if there is no such list.
    """
    found = record.get(name)
    if not isinstance(found, list):
        raise BadResponse(f'{site_of(response.url)} returned data without the documented "{name}".', response.sample)
    return [item if isinstance(item, dict) else _EMPTY for item in found]


def get_object(record: Record, name: str) -> Record:
    """The object ``name`` in ``record``; empty if there is none."""
    found = record.get(name)
    return found if isinstance(found, dict) else _EMPTY


def get_text(record: Record, name: str) -> str:
    """The unchanged text ``name`` of ``record``; empty if there is none."""
    found = record.get(name)
    return found if isinstance(found, str) else ""


def get_line(record: Record, name: str) -> str:
    """The text ``name`` of ``record`` without markup and on one line; empty if there is none."""
    return " ".join(plain_text(get_text(record, name)).split())


def get_int(record: Record, name: str) -> int | None:
    """The whole number ``name`` of ``record``, which may be written as text; None if there is none."""
    found = record.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        return int(found) if math.isfinite(float(found)) else None
    except (ValueError, OverflowError):
        return None


def get_id(record: Record, name: str) -> str:
    """The id ``name`` of ``record``, a number or printable text; empty if there is none."""
    found = record.get(name)
    if isinstance(found, bool) or not isinstance(found, int | str):
        return ""
    text = str(found)
    return text if text.isprintable() and len(text) <= MAX_ID_CHARS else ""


def parse_time(value: Any) -> datetime | None:
    """A date (UTC if it names no zone) or a number of seconds since 1970 as a time in UTC; None for anything else."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        return parse_date(value, zone=UTC) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
