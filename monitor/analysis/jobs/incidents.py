"""One duty of the watch: for each brand, is it mentioned far more than usual?"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.analysis.incidents import Unread
from monitor.analysis.jobs.history import SPAN, History, cut
from monitor.analysis.staleness import Span, unread_spans
from monitor.model import Gap, Incident, Pulses, SourceStatus
from monitor.store import Store

RECENT = 36
"""Steps of 5 minutes, up to now, of which a check is told exactly."""
FIGURES_KEPT = timedelta(minutes=1)
"""How often the figures of an incident are stored that goes on."""

STEP = timedelta(minutes=5)
MISSED, FORGOTTEN = timedelta(minutes=5), timedelta(hours=24)
"""An incident that nobody looked at for so long is followed up to now; beyond the longer time it is let go."""
PATIENCE = timedelta(minutes=3)
"""How long sources are waited for that may tell how it went on: they are read one after the other at a start."""

log = logging.getLogger("wallflower.watch")


class Checks(Protocol):
    """What tells an incident: ``Detector``."""

    def check(
        self, history: Pulses, recent: Pulses, unread: Unread, before: Incident | None, now: datetime
    ) -> Incident | None:
        """The incident as it is now; None: there is none, or nothing of ``before`` has changed."""


class Incidents:
    """Looks at every brand of the config and stores what begins, goes on and ends. Not for several threads at once."""

    name = "incidents"

    def __init__(self, store: Store, brands: Sequence[str], sources: Sequence[str], detector: Checks) -> None:
        """``sources``: the names of those that the config has."""
        self._store, self._sources, self._detector = store, tuple(sources), detector
        self._histories = {brand: History(store, brand) for brand in brands}
        self._found: dict[str, Incident] = {}
        """By brand, as the last check left it."""
        self._stored: dict[str, Incident] = {}
        """By brand, as it was last written."""
        self._noticed: dict[int, datetime] = {}
        """By incident, when it was seen that it had gone on unwatched."""

    def turn(self, now: datetime) -> None:
        """Check every brand at ``now``. Raises StoreError; the next turn takes up what was not stored."""
        gaps = self._store.gaps(now - SPAN, now)
        blind = self._unread(gaps, now)
        last = {one.brand: one for one in self._store.latest_incidents()}
        for brand, history in self._histories.items():
            look = _Look(self._store, self._detector, history.upto(now, gaps), blind, now)
            before = self._before(brand, last.get(brand))
            if before is not None and look.missed(before):
                if self._waits(before, blind, now):
                    continue
                before = self._keep(look.followed(before))
            found = look.check(before, now)
            if _begins(before, found):
                # Days that were found since they were last read would make what is usual seem loud.
                history.forget()
                found = _Look(self._store, self._detector, history.upto(now, gaps), blind, now).check(before, now)
            if found:
                self._keep(found)

    def _waits(self, running: Incident, blind: Unread, now: datetime) -> bool:
        """Whether sources may soon be read again: before that, nobody can tell what came of the incident meanwhile."""
        self._noticed.setdefault(running.id, now)
        behind = any(spans and spans[-1][1] >= now for spans in blind.values())
        return behind and now - self._noticed[running.id] < PATIENCE

    def _unread(self, gaps: Sequence[Gap], now: datetime) -> dict[str, tuple[Span, ...]]:
        known = {status.source: status for status in self._store.statuses()}
        statuses = [known.get(name, SourceStatus(name, "")) for name in self._sources]
        return unread_spans(statuses, gaps, self._store.source_start_times(), now - SPAN, now)

    def _before(self, brand: str, stored: Incident | None) -> Incident | None:
        """As the last check left it, with what others wrote to it since, which are its words; else as it is stored."""
        found = self._found.get(brand)
        if found is None or (stored is not None and found.id != stored.id and found.id):
            return stored
        same = stored is not None and stored.id == found.id
        return replace(found, topic=stored.topic, words=stored.words) if stored and same else found

    def _keep(self, found: Incident) -> Incident:
        """Go on from there, and write it where that is worth it. Raises StoreError."""
        self._found[found.brand] = found
        before = self._stored.get(found.brand)
        if not _worth_writing(before, found):
            return found
        saved = self._store.save_incident(found)
        self._found[found.brand] = self._stored[found.brand] = saved
        if before is None or (before.id, before.until) != (saved.id, saved.until):
            _tell(saved)
        return saved


class _Look:
    """One turn's look at one brand."""

    def __init__(self, store: Store, detector: Checks, history: Pulses, blind: Unread, now: datetime) -> None:
        self._store, self._detector, self._history, self._blind, self._now = store, detector, history, blind, now

    def check(self, before: Incident | None, at: datetime) -> Incident | None:
        """What there is at that time, by the counts that are known now. Raises StoreError."""
        history = self._history if at == self._now else cut(self._history, at)
        recent = self._store.recent_volume_series(history.brand, at, RECENT)
        return self._detector.check(history, recent, self._blind, before, at)

    def missed(self, before: Incident) -> bool:
        """Whether it was left alone while it went on, as by a program that stood still."""
        return before.until is None and MISSED < self._now - before.checked_at < FORGOTTEN

    def followed(self, running: Incident) -> Incident:
        """What the checks would have said that were missed, up to its end."""
        at = running.checked_at + STEP
        while at < self._now and running.until is None:
            running = self.check(running, at) or running
            at += STEP
        return running


def _begins(before: Incident | None, found: Incident | None) -> bool:
    """Whether ``found`` goes on, and nothing did before."""
    return found is not None and found.until is None and (before is None or before.until is not None)


def _worth_writing(stored: Incident | None, found: Incident) -> bool:
    """Whether it began, ended or resumed, or its figures are a minute older than those that are stored."""
    if stored is None or found.id != stored.id:
        return True
    if (found.since, found.until, found.negative) != (stored.since, stored.until, stored.negative):
        return True
    return found.until is None and abs(found.checked_at - stored.checked_at) >= FIGURES_KEPT


def _tell(saved: Incident) -> None:
    if saved.until is None:
        log.info("%s: an incident since %s", saved.brand, saved.since.isoformat(timespec="minutes"))
    else:
        log.info("%s: the incident is over since %s", saved.brand, saved.until.isoformat(timespec="minutes"))
