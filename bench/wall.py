"""How much CPU a hundred walls cost the server.

    python -m bench.wall [--walls 100] [--seconds 10]

Starts ``wallflower run`` with five different walls and measures the CPU time of its worker, with no screens and with
all of them connected, at no mentions, one and fifty per second. The reference is the same server without screens, which
only stores. The ratio is the CPU time with all walls divided by one core; the exit status is 1 if it reaches 1.
``bench.live`` measures how long a mention takes to appear. Linux only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.live import CONFIG, connected_screens, free_port, served
from monitor.clock import Clock
from monitor.model import Finding, JudgedPost, Match, Post, Score
from monitor.store import Store, open_store

NAMES = ("ceo", "reception", "sales", "support", "factory")
WALL_TABLES = "".join(
    f'\n[[walls]]\nname = "{name}"\nmask_authors = {str(n % 2 == 1).lower()}\nnever_show = ["word{n}"]\n'
    for n, name in enumerate(NAMES)
)
RATES = (0, 1, 50)
"""Mentions per second."""
CLOCK_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def worker_pid(parent: int) -> int:
    """The process that serves: the only child of ``parent``."""
    return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])


def server_pid(url: str) -> int:
    """The process id of the worker behind ``url``, found by the port in its command line."""
    port = int(url.rsplit(":", 1)[1])
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        words = entry.read_bytes().split(b"\0")
        if b"run" in words and any(f"bench-{port}".encode() in word for word in words):
            return worker_pid(int(entry.parent.name))
    raise LookupError("no worker was found")


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, on all cores."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS_PER_SECOND


def save_evenly(store: Store, rate: int, seconds: float, clock: Clock, name: str) -> None:
    """Save ``rate`` mentions per second from outside the server."""
    end, n = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        if rate:
            now = clock.now()
            post = Post("Bench", f"{name}-{n}", f"Acme is fine, says number {n} of {name}.", now, author=f"a{n}")
            store.save("Bench", [JudgedPost(post, (Finding(Match("Acme", "acme"), Score(0.5)),))], now=now)
            n += 1
        time.sleep(1 / rate if rate else 1)


def cpu_share(pid: int, store: Store, rate: int, seconds: float, name: str) -> float:
    """The share of one core that the server uses at ``rate`` mentions per second."""
    before, start = cpu_seconds(pid), time.monotonic()
    save_evenly(store, rate, seconds, Clock(), name)
    return (cpu_seconds(pid) - before) / (time.monotonic() - start)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 if all walls use less than one core at every rate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walls", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10, help="for each of six measurements")
    arguments = parser.parse_args(argv)
    port = free_port()
    with (
        tempfile.TemporaryDirectory(prefix=f"bench-{port}-") as folder,
        served(Path(folder), port, CONFIG + WALL_TABLES) as url,
    ):
        store = open_store(f"sqlite:///{Path(folder) / 'data' / 'wallflower.db'}")
        pid = server_pid(url)
        alone = {rate: cpu_share(pid, store, rate, arguments.seconds, f"alone{rate}") for rate in RATES}
        with connected_screens(url, arguments.walls, NAMES):
            together = {rate: cpu_share(pid, store, rate, arguments.seconds, f"walls{rate}") for rate in RATES}
        store.close()
    print(f"{arguments.walls} walls of {len(NAMES)} kinds, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for rate in RATES:
        extra = together[rate] - alone[rate]
        print(
            f"{rate:3} mentions/s: {together[rate]:6.1%} of a core, {alone[rate]:6.1%} without walls; "
            f"{extra / arguments.walls * 1000:.2f} ms per second and wall, ratio to one core {together[rate]:.2f}"
        )
    return 0 if max(together.values()) < 1 else 1


if __name__ == "__main__":
    sys.exit(main())
