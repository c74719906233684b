"""How long a mention takes from the database to the screen, in Chromium, with many other screens connected.

    python -m bench.live [--clients 50] [--mentions 60]

Starts ``wallflower run`` on an empty database, connects the clients, all of them walls, opens one wall in Chromium and
saves mentions one by one. A mention counts as painted after the frame in which the headline counts it, as measured by
the page itself; both times are from this machine's clock. Its text may appear later: a hero stays until people have
had time to read it. The ratios are the 95th percentile divided by the limit, which decides about the exit status, and
by the target. Needs Chromium.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import socketio  # type: ignore[import-untyped]
from playwright.sync_api import Page, Playwright, sync_playwright

from bench import _browser
from monitor.clock import Clock
from monitor.model import Finding, JudgedPost, Match, Post, Score
from monitor.store import Store, open_store

LIMIT_MS, TARGET_MS = 300, 120
"""For p95."""
PAUSE_SECONDS, EXTRA_PAUSE_SECONDS = 0.7, 0.0037
"""The pause between two mentions grows with each, so that they hit every phase of the server's step."""
CONFIG = """
[wallflower]
data = "data"
timezone = "UTC"
[server]
port = {port}
[[brands]]
name = "Acme"
ours = true
rule = "acme"
[[sources]]
kind = "feed"
name = "Bench"
url = "https://feed.invalid/rss"
every = "24h"
"""
RECORD_PAINT_TIMES = """
window.painted = {};
new MutationObserver(() => {
  const count = document.querySelector("h1")?.textContent.match(/([0-9,]+) mention/)?.[1];
  if (!count || window.painted[count]) return;
  window.painted[count] = -1;
  requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => { window.painted[count] = Date.now(); };
    after.port2.postMessage(0);
  });
}).observe(document.getElementById("wall"), { subtree: true, childList: true, characterData: true, attributes: true });
"""


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path, port: int, config: str = CONFIG) -> Iterator[str]:
    """Run ``wallflower run`` in ``folder`` during the block. Yields its URL."""
    (folder / "config.toml").write_text(config.replace("{port}", str(port)))
    wallflower = Path(sys.executable).with_name("wallflower")
    log = (folder / "log").open("w")
    run = subprocess.Popen([wallflower, "run", "--create", "--config", folder / "config.toml"], stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url)
        yield url
    finally:
        run.terminate()
        run.wait(15)


def wait_for(url: str, seconds: float = 20) -> None:
    """Wait until ``url`` answers. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"{url}/wall/state.json", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")


def connect_screens(url: str, clients: int, walls: Sequence[str], ready: Event, done: Event) -> None:
    """Connect screens until ``done`` is set. Runs in its own process, so that it does not slow the measuring one."""
    connected = []
    for n in range(clients):
        client = socketio.Client()
        client.connect(url, auth={"room": "wall", "wall": walls[n % len(walls)]}, transports=["websocket"])
        connected.append(client)
    ready.set()
    done.wait()
    for client in connected:
        client.disconnect()


@contextmanager
def connected_screens(url: str, clients: int, walls: Sequence[str] = ("",)) -> Iterator[None]:
    """Connect ``clients`` screens, which show ``walls`` in turn, during the block."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    process = context.Process(target=connect_screens, args=(url, clients, walls, ready, done), daemon=True)
    process.start()
    if not ready.wait(60):
        raise TimeoutError("the clients could not connect")
    try:
        yield
    finally:
        done.set()
        process.join(10)


def measure(page: Page, store: Store, clock: Clock, mentions: int) -> list[float]:
    """Milliseconds from commit to paint, for each mention."""
    times = []
    for n in range(mentions):
        text = f"Acme number {n}."
        post = Post("Bench", f"{n}", text, clock.now(), author="bench")
        store.save("Bench", [JudgedPost(post, (Finding(Match("Acme", "acme"), Score(0.5)),))], now=clock.now())
        committed = time.time() * 1000
        page.wait_for_function("count => window.painted[count] > 0", arg=f"{n + 1:,}", timeout=10_000)
        times.append(page.evaluate("count => window.painted[count]", f"{n + 1:,}") - committed)
        time.sleep(PAUSE_SECONDS + n * EXTRA_PAUSE_SECONDS)
    return times


def open_wall(playwright: Playwright, url: str) -> Page:
    """A wall in Chromium that records when its headline changes."""
    page = _browser.open_wall(playwright, url)
    page.evaluate(RECORD_PAINT_TIMES)
    return page


def report(times: Sequence[float], clients: int) -> bool:
    """Print the figures. Returns whether p95 is under the limit."""
    p95 = statistics.quantiles(times, n=20)[-1]
    load = os.getloadavg()[0]
    print(f"{len(times)} mentions, {clients} clients and one Chromium, load {load:.1f} on {os.cpu_count()} cores")
    print(f"commit to paint, ms: p50 {statistics.median(times):.0f}  p95 {p95:.0f}  worst {max(times):.0f}")
    print(f"ratio of p95 to the limit of {LIMIT_MS} ms: {p95 / LIMIT_MS:.2f}")
    print(f"ratio of p95 to the target of {TARGET_MS} ms: {p95 / TARGET_MS:.2f}")
    return p95 < LIMIT_MS


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 if p95 is under the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50, help="walls connected besides Chromium")
    parser.add_argument("--mentions", type=int, default=60)
    arguments = parser.parse_args(argv)
    _browser.exit_without_chromium()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), free_port()) as url:
        store = open_store(f"sqlite:///{Path(folder) / 'data' / 'wallflower.db'}")
        with connected_screens(url, arguments.clients), sync_playwright() as playwright:
            page = open_wall(playwright, url)
            times = measure(page, store, Clock(), arguments.mentions)
        store.close()
    return 0 if report(times, arguments.clients) else 1


if __name__ == "__main__":
    sys.exit(main())
