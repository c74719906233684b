"""A run of every kind of source and 200 feeds at once, with injected faults. It takes an hour.

    python -m bench.soak [--minutes 60] [--seed 1] [--keep FOLDER]

A real ``wallflower run`` reads sites on loopback at short intervals, through the real SDKs, while the sites fail
according to a plan, which --seed determines. Prints a table of samples, the findings, and the number of problems:
memory, threads, files and the WAL must stay bounded, no worker may die, every outage must have a gap that covers it and
ends with it, no gap may exist without an outage, and no post may be lost or duplicated. The exit status is 1 if there
are problems; in a run of a few minutes there always are, because sources cannot recover in time. --keep keeps the logs
and the database. Linux only.
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

from bench._soak_checks import Sample
from bench._soak_config import config, environment
from bench._soak_observer import MEMORY_FILE, POLL_SECONDS, Observer
from bench._soak_plan import Plan, make_plan
from bench._soak_report import Run, print_findings

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_SECONDS = 60.0
SAMPLE_INTERVAL = 15.0
STOP_TIMEOUT_SECONDS = 15.0


@dataclass
class Soak:
    """One run, whose files are in ``folder``."""

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
        """Run the plan. Returns whether there are no problems."""
        self.plan.save(self.folder / "plan.json")
        (self.folder / "config.toml").write_text(config(self.plan))
        with self._sites() as sites, self._wallflower() as process:
            observer = Observer(self.plan, self.folder, process.pid)
            self._observe(observer, process)
            observer.poll_gaps(self.now)
            observer.close()
            (self.folder / "gaps.json").write_text(json.dumps([asdict(gap) for gap in observer.gaps.all]))
            (self.folder / "samples.json").write_text(json.dumps([one._asdict() for one in self.samples]))
            self._stop(process)
            assert sites.stdin
            sites.stdin.close()
            sites.wait(30)
        report: dict[str, Any] = json.loads((self.folder / "report.json").read_text())
        run = Run(self.folder, self.plan, self.samples, self.stopped_after, self.status)
        return print_findings(run, observer, report)

    def _observe(self, observer: Observer, process: subprocess.Popen[bytes]) -> None:
        """Poll the gaps, press "Check now" and take samples until the run is over."""
        due = SAMPLE_INTERVAL
        while self.now < self.plan.seconds and process.poll() is None:
            time.sleep(POLL_SECONDS)
            observer.poll_gaps(self.now)
            observer.press_check_now(self.now)
            if self.now >= due:
                due += SAMPLE_INTERVAL
                self.samples.append(observer.sample(self.now))
                print(_table_row(self.samples[-1]), flush=True)

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.status = process.wait(STOP_TIMEOUT_SECONDS)
        self.stopped_after = time.monotonic() - start

    @contextlib.contextmanager
    def _sites(self) -> Iterator[subprocess.Popen[bytes]]:
        command = ["bench._soak_sites", str(self.folder / "plan.json"), str(self.folder / "report.json")]
        with (self.folder / "sites.log").open("wb") as log:
            process = _start(command, {}, log, subprocess.PIPE)
            try:
                assert process.stdout
                process.stdout.readline()
                yield process
            finally:
                _kill(process)

    @contextlib.contextmanager
    def _wallflower(self) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / "log").open("wb") as log:
            command = ["bench._soak_run", "run", "--create", "--config", str(self.folder / "config.toml")]
            process = _start(command, environment(self.plan, self.folder / MEMORY_FILE), log, log)
            try:
                _wait_until_listening(self.plan.page_port, process)
                yield process
            finally:
                _kill(process)


def _start(command: Sequence[str], variables: dict[str, str], log: IO[bytes], out: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.PIPE,
        stdout=out,
        stderr=log,
        start_new_session=True,
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and its children, which have their own process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait_until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise TimeoutError("wallflower does not start; see the log in the folder")


TABLE_HEAD = (
    "   s     RSS  SQLite  malloc    free   blocks  parser  threads  files   CPU s   DB MB     WAL  pages ms  healthy"
)


def _table_row(one: Sample) -> str:
    memory = (
        f"{one.rss:7.1f} {one.sqlite:7.1f} {one.malloc:7.1f} {one.free:7.1f} {one.blocks:8.0f} {one.child_rss:7.1f}"
    )
    rest = f"{one.threads:8} {one.fds:6} {one.cpu:7.1f} {one.db:7.1f} {one.wal:7.1f} {one.pages:9.0f}"
    return f"{one.at:4.0f} {memory} {rest}  {'yes' if one.healthy else 'NO'}"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 if there are no problems."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, help="the length of the run")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the plan")
    parser.add_argument("--keep", type=Path, help="a folder for the logs and the database")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the started processes are ended
    folder = options.keep or Path(tempfile.mkdtemp(prefix="soak"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        plan = make_plan(options.seed, options.minutes * 60, time.time())
        print(f"{len(plan.sources)} sources, {len(plan.outages)} outages in {options.minutes:g} minutes\n{TABLE_HEAD}")
        return 0 if Soak(folder, plan).run() else 1
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
