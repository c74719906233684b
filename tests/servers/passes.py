"""Reads a feed of a real server pass by pass into a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.clock import Clock
from monitor.collector import ConfiguredSource, Judge, PassContext, PollingPolicy, poll, timing
from monitor.model import Brand, Health, MentionFilter, Post, SourceStatus
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import open_store
from tests.servers import feed_source, http_to, wait_until

BRANDS = (Brand("Acme", "acme", ours=True),)
POLLING = PollingPolicy(timedelta(seconds=1), timedelta(minutes=10))


@dataclass
class PassRunner:
    """Polls a feed pass by pass into a store, as the scheduler does."""

    source: ConfiguredSource
    context: PassContext
    status: SourceStatus

    def read(self) -> list[Post]:
        """Run one pass; returns the posts of all stored mentions."""
        self.status = poll(self.source, self.status, self.context)
        assert self.status.health is Health.WORKING, self.status.reason
        return [mention.post for mention in self.context.store.page(MentionFilter())]

    def read_until(self, text: str) -> list[Post]:
        """Run passes until a mention contains ``text``. A server may date changes to the second."""
        found: list[list[Post]] = []

        def contains_text() -> bool:
            found.append(self.read())
            return any(text in post.body for post in found[-1])

        wait_until(contains_text, f"no mention contains {text!r}")
        return found[-1]


@contextmanager
def pass_runner(port: int, folder: Path, path: str) -> Iterator[PassRunner]:
    """A runner for the feed at ``path`` of a loopback port, with a store in ``folder``."""
    clock, store, matcher = Clock(), open_store(f"sqlite:///{folder / 'wallflower.db'}"), Matcher(BRANDS)
    store.register_brands(BRANDS, clock.now())
    with http_to(port) as http:
        context = PassContext(Judge(matcher, Scorer(BRANDS)), store, matcher.terms(), clock.now)
        source = ConfiguredSource("Here", "feed", feed_source(http, f"http://127.0.0.1:{port}{path}"), POLLING)
        yield PassRunner(source, context, timing.initial_status("Here", "feed", POLLING, sample=False))
    store.close()
