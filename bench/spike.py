"""How long a real service takes to tell that something is on fire: from the first post of it to the wall.

    python -m bench.spike [--usual 60] [--times 6] [--pace 20] [--seeds 3]

Makes up two weeks of history in which a brand is mentioned ``usual`` times an hour, by chance, and serves it as
``wallflower run`` does, on a clock that goes ``pace`` times as fast as life (1: as life). Then signed posts come to its
webhook, for a while at the usual rate and from then on at so many times that. Printed is by the service's clock how
long after the change /wall/state.json said so; the bar is five minutes where the usual is 60 an hour or more. The watch
looks every 15 s of that clock, but no more often than once a second; passes over sources wait by the machine's clock.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.live import free_port, wait_for
from display.cli.dependencies import load_config
from display.server import service
from monitor.clock import ReplayClock
from monitor.model import Finding, Health, JudgedPost, Match, Post, Score, SourceStatus
from monitor.store import open_store

BAR = 300.0
"""Seconds, for the median: what comes by chance may come late."""
HISTORY, GIVE_UP = timedelta(days=14), timedelta(minutes=30)
LOOK = 0.05
"""Seconds between two looks at the wall."""
HOOK, KEY = "BENCH_HOOK", "made up for a bench, no secret"
CONFIG = """
[wallflower]
data = "data"
[server]
port = {port}
[[brands]]
name = "Acme"
ours = true
rule = "acme"
[[sources]]
kind = "webhook"
name = "desk"
secret = "BENCH_HOOK"
every = "1s"
"""


def arrivals(rate: float, length: timedelta, pick: random.Random) -> Iterator[timedelta]:
    """When mentions come that come by chance, ``rate`` an hour, from the beginning of ``length`` on."""
    at = timedelta(hours=pick.expovariate(rate))
    while at < length:
        yield at
        at += timedelta(hours=pick.expovariate(rate))


def write_history(config: Path, rate: float, end: datetime, pick: random.Random) -> None:
    """What a service knows that has read its source for two weeks up to ``end``."""
    wanted = load_config(config)
    store, begin = open_store(wanted.database_url), end - HISTORY
    store.register_brands(wanted.brands, begin)
    status = SourceStatus("desk", "webhook", Health.WORKING, last_try=end, last_success=end, last_post=end)
    store.save_status(status, begin)
    found = (Finding(Match("Acme", "acme"), Score(0.0)),)
    batch: list[JudgedPost] = []
    for n, at in enumerate(arrivals(rate, HISTORY, pick)):
        batch.append(JudgedPost(Post("desk", f"h{n}", f"Acme of old, number {n}.", begin + at, f"a{n}"), found))
        if len(batch) == 1000:
            store.save("desk", batch, now=begin + at)
            batch = []
    store.save("desk", batch, now=end)
    store.close()


def serve_at(config: Path, begin: datetime, pace: float) -> None:
    """``wallflower run`` by a clock of its own; the body of a process."""
    os.environ[HOOK] = KEY
    service.run(load_config(config), "1", clock=ReplayClock(begin, pace))


class Service:
    """A service that runs; ``url``."""

    def __init__(self, url: str) -> None:
        self.url = url

    def bring(self, ids: Sequence[str]) -> None:
        """Deliver posts, signed; returns once they are stored."""
        body = json.dumps([{"id": id_, "text": f"Acme: {id_} of them.", "author": id_} for id_ in ids]).encode()
        signature = "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(f"{self.url}/in/desk", body, {"X-Hub-Signature-256": signature})
        urllib.request.urlopen(request, timeout=30).close()

    def state(self) -> dict[str, Any]:
        """What the wall shows."""
        with urllib.request.urlopen(f"{self.url}/wall/state.json", timeout=30) as answer:
            return dict(json.load(answer))


@contextmanager
def served(folder: Path, rate: float, pace: float, pick: random.Random) -> Iterator[Service]:
    """A service with its history, which ends as it begins; until the end of the block."""
    port, config, begin = free_port(), folder / "config.toml", datetime.now(UTC)
    config.write_text(CONFIG.format(port=port))
    write_history(config, rate, begin, pick)
    process = multiprocessing.get_context("spawn").Process(target=serve_at, args=(config, begin, pace))
    process.start()
    try:
        wait_for(f"http://127.0.0.1:{port}", 60)
        yield Service(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.join(15)


def until_told(service: Service, coming: Sequence[timedelta]) -> tuple[timedelta, dict[str, Any]]:
    """Bring posts as they come, by the service's clock from now on, until the wall tells of an incident: when, and what
    it says. Raises TimeoutError when none are left to come."""
    state = service.state()
    begin, sent = state["as_of"], 0
    while sent < len(coming):
        since = timedelta(milliseconds=state["as_of"] - begin)
        due = sum(at <= since for at in coming)
        if due > sent:
            service.bring([f"{n}" for n in range(sent, due)])
            sent = due
        state = service.state()
        if state["kind"] == "incident":
            return timedelta(milliseconds=state["as_of"] - begin), state
        time.sleep(LOOK)
    raise TimeoutError("the wall never told of it")


def run(asked: argparse.Namespace, seed: int) -> float:
    """Seconds from the change to the wall, once."""
    pick, calm = random.Random(seed), timedelta(minutes=asked.calm)
    coming = [*arrivals(asked.usual, calm, pick)]
    coming += [calm + at for at in arrivals(asked.times * asked.usual, GIVE_UP, pick)]
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), asked.usual, asked.pace, pick) as service:
        told, state = until_told(service, coming)
    said, delay = state["headline"], (told - calm).total_seconds()
    print(f"  seed {seed}: told after {delay:.0f} s: {said['word']} {said['text']} {said['clause']}")
    return delay


def main(argv: Sequence[str] | None = None) -> int:
    """0 when it was told within the bar, and never before it began."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--usual", type=float, default=60)
    parser.add_argument("--times", type=float, default=6)
    parser.add_argument("--pace", type=float, default=20)
    parser.add_argument("--calm", type=float, default=10, help="minutes of the usual before it")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args(argv)
    print(f"usual {asked.usual:g} an hour, then {asked.times:g} times that; load {os.getloadavg()[0]:.1f}")
    delays = [run(asked, seed) for seed in range(asked.seeds)]
    median = statistics.median(delays)
    print(f"median {median:.0f} s, worst {max(delays):.0f} s; ratio of the median to the bar {median / BAR:.2f}")
    return 0 if min(delays) > 0 and median <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
