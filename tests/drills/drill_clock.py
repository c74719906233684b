"""The clock of the machine jumps under a real process: a library that is loaded first changes what it reads.

``CLOCK_BOOTTIME`` and ``CLOCK_MONOTONIC`` stay as they are, as on a machine whose clock somebody sets.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.trusted_time import BELIEVED_AFTER_SECONDS
from tests.run_process import ROOT, Running, served_feed, until

DAY_SECONDS = 86_400
SOURCE = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *offset;

__attribute__((constructor)) static void start(void) {
    int file = open(getenv("CLOCK_OFFSET"), O_RDONLY);
    offset = mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
    close(file);
}
int clock_gettime(clockid_t clock, struct timespec *at) {
    int failed = syscall(SYS_clock_gettime, clock, at);
    if (!failed && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) at->tv_sec += *offset;
    return failed;
}
int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""


class Machine:
    """A machine with a clock that the test sets, and a run on it that reads a feed every second."""

    def __init__(self, folder: Path, library: Path, feed: Any) -> None:
        self.feed, self.run = feed, Running(folder, feed.server_port, model=True)
        file = folder / "offset"
        file.write_bytes(struct.pack("q", 0))
        with file.open("r+b") as opened:
            self._offset = mmap.mmap(opened.fileno(), 8)
        self.environment = {**os.environ, "LD_PRELOAD": str(library), "CLOCK_OFFSET": str(file)}

    def set_clock(self, seconds: int) -> None:
        """Set the clock that far ahead of the true time."""
        self._offset[:] = struct.pack("q", seconds)

    def start(self) -> None:
        self.run.start(env=self.environment)

    def publish(self) -> None:
        """Wait until a new item of the feed is stored."""
        self.feed.items += 1
        until(lambda: self.run.mentions() == self.feed.items, self.run.output)

    def watch(self, seconds: float) -> float:
        """Let that time pass; return the requests per second."""
        before, started = len(self.feed.paths), time.monotonic()
        time.sleep(seconds)
        return (len(self.feed.paths) - before) / (time.monotonic() - started)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(self.run._db()) as db:
            return db.execute(sql).fetchall()

    def added(self) -> list[float]:
        """When each mention was added, in the order of ids, in seconds after now."""
        rows = self.rows("SELECT added_at, published_at FROM mention ORDER BY id")
        assert all(published <= at for at, published in rows)
        now = time.time()
        return [at / 1000 - now for at, _ in rows]

    def command(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "display.cli.main", *arguments, "--config", str(self.run.config)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("this drill needs Linux and a C compiler, to change the clock of one process")
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text(SOURCE)
    output = folder / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", output, folder / "clock.c"], check=True)
    return output


@pytest.fixture
def machine(tmp_path: Path, library: Path) -> Iterator[Machine]:
    with served_feed() as feed:
        machine = Machine(tmp_path, library, feed)
        yield machine
        machine.run.kill()


def test_a_clock_400_days_ahead_for_15_seconds_dates_nothing_wrongly(machine: Machine) -> None:
    machine.start()
    machine.publish()
    machine.set_clock(400 * DAY_SECONDS)
    for _ in range(3):
        machine.publish()
        time.sleep(4)
    machine.set_clock(0)
    machine.publish()
    added = machine.added()
    assert added == sorted(added)
    assert max(added) <= 1
    assert machine.rows("SELECT * FROM gap") == []
    assert 0.5 <= machine.watch(10) <= 1.5
    assert machine.run.end() == 0


def test_a_clock_an_hour_ahead_and_back_causes_no_gap_no_storm_and_no_silence(machine: Machine) -> None:
    machine.start()
    machine.publish()
    for hours in (1, 0):
        machine.set_clock(hours * 3600)
        assert 0.5 <= machine.watch(BELIEVED_AFTER_SECONDS + 15) <= 1.5
        machine.publish()
        assert machine.rows("SELECT * FROM gap") == []
        added = machine.added()
        assert added == sorted(added)
        assert "Late" not in machine.run.get("/sources")[2].decode()
    assert machine.added()[-1] >= 3500, "until the hour has passed, order matters more than the time"
    assert machine.run.output().count("has kept its new time") == 2
    assert machine.run.end() == 0


def test_what_a_start_with_a_wrong_clock_has_stored_can_be_repaired(machine: Machine) -> None:
    machine.set_clock(400 * DAY_SECONDS)
    machine.start()
    machine.publish()
    machine.set_clock(0)
    machine.publish()
    assert machine.run.end() == 0
    assert min(machine.added()) > 399 * DAY_SECONDS
    assert f"{machine.feed.items} mentions were added after that" in machine.command("repair-clock", "--dry-run")
    machine.command("repair-clock", "--yes")
    assert max(machine.added()) <= 1
    machine.start()
    machine.publish()
    assert -60 < machine.added()[-1] <= 1
    assert machine.run.end() == 0
