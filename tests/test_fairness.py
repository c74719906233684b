"""No source delays another: not one that hangs, not one that floods, and not while the store is busy.

Delays are counted in passes and batches, on a clock that only the test moves.
"""

from __future__ import annotations

import threading
from typing import Any

from monitor.collector.passes import BATCH_SIZE
from monitor.model import Batch
from tests.fake_sources import BlockingSource, CountingSource
from tests.fake_time import TIMEOUT_SECONDS
from tests.fakes import post
from tests.scheduler_setup import SchedulerRun


class TimedSource(CountingSource):
    """Records the second at which each of its passes started."""

    def __init__(self, run: SchedulerRun) -> None:
        super().__init__()
        self.run, self.started = run, list[float]()

    def fetch(self, *args: Any) -> Batch:
        self.started.append(self.run.clock.monotonic())
        return super().fetch(*args)


def test_a_source_that_hangs_delays_no_other(scheduler_run: SchedulerRun) -> None:
    run = scheduler_run
    others = {f"Feed {n}": TimedSource(run) for n in range(4)}
    hanging = BlockingSource()
    run.start({"hanging": hanging, **others})
    assert hanging.reached.wait(TIMEOUT_SECONDS)
    run.loops -= 1
    for _ in range(3700):
        run.clock.settle(run.loops)
        run.clock.advance(1)
    run.clock.settle(run.loops)
    for position, other in enumerate(others.values(), start=1):
        assert other.started == [position + 600 * n for n in range(7)]
    assert hanging.passes == 0
    hanging.released.set()


class FloodingSource(CountingSource):
    """Never ends: each pass returns several batches of posts, and there is always more."""

    def __init__(self) -> None:
        super().__init__(lambda n: Batch(tuple(post(f"acme {n} {i}") for i in range(3 * BATCH_SIZE)), more=True))


def test_a_source_that_floods_makes_no_other_miss_a_pass(scheduler_run: SchedulerRun) -> None:
    run, other, flood = scheduler_run, CountingSource(), FloodingSource()
    scheduler = run.start({"flood": flood, "other": other})
    run.loops -= 1
    for passes in range(1, 4):
        run.clock.advance(1)
        run.clock.settle(run.loops)
        assert other.passes == passes
        run.advance(601)
    assert flood.passes
    scheduler.stop()


def test_overload_makes_sources_wait(scheduler_run: SchedulerRun) -> None:
    """While the store is busy with one write, no source fetches more than the batch it holds, even if it is due."""
    fetched = threading.Semaphore(0)

    def act(n: int) -> Batch:
        fetched.release()
        return Batch(posts=(post(f"acme {n}"),))

    run, sources = scheduler_run, {f"Feed {n}": CountingSource(act) for n in range(3)}
    run.start(sources)
    run.advance(5)
    assert [source.passes for source in sources.values()] == [1, 1, 1]
    busy, released = threading.Event(), threading.Event()

    def block(_: Any) -> None:
        busy.set()
        assert released.wait(TIMEOUT_SECONDS)

    writer = threading.Thread(target=run.store._write, args=(block,))
    writer.start()
    assert busy.wait(TIMEOUT_SECONDS)
    run.clock.advance(3600)
    assert all(fetched.acquire(timeout=TIMEOUT_SECONDS) for _ in range(2 * len(sources)))
    for _ in range(3):
        run.clock.settle(1)
        assert [source.passes for source in sources.values()] == [2, 2, 2]
        run.clock.advance(90)
    released.set()
    writer.join(TIMEOUT_SECONDS)
    run.advance(600)
    assert [source.passes for source in sources.values()] == [3, 3, 3]
