"""Compares reading feeds with Wallflower, lemon24/reader and newsboat, on the same generated feeds in one run.

    python -m bench.feeds [FEEDS] [--reader PYTHON] [--newsboat PROGRAM] [--rounds N]

A separate process serves FEEDS (default 1,000) feeds of 20-50 entries and 10-60 KB on 200 loopback hosts over plain
HTTP, so neither DNS nor TLS is measured. Each program reads all of them into an empty database, then once more, when
every feed returns 304. Wallflower is measured twice: "fetch" (from the address to posts, with the parser process) and
"poll" (the collector's whole pass, with scoring and storing). Prints feeds per minute and core, by the CPU time of the
client and its children, and peak memory. For newsboat the whole program counts, less a start that only reads its cache;
for the others only the reading. The programs take turns ROUNDS times; the best round of each counts, and newsboat's
best start. A rate requires that the server counted one 200, and one 304, for every feed.

PYTHON is one that has ``reader`` (python -m venv X; X/bin/pip install reader sgmllib3k); newsboat is Debian's package.
Programs that are not installed are skipped.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HOSTS, WORKERS = 200, 8
TRY_READER = "from reader import make_reader; make_reader(':memory:')"
NEWSBOAT_STARTS = 3
"""Starts measured, in which newsboat reads its whole cache. The cheapest is subtracted from the cost of its rounds."""
TIMEOUT_SECONDS = 300.0
"""For both rounds of one program."""


class Cost(NamedTuple):
    """What one round cost: CPU seconds, elapsed seconds and peak MB; and how many feeds responded as expected."""

    cpu: float
    wall: float
    memory: float
    answered: int
    start: float = 0.0
    """CPU seconds that are included in ``cpu`` but are not part of the reading."""

    @property
    def rate(self) -> float:
        """Feeds per minute and core; infinite if the cost is within the noise."""
        return 60 * self.answered / self.cpu if self.cpu > 0 else math.inf


class Feed(NamedTuple):
    """A feed that is served."""

    url: str
    format: str


@contextmanager
def served(feeds: int) -> Iterator[list[Feed]]:
    """Run the server until the end of the block; yields its feeds."""
    command = [sys.executable, "-m", "bench._feeds_server", str(feeds), str(min(HOSTS, feeds))]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        started = json.loads(server.stdout.readline())
        print(f"{feeds:,} feeds, {started['bytes'] / feeds / 1000:.0f} KB each, on {min(HOSTS, feeds)} hosts")
        yield [Feed(*feed) for feed in started["feeds"]]
    finally:
        server.stdin.close()
        server.wait(10)


def run_script(command: Sequence[str], feeds: Sequence[Feed]) -> list[Cost]:
    """The cost of both rounds of a script that measures itself and prints a line of JSON for each.

    Raises OSError, RuntimeError.
    """
    run = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr.strip().splitlines()[-1])
    lines = run.stdout.splitlines()
    return [_checked(json.loads(line), feeds, status) for line, status in zip(lines, ("200", "304"), strict=True)]


def _checked(round_: Mapping[str, object], feeds: Sequence[Feed], status: str) -> Cost:
    if round_["answers"] != {status: len(feeds)}:
        raise RuntimeError(f"not every feed returned {status}: {round_['answers']}")
    return Cost(float(str(round_["cpu"])), float(str(round_["wall"])), float(str(round_["memory"])), len(feeds))


def wallflower(what: str, feeds: Sequence[Feed], folder: Path) -> list[Cost]:
    """Measure Wallflower; ``what`` is "fetch" or "poll"."""
    _write_urls(folder, feeds)
    return run_script([sys.executable, "-m", "bench._feeds_wallflower", str(folder), str(WORKERS), what], feeds)


def reader(python: str, feeds: Sequence[Feed], folder: Path) -> list[Cost]:
    """Measure lemon24/reader, run by the Python at ``python``."""
    _write_urls(folder, feeds)
    script = Path(__file__).with_name("_feeds_reader.py")
    return run_script([python, str(script), str(folder), str(WORKERS)], feeds)


def newsboat(program: str, feeds: Sequence[Feed], folder: Path) -> list[Cost]:
    """Measure newsboat. It does not read JSON Feed, so these are left out of its list."""
    readable = [feed for feed in feeds if feed.format != "json"]
    _write_urls(folder, readable)
    (folder / "config").write_text(f"reload-threads {WORKERS}\nerror-log /dev/null\n")
    base = [program, "-C", str(folder / "config"), "-u", str(folder / "urls"), "-c", str(folder / "cache.db")]
    rounds = []
    for status in ("200", "304"):
        if status == "304":  # newsboat stores validators only at the second reading
            _command([*base, "-x", "reload"], folder)
            _answers(feeds)
        start = min(_command([*base, "-x", "print-unread"], folder).cpu for _ in range(NEWSBOAT_STARTS))
        used = _command([*base, "-x", "reload"], folder)
        measured = {"cpu": used.cpu, "wall": used.wall, "memory": used.memory, "answers": _answers(feeds)}
        rounds.append(_checked(measured, readable, status)._replace(start=start))
    return rounds


def best_of(runs: Sequence[Cost]) -> Cost:
    """The cheapest run less the cheapest start. The difference within one run would add the errors of both."""
    best = min(runs, key=lambda used: used.cpu)
    return best._replace(cpu=best.cpu - min(used.start for used in runs), start=0.0)


def _answers(feeds: Sequence[Feed]) -> object:
    """Status -> responses that the server counted since the last call."""
    with urllib.request.urlopen(f"{feeds[0].url.rpartition('/')[0]}/count") as answer:
        return json.load(answer)


def _command(command: Sequence[str], home: Path) -> Cost:
    """Run a program; returns what it cost as a whole."""
    began = time.perf_counter()
    with (home / "log").open("w") as log:
        run = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "HOME": str(home)})
        _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise RuntimeError((home / "log").read_text()[-200:])
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - began, usage.ru_maxrss / 1024, 0)


def _write_urls(folder: Path, feeds: Sequence[Feed]) -> None:
    (folder / "urls").write_text("".join(f"{feed.url}\n" for feed in feeds))


def measure(name: str, chosen: argparse.Namespace, feeds: Sequence[Feed]) -> list[Cost]:
    """Measure both rounds of a program in an empty folder. Raises OSError or RuntimeError if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "reader":
            return reader(chosen.reader, feeds, Path(folder))
        if name == "newsboat":
            return newsboat(chosen.newsboat, feeds, Path(folder))
        return wallflower(name, feeds, Path(folder))


