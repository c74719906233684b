"""A scheduler over a real store, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.collector import ConfiguredSource, Judge, PassContext, PollingPolicy
from monitor.collector.scheduler import WATCHDOG_SECONDS, Scheduler
from monitor.model import Brand, SourceStatus
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import open_store
from tests.fake_time import SteppedClock
from tests.fakes import NOON

BRANDS = (Brand("Acme", "acme", ours=True),)
EVERY_TEN_MINUTES = PollingPolicy(timedelta(minutes=10), timedelta(minutes=10))


class SchedulerRun:
    """A scheduler that can be started several times over the same store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = SteppedClock()
        self.store = open_store(f"sqlite:///{path}")
        self.store.register_brands(BRANDS, NOON)
        self.scheduler: Scheduler | None = None
        self.loops = 0
        """Threads that wait on the clock: workers and the watchdog, except those that hang."""

    def start(
        self, sources: dict[str, Any], polling: PollingPolicy = EVERY_TEN_MINUTES, kind: str = "feed"
    ) -> Scheduler:
        """Start with these sources by name."""
        return self.start_configured(
            [ConfiguredSource(name, kind, source, polling) for name, source in sources.items()]
        )

    def start_configured(self, sources: Sequence[ConfiguredSource]) -> Scheduler:
        matcher = Matcher(BRANDS)
        judge = Judge(matcher, Scorer(BRANDS))
        context = PassContext(judge, self.store, matcher.terms(), self.clock.now, lambda: 0.0)
        self.scheduler = Scheduler(sources, context, self.clock)
        self.scheduler.start()
        self.loops = len(sources) + 1
        return self.scheduler

    def advance(self, seconds: float) -> None:
        """Move the clock in steps of the watchdog, and let every loop act after each."""
        while seconds > 0:
            self.clock.settle(self.loops)
            self.clock.advance(min(seconds, WATCHDOG_SECONDS))
            seconds -= WATCHDOG_SECONDS
        self.clock.settle(self.loops)

    def stop(self) -> None:
        """Stop, so that ``start`` continues at the same time with a new scheduler."""
        assert self.scheduler
        self.scheduler.stop()
        self.clock = SteppedClock(self.clock.now())

    def close(self) -> None:
        if self.scheduler:
            self.scheduler.stop()
        self.store.close()

    def status(self, name: str = "Forum") -> SourceStatus:
        return next(status for status in self.store.statuses() if status.source == name)
