"""What a turn of the watch for topics costs, by how much the last four weeks hold."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bench.store import BRANDS, END, START, judged_posts, save_all
from bench.watch import milliseconds
from monitor.analysis.jobs import TopicsJob
from monitor.analysis.topics import BACKGROUND_SPAN
from monitor.model import JudgedPost
from monitor.store import Store, open_store

MINUTE = timedelta(minutes=1)
TURNS = 9


def lately(mentions: int) -> Iterator[JudgedPost]:
    """Made-up mentions, two years of them moved into the last four weeks and a day."""
    for one in judged_posts(mentions):
        at = END - (END - one.post.published_at) * ((BACKGROUND_SPAN + timedelta(days=1)) / (END - START))
        yield replace(one, post=replace(one.post, published_at=min(at, END - timedelta(seconds=1))))


def turns(mentions: Sequence[int]) -> None:
    """Print, for stores of so many mentions of six brands, what turns cost: at first, later, and an hour later."""
    print(
        "\nA turn of six brands, milliseconds of processor time: until all were read, then each minute, an hour later"
    )
    for n in mentions:
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(f"sqlite:///{Path(folder) / 'wallflower.db'}")
            store.register_brands(BRANDS, START)
            save_all(store, lately(n), 1000)
            print(f"{n:>11,}  {_figures(store)}", flush=True)
            store.close()


def _figures(store: Store) -> str:
    job = TopicsJob(store, BRANDS)
    first = [milliseconds(lambda t=t: job.run(END + t * MINUTE / 2)) for t in range(2 * len(BRANDS))]  # type: ignore[misc]
    start = END + len(BRANDS) * MINUTE
    later = [milliseconds(lambda t=t: job.run(start + t * MINUTE)) for t in range(1, TURNS)]  # type: ignore[misc]
    hourly = milliseconds(lambda: job.run(start + timedelta(hours=2)))
    worst = max(first)
    return f"worst {worst:7.0f}, sum {sum(first):7.0f}; then {statistics.median(later):6.0f}; {hourly:6.0f}"
