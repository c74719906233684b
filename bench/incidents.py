"""How well incidents are told on series that people labelled: the score, spans caught, false alarms, delay.

    python -m bench.incidents [DIR] [--out OUT] [--steps]

DIR holds ``timestamp,value`` CSVs, a row each 5 minutes, and ``windows.json`` (file stem -> spans of experts) where
there is one; without it only what was detected is printed. Rows are fed one after another, as the watch does, each to
the one default of ``analysis.incidents``. A detection is the row at which an incident *begins*: a row on which it goes
on is none, nor is one that resumes it within 30 minutes, and ``detected`` in OUT is 1 on these rows alone, so that the
score can be computed from OUT. OUT has every row as and where it came, whatever it says: they are fed in the order of
time, what is missing or no number is a time that was not read, what counts more than 5 minutes is spread over that
time, and a row without a time is passed over.

The score is the standard one of the Numenta Anomaly Benchmark: in each span only the first detection counts, worth
(2/(1+e^(5y)) - 1) / 0.98661, y from -1 (left edge) to 0 (right edge); a span without one costs 1; one outside every
span adds 0.11 x (2/(1+e^(5y)) - 1), y the distance behind the last span's right edge over its length (-0.11 where
y > 3 or no span came before); the first min(15 %, 750 rows) are not scored; 100 x (sum + spans) / (2 x spans).

``--steps`` prints what a step beside each figure of the default does, and how the best step chosen on all companies but
one does on that one.
"""

from __future__ import annotations

import argparse
import csv
import math
from array import array
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from bench._series import STEP, Series, Span, load_folder
from monitor.analysis.incidents import DEFAULT, Detector, Tuning
from monitor.model import Incident, VolumeSeries

VOLUME = Path(__file__).resolve().parents[2] / "shared" / "data" / "volume"
HISTORY, RECENT = 28 * 288, 36
UNSCORED, UNSCORED_SHARE = 750, 0.15


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the detections of a series are worth: the sum before it is normalised."""

    total: float
    spans: int
    delays: list[timedelta]
    """From the left edge of each span that was caught."""
    false: int

    @property
    def score(self) -> float:
        """100: perfect; 0: what never fires has."""
        return 50.0 * (self.total + self.spans) / self.spans if self.spans else math.nan


def incidents(
    series: Series, tuning: Tuning = DEFAULT, worth: Container[int] | None = None
) -> Iterator[tuple[int, Incident]]:
    """(row, the incident as of it) of each row with one; a row's bin ends 5 minutes after its timestamp.

    ``worth``: rows that are checked while nothing goes on; None: each.
    """
    detector = Detector(UTC, tuning)
    nothing = array("q", bytes(8 * HISTORY))
    before: Incident | None = None
    for row, last in series.ends:
        if worth is not None and row not in worth and (before is None or before.until is not None):
            continue
        now, volumes = series.start + (last + 1) * STEP, list[VolumeSeries]()
        for size in (HISTORY, RECENT):
            part = series.counts[max(0, last + 1 - size) : last + 1]
            start = now - len(part) * STEP
            volumes.append(VolumeSeries(series.name, start, STEP, {"all": part}, {"all": nothing[: len(part)]}))
        unread = {"all": [(since, min(until, now)) for since, until in series.unread if since < now]}
        if (found := detector.check(volumes[0], volumes[1], unread, before, now)) is not None:
            before = found
            yield row, found


def busiest(series: Series, share: float = 0.15) -> set[int]:
    """The rows whose last 5, 15 or 60 minutes are among the loudest: what is detected is nearly always among them."""
    rows = set[int]()
    for bins in (1, 3, 12):
        sums = [sum(series.values[max(0, row + 1 - bins) : row + 1]) for row in range(len(series.values))]
        bar = sorted(sums)[int((1 - share) * len(sums))]
        rows.update(row for row, n in enumerate(sums) if n > bar)
    return rows


def detections(series: Series, tuning: Tuning = DEFAULT, worth: Container[int] | None = None) -> list[int]:
    """The rows at which an incident begins."""
    first: dict[datetime, int] = {}
    for row, incident in incidents(series, tuning, worth):
        first.setdefault(incident.seen_at, row)
    return list(first.values())


def judge(times: Sequence[datetime], spans: Sequence[Span], rows: Sequence[int]) -> Verdict:
    """What these detections are worth."""
    caught: dict[int, float] = {}
    delays, false = list[timedelta](), list[float]()
    for row in rows:
        if row < min(UNSCORED, int(UNSCORED_SHARE * len(times))):
            continue
        time = times[row]
        inside = next((place for place, (since, until) in enumerate(spans) if since <= time <= until), None)
        if inside is None:
            false.append(_false(time, spans))
        elif inside not in caught:
            since, until = spans[inside]
            caught[inside] = _sigmoid((time - until) / (until - since)) / 0.98661
            delays.append(time - since)
    total = sum(caught.values()) + sum(false) - (len(spans) - len(caught))
    return Verdict(total, len(spans), delays, len(false))


def _false(time: datetime, spans: Sequence[Span]) -> float:
    last = max(((until, since) for since, until in spans if until < time), default=None)
    if last is None:
        return -0.11
    far = (time - last[0]) / (last[0] - last[1])
    return 0.11 * (_sigmoid(far) if far <= 3 else -1.0)


def _sigmoid(y: float) -> float:
    return 2.0 / (1.0 + math.exp(5.0 * y)) - 1.0


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Of all series as of one."""
    delays = [delay for verdict in verdicts for delay in verdict.delays]
    total, spans = sum(verdict.total for verdict in verdicts), sum(verdict.spans for verdict in verdicts)
    return Verdict(total, spans, delays, sum(verdict.false for verdict in verdicts))


