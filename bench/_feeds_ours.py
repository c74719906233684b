"""Our own side over a list of feeds, twice: ``python -m bench._feeds_ours FOLDER WORKERS (fetch|poll)``.

``fetch``: the real Source, Http and parsing child, posts thrown away. ``poll``: the collector's whole pass, with rules,
scores and a store. Reads FOLDER/urls; prints one line of JSON for each round.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench._feeds_made_up import BRANDS
from monitor.clock import Clock
from monitor.collector import ConfiguredSource, Judge, Pace, PassContext, poll, timing
from monitor.feeds.parser import Parser
from monitor.http import Http
from monitor.model import Brand, Json, Post
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.sources.feed import Options, Source
from monitor.store import open_store

WARM = b"<rss version='2.0'><channel><item><title>t</title></item></channel></rss>"
FOREIGN = "Ce message est là pour que le modèle des langues soit chargé avant que la mesure commence."
Pass = Callable[[], int]
"""Reads one feed; returns how many posts, or new mentions, came of it."""


class Fetching:
    """A feed's passes, up to its posts."""

    def __init__(self, url: str, http: Http, clock: Clock) -> None:
        self._source = Source(Options(name=url, url=url), http)
        self._clock = clock
        self._cursor: Json = None

    def __call__(self) -> int:
        """One pass."""
        batch = self._source.fetch((), self._cursor, self._clock.now())
        self._cursor = json.loads(json.dumps(batch.cursor))  # as the store would keep it
        return len(batch.posts)


class Polling:
    """A feed's passes, into the store."""

    def __init__(self, url: str, http: Http, desk: PassContext) -> None:
        pace = Pace(None, timedelta(minutes=15))
        self._watched = ConfiguredSource(url, "feed", Source(Options(name=url, url=url), http), pace)
        self._status = timing.initial_status(url, "feed", pace, sample=False)
        self._desk = desk

    def __call__(self) -> int:
        """One pass. Raises RuntimeError where it failed."""
        self._status = poll(self._watched, self._status, self._desk)
        if self._status.failures:
            raise RuntimeError(self._status.reason)
        return 0


def desk_for(path: Path, clock: Clock) -> PassContext:
    """A desk with rules for the made-up brands."""
    brands = [Brand(name, name.lower(), ours=name == BRANDS[0]) for name in BRANDS]
    matcher, store = Matcher(brands), open_store(f"sqlite:///{path}")
    store.register_brands(brands, clock.now())
    judge = Judge(matcher, Scorer(brands))
    judge.judge([Post("", "1", FOREIGN, clock.now())], clock.now())
    return PassContext(judge, store, matcher.terms(), clock.now)


def cpu() -> float:
    """Seconds of processor time of this process and its children."""
    children = [child.cpu_times() for child in psutil.Process().children()]
    return time.process_time() + sum(times.user + times.system for times in children)


def memory() -> float:
    """The most MB that this process held, and its largest child, which must have ended."""
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024


def one_round(passes: Sequence[Pass], workers: int, count_url: str) -> dict[str, object]:
    """Run every pass once, some at a time; what that cost, and what the server saw."""
    before, began = cpu(), time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        posts = sum(pool.map(lambda run: run(), passes))
    used = {"cpu": cpu() - before, "wall": time.perf_counter() - began}
    with urllib.request.urlopen(count_url) as answer:
        return {**used, "answers": json.load(answer), "entries": posts}


def main(folder: Path, workers: int, what: str) -> None:
    """Read all feeds twice; only the reading counts, not the start of the program and of its child."""
    urls = (folder / "urls").read_text().split()
    clock = Clock()
    http = Http(clock, {urlsplit(url).hostname or "" for url in urls})
    http.shared(Parser).parse(WARM, "", urls[0])
    desk = desk_for(folder / "ours.db", clock) if what == "poll" else None
    passes: list[Pass] = [Polling(u, http, desk) if desk else Fetching(u, http, clock) for u in urls]
    rounds = [one_round(passes, workers, urls[0].rpartition("/")[0] + "/count") for _ in range(2)]
    http.close()
    if desk:
        desk.store.close()
    for used in rounds:
        print(json.dumps({**used, "memory": memory()}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
