"""The cost of a run of the incidents job, with all mentions of two years and with those of four weeks.

    python -m bench.incidents_job [MENTIONS]

Builds two databases: "2 years" with MENTIONS (200,000 by default) as bench.store generates them, and "28 days" with
only those of the last four weeks, which is all the job reads. The ratio is the time of a run on the first divided by
that on the second: near 1, older mentions cost nothing. Times are CPU time. Also prints the size of the counts.
"""

from __future__ import annotations

import argparse
import itertools
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path

from bench.store import BRANDS, END, SOURCES, START, judged_posts, save_all
from monitor.analysis.incidents import RECENT_BINS, Detector
from monitor.analysis.jobs import IncidentsJob
from monitor.analysis.jobs.count_history import HISTORY_SPAN
from monitor.model import Health, JudgedPost, SourceStatus
from monitor.store import Store, open_store

RUNS = 20
RUN_INTERVAL = timedelta(seconds=30)


def filled(path: Path, posts: Iterator[JudgedPost]) -> Store:
    """A store with these mentions, whose sources all work."""
    store = open_store(f"sqlite:///{path}")
    store.register_brands(BRANDS, START)
    for source in SOURCES:
        store.save_status(SourceStatus(source, "feed", Health.WORKING, last_success=END), START)
    by_source = itertools.chain.from_iterable(_batches(posts))
    save_all(store, by_source, 1000)
    return store


def _batches(posts: Iterator[JudgedPost]) -> Iterator[list[JudgedPost]]:
    """Posts in runs of one source: ``save_all`` saves each batch as posts of its first post's source."""
    while run := list(itertools.islice(posts, 1000 * len(SOURCES))):
        for source in SOURCES:
            yield [one for one in run if one.post.source == source]


def milliseconds(work: Callable[[], object]) -> float:
    """CPU time over all threads, which other work on the machine disturbs less."""
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def report(name: str, store: Store) -> float:
    """Print the cost of the first run and of those that follow every 30 s. Returns the median of these in ms."""
    job = IncidentsJob(store, [brand.name for brand in BRANDS], SOURCES, Detector(UTC))
    first = milliseconds(lambda: job.run(END))
    later = [milliseconds(partial(job.run, END + n * RUN_INTERVAL)) for n in range(1, RUNS)]
    month = milliseconds(lambda: [store.volume_series(brand.name, END - HISTORY_SPAN, END) for brand in BRANDS])
    recent = milliseconds(lambda: [store.recent_volume_series(brand.name, END, RECENT_BINS) for brand in BRANDS])
    print(
        f"{name:<8}  first run {first:.1f} ms, then {statistics.median(later):.1f} ms (worst {max(later):.1f}); "
        f"reading 28 days of counts {month:.1f} ms, 5 hours of mentions {recent:.1f} ms"
    )
    return statistics.median(later)


def report_size(path: Path) -> None:
    """Print the size of the counts on disk."""
    db = sqlite3.connect(path)
    rows, mentions = (db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("cube_5min", "mention"))
    size = db.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'cube_5min'").fetchone()[0]
    db.close()
    print(f"          {mentions:,} mentions, {rows:,} counts: {size / 1e6:.1f} MB, {size / mentions:.1f} bytes/mention")


def main() -> None:
    """Build both databases and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mentions", nargs="?", type=int, default=200_000)
    mentions = parser.parse_args().mentions
    medians = []
    with tempfile.TemporaryDirectory() as folder:
        for name, since in (("2 years", START - timedelta(days=99)), ("28 days", END - HISTORY_SPAN)):
            posts = (one for one in judged_posts(mentions) if one.post.published_at >= since)
            path = Path(folder) / f"{name}.db"
            store = filled(path, posts)
            medians.append(report(name, store))
            store.close()
            report_size(path)
    print(f"ratio of a run over 2 years to one over 28 days: {medians[0] / medians[1]:.2f}")


if __name__ == "__main__":
    main()
