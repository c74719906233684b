"""How well incidents are detected in labelled series of counts: score, incidents found, false alarms and delay.

    python -m bench.incidents [FOLDER] [--out OUT] [--in-sample]

FOLDER holds CSVs with ``timestamp,value``, one row per 5 minutes, and optionally ``windows.json`` with the labelled
incidents (file stem -> spans). The default is ../shared/data/volume; where it is missing, three series are generated.
Without labels only the detections are printed. The score is relative to a perfect detector (100) and to one that never
fires (0).

Rows are checked one after another, as the incidents job does, with the default tuning of ``analysis.incidents``. A
detection is the row at which an incident *begins*; rows at which it continues do not count, nor one that resumes it
within 30 minutes. OUT receives every row as it was read, with ``detected`` 1 at these rows, so that the score can be
computed from OUT. Rows are checked in the order of time. Missing rows and values that are no numbers count as unread,
a row that covers more than 5 minutes is spread over its time, and rows without a time are skipped.

The score is that of the Numenta Anomaly Benchmark: in each span only the first detection counts, worth
(2/(1+e^(5y)) - 1) / 0.98661, y from -1 (left edge) to 0 (right edge); a span without one costs 1; one outside every
span adds 0.11 x (2/(1+e^(5y)) - 1), y the distance behind the last span's right edge over its length (-0.11 where
y > 3 or no span came before); the first min(15 %, 750 rows) are not scored; 100 x (sum + spans) / (2 x spans).

Then follow tunings that differ from the default in one parameter, and a score out of sample: for each series, the
tuning is chosen that is best for all other series and for copies of these, in which mentions were left out at random
so that 20 and 4 an hour remain. That takes minutes; ``--in-sample`` or ``--out`` leaves it out.
"""

from __future__ import annotations

import argparse
import csv
import math
import statistics
from array import array
from collections.abc import Container, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import numpy as np

from bench._series import STEP, Series, Span, binned, generated, load_folder
from bench._tweets import SHARED_DATA
from monitor.analysis.incidents import DEFAULT_TUNING, RECENT_BINS, Detector, Tuning
from monitor.analysis.incidents.tuning import LONG_WINDOWS, SHORT_WINDOWS
from monitor.model import Incident, VolumeSeries

