"""What the wall costs the server whatever is stored: one state, a turn of the watch, the first picture.

    python -m bench.wall_state [--small 10000] [--mentions 200000] [--database PATH]

``small`` is a database of so many mentions and the reference; beside it stands one of as many as told, made up as
bench.store does, or PATH, which bench.store made: it is brought up to date (which is timed) and written to, so hand in
a copy. For two minutes a mention is stored each second and a state is built after it, by a clock that stands where the
mentions end. Milliseconds are the processor's of the thread that builds; the mean tells of all that is kept for a while
and then worked out anew, the median of most states.

Topics are no matter of what is stored but of what was said in four weeks, of which up to 3,000 texts are read: below
that they cost less.
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

from bench.live import chromium, free_port, wait_for
from bench.store import BRANDS, END, SOURCES, START, judged_posts
from bench.watch import filled
from display.cli.dependencies import load_config
from display.server import service
from display.wall_state import WallStates
from monitor.analysis.incidents import Detector
from monitor.analysis.jobs import IncidentsJob, Job, TopicsJob
from monitor.clock import Clock, ReplayClock
from monitor.config import Config
from monitor.model import Finding, Health, JudgedPost, Match, Post, Score, SourceStatus
from monitor.store import Store, open_store

SMALL = 10_000
FLAT = ("state", "incidents")
"""What is to cost the same whatever is stored."""
SECONDS = 120
TURNS = 241
SAME_ORDER = 5.0
"""A ratio below it is the same order."""


class Moved(Clock):
    """Stands where the mentions end and goes as fast as the machine's clock, but for what ``advance`` skips."""

    def __init__(self) -> None:
        super().__init__()
        self._begun, self._skipped = time.monotonic(), 0.0

    def now(self) -> datetime:
        """END, and what has passed."""
        return END + timedelta(seconds=self.monotonic() - self._begun)

    def monotonic(self) -> float:
        """The machine's, and what was skipped."""
        return time.monotonic() + self._skipped

    def advance(self, seconds: float) -> None:
        """Skip some time."""
        self._skipped += seconds


class Cost(NamedTuple):
    """Of one thing that is done again and again, in milliseconds."""

    first: float
    later: Sequence[float]

    def line(self, reference: Cost | None) -> str:
        """As it is printed, with ratios to the reference."""
        mean, median = statistics.fmean(self.later), statistics.median(self.later)
        told = f"first {self.first:8.1f}  then mean {mean:7.2f}  median {median:7.2f}  worst {max(self.later):8.1f}"
        if reference is None:
            return told
        parts = mean / statistics.fmean(reference.later), median / statistics.median(reference.later)
        return f"{told}   ratio of means {parts[0]:.2f}, of medians {parts[1]:.2f}"

    def same_order(self, reference: Cost) -> bool:
        """Whether the mean is of the order of the reference's."""
        return statistics.fmean(self.later) < SAME_ORDER * statistics.fmean(reference.later)


def config_for(database: Path, port: int = 8750) -> Config:
    """The brands and sources of bench.store over ``database``, which must be called wallflower.db."""
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
    """Of this thread's processor time."""
    begun = time.thread_time()
    work()
    return 1000 * (time.thread_time() - begun)


def save_one(store: Store, clock: Clock, name: str) -> None:
    """A mention of this moment."""
    brand, now = BRANDS[0], clock.now()
    post = Post(SOURCES[0], f"{name}-{now.timestamp()}", f"Acme is fine at {now:%H:%M:%S}.", now, author="bench")
    store.save(SOURCES[0], [JudgedPost(post, (Finding(Match(brand.name, brand.rule), Score(0.5)),))], now=now)


def forget_incidents(database: Path) -> None:
    """Take out what the watch found in an earlier run, with the mentions that this stores: an incident draws more."""
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("DELETE FROM incident")


def cost_of_states(store: Store, config: Config) -> Cost:
    """Of building a state after each of SECONDS mentions."""
    clock = Moved()
    states = WallStates(config, store, clock, health=dict, version="1")
    first = milliseconds(states.get)
    later = []
    for _ in range(SECONDS):
        clock.advance(1)
        save_one(store, clock, "state")
        later.append(milliseconds(states.get))
    print(f"  the wall is {states.get()['kind']}")
    return Cost(first, later)


def costs_of_watch(store: Store, config: Config) -> Iterator[tuple[str, Cost]]:
    """Of each job's turn, every 30 s for two hours."""
    names = [b.name for b in config.brands], [s.name for s in config.sources]
    jobs: tuple[Job, ...] = (IncidentsJob(store, *names, Detector(UTC)), TopicsJob(store, config.brands))
    for job in jobs:
        times = [milliseconds(partial(job.run, END + n * timedelta(seconds=30))) for n in range(TURNS)]
        yield job.name, Cost(times[0], times[1:])


def serve_at_the_end(database: Path, port: int) -> None:
    """``wallflower run`` by a clock that stands where the mentions end; the body of a process."""
    service.run(config_for(database, port), "1", clock=ReplayClock(END, 1.0))


@contextmanager
def served(database: Path) -> Iterator[str]:
    """The pages over ``database``, until the end of the block; their address."""
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
    """Milliseconds until ``wallflower run`` answers a wall's first question, and until a browser that then opens it
    has drawn it."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    begun = time.monotonic()
    with served(database) as url, sync_playwright() as playwright:
        answered = time.monotonic()
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--disable-gpu", *sandbox])
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        opened = time.monotonic()
        page.goto(f"{url}/wall", wait_until="commit")
        page.wait_for_selector(".canvas")
        drawn = time.monotonic()
        browser.close()
    return 1000 * (answered - begun), 1000 * (drawn - opened)


def report(name: str, database: Path, references: dict[str, Cost]) -> bool:
    """Measure and print one database; the first is the reference of those that follow."""
    begun = time.monotonic()
    store = open_store(f"sqlite:///{database}")
    opened = time.monotonic() - begun
    print(f"{name}: {store.last_mention_id():,} mentions; opened, and brought up to date, in {opened:.1f} s")
    forget_incidents(database)
    store.register_brands(BRANDS, START)
    for source in SOURCES:
        store.save_status(SourceStatus(source, "feed", Health.WORKING, last_success=END), START)
    config, good = config_for(database), True
    costs = [("state", cost_of_states(store, config)), *costs_of_watch(store, config)]
    store.close()
    for what, cost in costs:
        reference = references.setdefault(what, cost)
        print(f"  {what:<10}{cost.line(None if reference is cost else reference)}")
        good = good and (what not in FLAT or cost.same_order(reference))
    answered, drawn = first_pictures(database)
    print(f"  started and answered after {answered:.0f} ms, drawn {drawn:.0f} ms after a browser opened it")
    return good


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the larger one costs what the smaller one costs, by its order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--mentions", type=int, default=200_000)
    parser.add_argument("--database", type=Path, help="one that bench.store made; it is written to")
    asked = parser.parse_args(argv)
    references: dict[str, Cost] = {}
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; ms of processor time")
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small" / "wallflower.db", Path(folder) / "large" / "wallflower.db"
        filled(small, judged_posts(asked.small)).close()
        report("small", small, references)
        if asked.database:
            large.parent.mkdir()
            large.symlink_to(asked.database.resolve())
        else:
            filled(large, judged_posts(asked.mentions)).close()
        return 0 if report("large", large, references) else 1


if __name__ == "__main__":
    sys.exit(main())
