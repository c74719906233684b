"""How long a mention takes from the database to 200 walls and 50 readers, at 50 mentions a second.

    python -m bench.walls [--walls 200] [--names 5] [--readers 50] [--rate 50] [--seconds 30]

Starts ``wallflower run`` on an empty database, connects the clients from a second process and saves mentions one by
one. ``--names`` is the number of different walls in the config; each is shown by the same number of screens. A mention
counts as received when the message that lists it, for a wall together with the new state, has arrived. The exit status
is 0 if the 95th percentile is under the limit for walls and for readers, nobody was disconnected and nothing was lost.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from bench._socket_clients import run_clients
from bench.live import CONFIG, free_port, served
from monitor.clock import Clock
from monitor.model import Finding, JudgedPost, Match, Post, Score
from monitor.store import Store, open_store

LIMIT_MS = 250
SETTLE_SECONDS = 3
"""Between the last mention and the count of what was lost."""
WALL = '[[walls]]\nname = "wall-{n}"\nnight = "off"\n'

Received = tuple[dict[int, float], bool, int]


def save_mentions(store: Store, clock: Clock, rate: float, seconds: float) -> dict[int, float]:
    """Save mentions evenly; returns when each change had been committed, in seconds since 1970."""
    committed: dict[int, float] = {}
    start, last_id = time.monotonic(), store.last_change_id()
    for n in range(int(rate * seconds)):
        time.sleep(max(0.0, start + n / rate - time.monotonic()))
        post = Post("Bench", f"{n}", f"Acme number {n} of this bench, said by somebody.", clock.now(), author=f"a{n}")
        store.save("Bench", [JudgedPost(post, (Finding(Match("Acme", "acme"), Score(0.5)),))], now=clock.now())
        now, newest = time.time(), store.last_change_id()
        committed |= dict.fromkeys(range(last_id + 1, newest + 1), now)
        last_id = newest
    print(f"saved {len(committed)} in {time.monotonic() - start:.1f} s")
    return committed


def report(name: str, clients: Sequence[Received], committed: Mapping[int, float]) -> bool:
    """Print the figures of a group of clients. Returns whether they keep the promise."""
    times = [(at - committed[id_]) * 1000 for got, _, _ in clients for id_, at in got.items() if id_ in committed]
    expected = len(committed) * len(clients)
    gone = sum(not is_open for _, is_open, _ in clients)
    if not times:
        print(f"{name}: nothing received, {gone} of {len(clients)} disconnected")
        return False
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"{name}: {len(clients)} clients, {len(times)} of {expected} received, {gone} disconnected; "
        f"stored to received, ms: p50 {statistics.median(times):.0f}  p95 {p95:.0f}  worst {max(times):.0f}; "
        f"ratio of p95 to the limit of {LIMIT_MS} ms: {p95 / LIMIT_MS:.2f}"
    )
    return p95 < LIMIT_MS and len(times) == expected and not gone


def auths(walls: int, names: int, readers: int) -> list[dict[str, Any]]:
    """What each client says when it connects."""
    shown = [{"room": "wall", "wall": f"wall-{n % names}", "size": "1920x1080"} for n in range(walls)]
    return [*shown, *({"room": "pages"} for _ in range(readers))]


def serving_process() -> psutil.Process:
    """The worker of the run that this program has started."""
    (parent,) = [child for child in psutil.Process().children() if "run" in child.cmdline()]
    return parent.children()[0]


def measure(folder: Path, options: argparse.Namespace) -> bool:
    """Run the whole measurement. Returns whether all promises are kept."""
    port, context = free_port(), multiprocessing.get_context("spawn")
    config = CONFIG + "".join(WALL.format(n=n) for n in range(options.names))
    ours, theirs = context.Pipe()
    with served(folder, port, config):
        said = auths(options.walls, options.names, options.readers)
        clients = context.Process(target=run_clients, args=(port, said, theirs), daemon=True)
        clients.start()
        if not ours.poll(60):
            raise TimeoutError("the clients could not connect")
        ours.recv()
        server = serving_process()
        before = server.cpu_times()
        store = open_store(f"sqlite:///{folder / 'data' / 'wallflower.db'}")
        committed = save_mentions(store, Clock(), options.rate, options.seconds)
        store.close()
        after, threads, memory = server.cpu_times(), server.num_threads(), server.memory_info().rss / 2**20
        time.sleep(SETTLE_SECONDS)
        ours.send("stop")
        received: list[Received] = ours.recv()
        clients.join(10)
    busy = (after.user + after.system - before.user - before.system) / options.seconds
    print(f"server: {threads} threads, {memory:.0f} MiB, {busy:.2f} cores busy; state {received[0][2] / 1024:.0f} KiB")
    good = [
        report("walls", received[: options.walls], committed),
        report("readers", received[options.walls :], committed),
    ]
    return all(good)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 if every promise is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walls", type=int, default=200, help="screens that show a wall")
    parser.add_argument("--names", type=int, default=5, help="different walls")
    parser.add_argument("--readers", type=int, default=50, help="people with a page open")
    parser.add_argument("--rate", type=float, default=50, help="mentions per second")
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args(argv)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores before the start")
    with tempfile.TemporaryDirectory() as folder:
        return 0 if measure(Path(folder), options) else 1


if __name__ == "__main__":
    sys.exit(main())
