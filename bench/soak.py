"""Everything configured at once, with faults: ``python -m bench.soak [--minutes 60] [--seed 1] [--keep FOLDER]``.

Every kind of source and 200 feeds, all on loopback, read by a real ``wallflower run`` through the real SDKs in short
intervals, while their sites fail by a seeded plan. Prints a table of samples, what was found, and a verdict: memory,
threads, files and WAL bounded, no worker dead, every outage a gap that covers it and ends with it, no gap without an
outage, nothing lost, nothing doubled.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from bench._soak_config import config, environment
from bench._soak_plan import Plan, made
from bench._soak_report import Run, report
from bench._soak_verdict import Sample
from bench._soak_watch import INSIDE, POLL, Watcher

ROOT = Path(__file__).resolve().parents[1]
COMES_UP = 60.0
EVERY = 15.0
"""Seconds between two samples."""
STOPS_WITHIN = 15.0


@dataclass
class Soak:
    """One run of it, in ``folder``."""

    folder: Path
    plan: Plan
    samples: list[Sample] = field(default_factory=list)
    stopped_after: float = 0.0
    status: int | None = None

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return time.time() - self.plan.began

    def run(self) -> bool:
        """Do it all; True when nothing was found."""
        self.plan.save(self.folder / "plan.json")
        (self.folder / "config.toml").write_text(config(self.plan))
        with self._sites() as sites, self._wallflower() as process:
            watcher = Watcher(self.plan, self.folder, process.pid)
            self._watch(watcher, process)
            watcher.look(self.now)
            watcher.close()
            (self.folder / "gaps.json").write_text(json.dumps([asdict(gap) for gap in watcher.gaps.all]))
            (self.folder / "samples.json").write_text(json.dumps([one._asdict() for one in self.samples]))
            self._stop(process)
            assert sites.stdin
            sites.stdin.close()
            sites.wait(30)
        told: dict[str, Any] = json.loads((self.folder / "report.json").read_text())
        return report(Run(self.folder, self.plan, self.samples, self.stopped_after, self.status), watcher, told)

    def _watch(self, watcher: Watcher, process: subprocess.Popen[bytes]) -> None:
        """Sample, look for gaps and press buttons until the time is over."""
        due = EVERY
        while self.now < self.plan.seconds and process.poll() is None:
            time.sleep(POLL)
            watcher.look(self.now)
            watcher.press(self.now)
            if self.now >= due:
                due += EVERY
                self.samples.append(watcher.sample(self.now))
                print(_line(self.samples[-1]), flush=True)

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.status = process.wait(STOPS_WITHIN)
        self.stopped_after = time.monotonic() - begun

    @contextlib.contextmanager
    def _sites(self) -> Iterator[subprocess.Popen[bytes]]:
        command = ["bench._soak_sites", str(self.folder / "plan.json"), str(self.folder / "report.json")]
        with (self.folder / "sites.log").open("wb") as log:
            process = _started(command, {}, log, subprocess.PIPE)
            try:
                assert process.stdout
                process.stdout.readline()
                yield process
            finally:
                _ended(process)

    @contextlib.contextmanager
    def _wallflower(self) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / "log").open("wb") as log:
            command = ["bench._soak_run", "run", "--config", str(self.folder / "config.toml")]
            process = _started(command, environment(self.plan, self.folder / INSIDE), log, log)
            try:
                _until_it_listens(self.plan.page_port, process)
                yield process
            finally:
                _ended(process)


def _started(command: Sequence[str], more: dict[str, str], log: IO[bytes], out: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **more},
        stdin=subprocess.PIPE,
        stdout=out,
        stderr=log,
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Whatever happened, nothing of it is left: the group was made for it alone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + COMES_UP
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise TimeoutError("wallflower does not come up; its log tells why")


HEAD = (
    "   s     RSS  SQLite  malloc    free   blocks  parser  threads  files   CPU s   DB MB     WAL  pages ms  healthy"
)


def _line(one: Sample) -> str:
    memory = (
        f"{one.rss:7.1f} {one.sqlite:7.1f} {one.malloc:7.1f} {one.free:7.1f} {one.blocks:8.0f} {one.child_rss:7.1f}"
    )
    rest = f"{one.threads:8} {one.fds:6} {one.cpu:7.1f} {one.db:7.1f} {one.wal:7.1f} {one.pages:9.0f}"
    return f"{one.at:4.0f} {memory} {rest}  {'yes' if one.healthy else 'NO'}"


def main(argv: Sequence[str] | None = None) -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for logs and database, which is kept")
    asked = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended too
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="soak"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        plan = made(asked.seed, asked.minutes * 60, time.time())
        print(f"{len(plan.sources)} sources, {len(plan.outages)} outages in {asked.minutes:g} minutes\n{HEAD}")
        return 0 if Soak(folder, plan).run() else 1
    finally:
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