def show(name: str, verdict: Verdict) -> None:
    """Print a row."""
    delays = sorted(verdict.delays)
    delay = f"{delays[len(delays) // 2] / timedelta(hours=1):8.1f} h" if delays else f"{'-':>10}"
    print(f"{name:12} {verdict.score:6.1f} {len(delays):4} of {verdict.spans:<3} {verdict.false:6} {delay}")


def write(series: Series, rows: Sequence[int], folder: Path) -> None:
    """Write ``timestamp,value,detected`` of a series, timestamps and values as they came."""
    folder.mkdir(parents=True, exist_ok=True)
    begins = set(rows)
    with (folder / f"{series.name}.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("timestamp", "value", "detected"))
        lines.writerows((time, value, int(row in begins)) for row, (time, value) in enumerate(series.rows))


STEPS: Mapping[str, Sequence[float]] = {
    "slow_quantile": (0.9925, 0.996),
    "slow_multiple": (1.3, 1.9),
    "slow_min_deviations": (5.0, 10.0),
    "fast_multiple": (3.0, 4.0),
    "fast_quantile": (0.75, 0.95),
    "fast_chance_deviations": (3.7, 4.3),
    "fast_clump_factor": (2.0, 3.0),
    "fast_min_deviations": (4.5, 5.5),
    "min_excess": (7.0, 14.0),
    "calm_multiple": (1.5, 2.5),
}


def steps(every: Sequence[Series]) -> None:
    """Print the scores a step beside each figure, and those of who chose among them without one company."""
    tried = list[list[Verdict]]()
    worth = {one.name: busiest(one) for one in every}
    print("\na step beside the default, of the busiest rows only")
    for key, value in [("default", 0.0), *((key, value) for key, values in STEPS.items() for value in values)]:
        tuning = replace(DEFAULT, **{key: value}) if key != "default" else DEFAULT  # type: ignore[arg-type]
        tried.append([judge(one.times, one.spans, detections(one, tuning, worth[one.name])) for one in every])
        show(f"{key} {value:g}".ljust(22), together(tried[-1]))
    left_out = [_chosen_without(place, tried) for place in range(len(every))]
    for one, verdict in zip(every, left_out, strict=True):
        show(f"chosen without {one.name}".ljust(22), verdict)
    show("all of these".ljust(22), together(left_out))


def _chosen_without(place: int, tried: Sequence[list[Verdict]]) -> Verdict:
    """What the tuning has at this place that is best at all others."""
    return max(tried, key=lambda verdicts: together([*verdicts[:place], *verdicts[place + 1 :]]).score)[place]


def main() -> None:
    """Print a row for each series, and one for all."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("folder", nargs="?", type=Path, default=VOLUME)
    asked.add_argument("--out", type=Path)
    asked.add_argument("--steps", action="store_true")
    options = asked.parse_args()
    every, verdicts, began, checks = load_folder(options.folder), list[Verdict](), process_time(), 0
    print(f"{'':12} {'score':>6} {'caught':>11} {'false':>6} {'delay':>10}")
    for series in every:
        rows = detections(series)
        verdicts.append(judge(series.times, series.spans, rows))
        show(series.name, verdicts[-1])
        checks += len(series.times)
        if options.out:
            write(series, rows, options.out)
    show("all", together(verdicts))
    print(f"{1000 * (process_time() - began) / max(1, checks):.2f} ms a check of one source")
    if options.steps:
        steps(every)


if __name__ == "__main__":
    main()
