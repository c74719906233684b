"""What the watch asks of the store, and what it leaves there for walls and pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model import Incident, Pulses, Texts, Topics
from monitor.store import incidents, pulses, sources, texts, wall
from monitor.store.access import Access
from monitor.store.times import to_ms


class Watching(Access):
    """The part of Store that is about counts over time, incidents and topics."""

    def pulses(self, brand: str, since: datetime, until: datetime) -> Pulses:
        """A brand's mentions in [since, until) by steps of 5 minutes of the clock, both ends rounded down to one.

        The cost is that of the steps in which anything was said, whatever else is stored.
        """
        return self._read(lambda db: pulses.pulses(db, brand, to_ms(since), to_ms(until)))

    def recent_pulses(self, brand: str, end: datetime, bins: int) -> Pulses:
        """A brand's mentions in ``bins`` steps of 5 minutes up to, without, ``end``, by its millisecond; for hours."""
        return self._read(lambda db: pulses.recent(db, brand, to_ms(end), bins))

    def arrivals(self, brand: str, since: datetime, until: datetime, fresh: timedelta) -> int:
        """How many of a brand were read in [since, until), that were no older than ``fresh`` when they were."""
        age = fresh // timedelta(milliseconds=1)
        return self._read(lambda db: wall.arrivals(db, brand, to_ms(since), to_ms(until), age))

    def largest(self, brand: str, since: datetime, limit: int) -> list[int]:
        """Ids of the newest mentions of the largest stories about a brand since then, one of each, by their size."""
        return self._read(lambda db: wall.largest(db, brand, to_ms(since), limit))

    def begun(self) -> dict[str, datetime]:
        """Since when each source is read. One that never was to be read, as an imported file, is not among them."""
        return self._read(sources.begun)

    def incidents(self, since: datetime, until: datetime) -> list[Incident]:
        """Incidents of any brand that touch [since, until), by their beginning."""
        return self._read(lambda db: incidents.incidents(db, to_ms(since), to_ms(until)))

    def last_incidents(self) -> list[Incident]:
        """The newest incident, going on or over, of each brand of the config that ever had one."""
        return self._read(incidents.last_incidents)

    def save_incident(self, incident: Incident) -> Incident:
        """Keep a new incident (id 0), or what became of one; return it with its id."""
        return self._write(
            lambda db: incidents.save_incident(db, self._numbers.brand(db, incident.brand), incident),
        )

    def save_topics(self, topics: Topics) -> None:
        """Keep what a brand's mentions are about, in place of what was kept before."""
        self._write(lambda db: incidents.save_topics(db, self._numbers.brand(db, topics.brand), topics))

    def topics(self, brand: str) -> Topics | None:
        """What a brand's mentions were about at the last look; None before the first."""
        return self._read(lambda db: incidents.topics(db, brand))

    def texts(self, brand: str, since: datetime, until: datetime, limit: int) -> Texts:
        """What a brand's mentions in [since, until) say, hidden ones too; an even sample of ``limit`` of more."""
        return self._read(lambda db: texts.texts(db, brand, to_ms(since), to_ms(until), limit))
