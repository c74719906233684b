"""What one turn of the watch for incidents costs, and that it costs the same whatever is stored beyond four weeks.

    python -m bench.watch [MENTIONS]      1,000,000 over two years unless told, as bench.store makes them up

``all`` is the database with all of them, ``28 days`` one that has only those of the last four weeks.
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
from pathlib import Path

from bench.store import BRANDS, END, SOURCES, START, judged_posts, save_all
from monitor.analysis.incidents import Detector
from monitor.analysis.jobs import IncidentsJob
from monitor.analysis.jobs.count_history import HISTORY_SPAN
from monitor.model import Health, JudgedPost, SourceStatus
from monitor.store import Store, open_store

TURNS = 20


def filled(path: Path, posts: Iterator[JudgedPost]) -> Store:
    """A store with these mentions, of which every source is read without trouble."""
    store = open_store(f"sqlite:///{path}")
    store.register_brands(BRANDS, START)
    for source in SOURCES:
        store.save_status(SourceStatus(source, "feed", Health.WORKING, last_success=END), START)
    by_source = itertools.chain.from_iterable(_batches(posts))
    save_all(store, by_source, 1000)
    return store


def _batches(posts: Iterator[JudgedPost]) -> Iterator[list[JudgedPost]]:
    """``save_all`` names the source of a batch's first post for all of it: so nearly each batch is of one source."""
    while run := list(itertools.islice(posts, 1000 * len(SOURCES))):
        for source in SOURCES:
            yield [one for one in run if one.post.source == source]


def milliseconds(work: Callable[[], object]) -> float:
    """Of processor time, over all threads: what else the machine does disturbs it less."""
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def report(name: str, store: Store) -> None:
    """Print what the first turn costs, and those that follow every 30 s."""
    job = IncidentsJob(store, [brand.name for brand in BRANDS], SOURCES, Detector(UTC))
    first = milliseconds(lambda: job.run(END))
    later = [milliseconds(lambda n=n: job.run(END + n * timedelta(seconds=30))) for n in range(1, TURNS)]  # type: ignore[misc]
    month = milliseconds(lambda: [store.volume_series(brand.name, END - HISTORY_SPAN, END) for brand in BRANDS])
    recent = milliseconds(lambda: [store.recent_volume_series(brand.name, END, 36) for brand in BRANDS])
    print(
        f"{name:<10}first turn {first:6.1f} ms, then {statistics.median(later):6.1f} ms (worst {max(later):.1f}); "
        f"28 days of counts {month:.1f} ms, 3 hours of rows {recent:.1f} ms"
    )


def report_size(path: Path) -> None:
    """Print what the counts take on the disk."""
    db = sqlite3.connect(path)
    rows, mentions = (db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("cube_5min", "mention"))
    size = db.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'cube_5min'").fetchone()[0]
    db.close()
    print(f"{rows:,} rows of counts for {mentions:,} mentions: {size / 1e6:.1f} MB, {size / mentions:.1f} bytes each")


def main() -> None:
    """Read the command line, build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mentions", nargs="?", type=int, default=1_000_000)
    mentions = parser.parse_args().mentions
    with tempfile.TemporaryDirectory() as folder:
        for name, since in (("all", START - timedelta(days=99)), ("28 days", END - HISTORY_SPAN)):
            posts = (one for one in judged_posts(mentions) if one.post.published_at >= since)
            path = Path(folder) / f"{name}.db"
            store = filled(path, posts)
            report(name, store)
            store.close()
            report_size(path)


if __name__ == "__main__":
    main()
