"""Reading feeds: our way beside lemon24/reader and newsboat, on the same made-up feeds of one server, in one run.

    python -m bench.feeds [FEEDS] [--reader PYTHON] [--newsboat PROGRAM] [--rounds N]

FEEDS (default 1,000) feeds of 20-50 entries and 10-60 KB are served on 200 hosts of loopback by a process of their own,
over plain HTTP: neither DNS nor TLS is measured. Each program reads all of them into an empty database, then once more,
when every feed answers 304. Ours is measured twice: "fetch" (address to posts, with the child that parses) and "poll"
(the collector's whole pass: judged and stored). Prints feeds a minute for each core, counted in processor time of the
client, its child included, and peak memory: of newsboat the whole program, less a start that only reads its cache, of
the others the reading alone. The programs take turns ROUNDS times, and each one's best counts, as does newsboat's best
start. A rate is only given where the server counted as many answers of 200, and of 304, as there are feeds.

PYTHON is one that has ``reader`` (python -m venv X; X/bin/pip install reader sgmllib3k); newsboat is Debian's package.
One that is not installed is left out.
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
BAR = 3.0
"""Times reader's rate, in both rounds."""
TRY = "from reader import make_reader; make_reader(':memory:')"
STARTS = 3
"""Of newsboat, which reads its whole cache then: the cheapest is taken from what its rounds cost."""
LONGEST = 300.0
"""Seconds that one program may take for both rounds."""


class Used(NamedTuple):
    """What one round cost: seconds of processor and of the clock, MB at most; and how many feeds answered as wanted."""

    cpu: float
    wall: float
    memory: float
    answered: int
    start: float = 0.0
    """Seconds of processor that are not part of the reading, and still in ``cpu``."""

    @property
    def rate(self) -> float:
        """Feeds a minute of one core; infinite where it cost no more than the noise."""
        return 60 * self.answered / self.cpu if self.cpu > 0 else math.inf


class Feed(NamedTuple):
    """A feed that is served."""

    url: str
    kind: str


@contextmanager
def served(feeds: int) -> Iterator[list[Feed]]:
    """The server, until the end of the block."""
    command = [sys.executable, "-m", "bench._feeds_server", str(feeds), str(min(HOSTS, feeds))]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        told = json.loads(server.stdout.readline())
        print(f"{feeds:,} feeds, {told['bytes'] / feeds / 1000:.0f} KB each, on {min(HOSTS, feeds)} hosts")
        yield [Feed(*feed) for feed in told["feeds"]]
    finally:
        server.stdin.close()
        server.wait(10)


def by_script(command: Sequence[str], feeds: Sequence[Feed]) -> list[Used]:
    """Both rounds of a script that measures itself and prints a line of JSON for each. Raises OSError, RuntimeError."""
    run = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr.strip().splitlines()[-1])
    lines = run.stdout.splitlines()
    return [_checked(json.loads(line), feeds, status) for line, status in zip(lines, ("200", "304"), strict=True)]


def _checked(told: Mapping[str, object], feeds: Sequence[Feed], status: str) -> Used:
    if told["answers"] != {status: len(feeds)}:
        raise RuntimeError(f"not every feed answered {status}: {told['answers']}")
    return Used(float(str(told["cpu"])), float(str(told["wall"])), float(str(told["memory"])), len(feeds))


def ours(what: str, feeds: Sequence[Feed], folder: Path) -> list[Used]:
    """Our own side, ``what`` being fetch or poll."""
    _write_urls(folder, feeds)
    return by_script([sys.executable, "-m", "bench._feeds_ours", str(folder), str(WORKERS), what], feeds)


def reader(python: str, feeds: Sequence[Feed], folder: Path) -> list[Used]:
    """lemon24/reader, in the Python that has it."""
    _write_urls(folder, feeds)
    script = Path(__file__).with_name("_feeds_reader.py")
    return by_script([python, str(script), str(folder), str(WORKERS)], feeds)


