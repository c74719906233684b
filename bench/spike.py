"""How long a running service takes to report an incident: from the first post of a spike to the wall.

    python -m bench.spike [--usual 60] [--times 6] [--pace 20] [--calm 5] [--seeds 3]

Generates two weeks of history in which a brand is mentioned --usual times per hour at random, and serves it as
``wallflower run`` does, with a clock that runs --pace times as fast as real time. Then signed posts arrive at its
webhook: for --calm minutes at the usual rate, after that at --times the usual rate. Prints, by the service's clock, how
long after the change /wall/state.json shows an incident, for each of --seeds random series.

The ratio is the median delay divided by the limit of five minutes, which is meant for 60 mentions per hour or more. The
exit status is 1 if it exceeds 1, or if an incident was reported before the change. Jobs run every 15 s of the service's
clock, but at most once per real second; passes over sources wait in real time.
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
from display.server import gunicorn_server
from monitor.clock import ReplayClock
from monitor.model import Finding, Health, JudgedPost, Match, Post, Score, SourceStatus
from monitor.store import open_store

LIMIT_SECONDS = 300.0
"""For the median, since random arrivals may come late."""
HISTORY_SPAN, SPIKE_SPAN = timedelta(days=14), timedelta(minutes=30)
POLL_SECONDS = 0.05
"""Between two requests for the state of the wall."""
SECRET_NAME, SECRET = "BENCH_HOOK", "an example for a benchmark, not a secret"
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


def arrivals(rate: float, length: timedelta, rng: random.Random) -> Iterator[timedelta]:
    """Random arrival times within ``length``, ``rate`` per hour on average."""
    at = timedelta(hours=rng.expovariate(rate))
    while at < length:
        yield at
        at += timedelta(hours=rng.expovariate(rate))


def write_history(config: Path, rate: float, end: datetime, rng: random.Random) -> None:
    """Fill the database of a service that has read its source for two weeks, up to ``end``."""
    settings = load_config(config)
    store, begin = open_store(settings.database_url), end - HISTORY_SPAN
    store.register_brands(settings.brands, begin)
    status = SourceStatus("desk", "webhook", Health.WORKING, last_try=end, last_success=end, last_post=end)
    store.save_status(status, begin)
    findings = (Finding(Match("Acme", "acme"), Score(0.0)),)
    batch: list[JudgedPost] = []
    for n, at in enumerate(arrivals(rate, HISTORY_SPAN, rng)):
        batch.append(JudgedPost(Post("desk", f"h{n}", f"Acme of old, number {n}.", begin + at, f"a{n}"), findings))
        if len(batch) == 1000:
            store.save("desk", batch, now=begin + at)
            batch = []
    store.save("desk", batch, now=end)
    store.close()


def serve_at(config: Path, begin: datetime, pace: float) -> None:
    """Run the service with a replay clock. Runs in its own process."""
    os.environ[SECRET_NAME] = SECRET
    gunicorn_server.run(load_config(config), "1", clock=ReplayClock(begin, pace))


class Service:
    """A running service at ``url``."""

    def __init__(self, url: str) -> None:
        self.url = url

    def deliver(self, ids: Sequence[str]) -> None:
        """Deliver signed posts. Returns once they are stored."""
        body = json.dumps([{"id": id_, "text": f"Acme: post {id_}.", "author": id_} for id_ in ids]).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(f"{self.url}/in/desk", body, {"X-Hub-Signature-256": signature})
        urllib.request.urlopen(request, timeout=30).close()

    def state(self) -> dict[str, Any]:
        """The state of the wall."""
        with urllib.request.urlopen(f"{self.url}/wall/state.json", timeout=30) as response:
            return dict(json.load(response))


@contextmanager
def served(folder: Path, rate: float, pace: float, rng: random.Random) -> Iterator[Service]:
    """Run a service during the block. Its history ends when it starts."""
    port, config, begin = free_port(), folder / "config.toml", datetime.now(UTC)
    config.write_text(CONFIG.format(port=port))
    write_history(config, rate, begin, rng)
    process = multiprocessing.get_context("spawn").Process(target=serve_at, args=(config, begin, pace))
    process.start()
    try:
        wait_for(f"http://127.0.0.1:{port}", 60)
        yield Service(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.join(15)


def time_to_incident(service: Service, coming: Sequence[timedelta]) -> tuple[timedelta, dict[str, Any]]:
    """Deliver posts at their times, by the service's clock, until the wall shows an incident.

    Returns the time since the start, and the state. Raises TimeoutError when no posts are left.
    """
    state = service.state()
    begin, sent = state["as_of"], 0
    while sent < len(coming):
        elapsed = timedelta(milliseconds=state["as_of"] - begin)
        due = sum(at <= elapsed for at in coming)
        if due > sent:
            service.deliver([f"{n}" for n in range(sent, due)])
            sent = due
        state = service.state()
        if state["kind"] == "incident":
            return timedelta(milliseconds=state["as_of"] - begin), state
        time.sleep(POLL_SECONDS)
    raise TimeoutError("the wall never showed an incident")


def delay_of_run(options: argparse.Namespace, seed: int) -> float:
    """Seconds from the change of the rate to the incident on the wall."""
    rng, calm = random.Random(seed), timedelta(minutes=options.calm)
    coming = [*arrivals(options.usual, calm, rng)]
    coming += [calm + at for at in arrivals(options.times * options.usual, SPIKE_SPAN, rng)]
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), options.usual, options.pace, rng) as service:
        elapsed, state = time_to_incident(service, coming)
    headline, delay = state["headline"], (elapsed - calm).total_seconds()
    print(f"  seed {seed}: {delay:.0f} s: {headline['word']} {headline['text']} {headline['clause']}")
    return delay


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 if the median is within the limit and no incident was reported before the change."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--usual", type=float, default=60, help="mentions per hour before the spike")
    parser.add_argument("--times", type=float, default=6, help="times the usual rate during the spike")
    parser.add_argument("--pace", type=float, default=20, help="speed of the service's clock; 1 is real time")
    parser.add_argument("--calm", type=float, default=5, help="minutes at the usual rate before the spike")
    parser.add_argument("--seeds", type=int, default=3, help="how many random series")
    options = parser.parse_args(argv)
    print(f"{options.usual:g} mentions per hour, then {options.times:g} times as many; load {os.getloadavg()[0]:.1f}")
    delays = [delay_of_run(options, seed) for seed in range(options.seeds)]
    median = statistics.median(delays)
    print(f"median {median:.0f} s, worst {max(delays):.0f} s")
    print(f"ratio of the median to the limit of {LIMIT_SECONDS:.0f} s: {median / LIMIT_SECONDS:.2f}")
    return 0 if min(delays) > 0 and median <= LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
