"""Reads a list of feeds twice with Wallflower: ``python -m bench._feeds_wallflower FOLDER WORKERS (fetch|poll)``.

``fetch``: the real Source, Http and parser process; the posts are discarded. ``poll``: the collector's whole pass, with
rules, scores and a store. Reads FOLDER/urls and prints one line of JSON per round.
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

from bench._feeds_generator import BRANDS
from monitor.clock import Clock
from monitor.collector import ConfiguredSource, Judge, Pace, PassContext, poll, timing
from monitor.feeds.parser import Parser
from monitor.http import Http
from monitor.model import Brand, Json, Post
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.sources.feed import Options, Source
from monitor.store import open_store

WARM_UP_FEED = b"<rss version='2.0'><channel><item><title>t</title></item></channel></rss>"
WARM_UP_TEXT = "Ce message est là pour que le modèle des langues soit chargé avant que la mesure commence."
Pass = Callable[[], int]
"""Runs one pass of one feed; returns the number of posts."""


class FetchPass:
    """Passes of one feed that end with its posts."""

    def __init__(self, url: str, http: Http, clock: Clock) -> None:
        self._source = Source(Options(name=url, url=url), http)
        self._clock = clock
        self._cursor: Json = None

    def __call__(self) -> int:
        """One pass."""
        batch = self._source.fetch((), self._cursor, self._clock.now())
        self._cursor = json.loads(json.dumps(batch.cursor))  # as the store does
        return len(batch.posts)


class PollPass:
    """Passes of one feed into the store."""

    def __init__(self, url: str, http: Http, context: PassContext) -> None:
        pace = Pace(None, timedelta(minutes=15))
        self._configured = ConfiguredSource(url, "feed", Source(Options(name=url, url=url), http), pace)
        self._status = timing.initial_status(url, "feed", pace, sample=False)
        self._context = context

    def __call__(self) -> int:
        """One pass. Returns 0; raises RuntimeError if it failed."""
        self._status = poll(self._configured, self._status, self._context)
        if self._status.failures:
            raise RuntimeError(self._status.reason)
        return 0


def pass_context(path: Path, clock: Clock) -> PassContext:
    """A context with rules for the generated brands."""
    brands = [Brand(name, name.lower(), ours=name == BRANDS[0]) for name in BRANDS]
    matcher, store = Matcher(brands), open_store(f"sqlite:///{path}")
    store.register_brands(brands, clock.now())
    judge = Judge(matcher, Scorer(brands))
    judge.judge([Post("", "1", WARM_UP_TEXT, clock.now())], clock.now())
    return PassContext(judge, store, matcher.terms(), clock.now)


def cpu_seconds() -> float:
    """CPU time of this process and its children."""
    children = [child.cpu_times() for child in psutil.Process().children()]
    return time.process_time() + sum(times.user + times.system for times in children)


def peak_memory_mb() -> float:
    """Peak memory of this process and of its largest child, which must have ended."""
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024


def one_round(passes: Sequence[Pass], workers: int, count_url: str) -> dict[str, object]:
    """Run every pass once, ``workers`` at a time; returns the cost and the responses that the server counted."""
    before, began = cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        posts = sum(pool.map(lambda run: run(), passes))
    used = {"cpu": cpu_seconds() - before, "wall": time.perf_counter() - began}
    with urllib.request.urlopen(count_url) as answer:
        return {**used, "answers": json.load(answer), "entries": posts}


def main(folder: Path, workers: int, what: str) -> None:
    """Read all feeds twice. Only this is measured, not the start of the program and its child process."""
    urls = (folder / "urls").read_text().split()
    clock = Clock()
    http = Http(clock, {urlsplit(url).hostname or "" for url in urls})
    http.shared(Parser).parse(WARM_UP_FEED, "", urls[0])
    context = pass_context(folder / "wallflower.db", clock) if what == "poll" else None
    passes: list[Pass] = [PollPass(u, http, context) if context else FetchPass(u, http, clock) for u in urls]
    rounds = [one_round(passes, workers, urls[0].rpartition("/")[0] + "/count") for _ in range(2)]
    http.close()
    if context:
        context.store.close()
    for used in rounds:
        print(json.dumps({**used, "memory": peak_memory_mb()}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
