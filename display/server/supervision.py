"""What the service manager knows about ``wallflower run``: when it is ready, whether it works, and what it is doing.

    worker   Heartbeat: once a second, if writer, scheduler, live updates and web server all answer: a line in a pipe,
             with the number of reloads that it has finished and the status text
    parent   Supervisor: first line --> READY=1, every line --> WATCHDOG=1, a new text --> STATUS=; silence --> restart
             a reload begins --> RELOADING=1, a line with another number of reloads --> READY=1

The messages are those of sd_notify(3). systemd accepts them from the parent only (``NotifyAccess=main``), so a worker
that is confused or taken over cannot claim to be well.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Protocol

from monitor.model import MigrationProgress

BEAT_SECONDS = 1.0
LOOP_SECONDS = 10.0
"""The web server's loop takes a second at most when idle; one that took longer is stuck."""
ABORT_AFTER_SECONDS, KILL_AFTER_SECONDS = 30.0, 40.0
"""Silence after which a worker is asked to end, and killed. Both are shorter than WatchdogSec= in the unit, so that
systemd restarts everything only when the parent does not work."""
MAX_STATUS_CHARS = 300
MIGRATION_SECONDS = 60
"""How much longer systemd is asked to wait each time that a migration of the database goes on."""
NEEDED_PARTS = ("writer", "scheduler", "web")
"""The parts without which a restart is due. An analysis job that hangs is not among them: it would hang again after
each restart, while everything else works."""

log = logging.getLogger("wallflower")


class Notifier:
    """Sends messages to the service manager; does nothing without one."""

    def __init__(self, address: str | None) -> None:
        self._address = address
        self._next_report = 0.0

    @classmethod
    def take(cls, environ: MutableMapping[str, str]) -> Notifier:
        """The notifier that ``environ`` names. Removes it from there.

        gunicorn would report READY=1 before any worker has started, and child processes have nothing to report.
        """
        for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
            environ.pop(name, None)
        return cls(environ.pop("NOTIFY_SOCKET", None))

    def send(self, **values: str) -> None:
        """Send assignments such as ``READY="1"``. A failure is logged: the program must not end because of it."""
        if not self._address:
            return
        text = "\n".join(f"{name}={' '.join(value.split())}" for name, value in values.items())
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
                connection.connect(address)
                connection.sendall(text.encode())
        except OSError as error:
            log.warning("systemd could not be notified (%s): %s", text.partition("\n")[0], error.strerror)

    def report_migration(self, progress: MigrationProgress) -> None:
        """Show ``progress``, and ask for more time, once a second: systemd ends what takes too long to start."""
        if progress.seconds >= self._next_report:
            self._next_report = progress.seconds + 1
            more_time = str(MIGRATION_SECONDS * 1_000_000)
            # After a restart from the page, systemd already counts the time between two signs of life.
            self.send(STATUS=str(progress), EXTEND_TIMEOUT_USEC=more_time, WATCHDOG="1")

    def reloading(self, status: str) -> None:
        """The program is not ready for a moment, as it was asked to; READY=1 follows."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self.send(RELOADING="1", MONOTONIC_USEC=str(microseconds), STATUS=status)


class WorkerClock(Protocol):
    """gunicorn's record of when a worker's loop last ran."""

    def last_update(self) -> float:
        """In seconds of ``time.monotonic``. Before the first run it is a time since 1970 instead."""
        ...


class Heartbeat:
    """Writes the status text to ``pipe`` once a second while every needed part works."""

    def __init__(
        self,
        pipe: int,
        loop: WorkerClock,
        health: Callable[[], Mapping[str, bool]],
        status: Callable[[], str],
        reloads: Callable[[], int] = lambda: 0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pipe, self._loop, self._monotonic = pipe, loop, monotonic
        self._health, self._status, self._reloads = health, status, reloads
        self._stopped = threading.Event()

    def start(self) -> None:
        """Start the thread. A part that hangs when it is asked stops the heartbeat, as it should."""
        threading.Thread(target=self._run, name="heartbeat", daemon=True).start()

    def beat(self) -> bool:
        """Write one line if everything works; return whether the parent still reads them."""
        if not self.works():
            return True
        text = " ".join(self._status().split())[:MAX_STATUS_CHARS]
        try:
            os.write(self._pipe, f"{self._reloads()} {text}\n".encode())
        except BlockingIOError:
            pass  # the parent is stopped or very slow; it has enough lines to read
        except OSError:
            return False
        return True

    def works(self) -> bool:
        """Whether every needed part answers, and the web server's loop runs."""
        health = self._health()
        return all(health.get(part, False) for part in NEEDED_PARTS) and self._loop_runs()

    def _loop_runs(self) -> bool:
        try:
            age = self._monotonic() - self._loop.last_update()
        except (OSError, ValueError):
            return False  # gunicorn has closed its record, because the worker ends
        return 0 <= age <= LOOP_SECONDS

    def _run(self) -> None:
        while self.beat():
            self._stopped.wait(BEAT_SECONDS)


