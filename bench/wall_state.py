"""The cost of a wall's state, of the jobs and of the first picture, with a small and with a large database.

    python -m bench.wall_state [--small 10000] [--mentions 100000] [--database PATH]

Builds a database of --small mentions, the reference, and one of --mentions, as bench.store generates them. PATH is a
database that bench.store kept, to be used as the large one; it is migrated, which is timed, and written to, so pass a
copy. For two minutes a mention is stored each second and a state is built after it, with a clock that starts where the
mentions end. Times are CPU milliseconds of the thread that builds. The mean includes the parts that are cached and
then computed again; the median is that of most states. Ratios are those of the large database to the small one. The
exit status is 1 if the state or the incidents job costs five times as much. Needs Chromium.

The cost of topics depends on the texts of four weeks, of which at most 3,000 are read; with fewer it is lower.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from bench._browser import exit_without_chromium, launch
from bench.incidents_job import filled
from bench.live import free_port, wait_for
from bench.store import BRANDS, END, SOURCES, START, judged_posts
from display.cli.dependencies import load_config
from display.server import gunicorn_server
from display.wall_state import WallStates
from monitor.analysis.incidents import Detector
from monitor.analysis.jobs import IncidentsJob, Job, TopicsJob
from monitor.clock import Clock, ReplayClock
from monitor.config import Config
from monitor.model import Finding, Health, JudgedPost, Match, Post, Score, SourceStatus
from monitor.store import Store, open_store

INDEPENDENT_OF_SIZE = ("state", "incidents")
"""What must not cost more when more is stored."""
SECONDS = 120
RUNS, RUN_INTERVAL = 241, timedelta(seconds=30)
MAX_RATIO = 5.0


class OffsetClock(Clock):
    """A clock that starts where the mentions end; ``advance`` skips time."""

    def __init__(self) -> None:
        super().__init__()
        self._started, self._skipped = time.monotonic(), 0.0

    def now(self) -> datetime:
        """END plus the time since the start."""
        return END + timedelta(seconds=self.monotonic() - self._started)

    def monotonic(self) -> float:
        """The machine's time plus the skipped time."""
        return time.monotonic() + self._skipped

    def advance(self, seconds: float) -> None:
        """Skip time."""
        self._skipped += seconds


class Cost(NamedTuple):
    """The cost of something that is done repeatedly, in milliseconds."""

    first: float
    later: Sequence[float]

    def line(self, reference: Cost | None) -> str:
        """The figures on one line, with ratios to the reference."""
        mean, median = statistics.fmean(self.later), statistics.median(self.later)
        figures = f"first {self.first:8.1f}  then mean {mean:7.2f}  median {median:7.2f}  worst {max(self.later):8.1f}"
        if reference is None:
            return figures
        ratios = mean / statistics.fmean(reference.later), median / statistics.median(reference.later)
        return f"{figures}   ratio of means {ratios[0]:.2f}, of medians {ratios[1]:.2f}"

    def is_similar(self, reference: Cost) -> bool:
        """Whether the mean is below MAX_RATIO times the reference's."""
        return statistics.fmean(self.later) < MAX_RATIO * statistics.fmean(reference.later)


def config_for(database: Path, port: int = 8750) -> Config:
    """A config with the brands and sources of bench.store for ``database``, which must be named wallflower.db."""
    brands = "".join(
        f'[[brands]]\nname = "{b.name}"\nrule = "{b.rule}"\nours = {str(b is BRANDS[0]).lower()}\n' for b in BRANDS
    )
    sources = "".join(
        f'[[sources]]\nkind = "feed"\nname = "{name}"\nurl = "https://feed.invalid/{n}"\nevery = "24h"\n'
        for n, name in enumerate(SOURCES)
    )
    path = database.with_name("config.toml")
    path.write_text(f'[wallflower]\ndata = "{database.parent}"\n[server]\nport = {port}\n{brands}{sources}')
    return load_config(path)


def milliseconds(work: Callable[[], object]) -> float:
    """CPU time of this thread."""
    start = time.thread_time()
    work()
    return 1000 * (time.thread_time() - start)


def save_one(store: Store, clock: Clock, name: str) -> None:
    """Save a mention published now."""
    brand, now = BRANDS[0], clock.now()
    post = Post(SOURCES[0], f"{name}-{now.timestamp()}", f"Acme is fine at {now:%H:%M:%S}.", now, author="bench")
    store.save(SOURCES[0], [JudgedPost(post, (Finding(Match(brand.name, brand.rule), Score(0.5)),))], now=now)


