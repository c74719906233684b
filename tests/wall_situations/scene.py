"""A made-up installation at one moment: a real database, written through the store, and what its wall then shows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from display.wall_state import WallStates
from monitor.analysis.incidents import Detector
from monitor.analysis.jobs.incidents import IncidentsJob
from monitor.analysis.jobs.topics import TopicsJob
from monitor.clock import epoch_ms
from monitor.config import Config
from monitor.config.walls import Wall
from monitor.model import Brand, Finding, Health, JudgedPost, Match, Post, Score, SourceStatus
from monitor.store.options import OpenOptions
from monitor.store.sqlite import SqliteStore
from monitor.text.near_duplicates import signatures
from tests.fake_site import ALL_HEALTHY, BRANDS, config, working_status
from tests.fakes import FakeClock

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SUBJECTS = ("delivery", "price", "app", "support", "return", "packaging", "voucher", "website", "shop", "invoice")
VERDICTS = ("is fine", "took ages", "as always", "could improve", "surprised me", "needs work")
"""With a subject and a number, they are too short to be near-duplicates of each other."""
SCORES = (0.4, -0.5, 0.0, 0.2, -0.3)
WALL = Wall(night=None)


@dataclass
class Scene:
    """An installation. Times are given as minutes before ``now``."""

    folder: Path
    now: datetime
    sources: Sequence[str] = ("Forum", "Reddit")
    brands: Sequence[Brand] = BRANDS
    wall: Wall = WALL
    zone: str = "Europe/London"
    config_changes: dict[str, Any] = field(default_factory=dict)
    started: float = 60 * 24 * 40
    """When the program was started."""
    first_number: int = 0

    def __post_init__(self) -> None:
        self.clock = FakeClock(self.now)
        made = config(self.folder, sources=self.sources, brands=self.brands)
        changes = {"walls": (self.wall,), "timezone": ZoneInfo(self.zone), **self.config_changes}
        self.config: Config = replace(made, **changes)
        self.path = self.folder / "wallflower.db"
        self.store = SqliteStore.open(self.path, OpenOptions(clock=self.clock))
        self.store.register_brands(self.brands, self.now - 60 * DAY)
        self.health = dict(ALL_HEALTHY)
        self._number = self.first_number
        self.clock.time = self.at(self.started)
        self.states = WallStates(self.config, self.store, self.clock, health=lambda: self.health, version="1")
        self.clock.time = self.now

    def at(self, minutes: float) -> datetime:
        """The time ``minutes`` before now."""
        return self.now - timedelta(minutes=minutes)

    # Posts

    def post(self, minutes: float, text: str = "", *brands: str, score: float | None = 0.3, **post: Any) -> JudgedPost:
        """A post about ``brands``, by default the first; without ``text`` it has one of its own."""
        self._number += 1
        names = brands or (self.brands[0].name,)
        n = self._number
        text = text or f"{names[0]} {SUBJECTS[n % 10]} {VERDICTS[n % 6]}, {n}."
        made: dict[str, Any] = {"source": self.sources[0] if self.sources else "Import", "author": f"author{n}"}
        made |= {"external_id": f"post {n}", "lang": "en", "published_at": self.at(minutes), **post}
        findings = tuple(Finding(Match(name, name.lower()), Score(score)) for name in names)
        one = Post(text=text, **made)
        return JudgedPost(one, findings, signatures([one.body])[0])

    def save(self, *posts: JudgedPost, minutes: float = 0, imported: bool = False) -> None:
        """Save posts as read at that time."""
        for source in dict.fromkeys(one.post.source for one in posts):
            mine = [one for one in posts if one.post.source == source]
            self.store.save(source, mine, now=self.at(minutes), imported=imported)

    def write(self, minutes: Sequence[float], *brands: str, **changes: Any) -> None:
        """Save a post with a text and a score of its own at each of these times."""
        scores = changes.pop("scores", SCORES)
        at = {"minutes": changes.pop("read", 0), "imported": changes.pop("imported", False)}
        posts = [self.post(m, "", *brands, score=scores[n % len(scores)], **changes) for n, m in enumerate(minutes)]
        self.save(*posts, **at)

    def past(self, days: float, per_hour: float = 4, *brands: str, until: float = 60, **changes: Any) -> None:
        """Save posts at an even rate from ``days`` ago until ``until`` minutes ago."""
        step = 60 / per_hour
        count = int((days * 1440 - until) / step)
        self.write([until + (n + 0.5) * step for n in reversed(range(count))], *brands, read=until, **changes)

    def edit(self, minutes: float, change: Callable[[SqliteStore, int, datetime], object]) -> None:
        """Change the mention that was published then."""
        with closing(sqlite3.connect(self.path)) as db:
            select = "SELECT id FROM mention WHERE published_at = ?"
            (found,) = db.execute(select, (epoch_ms(self.at(minutes)),)).fetchone()
        change(self.store, found, self.now)

    # Sources

    def read(self, *names: str, minutes: float = 0.5, first: float | None = None, **changes: Any) -> None:
        """Record that sources, by default all, were last read then, and for the first time ``first`` minutes ago."""
        for name in names or self.sources:
            begun = self.at(minutes if first is None else first)
            at = self.at(minutes)
            fields = {"last_post": at, "first_seen": begun, **changes}
            if first is not None:
                self.store.save_status(working_status(begun, name, **fields), begun)
            self.store.save_status(working_status(at, name, **fields), at)

    def fail(self, name: str, minutes: float, health: Health = Health.BROKEN, **changes: Any) -> None:
        """Record that a source was last read then: it has no later posts."""
        select = """SELECT external_id FROM post JOIN source ON source.id = post.source
            WHERE source.name = ? AND published_at > ?"""
        with closing(sqlite3.connect(self.path)) as db:
            later = [row[0] for row in db.execute(select, (name, epoch_ms(self.at(minutes))))]
        self.store.delete_posts(name, later, self.now)
        self.read(name, minutes=minutes, health=health, failures=3, **changes)
        if health is not Health.LIMITED:
            self.store.open_gap(name, self.at(minutes), "It could not be read.", self.now)

    def status(self, status: SourceStatus, minutes: float = 0) -> None:
        """Record any status."""
        self.store.save_status(status, self.at(minutes))

    # The analysis

    def analyse(self, *, since: float = 0, step: float = 1) -> None:
        """Run the jobs each ``step`` minutes from ``since`` on, as they run while the program does."""
        names = [source.name for source in self.config.sources]
        incidents = IncidentsJob(self.store, [b.name for b in self.brands], names, Detector(self.config.timezone))
        topics = TopicsJob(self.store, self.brands, self.config.topics)
        minutes = since
        while minutes >= 0:
            incidents.run(self.at(minutes))
            if step >= 5:
                topics.run(self.at(minutes))
            minutes -= step
        if minutes + step > 0:
            incidents.run(self.now)
        for minutes in (3, 2, 1, 0):  # each run reads a part of what is usual
            topics.run(self.at(minutes))

    # The wall

    def state(self) -> dict[str, Any]:
        """The wall's document, as a page receives it two minutes after this part of the program began to watch."""
        for _ in range(3):
            self.clock.elapsed += 60
            found: dict[str, Any] = json.loads(json.dumps(self.states.get()))
        return found

    def close(self) -> None:
        """Close the database."""
        self.store.close()
