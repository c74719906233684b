"""Reads series of counts from CSVs, however irregular, into bins of 5 minutes; generates series with incidents."""

from __future__ import annotations

import csv
import json
import math
import random
import statistics
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

STEP = timedelta(minutes=5)
MAX_GAP = timedelta(days=35)
"""Longer gaps are shortened by whole weeks, to save memory: no baseline reaches across them."""
WEEK = timedelta(days=7)
MAX_COUNT = 10**12
GENERATED_SERIES, GENERATED_DAYS, GENERATED_SPIKES = 3, 21, 3

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Series:
    """A CSV: its rows as read, and its counts in bins."""

    name: str
    rows: list[tuple[str, str]]
    """Timestamp and value."""
    times: list[datetime]
    """The time of each row; for a row without one, that of the row before."""
    values: list[int]
    """The value of each row; 0 if it has none."""
    spans: list[Span]
    """The incidents that people labelled."""
    start: datetime
    """The start of the first bin."""
    counts: array[int]
    unread: list[Span]
    ends: list[tuple[int, int]]
    """(row, its last bin) of all rows with a time, in the order of time."""


def load_folder(folder: Path) -> list[Series]:
    """The series of a folder, by name. ``windows.json`` there gives the labelled incidents."""
    labels = folder / "windows.json"
    windows = json.loads(labels.read_text(encoding="utf-8")) if labels.is_file() else {}
    return [read_csv(path, windows.get(path.stem, ())) for path in sorted(folder.glob("*.csv"))]


def generated() -> list[Series]:
    """Series with a daily rhythm and labelled spikes, the same in every run."""
    rng = random.Random(3)
    return [_generated_series(f"generated {n + 1}", 4.0 * 3**n, rng) for n in range(GENERATED_SERIES)]


def _generated_series(name: str, usual: float, rng: random.Random) -> Series:
    """Counts of about ``usual`` per bin, with spikes of two hours in the last third."""
    start, bins = datetime(2026, 3, 2, tzinfo=UTC), GENERATED_DAYS * 288
    spikes = [bins * 2 // 3 + bins // 3 * n // GENERATED_SPIKES + rng.randrange(288) for n in range(GENERATED_SPIKES)]
    rows = []
    for n in range(bins):
        rate = usual * (1 + 0.6 * math.sin(2 * math.pi * n / 288))
        rate *= 6 if any(0 <= n - spike < 24 for spike in spikes) else 1
        rows.append((f"{start + n * STEP:%Y-%m-%d %H:%M:%S}", str(max(0, round(rng.gauss(rate, rate**0.5))))))
    spans = [(start + (spike - 6) * STEP, start + (spike + 30) * STEP) for spike in spikes]
    return binned(name, rows, spans)


def read_csv(path: Path, windows: Iterable[Sequence[str]] = ()) -> Series:
    """Read a CSV with the columns ``timestamp`` and ``value``, or with these two first."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = [line for line in csv.reader(file) if line]
    head = [name.strip().lower() for name in lines[0]] if lines else []
    first, second = (head.index(name) if name in head else n for n, name in enumerate(("timestamp", "value")))
    rows = [(_cell(line, first), _cell(line, second)) for line in lines[bool(head) and _time(lines[0][0]) is None :]]
    spans = [(a, b) for since, until in windows if (a := _time(since)) and (b := _time(until))]
    return binned(path.stem, rows, spans)


def binned(name: str, rows: list[tuple[str, str]], spans: list[Span]) -> Series:
    """A series of these rows, in bins from the first time on."""
    known = [_time(time) for time, _ in rows]
    order = sorted((time, row) for row, time in enumerate(known) if time is not None)
    start = order[0][0] if order else datetime(1970, 1, 1, tzinfo=UTC)
    bins = _bins_of([time for time, _ in order])
    width = _width(bins)
    counts, covered = array("q", bytes(8 * (bins[-1] + width if bins else 0))), set[int]()
    for first_bin, (_, row) in zip(bins, order, strict=True):
        if (value := _value(rows[row][1])) is not None:
            _spread(counts, first_bin, width, value)
            covered.update(range(first_bin, first_bin + width))
    unread = _gaps(covered, len(counts), start)
    ends = [(row, first_bin + width - 1) for first_bin, (_, row) in zip(bins, order, strict=True)]
    values = [_value(value) or 0 for _, value in rows]
    return Series(name, rows, _filled(known, start), values, spans, start, counts, unread, ends)


def _bins_of(times: Sequence[datetime]) -> list[int]:
    """The bin of each time, in order."""
    left_out, bins = timedelta(), [0] if times else []
    for before, time in pairwise(times):
        if time - before > MAX_GAP:
            left_out += (time - before - MAX_GAP) // WEEK * WEEK
        bins.append((time - left_out - times[0]) // STEP)
    return bins


def _width(bins: Sequence[int]) -> int:
    """The number of bins that a row covers: the median distance between two rows, at most a day."""
    distances = [b - a for a, b in pairwise(bins) if b > a]
    return min(int(statistics.median(distances)), 288) if distances else 1


def _spread(counts: array[int], first_bin: int, width: int, value: int) -> None:
    """Add ``value`` to ``width`` bins as evenly as whole numbers allow."""
    each, remainder = divmod(value, width)
    for n in range(width):
        counts[first_bin + n] += each + (n < remainder)


def _gaps(covered: set[int], bins: int, start: datetime) -> list[Span]:
    """The times that no row covers."""
    edges = [-1, *sorted(covered), bins]
    return [(start + (a + 1) * STEP, start + b * STEP) for a, b in pairwise(edges) if b > a + 1]


def _filled(times: Sequence[datetime | None], before: datetime) -> list[datetime]:
    filled = []
    for time in times:
        before = time or before
        filled.append(before)
    return filled


def _cell(line: Sequence[str], column: int) -> str:
    return line[column] if column < len(line) else ""


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _value(text: str) -> int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else max(0, min(round(value), MAX_COUNT)) if math.isfinite(value) else None
