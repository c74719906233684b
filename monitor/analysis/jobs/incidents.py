"""The job that checks each brand for incidents and stores them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.analysis.incidents import BIN_WIDTH, RECENT_BINS, REFINED_SPAN, UnreadSpans, refined_onset
from monitor.analysis.jobs.count_history import HISTORY_SPAN, CountHistory, truncated
from monitor.analysis.staleness import TimeSpan, unread_spans
from monitor.model import Gap, Incident, SourceStatus, VolumeSeries
from monitor.store import Store

SAVE_FIGURES_AFTER = timedelta(minutes=1)
"""How often the figures of a running incident are stored."""
REPLAY_AFTER, CLOSE_AFTER = timedelta(minutes=5), timedelta(hours=24)
"""After ``REPLAY_AFTER`` without a check, the missed checks of an incident are replayed; after ``CLOSE_AFTER`` they are
not, and the detector closes the incident."""
MAX_WAIT_FOR_SOURCES = timedelta(minutes=3)
"""Before a replay, wait this long for unread sources: after a start, sources are read one after the other."""

MINUTE = timedelta(minutes=1)

log = logging.getLogger("wallflower.jobs")


class IncidentDetector(Protocol):
    """The interface of ``monitor.analysis.incidents.Detector``."""

    def check(
        self, history: VolumeSeries, recent: VolumeSeries, unread: UnreadSpans, before: Incident | None, now: datetime
    ) -> Incident | None:
        """The incident at ``now``; None if there is none or ``before`` has not changed."""


class IncidentsJob:
    """Checks every brand, and stores incidents that begin, continue or end. Not thread-safe."""

    name = "incidents"

    def __init__(self, store: Store, brands: Sequence[str], sources: Sequence[str], detector: IncidentDetector) -> None:
        """``sources``: the names of the configured sources."""
        self._store, self._sources, self._detector = store, tuple(sources), detector
        self._histories = {brand: CountHistory(store, brand) for brand in brands}
        self._latest: dict[str, Incident] = {}
        """Brand -> the result of the last check."""
        self._stored: dict[str, Incident] = {}
        """Brand -> the incident last stored."""
        self._missed_at: dict[int, datetime] = {}
        """Incident id -> when it was noticed that checks had been missed."""

    def run(self, now: datetime) -> None:
        """Check every brand. Raises StoreError; the next run then stores the results that this one could not store."""
        gaps = self._store.gaps(now - HISTORY_SPAN, now)
        unread, cuts = self._unread(gaps, now), self._store.rules.incomparable()
        unfinished = self._store.rules.unfinished()
        version = gaps, self._store.rule_changes(now - HISTORY_SPAN, now)
        last = {incident.brand: incident for incident in self._store.latest_incidents()}
        for brand, history in self._histories.items():
            if brand in unfinished:
                continue  # its counts rise or fall because its rule changed; the missed checks are replayed
            known = _without(unread, now - HISTORY_SPAN, cuts.get(brand, ()))
            checker = _BrandChecker(self._store, self._detector, history.until(now, version), known, now)
            before = self._merged(brand, last.get(brand))
            if before is not None and checker.missed_checks(before):
                if self._must_wait(before, unread, now):
                    continue
                before = self._keep(checker.replayed(before))
            incident = checker.check(before, now)
            if _begins(before, incident):
                # Without the days that arrived since the last reload, the baseline may be too low.
                history.invalidate()
                checker = _BrandChecker(self._store, self._detector, history.until(now, version), known, now)
                incident = checker.check(before, now)
            if incident:
                self._keep(incident if incident.id else checker.completed(before, incident))

    def _must_wait(self, running: Incident, unread: UnreadSpans, now: datetime) -> bool:
        """Whether to wait for unread sources, which may show how the incident continued."""
        self._missed_at.setdefault(running.id, now)
        unread_now = any(spans and spans[-1][1] >= now for spans in unread.values())
        return unread_now and now - self._missed_at[running.id] < MAX_WAIT_FOR_SOURCES

    def _unread(self, gaps: Sequence[Gap], now: datetime) -> dict[str, tuple[TimeSpan, ...]]:
        known = {status.source: status for status in self._store.statuses()}
        statuses = [known.get(name, SourceStatus(name, "")) for name in self._sources]
        start_times, imported = self._store.source_start_times(), self._store.imported_periods()
        spans = unread_spans(statuses, gaps, start_times, now - HISTORY_SPAN, now, imported)
        # Sample data begins where it was generated from: for a source without a key, that is its first mention.
        return {status.source: spans[status.source] for status in statuses if spans[status.source] or not status.sample}

    def _merged(self, brand: str, stored: Incident | None) -> Incident | None:
        """The result of the last check with the topic and phrases that were stored since; without one, ``stored``."""
        latest = self._latest.get(brand)
        if latest is None or (stored is not None and latest.id != stored.id and latest.id):
            return stored
        same = stored is not None and stored.id == latest.id
        return replace(latest, topic=stored.topic, phrases=stored.phrases) if stored and same else latest

    def _keep(self, incident: Incident) -> Incident:
        """Remember the result, and store it where it differs enough. Raises StoreError."""
        self._latest[incident.brand] = incident
        before = self._stored.get(incident.brand)
        if not _worth_storing(before, incident):
            return incident
        saved = self._store.save_incident(incident)
        self._latest[incident.brand] = self._stored[incident.brand] = saved
        if before is None or (before.id, before.until) != (saved.id, saved.until):
            _log(saved)
        return saved


def _without(unread: UnreadSpans, start: datetime, spans: Sequence[TimeSpan]) -> UnreadSpans:
    """``unread`` of a brand whose counts in ``spans`` are not comparable: as if nothing had been read then."""
    cut = [(max(a, start), b) for a, b in spans if b > start]
    return {source: tuple(_merged_spans([*known, *cut])) for source, known in unread.items()} if cut else unread


def _merged_spans(spans: Iterable[TimeSpan]) -> Iterator[TimeSpan]:
    """In order, without overlaps."""
    last: TimeSpan | None = None
    for start, end in sorted(spans):
        if last is not None and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last


class _BrandChecker:
    """The checks of one brand in one run."""

    def __init__(
        self, store: Store, detector: IncidentDetector, history: VolumeSeries, unread: UnreadSpans, now: datetime
    ) -> None:
        self._store, self._detector, self._history, self._unread, self._now = store, detector, history, unread, now

    def check(self, before: Incident | None, at: datetime) -> Incident | None:
        """The incident at that time, by the counts known now. Raises StoreError."""
        history = self._history if at == self._now else truncated(self._history, at)
        recent = self._store.recent_volume_series(history.brand, at, RECENT_BINS)
        return self._detector.check(history, recent, self._unread, before, at)

    def completed(self, before: Incident | None, new: Incident) -> Incident:
        """A new incident that begins in the exact minute, with its peak since then. Raises StoreError."""
        exact = self._with_exact_onset(before, new)
        return replace(exact, peak=max(exact.peak, self._peak_before(before, exact)))

    def _peak_before(self, before: Incident | None, new: Incident) -> float:
        """The peak by now, had the program been running since it began; 0 if it had not been detected earlier."""
        at, found, peak = new.since + BIN_WIDTH, before, 0.0
        while at < self._now:
            found = self.check(found, at) or found
            if found is not None and not found.id:
                peak = max(peak, found.peak)
            at += BIN_WIDTH
        return peak

    def _with_exact_onset(self, before: Incident | None, incident: Incident) -> Incident:
        earliest = incident.since - REFINED_SPAN
        if before is not None and before.until is not None:
            earliest = max(earliest, min(before.until, incident.since))
        bins = max(1, (self._now - earliest) // MINUTE)
        minutes = self._store.recent_volume_series(incident.brand, self._now, bins, MINUTE)
        return replace(incident, since=refined_onset(incident, minutes))

    def missed_checks(self, before: Incident) -> bool:
        """Whether checks of a running incident were missed, because the program was stopped or blocked."""
        return before.until is None and REPLAY_AFTER < self._now - before.checked_at < CLOSE_AFTER

    def replayed(self, running: Incident) -> Incident:
        """The incident after the missed checks, up to its end."""
        at = running.checked_at + BIN_WIDTH
        while at < self._now and running.until is None:
            running = self.check(running, at) or running
            at += BIN_WIDTH
        return running


def _begins(before: Incident | None, incident: Incident | None) -> bool:
    """Whether ``incident`` is running and there was no running one before."""
    return incident is not None and incident.until is None and (before is None or before.until is not None)


def _worth_storing(stored: Incident | None, incident: Incident) -> bool:
    """Whether it began, ended or resumed, or the stored figures are old."""
    if stored is None or incident.id != stored.id:
        return True
    if (incident.since, incident.until, incident.negative) != (stored.since, stored.until, stored.negative):
        return True
    return incident.until is None and abs(incident.checked_at - stored.checked_at) >= SAVE_FIGURES_AFTER


def _log(saved: Incident) -> None:
    if saved.until is None:
        log.info("%s: incident since %s", saved.brand, saved.since.isoformat(timespec="minutes"))
    else:
        log.info("%s: the incident ended at %s", saved.brand, saved.until.isoformat(timespec="minutes"))
