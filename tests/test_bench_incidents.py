"""bench/incidents.py reads irregular CSVs, writes every row unchanged, and marks where incidents begin."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bench import incidents as bench
from bench._series import MAX_GAP, STEP, generated, load_folder, read_csv

START = datetime(2026, 3, 2, 8, 42, 53)
Rows = list[tuple[str, str]]


def rows(values: Sequence[object], step: timedelta = STEP) -> Rows:
    return [(f"{START + n * step:%Y-%m-%d %H:%M:%S}", str(value)) for n, value in enumerate(values)]


def counts_with_spike(days: int = 8) -> list[int]:
    """A steady brand with a spike of an hour at the end."""
    rng = random.Random(4)
    values = [rng.randint(3, 7) for _ in range(days * 288)]
    values[-40:-28] = [60] * 12
    return values


def write(folder: Path, given: Rows, name: str = "one") -> Path:
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("timestamp", "value"), *given])
    return path


def detected_rows(folder: Path) -> list[tuple[str, str, str]]:
    """The rows written for the only series of a folder."""
    (series,) = load_folder(folder)
    bench.write(series, bench.detections(series), folder / "out")
    with (folder / "out" / f"{series.name}.csv").open(encoding="utf-8", newline="") as file:
        lines = [tuple(line) for line in csv.reader(file)]
    assert lines[0] == ("timestamp", "value", "detected")
    return lines[1:]


def test_only_the_row_at_which_an_incident_begins_is_marked(tmp_path: Path) -> None:
    given = rows(counts_with_spike())
    write(tmp_path, given)
    found = detected_rows(tmp_path)
    assert [line[:2] for line in found] == given
    marked = [n for n, line in enumerate(found) if line[2] == "1"]
    assert len(marked) == 1
    assert 0 <= marked[0] - (len(given) - 40) <= 2


IRREGULAR: dict[str, Callable[[Rows], Rows]] = {
    "unsorted": lambda given: random.Random(1).sample(given, len(given)),
    "some values no numbers": lambda given: [
        (t, ["NaN", "", "inf", "x"][n % 4] if n % 37 == 5 else v) for n, (t, v) in enumerate(given)
    ],
    "rows missing": lambda given: [row for n, row in enumerate(given) if n % 41 != 7],
    "a day missing": lambda given: given[:1500] + given[1788:],
    "a duplicate row": lambda given: [*given[:900], given[899], *given[900:]],
    "rows without a time": lambda given: [*given[:50], ("", "4"), ("soon", "5"), *given[50:]],
    "fractions": lambda given: [(t, f"{v}.49") for t, v in given],
    "a time zone": lambda given: [(f"{t}+02:00", v) for t, v in given],
    "doubled counts": lambda given: [(t, str(2 * int(v))) for t, v in given],
    "a gap of years": lambda given: [("2020-01-01 00:00:00", "3"), ("2022-01-01 00:00:00", "3"), *given],
}


@pytest.mark.parametrize("name", IRREGULAR)
def test_irregular_series_keep_their_rows_and_their_incident(tmp_path: Path, name: str) -> None:
    given = IRREGULAR[name](rows(counts_with_spike()))
    write(tmp_path, given)
    found = detected_rows(tmp_path)
    assert [line[:2] for line in found] == given
    marked = [line[0][:19] for line in found if line[2] == "1"]
    start = START + (len(counts_with_spike()) - 40) * STEP
    assert len(marked) == 1
    assert timedelta() <= datetime.fromisoformat(marked[0]) - start <= 3 * STEP


@pytest.mark.parametrize(
    "values",
    [[], [5], [0] * 5, [7] * 2500, [0] * 2500, ["NaN"] * 400, [-5] * 2500, [10**15, *[3] * 600], ["", "1e400", "3"]],
    ids=["none", "one", "five", "constant", "zeros", "no number", "negative", "huge", "strange"],
)
def test_a_series_without_information_has_no_incident(tmp_path: Path, values: list[object]) -> None:
    given = rows(values)
    write(tmp_path, given)
    found = detected_rows(tmp_path)
    assert [line[:2] for line in found] == given
    assert not [line for line in found if line[2] == "1"]


def test_an_hourly_count_is_spread_over_its_hour(tmp_path: Path) -> None:
    values = [60] * 24 * 20
    values[-9:-6] = [1500, 1500, 1500]
    series = read_csv(write(tmp_path, rows(values, timedelta(hours=1))))
    assert sum(series.counts) == sum(values)
    assert list(series.counts[:12]) == [5] * 12
    assert bench.detections(series) == [len(values) - 9]


def test_missing_rows_count_as_unread(tmp_path: Path) -> None:
    given = rows([4] * 600)
    del given[100:106], given[300]
    series = read_csv(write(tmp_path, given))
    assert [until - since for since, until in series.unread] == [6 * STEP, STEP]
    assert len(series.counts) == 600


def test_a_gap_of_years_needs_little_memory(tmp_path: Path) -> None:
    series = read_csv(write(tmp_path, [("1970-01-01 00:00:00", "3"), ("9999-12-31 00:00:00", "3")]))
    assert len(series.counts) < 2 * MAX_GAP / STEP


def test_empty_files_and_other_columns_are_read(tmp_path: Path) -> None:
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


def test_most_incidents_of_a_generated_series_are_found_without_false_alarms() -> None:
    series = generated()[-1]
    result = bench.judge(series.times, series.spans, bench.detections(series, checked_rows=bench.busiest_rows(series)))
    assert (result.spans, len(result.delays), result.false_alarms) == (3, 3, 0)


def test_a_thinned_copy_keeps_its_rows_and_a_share_of_their_mentions() -> None:
    series = generated()[-1]
    copy = bench.thinned(series, 20)
    assert (copy.times, copy.spans) == (series.times, series.spans)
    assert 18 < 12 * sum(copy.values) / len(copy.values) < 22
    assert all(a <= b for a, b in zip(copy.values, series.values, strict=True))
    assert bench.thinned(series, 20).values == copy.values


def test_out_of_sample_the_best_candidate_of_the_other_series_is_chosen() -> None:
    good, bad = bench.Verdict(3.0, 3, [], 0), bench.Verdict(-3.0, 3, [], 9)
    verdicts = [[[bad if n != best else good for n in range(len(bench.candidates()))]] for best in (2, 5, 5)]
    assert bench._best_candidate(verdicts[:1]) == 2
    assert bench._best_candidate(verdicts) == 5
