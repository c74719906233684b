"""Any folder of counts is judged, however its CSVs look, and what comes out has each row as it went in."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bench import incidents as bench
from bench._series import MAX_GAP, STEP, load_folder, read_csv

START = datetime(2026, 3, 2, 8, 42, 53)
Rows = list[tuple[str, str]]


def rows(values: Sequence[object], step: timedelta = STEP) -> Rows:
    return [(f"{START + n * step:%Y-%m-%d %H:%M:%S}", str(value)) for n, value in enumerate(values)]


def loud(days: int = 12) -> list[int]:
    """A steady brand with one loud hour at the end."""
    dice = random.Random(4)
    values = [dice.randint(3, 7) for _ in range(days * 288)]
    values[-40:-28] = [60] * 12
    return values


def write(folder: Path, found: Rows, name: str = "one") -> Path:
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("timestamp", "value"), *found])
    return path


def judged(folder: Path) -> list[tuple[str, str, str]]:
    """What is written of the only series of a folder."""
    (series,) = load_folder(folder)
    bench.write(series, bench.detections(series), folder / "out")
    with (folder / "out" / f"{series.name}.csv").open(encoding="utf-8", newline="") as file:
        lines = [tuple(line) for line in csv.reader(file)]
    assert lines[0] == ("timestamp", "value", "detected")
    return lines[1:]


def test_one_row_is_marked_where_an_incident_begins(tmp_path: Path) -> None:
    given = rows(loud())
    write(tmp_path, given)
    found = judged(tmp_path)
    assert [line[:2] for line in found] == given
    marked = [n for n, line in enumerate(found) if line[2] == "1"]
    assert len(marked) == 1
    assert 0 <= marked[0] - (len(given) - 40) <= 2


ODD: dict[str, Callable[[Rows], Rows]] = {
    "unsorted": lambda given: random.Random(1).sample(given, len(given)),
    "no numbers here and there": lambda given: [
        (t, ["NaN", "", "inf", "x"][n % 4] if n % 37 == 5 else v) for n, (t, v) in enumerate(given)
    ],
    "stamps missing": lambda given: [row for n, row in enumerate(given) if n % 41 != 7],
    "a day missing": lambda given: given[:1500] + given[1788:],
    "twice the same": lambda given: [*given[:900], given[899], *given[900:]],
    "no times in between": lambda given: [*given[:50], ("", "4"), ("soon", "5"), *given[50:]],
    "fractions": lambda given: [(t, f"{v}.49") for t, v in given],
    "zones": lambda given: [(f"{t}+02:00", v) for t, v in given],
    "twice as much": lambda given: [(t, str(2 * int(v))) for t, v in given],
    "a year's pause": lambda given: [("2020-01-01 00:00:00", "3"), ("2022-01-01 00:00:00", "3"), *given],
}


@pytest.mark.parametrize("name", ODD)
def test_odd_series_keep_their_rows_and_their_incident(tmp_path: Path, name: str) -> None:
    given = ODD[name](rows(loud()))
    write(tmp_path, given)
    found = judged(tmp_path)
    assert [line[:2] for line in found] == given
    marked = [line[0][:19] for line in found if line[2] == "1"]
    begins = START + (len(loud()) - 40) * STEP
    assert len(marked) == 1
    assert timedelta() <= datetime.fromisoformat(marked[0]) - begins <= 3 * STEP


@pytest.mark.parametrize(
    "values",
    [[], [5], [0] * 5, [7] * 4000, [0] * 4000, ["NaN"] * 400, [-5] * 4000, [10**15, *[3] * 600], ["", "1e400", "3"]],
    ids=["none", "one", "five", "constant", "nothing", "no number", "negative", "huge", "strange"],
)
def test_what_tells_nothing_has_no_incident(tmp_path: Path, values: list[object]) -> None:
    given = rows(values)
    write(tmp_path, given)
    found = judged(tmp_path)
    assert [line[:2] for line in found] == given
    assert not [line for line in found if line[2] == "1"]


def test_what_counts_an_hour_is_spread_over_it(tmp_path: Path) -> None:
    values = [60] * 24 * 20
    values[-9:-6] = [1500, 1500, 1500]
    series = read_csv(write(tmp_path, rows(values, timedelta(hours=1))))
    assert sum(series.counts) == sum(values)
    assert list(series.counts[:12]) == [5] * 12
    assert bench.detections(series) == [len(values) - 9]


def test_what_is_missing_was_not_read(tmp_path: Path) -> None:
    given = rows([4] * 600)
    del given[100:106], given[300]
    series = read_csv(write(tmp_path, given))
    assert [until - since for since, until in series.unread] == [6 * STEP, STEP]
    assert len(series.counts) == 600


def test_a_pause_of_years_costs_no_memory(tmp_path: Path) -> None:
    series = read_csv(write(tmp_path, [("1970-01-01 00:00:00", "3"), ("9999-12-31 00:00:00", "3")]))
    assert len(series.counts) < 2 * MAX_GAP / STEP


def test_an_empty_file_and_one_with_other_columns_are_read(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "head.csv").write_text("timestamp,value\n", encoding="utf-8")
    (tmp_path / "more.csv").write_text("\ufeffvalue,place,timestamp\n8,x,2026-03-02 08:00:00\n9\n", encoding="utf-8")
    (tmp_path / "bare.csv").write_text("2026-03-02 08:00:00,8\n", encoding="utf-8")
    found = {series.name: series.rows for series in load_folder(tmp_path)}
    assert found == {
        "empty": [],
        "head": [],
        "more": [("2026-03-02 08:00:00", "8"), ("", "9")],
        "bare": [("2026-03-02 08:00:00", "8")],
    }
    for series in load_folder(tmp_path):
        assert bench.detections(series) == []
