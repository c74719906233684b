"""Fifty mentions a second for a minute: does the wall stutter, and how old is the newest that it shows?

    python -m bench.flood [--rate 50] [--seconds 60]

Starts ``wallflower run`` on an empty database, opens one wall in Chromium and saves mentions one by one from outside.
The reference is the same wall just before, at one mention a second. "Long tasks" are what Chromium calls so: script and
layout that held the page for 50 ms or more. The age of the newest shown is asked ten times a second: for how long there
is already a mention that the headline on the screen does not count; none while there is no newer. That of a hero is its
age when it came.
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

from bench.live import CONFIG, free_port, open_wall, served
from bench.store import judged_posts
from monitor.clock import Clock
from monitor.model import Finding, JudgedPost, Match, Post, Score
from monitor.store import Store, open_store
from monitor.text.near_duplicates import signatures

LONGEST, OLDEST = 200.0, 2000.0
"""Milliseconds: bars for a long task, and for the age of the newest shown."""
CALM_SECONDS = 20
LOOK = 100
"""Milliseconds between two questions for the age."""
WATCH_TASKS = """
window.tasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) tasks.push([Date.now(), entry.duration]);
}).observe({ type: "longtask" });
"""
WATCH_SCREEN = """
window.shown = [[Date.now(), 0]];
window.heroes = [];
window.most = 0;
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
  most = Math.max(most, document.querySelectorAll(".hero, .row").length);
}).observe(document.getElementById("wall"), { subtree: true, childList: true, characterData: true, attributes: true });
"""


@dataclass
class Minute:
    """What was seen at one rate: milliseconds."""

    tasks: Sequence[float]
    ages: Sequence[float]
    heroes: Sequence[float]

    def line(self, name: str) -> str:
        """As it is printed."""
        long = sum(t > LONGEST for t in self.tasks)
        return (
            f"{name}: {len(self.tasks)} long tasks, worst {max(self.tasks, default=0):.0f} ms, {long} over "
            f"{LONGEST:.0f} ms; age of the newest shown p50 {statistics.median(self.ages):.0f}  "
            f"p95 {quantile(self.ages):.0f}  worst {max(self.ages):.0f} ms; {len(self.heroes)} heroes, "
            f"age at entry p50 {statistics.median(self.heroes or [0]):.0f}  worst {max(self.heroes, default=0):.0f} ms"
        )

    def good(self) -> bool:
        """Whether both bars hold."""
        return max(self.tasks, default=0) <= LONGEST and max(self.ages) < OLDEST


def quantile(values: Sequence[float]) -> float:
    """p95."""
    return statistics.quantiles(values, n=20)[-1]


def posts(clock: Clock) -> Iterator[JudgedPost]:
    """Mentions of this moment, of usual length, numbered from 1 on; each like no other."""
    for number, one in enumerate(itertools.cycle(judged_posts(100_000)), 1):
        post = Post("Bench", f"{number}", f"Acme number {number}: {one.post.text}", clock.now(), one.post.author)
        (signature,) = signatures([post.body])
        yield replace(one, post=post, findings=(Finding(Match("Acme", "acme"), Score(0.5)),), signature=signature)


def pour(store: Store, stream: Iterator[JudgedPost], rate: float, seconds: float, committed: list[float]) -> None:
    """Save ``rate`` mentions a second, evenly; note in ``committed`` when each was."""
    begun = time.monotonic()
    for n in range(round(rate * seconds)):
        time.sleep(max(0.0, begun + n / rate - time.monotonic()))
        one = next(stream)
        store.save("Bench", [one], now=one.post.published_at)
        committed.append(time.time() * 1000)


def seen(page: Page, committed: Sequence[float], since: float, until: float) -> Minute:
    """What the page showed between two times, epoch milliseconds."""
    shown, heroes, tasks = page.evaluate("[shown, heroes, tasks]")
    ages = []
    for at in range(round(since), round(until), LOOK):
        count = max((n for when, n in shown if when <= at), default=0)
        waiting = [t for t in committed[count:] if t <= at]
        ages.append(at - waiting[0] if waiting else 0.0)
    return Minute(
        [duration for at, duration in tasks if since <= at <= until],
        ages,
        [at - committed[int(number) - 1] for at, number in heroes if since <= at <= until],
    )


def held(page: Page) -> tuple[float, int]:
    """Megabytes of heap and nodes that the page holds, once garbage was collected."""
    session = page.context.new_cdp_session(page)
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    heap, nodes = session.send("Runtime.getHeapUsage")["usedSize"], session.send("Memory.getDOMCounters")["nodes"]
    session.detach()
    return heap / 1e6, nodes


def measure(page: Page, store: Store, rate: float, seconds: float) -> tuple[Minute, Minute]:
    """The calm minute and the flood."""
    committed: list[float] = []
    stream, times = posts(Clock()), []
    for pace, length in ((1.0, CALM_SECONDS), (rate, seconds)):
        times.append(time.time() * 1000)
        pour(store, stream, pace, length, committed)
        times.append(time.time() * 1000)
        heap, nodes = held(page)
        print(f"after {len(committed):,} mentions: heap {heap:.2f} MB, {nodes} nodes")
    count = f"{len(committed):,} mentions"
    page.wait_for_function(
        "count => document.querySelector('h1').textContent.includes(count)", arg=count, timeout=10_000
    )
    return seen(page, committed, *times[:2]), seen(page, committed, *times[2:])


def main(argv: Sequence[str] | None = None) -> int:
    """0 when both bars hold in the flood."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), free_port(), CONFIG) as url:
        store = open_store(f"sqlite:///{Path(folder) / 'data' / 'wallflower.db'}")
        with sync_playwright() as playwright:
            page = open_wall(playwright, url)
            page.evaluate(WATCH_TASKS + WATCH_SCREEN)
            calm, flood = measure(page, store, asked.rate, asked.seconds)
            most, proof = page.evaluate("[most, document.querySelector('.proof').innerText.replace(/\\s+/g, ' ')]")
        store.close()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {most} mentions drawn at most; it says: {proof}")
    print(calm.line("one a second"))
    print(flood.line(f"{asked.rate:.0f} a second"))
    against = max(calm.ages, default=0) or 1
    print(
        f"worst age: ratio to the reference {max(flood.ages) / against:.1f}, to the bar {max(flood.ages) / OLDEST:.2f}"
    )
    return 0 if flood.good() else 1


if __name__ == "__main__":
    sys.exit(main())
