"""A day on the wall in real Chromium: whether memory, DOM nodes and listeners stay flat.

    python -m bench.day [--minutes 10] [--shots FOLDER]

Starts ``wallflower demo-wall``, which replays a day with an incident and a night, and looks at it every ten seconds,
each time after a garbage collection. Prints the states that were seen and, for each figure, its median in the second
quarter of the day (the reference) and in the last, and their ratio.
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
FIGURES = ("JSHeapUsedSize", "Nodes", "JSEventListeners")
MOST_GROWTH = 1.15
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
    session.send("HeapProfiler.collectGarbage")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    kind = page.evaluate("document.querySelector('.canvas')?.dataset.kind ?? ''")
    headline = page.evaluate("document.querySelector('h1')?.textContent ?? ''")
    mentions = page.evaluate("document.querySelectorAll('.hero, .row').length")
    return Look(kind, headline, mentions, {name: metrics[name] for name in FIGURES})


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
    page.wait_for_selector(".canvas")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    return page, session


def report(looks: Sequence[Look], errors: Sequence[str]) -> bool:
    """Print what was seen; tell whether nothing grew, nothing went wrong and there was an incident."""
    kinds = Counter(seen.kind for seen in looks)
    print("states:", ", ".join(f"{kind} {n}" for kind, n in kinds.items()))
    print(f"most mentions in the DOM: {max(seen.mentions for seen in looks)}   console errors: {len(errors)}")
    print(*errors[:5], sep="\n", end="\n" if errors else "")
    quarter = len(looks) // 4
    good = not errors and "incident" in kinds
    for name in FIGURES:
        early = statistics.median(seen.figures[name] for seen in looks[quarter : 2 * quarter])
        late = statistics.median(seen.figures[name] for seen in looks[-quarter:])
        good = good and late / early < MOST_GROWTH
        print(f"{name:18} {early:12,.0f} {late:12,.0f}   ratio {late / early:.2f}")
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