def installed(chosen: argparse.Namespace) -> list[str]:
    """The programs to measure. Prints which are not installed."""
    has_reader = not subprocess.run([chosen.reader, "-c", TRY_READER], capture_output=True, check=False).returncode
    found = {"reader": has_reader, "newsboat": shutil.which(chosen.newsboat) is not None}
    for name in found:
        if not found[name]:
            print(f"{name}: not installed")
    return ["fetch", "poll", *(name for name in found if found[name])]


def show(name: str, best: Sequence[Cost]) -> None:
    """Print one line of the table."""
    first, again = best
    print(
        f"{name:12} first {first.rate:9,.0f}/min {first.cpu / first.answered * 1e3:7.2f} ms  {first.wall:5.1f} s   "
        f"304 {again.rate:9,.0f}/min {again.cpu / again.answered * 1e3:7.2f} ms  {again.wall:5.1f} s   "
        f"{max(first.memory, again.memory):5.0f} MB"
    )


def compare(best: Mapping[str, Sequence[Cost]]) -> None:
    """Print the ratio of our rates to those of the other programs."""
    for theirs in ("reader", "newsboat"):
        for mine in ("fetch", "poll"):
            if theirs in best and mine in best:
                first, again = (m.rate / t.rate for m, t in zip(best[mine], best[theirs], strict=True))
                print(f"{mine} / {theirs}: first {first:.2f}, 304 {again:.2f}")


def main() -> None:
    """Measure all programs and print the results."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("feeds", nargs="?", type=int, default=1_000)
    arguments.add_argument("--reader", default=sys.executable, help="a Python that has reader")
    arguments.add_argument("--newsboat", default="newsboat")
    arguments.add_argument("--rounds", type=int, default=1)
    chosen = arguments.parse_args()
    names, runs = installed(chosen), dict[str, list[list[Cost]]]()
    with served(chosen.feeds) as feeds:
        for _ in range(chosen.rounds):
            for name in names:
                runs.setdefault(name, []).append(measure(name, chosen, feeds))
    best = {name: [best_of(both) for both in zip(*runs[name], strict=True)] for name in names}
    print("feeds per minute and core, CPU ms per feed, elapsed seconds; peak memory")
    for name in names:
        show(name, best[name])
    compare(best)


if __name__ == "__main__":
    main()
