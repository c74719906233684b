"""Wallflower's side of bench.feeds: ``python -m bench._feeds_wallflower FOLDER WORKERS (fetch|poll)``.

Reads the feeds of FOLDER/urls twice and prints one line of JSON for each round. ``fetch`` runs the real Source, Http
and parser process, and drops the posts. ``poll`` runs the collector's whole pass, with rules, scores and a store.
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

from bench._feeds_markup import BRANDS
from monitor.clock import Clock
from monitor.collector import ConfiguredSource, Judge, PassContext, PollingPolicy, poll, timing
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
"""Reads one feed; returns the number of posts."""


class FetchPass:
    """Passes over one feed, up to its posts."""

    def __init__(self, url: str, http: Http, clock: Clock) -> None:
        self._source = Source(Options(name=url, url=url), http)
        self._clock = clock
        self._cursor: Json = None

    def __call__(self) -> int:
        """Run one pass."""
        batch = self._source.fetch((), self._cursor, self._clock.now())
        self._cursor = json.loads(json.dumps(batch.cursor))  # as the store would keep it
        return len(batch.posts)


class PollPass:
    """Passes over one feed, into the store."""

    def __init__(self, url: str, http: Http, context: PassContext) -> None:
        polling = PollingPolicy(None, timedelta(minutes=15))
        self._source = ConfiguredSource(url, "feed", Source(Options(name=url, url=url), http), polling)
        self._status = timing.initial_status(url, "feed", polling, sample=False)
        self._context = context

    def __call__(self) -> int:
        """Run one pass. Returns 0, and raises RuntimeError if the pass failed."""
        self._status = poll(self._source, self._status, self._context)
        if self._status.failures:
            raise RuntimeError(self._status.reason)
        return 0


def pass_context(path: Path, clock: Clock) -> PassContext:
    """A context with a store at ``path`` and rules for the generated brands."""
    brands = [Brand(name, name.lower(), ours=name == BRANDS[0]) for name in BRANDS]
    matcher, store = Matcher(brands), open_store(f"sqlite:///{path}")
    store.register_brands(brands, clock.now())
    judge = Judge(matcher, Scorer(brands))
    judge.judge([Post("", "1", WARM_UP_TEXT, clock.now())], clock.now())
    return PassContext(judge, store, matcher.terms(), clock.now)


def cpu_seconds() -> float:
    """CPU time of this process and its children, those that were killed as well."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    children = [child.cpu_times() for child in psutil.Process().children()]
    running = sum(times.user + times.system for times in children)
    return time.process_time() + ended.ru_utime + ended.ru_stime + running


def peak_memory() -> float:
    """The peak memory in MB of this process and its largest child, which must have ended."""
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024


def run_round(passes: Sequence[Pass], workers: int, count_url: str) -> dict[str, object]:
    """Run every pass once in ``workers`` threads. Returns the cost and the responses that the server counted."""
    cpu, start = cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        posts = sum(pool.map(lambda run: run(), passes))
    cost = {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - start}
    with urllib.request.urlopen(count_url) as response:
        return {**cost, "answers": json.load(response), "entries": posts}


def main(folder: Path, workers: int, mode: str) -> None:
    """Read all feeds twice. The start of the program and of its parser process is not measured."""
    urls = (folder / "urls").read_text().split()
    clock = Clock()
    http = Http(clock, {urlsplit(url).hostname or "" for url in urls})
    http.shared(Parser).parse(WARM_UP_FEED, "", urls[0])
    context = pass_context(folder / "wallflower.db", clock) if mode == "poll" else None
    passes: list[Pass] = [PollPass(u, http, context) if context else FetchPass(u, http, clock) for u in urls]
    rounds = [run_round(passes, workers, urls[0].rpartition("/")[0] + "/count") for _ in range(2)]
    http.close()
    if context:
        context.store.close()
    for cost in rounds:
        print(json.dumps({**cost, "memory": peak_memory()}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
