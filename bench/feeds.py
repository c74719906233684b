"""Feeds read per minute and core, compared with lemon24/reader and newsboat on the same generated feeds.

    python -m bench.feeds [FEEDS] [--reader PYTHON] [--newsboat PROGRAM] [--rounds N]

FEEDS (200 by default) feeds are served on as many loopback addresses, up to 200, by a separate process over plain HTTP,
so DNS and TLS are not measured. Each has 30 entries with 1 to 8 KB of HTML, in the formats and with the elements that
blogs, newsletters, news sites and podcasts write; 2 % are archives of more than 1 MB. Each program reads all of them
into an empty database, and then a second time, when every feed answers 304. Wallflower is measured twice: "fetch" runs
from the URL to the posts, with the parser process; "poll" is the collector's whole pass, which also judges and stores.

Prints feeds per minute of one core, by CPU time of the client and its children, killed or not, and peak memory.
newsboat is measured as a whole program, minus a start that only reads its cache; of the others only the reading counts.
The programs run in turn, --rounds times, and the best round of each counts. A program is only measured if the server
counted one response of 200, and one of 304, for each feed. The ratio is Wallflower's rate divided by the other's.

PYTHON is an interpreter with ``reader`` (python -m venv X; X/bin/pip install reader sgmllib3k), this one by default.
newsboat is a Debian package. A program that is not installed is left out.
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
TARGET_RATIO = 3.0
"""Wallflower's rate over reader's, in the first round."""
TRY_READER = "from reader import make_reader; make_reader(':memory:')"
NEWSBOAT_STARTS = 3
"""newsboat reads its whole cache when it starts. The cheapest start is subtracted from the cost of its rounds."""
TIMEOUT_SECONDS = 300.0
"""For both rounds of one program."""


class Cost(NamedTuple):
    """The cost of one round: seconds of CPU time and of the clock, peak memory in MB, and the feeds that answered."""

    cpu: float
    wall: float
    memory: float
    answered: int
    start: float = 0.0
    """CPU seconds of the start of the program, which ``cpu`` includes."""

    @property
    def rate(self) -> float:
        """Feeds per minute of one core; infinite if the cost is below the noise."""
        return 60 * self.answered / self.cpu if self.cpu > 0 else math.inf


class Feed(NamedTuple):
    """A feed that the server offers."""

    url: str
    kind: str


@contextmanager
def served(feeds: int) -> Iterator[list[Feed]]:
    """Run the server until the end of the block."""
    command = [sys.executable, "-m", "bench._feeds_server", str(feeds), str(min(HOSTS, feeds))]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        ready = json.loads(server.stdout.readline())
        print(f"{feeds:,} feeds, {ready['bytes'] / feeds / 1000:.0f} KB each, on {min(HOSTS, feeds)} hosts")
        yield [Feed(*feed) for feed in ready["feeds"]]
    finally:
        server.stdin.close()
        server.wait(10)


def script_costs(command: Sequence[str], feeds: Sequence[Feed]) -> list[Cost]:
    """Both rounds of a script that prints a line of JSON for each. Raises OSError or RuntimeError."""
    run = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr.strip().splitlines()[-1])
    lines = run.stdout.splitlines()
    return [_checked(json.loads(line), feeds, status) for line, status in zip(lines, ("200", "304"), strict=True)]


def _checked(printed: Mapping[str, object], feeds: Sequence[Feed], status: str) -> Cost:
    if printed["answers"] != {status: len(feeds)}:
        raise RuntimeError(f"not every feed answered {status}: {printed['answers']}")
    return Cost(float(str(printed["cpu"])), float(str(printed["wall"])), float(str(printed["memory"])), len(feeds))


def wallflower_costs(mode: str, feeds: Sequence[Feed], folder: Path) -> list[Cost]:
    """Both rounds of Wallflower; ``mode`` is "fetch" or "poll"."""
    _write_urls(folder, feeds)
    command = [sys.executable, "-m", "bench._feeds_wallflower", str(folder), str(WORKERS), mode]
    return script_costs(command, feeds)


def reader_costs(python: str, feeds: Sequence[Feed], folder: Path) -> list[Cost]:
    """Both rounds of lemon24/reader, with the Python that has it."""
    _write_urls(folder, feeds)
    script = Path(__file__).with_name("_feeds_reader.py")
    return script_costs([python, str(script), str(folder), str(WORKERS)], feeds)


def newsboat_costs(program: str, feeds: Sequence[Feed], folder: Path) -> list[Cost]:
    """Both rounds of newsboat. It does not read JSON Feed, so these feeds are left out."""
    readable = [feed for feed in feeds if feed.kind != "json"]
    _write_urls(folder, readable)
    (folder / "config").write_text(f"reload-threads {WORKERS}\nerror-log /dev/null\n")
    base = [program, "-C", str(folder / "config"), "-u", str(folder / "urls"), "-c", str(folder / "cache.db")]
    rounds = []
    for status in ("200", "304"):
        if status == "304":  # newsboat stores validators only in its second round
            _command_cost([*base, "-x", "reload"], folder)
            _counted_answers(feeds)
        start = min(_command_cost([*base, "-x", "print-unread"], folder).cpu for _ in range(NEWSBOAT_STARTS))
        cost = _command_cost([*base, "-x", "reload"], folder)
        printed = {"cpu": cost.cpu, "wall": cost.wall, "memory": cost.memory, "answers": _counted_answers(feeds)}
        rounds.append(_checked(printed, readable, status)._replace(start=start))
    return rounds


def best_of(runs: Sequence[Cost]) -> Cost:
    """The cheapest run minus the cheapest start. The least difference within one run would favour noise."""
    best = min(runs, key=lambda cost: cost.cpu)
    return best._replace(cpu=best.cpu - min(cost.start for cost in runs), start=0.0)


def _counted_answers(feeds: Sequence[Feed]) -> object:
    """Status -> responses that the server sent since the last call."""
    with urllib.request.urlopen(f"{feeds[0].url.rpartition('/')[0]}/count") as response:
        return json.load(response)


def _command_cost(command: Sequence[str], home: Path) -> Cost:
    """The cost of a whole program."""
    start = time.perf_counter()
    with (home / "log").open("w") as log:
        run = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "HOME": str(home)})
        _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise RuntimeError((home / "log").read_text()[-200:])
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024, 0)


def _write_urls(folder: Path, feeds: Sequence[Feed]) -> None:
    (folder / "urls").write_text("".join(f"{feed.url}\n" for feed in feeds))


def measure(name: str, options: argparse.Namespace, feeds: Sequence[Feed]) -> list[Cost]:
    """Both rounds of a program, in an empty folder. Raises OSError or RuntimeError if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "reader":
            return reader_costs(options.reader, feeds, Path(folder))
        if name == "newsboat":
            return newsboat_costs(options.newsboat, feeds, Path(folder))
        return wallflower_costs(name, feeds, Path(folder))