def delete_incidents(database: Path) -> None:
    """Delete incidents of an earlier run, which the saved mentions caused: the wall draws more during an incident."""
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("DELETE FROM incident")


def state_cost(store: Store, config: Config) -> Cost:
    """The cost of building a state after each of SECONDS mentions."""
    clock = OffsetClock()
    states = WallStates(config, store, clock, health=dict, version="1")
    first = milliseconds(states.get)
    later = []
    for _ in range(SECONDS):
        clock.advance(1)
        save_one(store, clock, "state")
        later.append(milliseconds(states.get))
    print(f"  the wall shows: {states.get()['kind']}")
    return Cost(first, later)


def job_costs(store: Store, config: Config) -> Iterator[tuple[str, Cost]]:
    """(name, cost of a run) of each job, run every 30 s for two hours."""
    names = [b.name for b in config.brands], [s.name for s in config.sources]
    jobs: tuple[Job, ...] = (IncidentsJob(store, *names, Detector(UTC)), TopicsJob(store, config.brands))
    for job in jobs:
        times = [milliseconds(partial(job.run, END + n * RUN_INTERVAL)) for n in range(RUNS)]
        yield job.name, Cost(times[0], times[1:])


def serve_at_the_end(database: Path, port: int) -> None:
    """Run the service with a clock that starts where the mentions end. Runs in its own process."""
    gunicorn_server.run(config_for(database, port), "1", clock=ReplayClock(END, 1.0))


@contextmanager
def served(database: Path) -> Iterator[str]:
    """Serve ``database`` during the block. Yields the URL."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve_at_the_end, args=(database, port))
    process.start()
    try:
        wait_for(f"http://127.0.0.1:{port}", 120)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join(15)


def first_pictures(database: Path) -> tuple[float, float]:
    """Milliseconds until a new service answers the first request, and until a browser has then drawn the wall."""
    started = time.monotonic()
    with served(database) as url, sync_playwright() as playwright:
        answered = time.monotonic()
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        opened = time.monotonic()
        page.goto(f"{url}/wall", wait_until="commit")
        page.wait_for_selector(".canvas")
        drawn = time.monotonic()
        browser.close()
    return 1000 * (answered - started), 1000 * (drawn - opened)


def report(name: str, database: Path, references: dict[str, Cost]) -> bool:
    """Measure one database and print the figures. Returns whether all ratios are below the limit.

    The first call fills ``references``.
    """
    start = time.monotonic()
    store = open_store(f"sqlite:///{database}")
    opened = time.monotonic() - start
    print(f"{name}: {store.last_mention_id():,} mentions; opened and migrated in {opened:.1f} s")
    delete_incidents(database)
    store.register_brands(BRANDS, START)
    for source in SOURCES:
        store.save_status(SourceStatus(source, "feed", Health.WORKING, last_success=END), START)
    config, passes = config_for(database), True
    costs = [("state", state_cost(store, config)), *job_costs(store, config)]
    store.close()
    for what, cost in costs:
        reference = references.setdefault(what, cost)
        print(f"  {what:<10}{cost.line(None if reference is cost else reference)}")
        passes = passes and (what not in INDEPENDENT_OF_SIZE or cost.is_similar(reference))
    answered, drawn = first_pictures(database)
    print(f"  first answer {answered:.0f} ms after the start; drawn {drawn:.0f} ms after a browser opened the wall")
    return passes


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 if the large database costs about as much as the small one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=10_000, help="mentions of the reference")
    parser.add_argument("--mentions", type=int, default=100_000, help="mentions of the large database")
    parser.add_argument("--database", type=Path, help="a large database made by bench.store; it is written to")
    options = parser.parse_args(argv)
    exit_without_chromium()
    references: dict[str, Cost] = {}
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; milliseconds of CPU time")
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small" / "wallflower.db", Path(folder) / "large" / "wallflower.db"
        filled(small, judged_posts(options.small)).close()
        report("small", small, references)
        if options.database:
            large.parent.mkdir()
            large.symlink_to(options.database.resolve())
        else:
            filled(large, judged_posts(options.mentions)).close()
        return 0 if report("large", large, references) else 1


if __name__ == "__main__":
    sys.exit(main())
