"""A run of every kind of source and 200 feeds at once, with injected faults, used by an organisation. It takes an hour.

    python -m bench.soak [--minutes 60] [--seed 1] [--keep FOLDER]

A real ``wallflower run`` reads sites on loopback at short intervals, through the real SDKs, while the sites fail
according to a plan, which --seed determines. Meanwhile an admin, a member and a viewer sign in and read pages through a
real nginx, passwords, roles and sessions change, two screens are paired, a script reads exports and metrics with an API
token, configs are reloaded, backups made and old posts deleted. Without nginx or openssl there is no proxy.

Prints a table of samples, the findings, and the number of problems: memory, threads, files, connections, sessions, the
change log's lag, the log and the WAL must stay bounded, no worker may die, every outage must have a gap that covers it
and ends with it, no gap may exist without an outage, no post and no change may be lost or doubled, and everybody must
get what they ask for. The exit status is 1 if there are problems; in a run of a few minutes there always are, because
sources cannot recover in time. --keep keeps the logs and the database. Linux only.
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
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from bench._soak_activities import PASSWORD
from bench._soak_checks import Sample
from bench._soak_config import config, environment
from bench._soak_observer import MEMORY_FILE, POLL_SECONDS, Observer
from bench._soak_operator import Operator
from bench._soak_organisation import Organisation
from bench._soak_person import Person
from bench._soak_plan import Plan, make_plan
from bench._soak_report import Run, print_findings
from tests.certificates import Certificate, generate_certificate
from tests.ports import free_port
from tests.servers import running
from tests.servers.proxies import nginx

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_SECONDS = 60.0
SAMPLE_INTERVAL = 15.0
STOP_TIMEOUT_SECONDS = 15.0
OBSERVER = "olga"
"""An admin, as whom the soak requests what it observes."""


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

    @property
    def _environment(self) -> dict[str, str]:
        return environment(self.plan, self.folder / MEMORY_FILE)

    def run(self) -> bool:
        """Run the plan. Returns whether there are no problems."""
        self.plan.save(self.folder / "plan.json")
        (self.folder / "config.toml").write_text(config(self.plan))
        with self._sites() as sites, self._wallflower() as process, self._proxy():
            operator = Operator(self.plan, self.folder, process.pid, self._environment)
            operator.add_admin(OBSERVER)
            person = Person(self.plan.url, self.plan.certificate, name=OBSERVER, password=PASSWORD)
            person.sign_in()
            observer = Observer(self.plan, self.folder, process.pid, person)
            organisation = Organisation(self.plan, operator)
            organisation.start()
            self._observe(observer, process)
            observer.poll_gaps(self.now)
            organisation.stop()
            (self.folder / "gaps.json").write_text(json.dumps([asdict(gap) for gap in observer.gaps.all]))
            (self.folder / "samples.json").write_text(json.dumps([one._asdict() for one in self.samples]))
            self._stop(process)
            assert sites.stdin
            sites.stdin.close()
            sites.wait(30)
        report: dict[str, Any] = json.loads((self.folder / "report.json").read_text())
        run = Run(self.folder, self.plan, self.samples, self.stopped_after, self.status)
        return print_findings(run, observer, organisation, report)

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
            process = _start(command, self._environment, log, log)
            try:
                _wait_until_listening(self.plan.page_port, process)
                yield process
            finally:
                _kill(process)

    @contextlib.contextmanager
    def _proxy(self) -> Iterator[None]:
        """nginx with our configuration, if the plan has one."""
        if not self.plan.certificate:
            print("nginx or openssl is not installed: people reach the pages without a proxy and without TLS")
            yield
            return
        port = urlsplit(self.plan.url).port
        assert port
        certificate = Certificate(self.folder / "certificate.pem", self.folder / "key.pem")
        folder = self.folder / "nginx"
        folder.mkdir()
        command = nginx(folder, port, free_port(), self.plan.page_port, certificate)
        with running(command, port, folder / "log"):
            yield


def behind_proxy(plan: Plan, folder: Path) -> Plan:
    """The plan with an address of nginx and a certificate for it, if both programs are there."""
    if not (shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin") and shutil.which("openssl")):
        return plan
    certificate = generate_certificate(folder, "DNS:localhost")
    return replace(plan, url=f"https://localhost:{free_port()}", certificate=str(certificate.certificate))


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
    "   s     RSS  SQLite  malloc    free   blocks  parser  threads  files   CPU s   DB MB     WAL  pages ms  ready"
    "  parent  DB conn  live  sessions  lag  log MB"
)


def _table_row(one: Sample) -> str:
    memory = (
        f"{one.rss:7.1f} {one.sqlite:7.1f} {one.malloc:7.1f} {one.free:7.1f} {one.blocks:8.0f} {one.child_rss:7.1f}"
    )
    rest = f"{one.threads:8} {one.fds:6} {one.cpu:7.1f} {one.db:7.1f} {one.wal:7.1f} {one.pages:9.0f}"
    more = f"{one.parent_rss:7.1f} {one.connections:8} {one.sockets:5.0f} {one.sessions:9.0f} {one.lag:4.0f}"
    more = f"{more} {one.log:7.2f}"
    return f"{one.at:4.0f} {memory} {rest}  {'yes' if one.healthy else 'NO':5} {more}"


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
        plan = behind_proxy(make_plan(options.seed, options.minutes * 60, time.time()), folder)
        print(f"{len(plan.sources)} sources, {len(plan.outages)} outages in {options.minutes:g} minutes\n{TABLE_HEAD}")
        return 0 if Soak(folder, plan).run() else 1
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
