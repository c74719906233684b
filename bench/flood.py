"""Fifty mentions a second for a minute: does the wall stutter, and how far does it fall behind?

    python -m bench.flood [--rate 50] [--seconds 60]

Starts ``wallflower run`` on an empty database, opens one wall in Chromium and saves mentions one by one from another
process. The reference is the same wall just before, at one mention a second. "Long tasks" are Chromium's term: script
and layout that block the page for 50 ms or more. The delay, sampled ten times a second, is how long the oldest mention
that the headline does not count yet has been stored; 0 if it counts all. A hero's delay is its age when it appears.
The exit status is 1 if a task or a delay exceeds its limit. Needs Chromium.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench._browser import exit_without_chromium
from bench.live import CONFIG, free_port, open_wall, served
from bench.store import judged_posts
from monitor.clock import Clock
from monitor.model import Finding, JudgedPost, Match, Post, Score
from monitor.store import Store, open_store
from monitor.text.near_duplicates import signatures

MAX_TASK_MS, MAX_DELAY_MS = 200.0, 2000.0
CALM_SECONDS = 20
SAMPLE_MS = 100
RECORD_TASKS = """
window.tasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) tasks.push([Date.now(), entry.duration]);
}).observe({ type: "longtask" });
"""
RECORD_SCREEN = """
window.shown = [[Date.now(), 0]];
window.heroes = [];
window.maxDrawn = 0;
const painted = (then) => requestAnimationFrame(() => {
  const after = new MessageChannel();
  after.port1.onmessage = () => then(Date.now());
  after.port2.postMessage(0);
});
new MutationObserver(() => {
  const counted = document.querySelector("h1")?.textContent.match(/([0-9,]+) mention/)?.[1];
  const count = Number(counted?.replace(",", "") ?? 0);
  if (count && count !== shown.at(-1)[1]) painted((at) => shown.push([at, count]));
  const hero = document.querySelector(".hero .text")?.textContent.match(/number (\\d+)/)?.[1];
  if (hero && hero !== heroes.at(-1)?.[1]) painted((at) => hero !== heroes.at(-1)?.[1] && heroes.push([at, hero]));
  maxDrawn = Math.max(maxDrawn, document.querySelectorAll(".hero, .row").length);
}).observe(document.getElementById("wall"), { subtree: true, childList: true, characterData: true, attributes: true });
"""


@dataclass
class Measurement:
    """What was measured at one rate, in milliseconds."""

    tasks: Sequence[float]
    """Lengths of the long tasks."""
    delays: Sequence[float]
    hero_delays: Sequence[float]

    def summary(self, name: str) -> str:
        """The figures on one line."""
        long = sum(t > MAX_TASK_MS for t in self.tasks)
        return (
            f"{name}: {len(self.tasks)} long tasks, worst {max(self.tasks, default=0):.0f} ms, {long} over "
            f"{MAX_TASK_MS:.0f} ms; delay p50 {statistics.median(self.delays):.0f}  "
            f"p95 {p95(self.delays):.0f}  worst {max(self.delays):.0f} ms; {len(self.hero_delays)} heroes, delay "
            f"p50 {statistics.median(self.hero_delays or [0]):.0f}  worst {max(self.hero_delays, default=0):.0f} ms"
        )

    def passes(self) -> bool:
        """Whether both limits hold."""
        return max(self.tasks, default=0) <= MAX_TASK_MS and max(self.delays) < MAX_DELAY_MS


def p95(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def new_mentions(clock: Clock) -> Iterator[JudgedPost]:
    """Mentions published now, of usual length, numbered from 1. No two are near-duplicates."""
    for number, one in enumerate(itertools.cycle(judged_posts(100_000)), 1):
        post = Post("Bench", f"{number}", f"Acme number {number}: {one.post.text}", clock.now(), one.post.author)
        (signature,) = signatures([post.body])
        yield replace(one, post=post, findings=(Finding(Match("Acme", "acme"), Score(0.5)),), signature=signature)


def save_evenly(
    store: Store, stream: Iterator[JudgedPost], rate: float, seconds: float, committed: list[float]
) -> None:
    """Save ``rate`` mentions per second; add the epoch milliseconds of each commit to ``committed``."""
    start = time.monotonic()
    for n in range(round(rate * seconds)):
        time.sleep(max(0.0, start + n / rate - time.monotonic()))
        one = next(stream)
        store.save("Bench", [one], now=one.post.published_at)
        committed.append(time.time() * 1000)


def measurement(page: Page, committed: Sequence[float], since: float, until: float) -> Measurement:
    """What the page recorded between two times in epoch milliseconds."""
    shown, heroes, tasks = page.evaluate("[shown, heroes, tasks]")
    delays = []
    for at in range(round(since), round(until), SAMPLE_MS):
        count = max((n for when, n in shown if when <= at), default=0)
        waiting = [t for t in committed[count:] if t <= at]
        delays.append(at - waiting[0] if waiting else 0.0)
    return Measurement(
        [duration for at, duration in tasks if since <= at <= until],
        delays,
        [at - committed[int(number) - 1] for at, number in heroes if since <= at <= until],
    )


def page_memory(page: Page) -> tuple[float, int]:
    """Megabytes of heap and the number of DOM nodes, after garbage collection."""
    session = page.context.new_cdp_session(page)
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    heap, nodes = session.send("Runtime.getHeapUsage")["usedSize"], session.send("Memory.getDOMCounters")["nodes"]
    session.detach()
    return heap / 1e6, nodes


def measure(page: Page, store: Store, rate: float, seconds: float) -> tuple[Measurement, Measurement]:
    """Measurements at one mention a second, and at ``rate``."""
    committed: list[float] = []
    stream, times = new_mentions(Clock()), []
    for pace, length in ((1.0, CALM_SECONDS), (rate, seconds)):
        times.append(time.time() * 1000)
        save_evenly(store, stream, pace, length, committed)
        times.append(time.time() * 1000)
        heap, nodes = page_memory(page)
        print(f"after {len(committed):,} mentions: heap {heap:.2f} MB, {nodes} nodes")
    count = f"{len(committed):,} mentions"
    page.wait_for_function(
        "count => document.querySelector('h1').textContent.includes(count)", arg=count, timeout=10_000
    )
    return measurement(page, committed, *times[:2]), measurement(page, committed, *times[2:])


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 if both limits hold in the flood."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args(argv)
    exit_without_chromium()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), free_port(), CONFIG) as url:
        store = open_store(f"sqlite:///{Path(folder) / 'data' / 'wallflower.db'}")
        with sync_playwright() as playwright:
            page = open_wall(playwright, url)
            page.evaluate(RECORD_TASKS + RECORD_SCREEN)
            calm, flood = measure(page, store, options.rate, options.seconds)
            drawn, proof = page.evaluate("[maxDrawn, document.querySelector('.proof').innerText.replace(/\\s+/g, ' ')]")
        store.close()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; at most {drawn} mentions drawn")
    print(f"the wall says: {proof}")
    print(calm.summary("one a second"))
    print(flood.summary(f"{options.rate:.0f} a second"))
    worst, reference = max(flood.delays), max(calm.delays, default=0) or 1
    print(f"worst delay: ratio to the reference {worst / reference:.1f}, to the limit {worst / MAX_DELAY_MS:.2f}")
    return 0 if flood.passes() else 1


if __name__ == "__main__":
    sys.exit(main())
