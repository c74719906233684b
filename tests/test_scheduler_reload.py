"""A new config for a running scheduler: which sources are polled, when, and by which rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.collector import ConfiguredSource, PassContext
from monitor.collector.source_worker import REQUEST_CHECK_SECONDS
from monitor.errors import AuthError, SourceError
from monitor.model import Batch, Health, Json, JudgedPost, MentionFilter, Post
from tests.fake_sources import BlockingSource, CountingSource, failing
from tests.fake_time import TIMEOUT_SECONDS
from tests.fakes import NOON, post
from tests.scheduler_setup import EVERY_TEN_MINUTES, SchedulerRun


class Reloads(SchedulerRun):
    """A scheduler whose sources the test replaces."""

    configured: dict[str, ConfiguredSource]
    context: PassContext

    def begin(self, **sources: Any) -> None:
        self.configured = {name: source_of(name, source) for name, source in sources.items()}
        scheduler = self.start_configured(list(self.configured.values()))
        self.context = scheduler._shared.current
        self.advance(1)

    def apply(self, retried: Sequence[Health] = (), *, without: str = "", **changed: Any) -> None:
        assert self.scheduler
        self.configured |= {name: source_of(name, source) for name, source in changed.items()}
        self.configured.pop(without, None)
        self.scheduler.apply(list(self.configured.values()), self.context, retried)
        self.loops = len(self.configured) + 1

    def end_retired(self) -> None:
        """Let retired workers end, and then their successors begin."""
        assert self.scheduler
        ending = list(self.scheduler._ending.values())
        while any(thread.is_alive() for thread in ending):
            self.clock.advance(REQUEST_CHECK_SECONDS)
            ending[0].join(0.02)
            ending = [thread for thread in ending if thread.is_alive()]
        self.advance(REQUEST_CHECK_SECONDS)


def source_of(name: str, source: Any) -> ConfiguredSource:
    return ConfiguredSource(name, "feed", source, EVERY_TEN_MINUTES)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Reloads]:
    run = Reloads(tmp_path / "wallflower.db")
    yield run
    run.close()


class Stream(CountingSource):
    """Keeps something open between its passes."""

    closed = False

    def close(self) -> None:
        self.closed = True


class Rereadable(CountingSource):
    """Starts again when the rules change."""

    def reset_cursor(self, cursor: Json) -> Json:
        return {"reset": cursor}


def test_an_unchanged_source_keeps_its_next_poll_and_a_new_one_is_polled(run: Reloads) -> None:
    kept, added = CountingSource(), CountingSource()
    run.begin(Forum=kept)
    run.advance(300)
    run.apply(Blog=added)
    run.advance(200)
    assert (kept.passes, added.passes) == (1, 1)
    run.advance(120)
    assert kept.passes == 2


def test_a_removed_source_is_polled_no_more_and_leaves_nothing_open(run: Reloads) -> None:
    kept, removed = CountingSource(), Stream(lambda n: Batch() if n == 1 else failing(SourceError("Down."))(n))
    run.begin(Forum=kept, Stream=removed)
    run.advance(610)
    assert [gap.until for gap in run.store.gaps(NOON, run.clock.now())] == [None]
    run.apply(without="Stream")
    run.end_retired()
    assert removed.closed
    assert [gap.until for gap in run.store.gaps(NOON, run.clock.now()) if gap.until is None] == []
    run.advance(1700)
    assert (kept.passes, removed.passes) == (4, 2)


def test_the_running_pass_of_a_removed_source_is_saved(run: Reloads) -> None:
    removed = BlockingSource()
    removed.act = lambda n: Batch(posts=(post("acme"),), cursor=n)
    run.configured = {}
    run.begin(Forum=CountingSource())
    run.apply(Blog=removed)
    run.loops = 2
    run.advance(1)
    assert removed.reached.wait(TIMEOUT_SECONDS)
    run.apply(without="Blog")
    removed.released.set()
    run.end_retired()
    assert len(run.store.page(MentionFilter())) == 1
    assert run.store.cursor("Blog") == 1


def test_a_changed_source_waits_for_the_pass_of_the_old_one_and_is_then_polled_at_once(run: Reloads) -> None:
    old, never, new = BlockingSource(), CountingSource(), CountingSource()
    old.act = lambda n: Batch(cursor="old")
    run.configured, run.loops = {"Forum": source_of("Forum", old)}, 1
    scheduler = run.start_configured(list(run.configured.values()))
    run.context = scheduler._shared.current
    assert old.reached.wait(TIMEOUT_SECONDS)
    run.apply(Forum=never)
    run.apply(Forum=new)
    for _ in range(3):
        run.clock.advance(REQUEST_CHECK_SECONDS)
        run.clock.settle(3)  # the watchdog, the worker that was never needed, and the newest one
    assert (never.passes, new.passes) == (0, 0)
    old.released.set()
    run.end_retired()
    assert (old.passes, never.passes, new.passes) == (1, 0, 1)
    assert new.cursors == ["old"], "it goes on where the old one stopped"


def test_a_pass_uses_the_rules_with_which_it_began_and_the_next_one_the_new_rules(run: Reloads) -> None:
    used: list[str] = []

    class Judge:
        def __init__(self, name: str) -> None:
            self.name = name

        def judge(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
            used.append(self.name)
            return [JudgedPost(one) for one in posts]

    blocking = BlockingSource()
    blocking.act = lambda n: Batch(posts=(post(f"{n}"),))
    run.begin(Forum=CountingSource())
    run.context = replace(run.context, judge=Judge("old"))
    run.apply(Blog=blocking)
    run.loops = 2
    run.advance(1)
    assert blocking.reached.wait(TIMEOUT_SECONDS)
    run.context = replace(run.context, judge=Judge("new"))
    run.apply()
    blocking.released.set()
    run.clock.settle(3)
    run.advance(620)
    assert used == ["old", "new"]


def test_changed_rules_reset_the_cursor_of_a_source_that_can_read_again(run: Reloads) -> None:
    source = Rereadable(lambda n: Batch(cursor=n))
    run.begin(Forum=source)
    run.context = replace(run.context, rules_digest="first")
    run.apply()
    run.advance(600)
    assert source.cursors == [None, 1]
    run.context = replace(run.context, rules_digest="second")
    run.apply()
    run.advance(1200)
    assert source.cursors == [None, 1, {"reset": 2}, 3]


def test_a_source_without_a_next_poll_is_tried_again_and_a_broken_one_if_asked(run: Reloads) -> None:
    keyless, broken = CountingSource(failing(AuthError("No key."))), CountingSource(failing(SourceError("Blocked.")))
    run.begin(Keyless=keyless, Broken=broken)
    run.advance(1)
    assert (keyless.passes, broken.passes) == (1, 1)
    run.apply()
    run.advance(2)
    assert (keyless.passes, broken.passes) == (2, 1)
    run.apply([Health.BROKEN])
    run.advance(2)
    assert (keyless.passes, broken.passes) == (3, 2)


def test_a_removed_source_that_comes_back_continues_at_its_cursor(run: Reloads) -> None:
    source = CountingSource(lambda n: Batch(cursor=n))
    run.begin(Forum=source)
    run.apply(without="Forum")
    run.end_retired()
    run.apply(Forum=source)
    run.end_retired()
    assert source.cursors == [None, 1]
    assert run.clock.now() - NOON < timedelta(minutes=1)


def test_the_time_in_which_a_source_was_not_in_the_config_is_a_gap_that_says_so(run: Reloads) -> None:
    source = CountingSource()
    run.begin(Forum=source)
    run.apply(without="Forum")
    run.end_retired()
    run.advance(7200)
    assert run.store.gaps(NOON, run.clock.now()) == []
    run.apply(Forum=source)
    run.advance(4)
    (gap,) = run.store.gaps(NOON, run.clock.now() + timedelta(seconds=1))
    assert gap.reason == "It was not in the config."
    assert gap.until is not None
    assert gap.until - gap.since >= timedelta(hours=2)
