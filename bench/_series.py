"""Time series of counts from CSV files, clean or not, in 5-minute bins."""

from __future__ import annotations

import csv
import json
import math
import statistics
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

STEP = timedelta(minutes=5)
MAX_GAP = timedelta(days=35)
"""Longer gaps are shortened by whole weeks: no baseline spans them, and their bins would only cost memory."""
WEEK = timedelta(days=7)
_MAX_VALUE = 10**12

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Series:
    """A CSV file: its rows as read, and its counts in bins."""

    name: str
    rows: list[tuple[str, str]]
    """Timestamp and value."""
    times: list[datetime]
    """The time of each row; of a row without one, that of the row before."""
    values: list[int]
    """The value of each row, 0 if it has none."""
    spans: list[Span]
    """The labelled anomalies."""
    start: datetime
    """The start of the first bin."""
    counts: array[int]
    unread: list[Span]
    """The times without rows."""
    ends: list[tuple[int, int]]
    """(row, its last bin) of all rows with a time, by time."""


def load_folder(folder: Path) -> list[Series]:
    """The series of all CSV files in a folder, by name; ``windows.json`` may label their anomalies."""
    labels = folder / "windows.json"
    windows = json.loads(labels.read_text(encoding="utf-8")) if labels.is_file() else {}
    return [read_csv(path, windows.get(path.stem, ())) for path in sorted(folder.glob("*.csv"))]


def read_csv(path: Path, windows: Iterable[Sequence[str]] = ()) -> Series:
    """Read a CSV file with the columns ``timestamp`` and ``value``, or with these two as the first columns."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = [line for line in csv.reader(file) if line]
    head = [name.strip().lower() for name in lines[0]] if lines else []
    first, second = (head.index(name) if name in head else n for n, name in enumerate(("timestamp", "value")))
    rows = [
        (_cell(line, first), _cell(line, second)) for line in lines[bool(head) and _parse_time(lines[0][0]) is None :]
    ]
    spans = [(a, b) for since, until in windows if (a := _parse_time(since)) and (b := _parse_time(until))]
    return binned(path.stem, rows, spans)


def binned(name: str, rows: list[tuple[str, str]], spans: list[Span]) -> Series:
    """The rows in bins from the first time on."""
    known = [_parse_time(time) for time, _ in rows]
    order = sorted((time, row) for row, time in enumerate(known) if time is not None)
    start = order[0][0] if order else datetime(1970, 1, 1, tzinfo=UTC)
    places = _places([time for time, _ in order])
    width = _width(places)
    counts, seen = array("q", bytes(8 * (places[-1] + width if places else 0))), set[int]()
    for place, (_, row) in zip(places, order, strict=True):
        if (value := _parse_value(rows[row][1])) is not None:
            _spread(counts, place, width, value)
            seen.update(range(place, place + width))
    unread = _gaps(seen, len(counts), start)
    ends = [(row, place + width - 1) for place, (_, row) in zip(places, order, strict=True)]
    values = [_parse_value(value) or 0 for _, value in rows]
    return Series(name, rows, _fill_missing(known, start), values, spans, start, counts, unread, ends)


def _places(times: Sequence[datetime]) -> list[int]:
    """The bin of each time. The times must be ascending."""
    skipped, places = timedelta(), [0] if times else []
    for before, time in pairwise(times):
        if time - before > MAX_GAP:
            skipped += (time - before - MAX_GAP) // WEEK * WEEK
        places.append((time - skipped - times[0]) // STEP)
    return places


def _width(places: Sequence[int]) -> int:
    """The bins that a row covers: the median distance between two rows, at most a day."""
    apart = [b - a for a, b in pairwise(places) if b > a]
    return min(int(statistics.median(apart)), 288) if apart else 1


def _spread(counts: array[int], place: int, width: int, value: int) -> None:
    each, more = divmod(value, width)
    for n in range(width):
        counts[place + n] += each + (n < more)


def _gaps(seen: set[int], bins: int, start: datetime) -> list[Span]:
    """The times without rows."""
    edges = [-1, *sorted(seen), bins]
    return [(start + (a + 1) * STEP, start + b * STEP) for a, b in pairwise(edges) if b > a + 1]


def _fill_missing(times: Sequence[datetime | None], before: datetime) -> list[datetime]:
    found = []
    for time in times:
        before = time or before
        found.append(before)
    return found


def _cell(line: Sequence[str], place: int) -> str:
    return line[place] if place < len(line) else ""


def _parse_time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _parse_value(text: str) -> int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else max(0, min(round(value), _MAX_VALUE)) if math.isfinite(value) else None
