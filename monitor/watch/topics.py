"""Another duty of the watch: what are the mentions of each brand about, and those of an incident?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Brand, Incident, Texts, Topic
from monitor.store import Store
from monitor.topics import SPAN, Background, Finder

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVERY = timedelta(seconds=55)
"""Between two looks at the topics of a brand: once a minute, in every other turn."""
REFRESHED = timedelta(hours=1)
"""How old the background may become: it is what costs most."""
MOST_USUAL, MOST_NOW = 3_000, 2_000
"""Texts of the background and of a window that are read; of more an even sample."""


@dataclass
class _Known:
    finder: Finder
    background: Background | None = None
    until: datetime | None = None
    """Where the background ends."""
    looked: datetime | None = None


class TopicsDuty:
    """Keeps the topics of every brand, and names the incidents that go on. Not for several threads at once."""

    name = "topics"

    def __init__(self, store: Store, brands: Sequence[Brand], named: Sequence[Topic] = ()) -> None:
        """``named``: the topics of the config."""
        self._store = store
        self._known = {brand.name: _Known(Finder(brand, brands, named)) for brand in brands}

    def turn(self, now: datetime) -> None:
        """Look at each brand whose minute is over, and at every incident. Raises StoreError; the next turn goes on."""
        refreshed = False
        for brand, known in self._known.items():
            if not self._due(known, now):
                continue
            if known.background is None or (not refreshed and self._old(known, now)):
                self._refresh(brand, known, now)
                refreshed = True  # one an hour old is good enough until the next turn
            self._look(brand, known, now)
        for incident in self._store.last_incidents():
            if incident.until is None and incident.brand in self._known:
                self._name(incident, self._known[incident.brand], now)

    def _due(self, known: _Known, now: datetime) -> bool:
        return known.looked is None or abs(now - known.looked) >= EVERY

    def _old(self, known: _Known, now: datetime) -> bool:
        return known.until is None or abs(now - DAY - known.until) >= REFRESHED

    def _refresh(self, brand: str, known: _Known, now: datetime) -> None:
        until = now - DAY
        texts = self._store.texts(brand, until - SPAN, until, MOST_USUAL)
        known.background, known.until = known.finder.background(texts, until), until

    def _look(self, brand: str, known: _Known, now: datetime) -> None:
        assert known.background is not None
        day = self._store.texts(brand, now - DAY, now, MOST_NOW)
        hour = self._part(day, now - HOUR) or self._store.texts(brand, now - HOUR, now, MOST_NOW)
        before = self._store.topics(brand)
        self._store.save_topics(known.finder.look(day, hour, known.background, before, now))
        known.looked = now

    def _part(self, texts: Texts, since: datetime) -> Texts | None:
        """The newest of the texts, where they are all there are."""
        if len(texts.rows) < texts.total:
            return None
        rows = tuple(text for text in texts.rows if text.published_at >= since)
        return Texts(len(rows), rows)

    def _name(self, incident: Incident, known: _Known, now: datetime) -> None:
        """Write to an incident what it is about. What it was about stays, once nothing else stands out."""
        if known.background is None:
            return
        texts = self._store.texts(incident.brand, incident.since, now, MOST_NOW)
        topic = known.finder.incident(texts, known.background, incident.topic) or incident.topic
        if topic != incident.topic:
            self._store.save_incident(replace(incident, topic=topic))
