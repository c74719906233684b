"""A feed of a real server, read pass by pass into a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.clock import Clock
from monitor.collector import ConfiguredSource, Judge, Pace, PassContext, poll, timing
from monitor.model import Brand, Health, MentionFilter, Post, SourceStatus
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import open_store
from tests.servers import feed, reading, until

BRANDS = (Brand("Acme", "acme", ours=True),)
PACE = Pace(timedelta(seconds=1), timedelta(minutes=10))


@dataclass
class Reader:
    """Reads a feed pass by pass into a store, as the scheduler does."""

    watched: ConfiguredSource
    desk: PassContext
    status: SourceStatus

    def read(self) -> list[Post]:
        """One pass; then the posts that are stored as mentions."""
        self.status = poll(self.watched, self.status, self.desk)
        assert self.status.health is Health.WORKING, self.status.reason
        return [mention.post for mention in self.desk.store.page(MentionFilter())]

    def until(self, says: str) -> list[Post]:
        """Passes until a mention says so: a server may tell changes by the second."""
        found: list[list[Post]] = []

        def there() -> bool:
            found.append(self.read())
            return any(says in post.body for post in found[-1])

        until(there, f"nothing says {says!r}")
        return found[-1]


@contextmanager
def passes(port: int, folder: Path, path: str) -> Iterator[Reader]:
    """A reader of the feed at this path of a port of loopback, with a store in the folder."""
    clock, store, matcher = Clock(), open_store(f"sqlite:///{folder / 'wallflower.db'}"), Matcher(BRANDS)
    store.register_brands(BRANDS, clock.now())
    with reading(port) as http:
        desk = PassContext(Judge(matcher, Scorer(BRANDS)), store, matcher.terms(), clock.now)
        watched = ConfiguredSource("Here", "feed", feed(http, f"http://127.0.0.1:{port}{path}"), PACE)
        yield Reader(watched, desk, timing.initial_status("Here", "feed", PACE, sample=False))
    store.close()
