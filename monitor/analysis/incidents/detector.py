"""Whether an incident begins, goes on, ends or resumes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.analysis.incidents.counts import Counts, Unread
from monitor.analysis.incidents.rules import Pulse
from monitor.analysis.incidents.tuning import DEFAULT, HOUR, QUARTER, RESUMES, SHOWN, STEP, Tuning
from monitor.model import Incident, Pulses, Trend

_UNWATCHED = timedelta(hours=2)
"""After so long without a sight of it nobody knows how an incident went on."""
_CHANGES = 0.15
"""Of the 15 minutes before: less is steady."""


class Detector:
    """Tells incidents of any brand by one fixed default. Holds nothing between two checks: all is in the counts."""

    def __init__(self, zone: tzinfo = UTC, tuning: Tuning = DEFAULT) -> None:
        self._zone = zone
        self._tuning = tuning

    def check(
        self, history: Pulses, recent: Pulses, unread: Unread, before: Incident | None, now: datetime
    ) -> Incident | None:
        """The incident as it is at ``now``: a new one (id 0), ``before`` with new figures, ``before`` with ``until``
        set as it ends, ``before`` with ``until`` None again as it resumes; None: there is none, leave ``before`` be.

        ``history``: aligned bins of 5 minutes, 10 days or more (28 are used) where there are, up to about ``now``.
        ``recent``: bins of 5 minutes that end at ``now``, 3 hours. Give the counts as ``array("q")`` or numpy arrays:
        lists cost ten times the check. ``unread``: by source, every time within ``history`` in which it was not read,
        to ``now`` where it still is not. **Every source that is read has its key**, with () where it was read all
        along; one that is new has (start of history, its first success). Of a source without a key nobody knows
        since when it is read: it is taken to be new at its first mention. ``before``: the last stored incident of
        the brand, running or over. Times are aware. Never raises for any counts. ``topic``, ``words`` and ``id`` of
        ``before`` are kept. Takes a few milliseconds.
        """
        counts = Counts(history, recent, unread)
        look = _Look(counts, self._zone, self._tuning, before, now)
        if before is None or before.until is not None:
            return look.begun(history.brand)
        return look.gone_on(before)


class _Look:
    """One check of one brand."""

    def __init__(self, counts: Counts, zone: tzinfo, tuning: Tuning, before: Incident | None, now: datetime) -> None:
        self._counts = counts
        self._zone = zone
        self._tuning = tuning
        self._before = before
        self._now = now
        self._pulses: dict[tuple[tuple[str, ...], bool], Pulse] = {}

    def begun(self, brand: str) -> Incident | None:
        """A new incident, or the last one that resumes; None where nothing is loud."""
        negative = next((only for only in (False, True) if self._loud(only)), None)
        if negative is None:
            return None
        last = self._before
        if last is not None and last.until is not None and self._now - last.until <= RESUMES:
            return self._figures(replace(last, until=None, negative=negative and last.negative))
        since = self._onset(negative)
        if last is not None and last.until is not None:
            since = max(since, min(last.until, self._now - STEP))
        return self._figures(Incident(brand, since, self._now, self._now, 0, 0.0, STEP, 0.0, negative=negative))

    def gone_on(self, running: Incident) -> Incident:
        """A running incident as it is now: with new figures, or over, or as it was where it cannot be seen."""
        if self._now - running.checked_at > _UNWATCHED:
            return replace(running, until=running.checked_at)
        if running.negative and self._loud(False):
            running = replace(running, negative=False, peak=0.0)
        pulse = self._pulse(HOUR, running.negative)
        quiet = pulse is None or pulse.over()
        if pulse is None or (quiet and self._counts.misses(QUARTER + self._tuning.calm_for)):
            return running
        seen = self._figures(running)
        return replace(seen, until=self._now) if quiet and self._now - running.seen_at >= SHOWN else seen

    def _loud(self, negative: bool) -> bool:
        if self._counts.lately(HOUR, negative) < self._tuning.above:
            return False
        for bins in (1, QUARTER):
            pulse = self._pulse(bins, negative)
            if pulse is not None and pulse.fast(bins):
                return True
        pulse = self._pulse(HOUR, negative)
        return pulse is not None and not pulse.calm() and pulse.slow()

    def _pulse(self, bins: int, negative: bool) -> Pulse | None:
        """The counts of the sources that were read for so long; None: there are none."""
        names = self._counts.read_for(bins)
        if not names or self._counts.recent_bins <= HOUR:
            return None
        if (names, negative) not in self._pulses:
            series = self._counts.series(names, negative)
            self._pulses[names, negative] = Pulse(series, self._zone, self._tuning, self._left_out())
        return self._pulses[names, negative]

    def _left_out(self) -> tuple[datetime, datetime] | None:
        if self._before is None:
            return None
        return self._before.since, self._before.until or self._now

    def _onset(self, negative: bool) -> datetime:
        """The start of the first bin of the loud time that lasts until now."""
        pulse = self._pulse(HOUR, negative) or self._pulse(QUARTER, negative) or self._pulse(1, negative)
        if pulse is None:
            return self._now - STEP
        bins = self._counts.recent_bins
        ago = next((ago for ago in range(bins - QUARTER) if pulse.calm(ago)), bins - QUARTER)
        loud = range(min(ago + 1, bins - 1), -1, -1)
        first = next((ago for ago in loud if pulse.n(1, ago) > self._tuning.calm_multiple * pulse.usual(1, ago)), 0)
        return self._now - (first + 1) * STEP

    def _lasts(self, incident: Incident) -> int:
        """Bins since it began."""
        return max(1, round((self._now - incident.since) / STEP))

    def _figures(self, incident: Incident) -> Incident:
        """The incident with the counts of now."""
        bins = min(HOUR, self._lasts(incident))
        wider = (self._pulse(size, incident.negative) for size in (HOUR, QUARTER, 1) if size >= bins or size == 1)
        pulse = next(filter(None, wider), None)
        if pulse is None:
            return incident
        n = int(pulse.n(bins))
        now = replace(incident, checked_at=self._now, n=n, usual=pulse.usual(bins), window=bins * STEP)
        now = replace(now, sources=self._counts.origins(self._lasts(incident), incident.negative))
        return replace(now, peak=max(now.peak, now.multiple), trend=_trend(pulse))


def _trend(pulse: Pulse) -> Trend:
    last, before = pulse.n(QUARTER), pulse.n(QUARTER, QUARTER)
    if last > (1 + _CHANGES) * before:
        return Trend.RISING
    return Trend.FALLING if last < (1 - _CHANGES) * before else Trend.STEADY
