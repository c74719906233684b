"""The cost of a run of the topics job, depending on how many mentions the last four weeks hold."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.incidents_job import milliseconds
from bench.store import BRANDS, END, START, judged_posts, save_all
from monitor.analysis.jobs import TopicsJob
from monitor.analysis.topics import BACKGROUND_SPAN
from monitor.model import JudgedPost
from monitor.store import Store, open_store

MINUTE = timedelta(minutes=1)
RUNS = 9


def recent_mentions(mentions: int) -> Iterator[JudgedPost]:
    """Generated mentions, whose two years are compressed into the last four weeks and a day."""
    for one in judged_posts(mentions):
        at = END - (END - one.post.published_at) * ((BACKGROUND_SPAN + timedelta(days=1)) / (END - START))
        yield replace(one, post=replace(one.post, published_at=min(at, END - timedelta(seconds=1))))


def print_job_costs(mentions: Sequence[int]) -> None:
    """Print the cost of runs for stores of so many mentions of six brands."""
    print("\nmilliseconds of CPU time of a run of the topics job over six brands")
    print(f"{'mentions':>11}  until all texts are read        each minute   two hours later")
    for n in mentions:
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(f"sqlite:///{Path(folder) / 'wallflower.db'}")
            store.register_brands(BRANDS, START)
            save_all(store, recent_mentions(n), 1000)
            print(f"{n:>11,}  {_figures(store)}", flush=True)
            store.close()


def _figures(store: Store) -> str:
    job = TopicsJob(store, BRANDS)
    first = [milliseconds(partial(job.run, END + n * MINUTE / 2)) for n in range(2 * len(BRANDS))]
    start = END + len(BRANDS) * MINUTE
    later = [milliseconds(partial(job.run, start + n * MINUTE)) for n in range(1, RUNS)]
    much_later = milliseconds(partial(job.run, start + timedelta(hours=2)))
    return f"worst {max(first):7.0f}, sum {sum(first):7.0f} {statistics.median(later):12.0f} {much_later:17.0f}"