def newsboat(program: str, feeds: Sequence[Feed], folder: Path) -> list[Used]:
    """newsboat, with a folder of its own; it does not read JSON Feed, so these are left out of its list."""
    readable = [feed for feed in feeds if feed.kind != "json"]
    _write_urls(folder, readable)
    (folder / "config").write_text(f"reload-threads {WORKERS}\nerror-log /dev/null\n")
    base = [program, "-C", str(folder / "config"), "-u", str(folder / "urls"), "-c", str(folder / "cache.db")]
    rounds = []
    for status in ("200", "304"):
        if status == "304":  # it keeps validators from the second reading on
            _command([*base, "-x", "reload"], folder)
            _answers(feeds)
        start = min(_command([*base, "-x", "print-unread"], folder).cpu for _ in range(STARTS))
        used = _command([*base, "-x", "reload"], folder)
        told = {"cpu": used.cpu, "wall": used.wall, "memory": used.memory, "answers": _answers(feeds)}
        rounds.append(_checked(told, readable, status)._replace(start=start))
    return rounds


def best_of(runs: Sequence[Used]) -> Used:
    """The cheapest run, less the cheapest start: a difference of two that are each off would favour the lucky."""
    best = min(runs, key=lambda used: used.cpu)
    return best._replace(cpu=best.cpu - min(used.start for used in runs), start=0.0)


def _answers(feeds: Sequence[Feed]) -> object:
    """Status -> answers, as the server counted them since it was last asked."""
    with urllib.request.urlopen(f"{feeds[0].url.rpartition('/')[0]}/count") as answer:
        return json.load(answer)


def _command(command: Sequence[str], home: Path) -> Used:
    """What a whole program costs."""
    began = time.perf_counter()
    with (home / "log").open("w") as log:
        run = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "HOME": str(home)})
        _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise RuntimeError((home / "log").read_text()[-200:])
    return Used(usage.ru_utime + usage.ru_stime, time.perf_counter() - began, usage.ru_maxrss / 1024, 0)


def _write_urls(folder: Path, feeds: Sequence[Feed]) -> None:
    (folder / "urls").write_text("".join(f"{feed.url}\n" for feed in feeds))


def measure(name: str, chosen: argparse.Namespace, feeds: Sequence[Feed]) -> list[Used]:
    """Both rounds of one of the programs, in an empty folder. Raises OSError or RuntimeError where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "reader":
            return reader(chosen.reader, feeds, Path(folder))
        if name == "newsboat":
            return newsboat(chosen.newsboat, feeds, Path(folder))
        return ours(name, feeds, Path(folder))


def installed(chosen: argparse.Namespace) -> list[str]:
    """The programs that are there; says of the others that they are not."""
    has_reader = not subprocess.run([chosen.reader, "-c", TRY], capture_output=True, check=False).returncode
    there = {"reader": has_reader, "newsboat": shutil.which(chosen.newsboat) is not None}
    for name in there:
        if not there[name]:
            print(f"{name}: not installed")
    return ["fetch", "poll", *(name for name in there if there[name])]


def show(name: str, best: Sequence[Used]) -> None:
    """One line of the table."""
    first, again = best
    print(
        f"{name:12} first {first.rate:9,.0f}/min {first.cpu / first.answered * 1e3:7.2f} ms  {first.wall:5.1f} s   "
        f"304 {again.rate:9,.0f}/min {again.cpu / again.answered * 1e3:7.2f} ms  {again.wall:5.1f} s   "
        f"{max(first.memory, again.memory):5.0f} MB"
    )


def compare(best: Mapping[str, Sequence[Used]]) -> None:
    """How many times the others' rates ours are."""
    for theirs in ("reader", "newsboat"):
        for mine in ("fetch", "poll"):
            if theirs in best and mine in best:
                first, again = (m.rate / t.rate for m, t in zip(best[mine], best[theirs], strict=True))
                wanted = f"  (wanted: at least {BAR:g} in both)" if theirs == "reader" else ""
                print(f"{mine} over {theirs}: first {first:.2f}, 304 {again:.2f}{wanted}")


def main() -> None:
    """Read the arguments, run, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("feeds", nargs="?", type=int, default=1_000)
    arguments.add_argument("--reader", default=sys.executable, help="a Python that has reader")
    arguments.add_argument("--newsboat", default="newsboat")
    arguments.add_argument("--rounds", type=int, default=1)
    chosen = arguments.parse_args()
    names, runs = installed(chosen), dict[str, list[list[Used]]]()
    with served(chosen.feeds) as feeds:
        for _ in range(chosen.rounds):
            for name in names:
                runs.setdefault(name, []).append(measure(name, chosen, feeds))
    best = {name: [best_of(both) for both in zip(*runs[name], strict=True)] for name in names}
    print("feeds a minute for each core, ms of processor a feed, seconds on the clock; peak memory")
    for name in names:
        show(name, best[name])
    compare(best)


if __name__ == "__main__":
    main()
