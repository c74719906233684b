"""Whether Chromium's memory, DOM nodes and listeners stay flat while a wall shows a day with all its states.

    python -m bench.wall_memory [--minutes 3] [--shots FOLDER]

Starts ``wallflower demo-wall``, which replays a day with an incident and a night in so many minutes, and samples the
page twenty times or more, each time after garbage collection. Prints the states it saw and, for each figure, the median
of the second half of the day divided by the median of the first: the ratio. Samples of the incident are left out, since
the wall then draws a third of what it draws in other states, and the incident lies in the first half. --shots saves a
screenshot of each state. The exit status is 1 if something grew. Needs Chromium.

"Nodes" are all that Chromium holds, "elements" those in the page, "detached" those held but not in the page. No element
handle may exist while they are counted, because it would keep the whole tree that it was part of.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import CDPSession, Page, Playwright, sync_playwright

from bench import _browser
from bench.live import free_port, wait_for

MAX_INTERVAL_SECONDS, MIN_SAMPLES = 10.0, 20
FIGURES = ("JSHeapUsedSize", "Nodes", "JSEventListeners", "elements", "detached")
MAX_RATIO = 1.15
EXCLUDED_STATES = ("incident", "")
FEW_DETACHED = 100
"""So many detached nodes are fine, whatever the ratio: old rows stay until the next frame."""
SAMPLE_PAGE = """() => {
  const all = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
  let nodes = 1;
  while (all.nextNode()) nodes++;
  const count = (selector) => document.querySelectorAll(selector).length;
  const kind = document.querySelector(".canvas")?.dataset.kind ?? "";
  return { nodes, elements: count("*"), mentions: count(".hero, .row"), kind };
}"""
START_TIMEOUT_SECONDS = 180
"""The server first writes the history."""


class Sample(NamedTuple):
    """The page at one moment."""

    kind: str
    mentions: int
    """Mentions in the DOM."""
    figures: dict[str, float]


@contextmanager
def replayed(minutes: float) -> Iterator[str]:
    """Run ``wallflower demo-wall`` during the block. Yields its URL."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("wallflower")), "demo-wall", f"--minutes={minutes}", f"--port={port}"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}", START_TIMEOUT_SECONDS)
        yield f"http://127.0.0.1:{port}"
    finally:
        run.terminate()
        run.wait(15)


def sample(page: Page, session: CDPSession) -> Sample:
    """Sample the page after garbage collection."""
    for _ in range(2):  # what the first collection frees may have held more
        session.send("HeapProfiler.collectGarbage")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    found = page.evaluate(SAMPLE_PAGE)
    figures = {**metrics, "elements": found["elements"], "detached": metrics["Nodes"] - found["nodes"]}
    return Sample(found["kind"], found["mentions"], {name: figures[name] for name in FIGURES})


def sample_day(page: Page, session: CDPSession, seconds: float, shots: Path | None) -> list[Sample]:
    """Samples until the day is over. Saves screenshots in ``shots``."""
    samples: list[Sample] = []
    interval = min(MAX_INTERVAL_SECONDS, seconds / MIN_SAMPLES)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.wait_for_timeout(interval * 1000)
        samples.append(sample(page, session))
        last = samples[-1]
        if shots and (len(samples) < 2 or last.kind != samples[-2].kind or len(samples) % 6 == 0):
            page.screenshot(path=shots / f"{len(samples):03}-{last.kind.replace(' ', '-')}.png")
    return samples


def open_wall(playwright: Playwright, url: str, errors: list[str]) -> tuple[Page, CDPSession]:
    """The wall and a DevTools session."""
    page = _browser.open_wall(playwright, url, errors)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    return page, session


def report(samples: Sequence[Sample], errors: Sequence[str]) -> bool:
    """Print the figures. Returns whether nothing grew, no error was logged and an incident was shown."""
    kinds = Counter(one.kind for one in samples)
    print("samples by state:", ", ".join(f"{kind} {n}" for kind, n in kinds.items()))
    print(f"at most {max(one.mentions for one in samples)} mentions in the DOM; {len(errors)} console errors")
    print(*errors[:5], sep="\n", end="\n" if errors else "")
    half = len(samples) // 2
    passes = not errors and "incident" in kinds
    print(f"{'median of each half':19} {'first':>12} {'second':>12}   ratio")
    for name in FIGURES:
        first, second = (
            statistics.median(one.figures[name] for one in part if one.kind not in EXCLUDED_STATES)
            for part in (samples[:half], samples[half:])
        )
        passes = passes and (second < MAX_RATIO * first or (name == "detached" and second < FEW_DETACHED))
        print(f"{name:19} {first:12,.0f} {second:12,.0f}   {second / max(first, 1):5.2f}")
    return passes


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 if nothing grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3, help="how long the day takes")
    parser.add_argument("--shots", type=Path, help="a folder for screenshots")
    options = parser.parse_args(argv)
    _browser.exit_without_chromium()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    errors: list[str] = []
    with replayed(options.minutes) as url, sync_playwright() as playwright:
        page, session = open_wall(playwright, url, errors)
        samples = sample_day(page, session, options.minutes * 60, options.shots)
    return 0 if report(samples, errors) else 1


if __name__ == "__main__":
    sys.exit(main())
