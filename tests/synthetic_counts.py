"""Synthetic counts by source with a daily and weekly rhythm, from a seed, and the incidents detected in them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from monitor.analysis.incidents import RECENT_BINS, Detector, UnreadSpans
from monitor.model import Incident, VolumeSeries

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
"""When every synthetic history begins."""
MINUTE, STEP, HOUR, DAY = timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
Counts = npt.NDArray[np.int64]
Times = npt.NDArray[np.float64]


@dataclass
class SyntheticCounts:
    """Counts per minute by source, from MONDAY on."""

    hourly: Mapping[str, float]
    """Source -> mentions in an average hour."""
    days: int = 32
    seed: int = 1
    clumps: float = 0.0
    """0 for a Poisson distribution; otherwise the variance is 1 + clumps times the mean of 5 minutes."""
    rhythm: float = 0.6
    """How far the busiest hour of the day is above the mean; weekends have 60 % of the mentions."""
    zone: tzinfo = UTC
    negative_share: float = 0.2
    shape: Callable[[Times], Times] | None = None
    """Hours since MONDAY -> a factor on all rates."""
    n: dict[str, Counts] = field(init=False)
    negative: dict[str, Counts] = field(init=False)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        hours = np.arange(self.days * 1440) / 60
        self._factor = self._rhythm(hours) * (self.shape(hours) if self.shape else 1.0)
        self.n = {name: self._sampled(rate / 60 * self._factor) for name, rate in self.hourly.items()}
        self.negative = {name: self._random.binomial(n, self.negative_share) for name, n in self.n.items()}
        self._sums: tuple[dict[str, Counts], dict[str, Counts]] | None = None

    def _rhythm(self, hours: Times) -> Times:
        ahead = [(MONDAY + h * HOUR).astimezone(self.zone).utcoffset() or timedelta() for h in range(self.days * 24)]
        local = hours + np.repeat([offset / HOUR for offset in ahead], 60)
        weekend = np.where(local // 24 % 7 >= 5, 0.6, 1.0)
        return (1 - self.rhythm * np.cos(2 * np.pi * (local - 3) / 24)) * weekend

    def _sampled(self, rates: Times) -> Counts:
        if self.clumps:
            fives = rates.reshape(-1, 5).sum(axis=1) / self.clumps
            rates = rates * np.repeat(self._random.gamma(np.maximum(fives, 1e-9)) / np.maximum(fives, 1e-9), 5)
        return self._random.poisson(rates)

    def add(self, source: str, since: datetime, lasts: timedelta, hourly: float, negative: float = 0.2) -> None:
        """Add ``hourly`` mentions per hour for a while."""
        self._sums = None
        first, last = self.minute(since), self.minute(since + lasts)
        more = self._random.poisson(hourly / 60, last - first)
        self.n[source][first:last] += more
        self.negative[source][first:last] += self._random.binomial(more, negative)

    def silence(self, source: str, since: datetime, until: datetime) -> None:
        """Remove the mentions of a span in which the source was not read."""
        self._sums = None
        for counts in (self.n, self.negative):
            counts[source][self.minute(since) : self.minute(until)] = 0

    def minute(self, time: datetime) -> int:
        """The index of a time."""
        return int((time - MONDAY) / MINUTE)

    def volumes(self, until: datetime, bins: int) -> VolumeSeries:
        """Bins of 5 minutes that end at ``until``."""
        last = self.minute(until)
        bins = min(bins, last // 5)
        parts = []
        for sums in self._sums_until():
            fives = {name: np.diff(one[last - 5 * bins : last + 1 : 5]) for name, one in sums.items()}
            parts.append({name: array("q", values.tobytes()) for name, values in fives.items()})
        return VolumeSeries("Acme", until - bins * STEP, STEP, parts[0], parts[1])

    def _sums_until(self) -> tuple[dict[str, Counts], dict[str, Counts]]:
        """All mentions, and the negative ones, before each minute: from these, bins take a tenth of the time."""
        if self._sums is None:
            n, negative = (
                {name: np.concatenate(([0], np.cumsum(one))) for name, one in counts.items()}
                for counts in (self.n, self.negative)
            )
            self._sums = n, negative
        return self._sums

    def usual_hour(self, time: datetime) -> float:
        """The expected mentions in the hour around ``time``."""
        middle = self.minute(time)
        return float(self._factor[middle - 30 : middle + 30].mean() * sum(self.hourly.values()))


@dataclass
class CheckLog:
    """The results of a series of checks."""

    incidents: list[Incident]
    """In their last state, in order."""
    log: list[Incident]
    """The result of each check that had one."""


def run_checks(
    days: SyntheticCounts, since: datetime, until: datetime, every: timedelta = STEP, unread: UnreadSpans | None = None
) -> CheckLog:
    """Check repeatedly, as the incidents job does. Gaps are known from their start on, and only until now."""
    detector, before = Detector(days.zone), None
    log, gaps = CheckLog([], []), unread if unread is not None else dict.fromkeys(days.n, ())
    now = since
    while now <= until:
        known = {name: [(a, min(b, now)) for a, b in spans if a < now] for name, spans in gaps.items()}
        aligned = now - (now - MONDAY) % STEP
        found = detector.check(days.volumes(aligned, 28 * 288), days.volumes(now, RECENT_BINS), known, before, now)
        if found is not None:
            if before is None or found.since != before.since or found.seen_at != before.seen_at:
                log.incidents.append(found)
            log.incidents[-1] = before = found
            log.log.append(found)
        now += every
    return log