def installed_programs(options: argparse.Namespace) -> list[str]:
    """The programs to measure; prints those that are not installed."""
    has_reader = not subprocess.run([options.reader, "-c", TRY_READER], capture_output=True, check=False).returncode
    installed = {"reader": has_reader, "newsboat": shutil.which(options.newsboat) is not None}
    for name, is_installed in installed.items():
        if not is_installed:
            print(f"{name} is not installed, so it is left out")
    return ["fetch", "poll", *(name for name in installed if installed[name])]


def print_row(name: str, best: Sequence[Cost]) -> None:
    """Print one line of the table."""
    first, second = best
    columns = (f"{c.rate:11,.0f}{c.cpu / c.answered * 1e3:13.2f}{c.wall:9.1f}" for c in (first, second))
    print(f"{name:10}{''.join(columns)}{max(first.memory, second.memory):9.0f}")


def print_ratios(best: Mapping[str, Sequence[Cost]]) -> None:
    """Print Wallflower's rates divided by those of the other programs."""
    for other in ("reader", "newsboat"):
        for mode in ("fetch", "poll"):
            if other in best:
                first, second = (w.rate / o.rate for w, o in zip(best[mode], best[other], strict=True))
                target = f" (target: at least {TARGET_RATIO:g} in the first)" if other == "reader" else ""
                print(f"ratio of {mode} to {other}: first round {first:.2f}, second round {second:.2f}{target}")


def main() -> None:
    """Run all programs and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feeds", nargs="?", type=int, default=200)
    parser.add_argument("--reader", default=sys.executable, help="a Python that has reader")
    parser.add_argument("--newsboat", default="newsboat", help="the newsboat program")
    parser.add_argument("--rounds", type=int, default=1, help="how often each program runs; the best round counts")
    options = parser.parse_args()
    names, runs = installed_programs(options), dict[str, list[list[Cost]]]()
    with served(options.feeds) as feeds:
        for _ in range(options.rounds):
            for name in names:
                runs.setdefault(name, []).append(measure(name, options, feeds))
    best = {name: [best_of(rounds) for rounds in zip(*runs[name], strict=True)] for name in names}
    titles = f"{'feeds/min':>11}{'CPU ms each':>13}{'seconds':>9}"
    print(f"{'':10}{'first round (200)':>33}{'second round (304)':>33}")
    print(f"{'':10}{2 * titles}{'peak MB':>9}")
    for name in names:
        print_row(name, best[name])
    print_ratios(best)


if __name__ == "__main__":
    main()
