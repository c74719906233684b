"""One duty of the watch: for each brand, is it mentioned far more than usual?"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.blindness import Span, unread
from monitor.incidents import Unread
from monitor.model import Gap, Incident, Pulses, SourceStatus
from monitor.store import Store
from monitor.watch.history import SPAN, History

RECENT = 36
"""Steps of 5 minutes, up to now, of which a check is told exactly."""
FIGURES_KEPT = timedelta(minutes=1)
"""How often the figures of an incident are stored that goes on."""

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

    def turn(self, now: datetime) -> None:
        """Check every brand at ``now``. Raises StoreError; the next turn takes up what was not stored."""
        gaps = self._store.gaps(now - SPAN, now)
        blind = self._unread(gaps, now)
        last = {one.brand: one for one in self._store.last_incidents()}
        for brand, history in self._histories.items():
            before = self._before(brand, last.get(brand))
            recent = self._store.recent_pulses(brand, now, RECENT)
            found = self._detector.check(history.upto(now, gaps), recent, blind, before, now)
            if found is not None:
                self._found[brand] = found
                self._keep(found)

    def _unread(self, gaps: Sequence[Gap], now: datetime) -> dict[str, tuple[Span, ...]]:
        known = {status.source: status for status in self._store.statuses()}
        statuses = [known.get(name, SourceStatus(name, "")) for name in self._sources]
        return unread(statuses, gaps, self._store.begun(), now - SPAN, now)

    def _before(self, brand: str, stored: Incident | None) -> Incident | None:
        """As the last check left it, with what others wrote to it since, which is its topic; else as it is stored."""
        found = self._found.get(brand)
        if found is None or (stored is not None and found.id != stored.id and found.id):
            return stored
        return replace(found, topic=stored.topic) if stored is not None and stored.id == found.id else found

    def _keep(self, found: Incident) -> None:
        before = self._stored.get(found.brand)
        if not _worth_writing(before, found):
            return
        saved = self._store.save_incident(found)
        self._found[found.brand] = self._stored[found.brand] = saved
        if before is None or (before.id, before.until) != (saved.id, saved.until):
            _tell(saved)


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