class Supervisor:
    """Tells systemd what the heartbeats say, and decides when a silent worker must end. Used by the parent."""

    def __init__(self, notifier: Notifier, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._notifier, self._monotonic = notifier, monotonic
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)
        os.set_blocking(self.write_end, False)
        self._ready = self._silent = False
        self._status, self._reloads = "", 0
        self._reloads_before: int | None = None
        """The number of reloads before the one that is under way."""
        self._heard_at = monotonic()

    def worker_started(self) -> None:
        """A new worker has ``ABORT_AFTER_SECONDS`` for its first heartbeat."""
        self._drain()
        self._heard_at, self._silent = self._monotonic(), False
        if self._reloads_before is not None:  # the new worker begins with the new config
            self._reloads_before = -1

    def reload_started(self) -> None:
        """The worker was asked to reload the config. A program that is not ready yet becomes so with the new one."""
        if self._ready:
            self._reloads_before = self._reloads
            self._notifier.reloading("Reloading the config")

    def check(self) -> signal.Signals | None:
        """Read the heartbeats and notify systemd. Returns the signal that a worker silent for too long should get."""
        lines = self._drain()
        if not lines:
            return self._overdue()
        self._heard_at, self._silent = self._monotonic(), False
        reloads, _, text = lines[-1].partition(" ")
        self._reloads = int(reloads)
        is_reloaded = self._reloads_before is not None and self._reloads != self._reloads_before
        if not self._ready or is_reloaded:
            self._ready, self._reloads_before = True, None
            self._notifier.send(READY="1", STATUS=text)
        elif text != self._status and self._reloads_before is None:
            self._notifier.send(STATUS=text)
        self._status = text
        self._notifier.send(WATCHDOG="1")
        return None

    def stopping(self, *, restarts: bool = False) -> None:
        """Tell systemd that the program stops, or that it starts again in the same process."""
        if restarts:
            self._notifier.reloading("Restarting")
        else:
            self._notifier.send(STOPPING="1", STATUS="Stopping")

    def _overdue(self) -> signal.Signals | None:
        silence = self._monotonic() - self._heard_at
        if silence < ABORT_AFTER_SECONDS:
            return None
        if not self._silent:
            self._silent, self._status = True, ""
            log.critical("The worker has not answered for %.0f s and is restarted.", silence)
            self._notifier.send(STATUS="The worker does not answer and is restarted")
            return signal.SIGABRT
        return signal.SIGKILL if silence >= KILL_AFTER_SECONDS else None

    def _drain(self) -> list[str]:
        """The complete lines that are waiting in the pipe."""
        data = b""
        with suppress(BlockingIOError):
            while chunk := os.read(self.read_end, 65_536):
                data += chunk
        return data.decode(errors="replace").splitlines()
