"""Matches stored posts again after a change of a rule, in a thread of its own, in small steps behind the pipeline."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from monitor.clock import Clock
from monitor.errors import StoreError
from monitor.logs import FaultLog
from monitor.model import Brand, Finding, JudgedPost, Post, State
from monitor.model.rules import PostToMatch, RematchWork
from monitor.query import Document, parse
from monitor.store import Store

PAUSE_SECONDS = 0.05
"""Between two steps, so that others can write and think."""
IDLE_SECONDS = 1.0
RETRY_SECONDS = 60.0
_FAULT = "Stored posts cannot be matched again"

log = logging.getLogger("wallflower.rules")


class StoredPostJudge(Protocol):
    """The part of ``collector.Judge`` that is needed here."""

    def judge_stored(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        """One JudgedPost for each post, in the same order."""
        ...


class RematchStep(NamedTuple):
    """What a step did."""

    posts: int = 0
    """Posts that were matched."""
    changed: int = 0
    """Mentions that entered or left."""
    waits: bool = False
    """Whether the config that is in use here is not yet, or no longer, that of the change."""


class Rematcher:
    """Takes steps with one config."""

    def __init__(self, store: Store, judge: StoredPostJudge, brands: Sequence[Brand]) -> None:
        """``judge`` must use the rules of ``brands``."""
        self._store, self._judge = store, judge
        self._rules = {brand.name: brand.rule for brand in brands}

    def step(self, now: datetime) -> RematchStep | None:
        """Match some posts; None if there is nothing to do. Raises StoreError."""
        work = self._store.rules.next_rematch(now)
        if work is None:
            return None
        if self._rules.get(work.brand) != work.text:
            return RematchStep(waits=True)
        query = parse(work.text)
        matching = [one for one in work.posts if query.matches(Document.of(one.post))]
        ids = {one.id for one in matching}
        lost = [one.id for one in work.posts if one.id not in ids and one.mention and one.state < State.IRRELEVANT]
        found = self._findings(work, [one for one in matching if _may_enter(one)], now)
        return RematchStep(len(work.posts), self._store.rules.save_rematch(work, found, lost, now))

    def _findings(self, work: RematchWork, posts: Sequence[PostToMatch], now: datetime) -> dict[int, Finding]:
        judged = self._judge.judge_stored([one.post for one in posts], now) if posts else []
        return {
            one.id: finding
            for one, result in zip(posts, judged, strict=True)
            for finding in result.findings
            if finding.match.brand == work.brand
        }


def _may_enter(one: PostToMatch) -> bool:
    return one.mention is None or one.state == State.LEFT


class RematchWorker:
    """Takes steps from ``start`` to ``stop``."""

    def __init__(self, store: Store, judge: StoredPostJudge, brands: Sequence[Brand], clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._rematcher = Rematcher(store, judge, brands)
        self._faults = FaultLog(log, clock.monotonic)
        self._thread = threading.Thread(target=self._loop, name="rules", daemon=True)

    def replace(self, judge: StoredPostJudge, brands: Sequence[Brand]) -> None:
        """Work with these from the next step on."""
        self._rematcher = Rematcher(self._store, judge, brands)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, seconds: float = 1.0) -> None:
        """Stop the clock, and wait at most ``seconds`` for the thread. The next run goes on."""
        self._clock.stop()
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def _loop(self) -> None:
        while not self._clock.stopped:
            seconds = self._step_safely()
            if not self._clock.stopped:
                self._clock.wait(seconds)

    def _step_safely(self) -> float:
        """Take a step, whatever happens in it; return the seconds to the next."""
        if not self._store.health().can_store:
            return IDLE_SECONDS
        try:
            step = self._rematcher.step(self._clock.now())
        except StoreError:
            return IDLE_SECONDS  # the store's fault is reported elsewhere
        except Exception as error:
            if not self._clock.stopped:
                self._faults.report(_FAULT, f"a bug in Wallflower: {error!r}", exc_info=True)
            return RETRY_SECONDS
        self._faults.clear(_FAULT, "Stored posts are matched again")
        return IDLE_SECONDS if step is None or step.waits else PAUSE_SECONDS
