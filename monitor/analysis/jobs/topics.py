"""Another duty of the watch: what are the mentions of each brand about, and those of an incident?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.analysis.jobs.backgrounds import Backgrounds
from monitor.analysis.topics import Background, Finder
from monitor.model import Brand, Incident, Texts, Topic
from monitor.store import Store

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVERY = timedelta(seconds=55)
"""Between two looks at the topics of a brand: once a minute, whatever the pace of the turns."""
MOST_NOW = 2_000
"""Texts of a window that are read; of more an even sample."""


class TopicsDuty:
    """Keeps the topics of every brand, and names the incidents that go on. Not for several threads at once."""

    name = "topics"

    def __init__(self, store: Store, brands: Sequence[Brand], named: Sequence[Topic] = ()) -> None:
        """``named``: the topics of the config."""
        self._store = store
        self._finders = {brand.name: Finder(brand, brands, named) for brand in brands}
        self._backgrounds = Backgrounds(store, self._finders)
        self._looked: dict[str, datetime] = {}

    def turn(self, now: datetime) -> None:
        """Look at each brand whose minute is over, its incident too; at one that has no name yet, in every turn.

        Raises StoreError; the next turn goes on.
        """
        self._backgrounds.begin()
        due = [brand for brand in self._finders if self._due(brand, now)]
        for brand in due:
            if (background := self._usual(brand, now)) is not None:
                self._look(brand, background, now)
        for incident in self._store.latest_incidents():
            asked = incident.brand in due or (incident.brand in self._finders and not incident.topic)
            if incident.until is None and asked:
                self._name(incident, now)

    def _due(self, brand: str, now: datetime) -> bool:
        return brand not in self._looked or abs(now - self._looked[brand]) >= EVERY

    def _usual(self, brand: str, now: datetime) -> Background | None:
        background = self._backgrounds.of(brand, now)
        return background and replace(background, others=self._backgrounds.common(brand))

    def _look(self, brand: str, background: Background, now: datetime) -> None:
        day = self._store.mention_texts(brand, now - DAY, now, MOST_NOW)
        hour = self._part(day, now - HOUR) or self._store.mention_texts(brand, now - HOUR, now, MOST_NOW)
        before = self._store.topics(brand)
        self._store.save_topics(self._finders[brand].look(day, hour, background, before, now))
        self._looked[brand] = now

    def _part(self, texts: Texts, since: datetime) -> Texts | None:
        """The newest of the texts, where they are all there are."""
        if len(texts.rows) < texts.total:
            return None
        rows = tuple(text for text in texts.rows if text.published_at >= since)
        return Texts(len(rows), rows)

    def _name(self, incident: Incident, now: datetime) -> None:
        """Write to an incident what it is about. What it was about stays, once nothing else stands out."""
        background = self._usual(incident.brand, now)
        if background is None:
            return
        texts = self._store.mention_texts(incident.brand, incident.since, now, MOST_NOW)
        finder = self._finders[incident.brand]
        news = finder.incident(texts, background, incident.topic, incident.words)
        told = replace(incident, topic=news.topic or incident.topic, words=news.words or incident.words)
        if told != incident:
            self._store.save_incident(told)
