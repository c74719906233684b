"""A day on the wall in real Chromium: whether memory, DOM nodes and listeners stay flat.

    python -m bench.day [--minutes 10] [--shots FOLDER]

Starts ``wallflower demo-wall``, which replays a day with an incident and a night, and looks at it every ten seconds,
each time after a garbage collection. Prints the states that were seen and, for each figure, its median over the first
half of the day (the reference) and over the second, and their ratio. Looks at the incident are left out: it draws a
third of what other states do, and all of it lies in the first half.

``Nodes`` are all that Chromium holds, "elements" those in the page, "detached" what is held and not in the page. No
handle of ours may stand on an element while they are counted: it would hold the whole picture that it was part of.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.live import chromium, free_port, wait_for

EVERY = 10.0
FIGURES = ("JSHeapUsedSize", "Nodes", "JSEventListeners", "elements", "detached")
MOST_GROWTH = 1.15
APART = ("incident", "")
"""States that are not compared."""
FEW = 100
"""Detached nodes that are none to speak of, in whatever ratio: old rows that wait for the next picture."""
IN_PAGE = """() => {
  const all = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
  let nodes = 1;
  while (all.nextNode()) nodes++;
  const count = (what) => document.querySelectorAll(what).length;
  const kind = document.querySelector(".canvas")?.dataset.kind ?? "";
  const headline = document.querySelector("h1")?.textContent ?? "";
  return { nodes, elements: count("*"), mentions: count(".hero, .row"), kind, headline };
}"""
WARM_UP = 180
"""Seconds that the history may take."""


class Look(NamedTuple):
    """What the page was at one moment."""

    kind: str
    headline: str
    mentions: int
    """In the DOM."""
    figures: dict[str, float]


@contextmanager
def replayed(minutes: float) -> Iterator[str]:
    """``wallflower demo-wall`` until the end of the block; its address."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("wallflower")), "demo-wall", f"--minutes={minutes}", f"--port={port}"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}", WARM_UP)
        yield f"http://127.0.0.1:{port}"
    finally:
        run.terminate()
        run.wait(15)


def look(page: Page, session: CDPSession) -> Look:
    """How the page is now."""
    for _ in range(2):  # what is found to be garbage in the first may have held more
        session.send("HeapProfiler.collectGarbage")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    shown = page.evaluate(IN_PAGE)
    figures = {**metrics, "elements": shown["elements"], "detached": metrics["Nodes"] - shown["nodes"]}
    return Look(shown["kind"], shown["headline"], shown["mentions"], {name: figures[name] for name in FIGURES})


def watch(page: Page, session: CDPSession, seconds: float, shots: Path | None) -> list[Look]:
    """Looks until the day is over; a picture of each state, where they are wanted."""
    looks: list[Look] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.wait_for_timeout(EVERY * 1000)
        looks.append(look(page, session))
        seen = looks[-1]
        if shots and (len(looks) < 2 or seen.kind != looks[-2].kind or len(looks) % 6 == 0):
            page.screenshot(path=shots / f"{len(looks):03}-{seen.kind.replace(' ', '-')}.png")
    return looks


def open_wall(playwright: Any, url: str, errors: list[str]) -> tuple[Page, CDPSession]:
    """The wall, and the connection by which Chromium tells of it."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=chromium(), args=["--disable-gpu", *sandbox])
    page: Page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{url}/wall")
    page.locator(".canvas").wait_for()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    return page, session


def report(looks: Sequence[Look], errors: Sequence[str]) -> bool:
    """Print what was seen; tell whether nothing grew, nothing went wrong and there was an incident."""
    kinds = Counter(seen.kind for seen in looks)
    print("states:", ", ".join(f"{kind} {n}" for kind, n in kinds.items()))
    print(f"most mentions in the DOM: {max(seen.mentions for seen in looks)}   console errors: {len(errors)}")
    print(*errors[:5], sep="\n", end="\n" if errors else "")
    half = len(looks) // 2
    good = not errors and "incident" in kinds
    for name in FIGURES:
        early, late = (
            statistics.median(seen.figures[name] for seen in part if seen.kind not in APART)
            for part in (looks[:half], looks[half:])
        )
        good = good and (late < MOST_GROWTH * early or (name == "detached" and late < FEW))
        print(f"{name:18} {early:12,.0f} {late:12,.0f}   ratio {late / max(early, 1):.2f}")
    return good


def main(argv: Sequence[str] | None = None) -> int:
    """0 when all is flat."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--shots", type=Path)
    asked = parser.parse_args(argv)
    if asked.shots:
        asked.shots.mkdir(parents=True, exist_ok=True)
    errors: list[str] = []
    with replayed(asked.minutes) as url, sync_playwright() as playwright:
        page, session = open_wall(playwright, url, errors)
        looks = watch(page, session, asked.minutes * 60, asked.shots)
    return 0 if report(looks, errors) else 1


if __name__ == "__main__":
    sys.exit(main())
