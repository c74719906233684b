"""Decides whether an incident begins, continues, ends or resumes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.analysis.incidents.counts import Counts, UnreadSpans
from monitor.analysis.incidents.onset import change_point
from monitor.analysis.incidents.spikes import SpikeTest
from monitor.analysis.incidents.tuning import (
    BIN_WIDTH,
    DEFAULT_TUNING,
    HOUR_BINS,
    LONG_WINDOWS,
    MIN_DURATION,
    QUARTER_BINS,
    RESUME_WITHIN,
    SHORT_WINDOWS,
    Tuning,
)
from monitor.model import Incident, Trend, VolumeSeries

_ABANDONED_AFTER = timedelta(hours=2)
"""An incident that was not checked for this long is closed at its last check: how it continued is unknown."""
_STEADY_CHANGE = 0.15
"""A smaller relative change from the previous 15 minutes counts as steady."""


class Detector:
    """Detects incidents of any brand. Keeps no state between checks."""

    def __init__(self, zone: tzinfo = UTC, tuning: Tuning = DEFAULT_TUNING) -> None:
        self._zone = zone
        self._tuning = tuning

    def check(
        self, history: VolumeSeries, recent: VolumeSeries, unread: UnreadSpans, before: Incident | None, now: datetime
    ) -> Incident | None:
        """Return the incident at ``now``, or None if there is none and ``before`` stays as it is.

        The result is a new incident (id 0); or ``before`` with new figures; or with ``until`` set, because it ends; or
        with ``until`` None again, because it resumes. ``topic``, ``phrases`` and ``id`` of ``before`` are kept. Takes a
        few milliseconds and never raises, whatever the counts.

        - ``history``: aligned bins of 5 minutes up to about ``now``, at least 10 days if possible (28 are used).
        - ``recent``: RECENT_BINS bins of 5 minutes that end at ``now``; with fewer, long windows are not tested.
        - ``unread``: for each source the spans within ``history`` in which it was not read, up to ``now`` if it
          is still unread. **Every configured source has a key**, with () if it was read throughout; a new one has
          (start of history, its first success). A source without a key counts as unread before its first mention.
        - ``before``: the last stored incident of the brand, running or over.

        Times are aware. Pass counts as ``array("q")`` or numpy arrays: converting lists takes ten times as long as
        the check itself.
        """
        check = _Check(Counts(history, recent, unread), self._zone, self._tuning, before, now)
        if before is None or before.until is not None:
            return check.started(history.brand)
        return check.continued(before)


class _Check:
    """One check of one brand."""

    def __init__(self, counts: Counts, zone: tzinfo, tuning: Tuning, before: Incident | None, now: datetime) -> None:
        self._counts = counts
        self._zone = zone
        self._tuning = tuning
        self._before = before
        self._now = now
        self._spike_tests: dict[tuple[tuple[str, ...], bool], SpikeTest] = {}

    def started(self, brand: str) -> Incident | None:
        """A new incident, or the last one resumed; None without a spike."""
        negative = next((only_negative for only_negative in (False, True) if self._is_spike(only_negative)), None)
        if negative is None:
            return None
        last = self._before
        if last is not None and last.until is not None and self._now - last.until <= RESUME_WITHIN:
            return self._with_figures(replace(last, until=None, negative=negative and last.negative))
        since = self._onset(negative)
        if last is not None and last.until is not None:
            since = max(since, min(last.until, self._now - BIN_WIDTH))
        return self._with_figures(
            Incident(brand, since, self._now, self._now, 0, 0.0, BIN_WIDTH, 0.0, negative=negative)
        )

    def continued(self, running: Incident) -> Incident:
        """A running incident with new figures, or ended, or unchanged while it cannot be observed."""
        if self._now - running.checked_at > _ABANDONED_AFTER:
            return replace(running, until=running.checked_at)
        if running.negative and self._is_spike(False):
            running = replace(running, negative=False)  # its peak stays: it was on the screen
        test = self._spike_test(HOUR_BINS, running.negative)
        calm = test is None or test.has_calmed_down()
        if test is None or (calm and self._counts.is_incomplete(QUARTER_BINS + self._tuning.calm_bins)):
            return running
        current = self._with_figures(running)
        return replace(current, until=self._now) if calm and self._now - running.seen_at >= MIN_DURATION else current

    def _is_spike(self, negative: bool) -> bool:
        if self._counts.recent_total(max(LONG_WINDOWS), negative) < self._tuning.min_excess:
            return False
        for bins in SHORT_WINDOWS:
            test = self._spike_test(bins, negative)
            if test is not None and test.is_spike(bins):
                return True
        tests = ((bins, self._spike_test(bins, negative)) for bins in LONG_WINDOWS if not self._reaches_last(bins))
        return any(test is not None and not test.is_calm() and test.is_spike(bins) for bins, test in tests)

    def _reaches_last(self, bins: int) -> bool:
        """Whether the last ``bins`` contain a part of an incident that is over: they would detect it again."""
        last = self._before
        return last is not None and last.until is not None and self._now - last.until < bins * BIN_WIDTH

    def _spike_test(self, bins: int, negative: bool) -> SpikeTest | None:
        """A test over the sources that were read for the last ``bins``; None if there are none."""
        names = self._counts.sources_read_for(bins)
        if not names or self._counts.recent_bins <= HOUR_BINS:
            return None
        if (names, negative) not in self._spike_tests:
            series = self._counts.series(names, negative)
            self._spike_tests[names, negative] = SpikeTest(series, self._zone, self._tuning, self._excluded())
        return self._spike_tests[names, negative]

    def _excluded(self) -> tuple[datetime, datetime] | None:
        if self._before is None:
            return None
        return self._before.since, self._before.until or self._now

    def _onset(self, negative: bool) -> datetime:
        """The start of the bin in which the counts left the baseline."""
        tests = (self._spike_test(bins, negative) for bins in (HOUR_BINS, QUARTER_BINS, 1))
        test = next(filter(None, tests), None)
        if test is None:
            return self._now - BIN_WIDTH
        recent = test.series.recent
        return self._now - (len(recent) - change_point(recent, test.expected.recent)) * BIN_WIDTH

    def _with_figures(self, incident: Incident) -> Incident:
        """The incident with the current counts."""
        age_bins = max(1, round((self._now - incident.since) / BIN_WIDTH))
        bins = min(HOUR_BINS, age_bins)
        sizes = (size for size in (HOUR_BINS, QUARTER_BINS, 1) if size >= bins or size == 1)
        test = next(filter(None, (self._spike_test(size, incident.negative) for size in sizes)), None)
        if test is None:
            return incident
        current = replace(
            incident,
            checked_at=self._now,
            n=int(test.count(bins)),
            baseline=test.baseline(bins),
            window=bins * BIN_WIDTH,
            sources=self._counts.driving_sources(age_bins, incident.negative),
        )
        return replace(current, peak=max(current.peak, current.multiple), trend=_trend(test))


def _trend(test: SpikeTest) -> Trend:
    last, before = test.count(QUARTER_BINS), test.count(QUARTER_BINS, QUARTER_BINS)
    if last > (1 + _STEADY_CHANGE) * before:
        return Trend.RISING
    return Trend.FALLING if last < (1 - _STEADY_CHANGE) * before else Trend.STEADY
