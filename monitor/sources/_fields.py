"""What sites answer, read with care: any field may be missing, null or of another type than documented."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from monitor.errors import BadResponse
from monitor.http import Response, site_of
from monitor.text.cleaning import plain_text

Record: TypeAlias = Mapping[str, Any]
_NONE: dict[str, Any] = {}


def record_of(answer: Response) -> Record:
    """The JSON object that ``answer`` holds. Raises BadResponse for anything else, a status other than 200 included."""
    if answer.status != 200:
        raise BadResponse(f"{site_of(answer.url)} answers with {answer.status} instead of data.", answer.sample)
    found = answer.json()
    if not isinstance(found, dict):
        raise BadResponse(f"{site_of(answer.url)} answers with something else than documented.", answer.sample)
    return found


def listed(answer: Response, name: str) -> list[Record]:
    """The objects in the list ``name`` of an answer. Raises BadResponse where there is no such list."""
    return listed_in(record_of(answer), name, answer)


def listed_in(found: Record, name: str, answer: Response) -> list[Record]:
    """The objects in the list ``name`` of ``found``; whatever else stands in it becomes an empty one."""
    inside = found.get(name)
    if not isinstance(inside, list):
        raise BadResponse(f'{site_of(answer.url)} answers without "{name}", which is documented.', answer.sample)
    return [one if isinstance(one, dict) else _NONE for one in inside]


def part(record: Record, name: str) -> Record:
    """The object ``name`` inside ``record``; empty when there is none."""
    found = record.get(name)
    return found if isinstance(found, dict) else _NONE


def words(record: Record, name: str) -> str:
    """The text ``name`` of ``record`` as it stands there; empty when there is none."""
    found = record.get(name)
    return found if isinstance(found, str) else ""


def line(record: Record, name: str) -> str:
    """The text ``name`` of ``record``, plain and on one line."""
    return " ".join(plain_text(words(record, name)).split())


def number(record: Record, name: str) -> int | None:
    """The whole number ``name`` of ``record``, be it written as text; None when there is none."""
    found = record.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        return int(found) if math.isfinite(float(found)) else None
    except (ValueError, OverflowError):
        return None


def identity(record: Record, name: str) -> str:
    """The id ``name`` of ``record``, a number or printable text; empty when there is none."""
    found = record.get(name)
    if isinstance(found, bool) or not isinstance(found, int | str):
        return ""
    text = str(found)
    return text if text.isprintable() and len(text) <= 300 else ""


def moment(found: Any) -> datetime | None:
    """A time that is written in ISO 8601 or as seconds since 1970; None for what is no time. Without zone it is UTC."""
    try:
        if isinstance(found, int | float) and not isinstance(found, bool):
            return datetime.fromtimestamp(found, UTC)
        at = datetime.fromisoformat(found)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