VOLUME = SHARED_DATA / "volume"
HISTORY_BINS = 28 * 288
MAX_UNSCORED_ROWS, UNSCORED_SHARE = 750, 0.15


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result for a series. ``total`` is the sum of the worths, before it is normalised."""

    total: float
    spans: int
    delays: list[timedelta]
    """From the left edge of each span that was found."""
    false_alarms: int

    @property
    def score(self) -> float:
        """100 for a perfect detector, 0 for one that never fires; NaN without labels."""
        return 50.0 * (self.total + self.spans) / self.spans if self.spans else math.nan


def incident_rows(
    series: Series, tuning: Tuning = DEFAULT_TUNING, checked_rows: Container[int] | None = None
) -> Iterator[tuple[int, Incident]]:
    """(row, incident as of that row) for each row during an incident. A bin ends 5 minutes after its timestamp.

    ``checked_rows``: the rows to check while there is no incident; None for all.
    """
    detector = Detector(UTC, tuning)
    before: Incident | None = None
    for row, last in series.ends:
        if checked_rows is not None and row not in checked_rows and (before is None or before.until is not None):
            continue
        if (found := _checked(detector, series, last, before)) is not None:
            before = found
            yield row, found


NO_NEGATIVE_MENTIONS = array("q", bytes(8 * HISTORY_BINS))


def _checked(detector: Detector, series: Series, last_bin: int, before: Incident | None) -> Incident | None:
    """The result of a check at the end of ``last_bin``."""
    now, volumes = series.start + (last_bin + 1) * STEP, list[VolumeSeries]()
    for size in (HISTORY_BINS, RECENT_BINS):
        part = series.counts[max(0, last_bin + 1 - size) : last_bin + 1]
        negative = NO_NEGATIVE_MENTIONS[: len(part)]
        volumes.append(VolumeSeries(series.name, now - len(part) * STEP, STEP, {"all": part}, {"all": negative}))
    unread = {"all": [(since, min(until, now)) for since, until in series.unread if since < now]}
    return detector.check(volumes[0], volumes[1], unread, before, now)


def busiest_rows(series: Series, share: float = 0.15) -> set[int]:
    """The rows at which a window of the detector is among the busiest. Nearly all detections are among them."""
    rows = set[int]()
    for bins in (*SHORT_WINDOWS, *LONG_WINDOWS):
        sums = [sum(series.values[max(0, row + 1 - bins) : row + 1]) for row in range(len(series.values))]
        threshold = sorted(sums)[int((1 - share) * len(sums))]
        rows.update(row for row, n in enumerate(sums) if n > threshold)
    return rows


def detections(
    series: Series, tuning: Tuning = DEFAULT_TUNING, checked_rows: Container[int] | None = None
) -> list[int]:
    """The rows at which an incident begins."""
    first: dict[datetime, int] = {}
    for row, incident in incident_rows(series, tuning, checked_rows):
        first.setdefault(incident.seen_at, row)
    return list(first.values())


def judge(times: Sequence[datetime], spans: Sequence[Span], rows: Sequence[int]) -> Verdict:
    """The result of detections at ``rows``."""
    found: dict[int, float] = {}
    delays, false_alarms = list[timedelta](), list[float]()
    for row in rows:
        if row < min(MAX_UNSCORED_ROWS, int(UNSCORED_SHARE * len(times))):
            continue
        time = times[row]
        span = next((n for n, (since, until) in enumerate(spans) if since <= time <= until), None)
        if span is None:
            false_alarms.append(_false_alarm_worth(time, spans))
        elif span not in found:
            since, until = spans[span]
            found[span] = _sigmoid((time - until) / (until - since)) / 0.98661
            delays.append(time - since)
    total = sum(found.values()) + sum(false_alarms) - (len(spans) - len(found))
    return Verdict(total, len(spans), delays, len(false_alarms))


def _false_alarm_worth(time: datetime, spans: Sequence[Span]) -> float:
    last = max(((until, since) for since, until in spans if until < time), default=None)
    if last is None:
        return -0.11
    distance = (time - last[0]) / (last[0] - last[1])
    return 0.11 * (_sigmoid(distance) if distance <= 3 else -1.0)


def _sigmoid(y: float) -> float:
    return 2.0 / (1.0 + math.exp(5.0 * y)) - 1.0


def combined(verdicts: Sequence[Verdict]) -> Verdict:
    """The result of all series as if they were one."""
    delays = [delay for verdict in verdicts for delay in verdict.delays]
    total, spans = sum(verdict.total for verdict in verdicts), sum(verdict.spans for verdict in verdicts)
    return Verdict(total, spans, delays, sum(verdict.false_alarms for verdict in verdicts))


def print_row(name: str, verdict: Verdict) -> None:
    """Print one line of the table."""
    delays = sorted(verdict.delays)
    delay = f"{delays[len(delays) // 2] / timedelta(hours=1):8.1f} h" if delays else f"{'-':>10}"
    print(f"{name:14} {verdict.score:6.1f} {len(delays):6} of {verdict.spans:<4} {verdict.false_alarms:12} {delay}")


def write(series: Series, rows: Sequence[int], folder: Path) -> None:
    """Write ``timestamp,value,detected`` of a series, with timestamps and values as they were read."""
    folder.mkdir(parents=True, exist_ok=True)
    begins = set(rows)
    with (folder / f"{series.name}.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("timestamp", "value", "detected"))
        lines.writerows((time, value, int(row in begins)) for row, (time, value) in enumerate(series.rows))


CANDIDATES: Mapping[str, Sequence[float]] = {
    "min_excess": (8.0, 16.0),
    "short_multiple": (2.5, 5.0),
    "long_multiple": (1.3, 1.8),
    "short_min_score": (3.5, 5.5),
    "long_min_score": (4.5, 8.0),
    "short_record_factor": (1.0, 1.5),
    "daily_decay": (0.95, 0.99),
    "clump_factor": (1.25, 2.25),
    "max_min_score": (6.0, 12.0),
    "repeat_factor": (2.0, 4.0),
}
THINNED_TO = (20.0, 4.0)
"""Mentions per hour in the thinned copies of a series."""


def candidates() -> list[tuple[str, Tuning]]:
    """(name, tuning) of the default and of those that differ from it in one parameter."""
    changed = [
        (f"{key} {value:g}", replace(DEFAULT_TUNING, **{key: value}))  # type: ignore[arg-type]
        for key, values in CANDIDATES.items()
        for value in values
    ]
    return [("default", DEFAULT_TUNING), *changed]


def print_out_of_sample(every: Sequence[Series]) -> None:
    """Print the score of each candidate, and for each series that of the best candidate chosen without it."""
    copies = [[one, *(thinned(one, n) for n in THINNED_TO if n < 12 * statistics.fmean(one.values))] for one in every]
    with ProcessPoolExecutor() as pool:
        names = [name for name, _ in candidates()]
        by_copy = list(pool.map(_verdicts, [copy for of_one in copies for copy in of_one]))
    verdicts, first = list[list[list[Verdict]]](), 0
    for of_one in copies:
        verdicts.append(by_copy[first : first + len(of_one)])
        first += len(of_one)
    print("\nother tunings")
    for n, name in enumerate(names):
        print_row(name.ljust(24), combined([of_one[0][n] for of_one in verdicts]))
    print("\nout of sample: the tuning that is best for all other series and their thinned copies")
    left_out = list[Verdict]()
    for n, one in enumerate(every):
        best = _best_candidate(verdicts[:n] + verdicts[n + 1 :])
        left_out.append(verdicts[n][0][best])
        print_row(f"{one.name}: {names[best]}".ljust(34), left_out[-1])
    print_row("all".ljust(34), combined(left_out))


def thinned(series: Series, per_hour: float) -> Series:
    """A copy in which each mention is kept at random, so that about ``per_hour`` remain."""
    rng = np.random.default_rng([*series.name.encode(), int(per_hour)])
    kept = rng.binomial(series.values, min(1.0, per_hour / (12 * statistics.fmean(series.values))))
    rows = [(time, str(n)) for (time, _), n in zip(series.rows, kept, strict=True)]
    return binned(series.name, rows, series.spans)


def _verdicts(series: Series) -> list[Verdict]:
    """The result of each candidate. Checks the rows at which the loosest tuning of all detects something."""
    loosest = Detector(UTC, replace(DEFAULT_TUNING, **{key: min(values) for key, values in CANDIDATES.items()}))  # type: ignore[arg-type]
    busiest = busiest_rows(series)
    rows = {row for row, last in series.ends if row in busiest and _checked(loosest, series, last, None) is not None}
    return [judge(series.times, series.spans, detections(series, tuning, rows)) for _, tuning in candidates()]


def _best_candidate(verdicts: Sequence[Sequence[Sequence[Verdict]]]) -> int:
    """The candidate with the best mean of the scores on series and on their copies.

    ``verdicts``: by series, copy (the first is the series itself) and candidate.
    """
    results = [[of_one[0] for of_one in verdicts], [copy for of_one in verdicts for copy in of_one[1:]]]

    def mean_score(candidate: int) -> float:
        return statistics.fmean(combined([one[candidate] for one in some]).score for some in results if some)

    return max(range(len(candidates())), key=mean_score)


def main() -> None:
    """Print a row for each series, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--out", type=Path, help="where to write the detections")
    parser.add_argument("--in-sample", action="store_true", help="do not print the scores of other tunings")
    options = parser.parse_args()
    folder = options.folder or VOLUME
    if options.folder is None and not folder.is_dir():
        print("The labelled series are missing, so this measures generated ones.")
    every = load_folder(folder) if folder.is_dir() or options.folder else generated()
    verdicts, start, checks = list[Verdict](), process_time(), 0
    print(f"{'':14} {'score':>6} {'found':>13} {'false alarms':>12} {'delay':>10}")
    for series in every:
        rows = detections(series)
        verdicts.append(judge(series.times, series.spans, rows))
        print_row(series.name, verdicts[-1])
        checks += len(series.times)
        if options.out:
            write(series, rows, options.out)
    print_row("all", combined(verdicts))
    print(f"{1000 * (process_time() - start) / max(1, checks):.2f} ms of CPU time per check of one source")
    if len(every) > 1 and all(one.spans for one in every) and not options.in_sample and not options.out:
        print_out_of_sample(every)


if __name__ == "__main__":
    main()
