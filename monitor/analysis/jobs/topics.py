"""The job that finds the topics of each brand and of each running incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.analysis.jobs.topic_backgrounds import TopicBackgrounds
from monitor.analysis.topics import Background, TopicFinder
from monitor.model import Brand, Incident, Texts, Topic
from monitor.store import Store

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
UPDATE_AFTER = timedelta(seconds=55)
"""Minimum time between two updates of a brand's topics: once a minute, however often the job runs."""
MAX_TEXTS = 2_000
"""Texts that are read per window; a larger window is sampled evenly."""


class TopicsJob:
    """Updates the topics of every brand, and names the running incidents. Not thread-safe."""

    name = "topics"

    def __init__(self, store: Store, brands: Sequence[Brand], configured: Sequence[Topic] = ()) -> None:
        """``configured``: the topics in the config."""
        self._store = store
        self._finders = {brand.name: TopicFinder(brand, brands, configured) for brand in brands}
        self._backgrounds = TopicBackgrounds(store, self._finders)
        self._updated_at: dict[str, datetime] = {}

    def run(self, now: datetime) -> None:
        """Update each brand that is due, with its incident. An incident without a topic is retried on every run.

        Raises StoreError; the next run continues.
        """
        self._backgrounds.start_run()
        due = [brand for brand in self._finders if self._is_due(brand, now)]
        for brand in due:
            if (background := self._background(brand, now)) is not None:
                self._update(brand, background, now)
        for incident in self._store.latest_incidents():
            unnamed = incident.brand in self._finders and not incident.topic
            if incident.until is None and (incident.brand in due or unnamed):
                self._name_incident(incident, now)

    def _is_due(self, brand: str, now: datetime) -> bool:
        return brand not in self._updated_at or abs(now - self._updated_at[brand]) >= UPDATE_AFTER

    def _background(self, brand: str, now: datetime) -> Background | None:
        background = self._backgrounds.of(brand, now)
        return background and replace(background, others=self._backgrounds.common(brand))

    def _update(self, brand: str, background: Background, now: datetime) -> None:
        day = self._texts(brand, now - DAY, now)
        hour = _texts_since(day, now - HOUR) or self._texts(brand, now - HOUR, now)
        before = self._store.topics(brand)
        self._store.save_topics(self._finders[brand].topics(day, hour, background, before, now))
        self._updated_at[brand] = now

    def _name_incident(self, incident: Incident, now: datetime) -> None:
        """Store the topic of an incident. It keeps its last topic when none is significant any more."""
        background = self._background(incident.brand, now)
        if background is None:
            return
        texts = self._texts(incident.brand, incident.since, now)
        finder = self._finders[incident.brand]
        found = finder.incident_topics(texts, background, incident.topic, incident.phrases)
        named = replace(incident, topic=found.topic or incident.topic, phrases=found.phrases or incident.phrases)
        if named != incident:
            self._store.save_incident(named)

    def _texts(self, brand: str, since: datetime, until: datetime) -> Texts:
        return self._store.mention_texts(brand, since, until, MAX_TEXTS).without_set_aside


def _texts_since(texts: Texts, since: datetime) -> Texts | None:
    """The texts since that time; None if ``texts`` is only a sample."""
    if len(texts.rows) < texts.total:
        return None
    rows = tuple(text for text in texts.rows if text.published_at >= since)
    return Texts(len(rows), rows)
