"""What systemd learns from a run: ready, alive, status; and when a silent worker must end."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from gunicorn.workers.workertmp import WorkerTmp

from display.server.supervision import (
    ABORT_AFTER_SECONDS,
    KILL_AFTER_SECONDS,
    LOOP_SECONDS,
    Heartbeat,
    Notifier,
    Supervisor,
)
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
WELL = {"writer": True, "scheduler": True, "watch": True, "web": True}
CREDENTIALS = struct.Struct("iII")
"""struct ucred: pid, uid, gid."""
CONFIG = """
[wallflower]
data = "data"
[server]
port = {port}
[[brands]]
name = "Acme"
ours = true
rule = 'acme'
"""


class Systemd:
    """The socket of a service manager."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.settimeout(30)
        self._socket.bind(path)

    def receive(self) -> tuple[dict[str, str], int]:
        """The next message, and the process that sent it."""
        data, ancillary, _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
        pid = CREDENTIALS.unpack(ancillary[0][2])[0]
        return dict(line.split("=", 1) for line in data.decode().splitlines()), pid

    def received(self) -> list[dict[str, str]]:
        """Every message that has arrived."""
        self._socket.setblocking(False)
        found = []
        try:
            while True:
                found.append(self.receive()[0])
        except BlockingIOError:
            return found

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    manager = Systemd(str(tmp_path / "notify"))
    yield manager
    manager.close()


class Moment:
    """A monotonic clock that stands still."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Loop:
    """gunicorn's record of when the worker's loop last ran."""

    def __init__(self, at: float) -> None:
        self.at = at

    def last_update(self) -> float:
        return self.at


class ClosedLoop(WorkerTmp):  # type: ignore[misc]
    """The record of a worker that ends."""

    def __init__(self) -> None:
        with tempfile.TemporaryFile() as self._tmp:
            pass


def heartbeat(
    supervisor: Supervisor, health: dict[str, bool] = WELL, loop_ran: float = 999.0, text: str = "", reloads: int = 0
) -> bool:
    beat = Heartbeat(supervisor.write_end, Loop(loop_ran), lambda: health, lambda: text, lambda: reloads, Moment())
    return beat.beat()


def test_the_notifier_is_taken_from_the_environment_so_that_nothing_else_reports() -> None:
    environ = {"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "PATH": "/bin"}
    Notifier.take(environ)
    assert environ == {"PATH": "/bin"}


def test_ready_is_sent_once_and_every_heartbeat_feeds_the_watchdog(tmp_path: Path, systemd: Systemd) -> None:
    supervisor = Supervisor(Notifier(str(tmp_path / "notify")), Moment())
    assert supervisor.check() is None
    assert systemd.received() == []
    for text in ("4 sources", "4 sources", "Cannot store\nREADY=0"):
        assert heartbeat(supervisor, text=text)
        supervisor.check()
    assert systemd.received() == [
        {"READY": "1", "STATUS": "4 sources"},
        {"WATCHDOG": "1"},
        {"WATCHDOG": "1"},
        {"STATUS": "Cannot store READY=0"},
        {"WATCHDOG": "1"},
    ]
    supervisor.stopping()
    assert systemd.received() == [{"STOPPING": "1", "STATUS": "Stopping"}]


def test_a_reload_is_over_when_the_worker_has_done_it(tmp_path: Path, systemd: Systemd) -> None:
    supervisor = Supervisor(Notifier(str(tmp_path / "notify")), Moment())
    supervisor.reload_started()
    assert systemd.received() == [], "it is not ready yet, and will be with the new config"
    heartbeat(supervisor, text="4 sources", reloads=1)
    supervisor.check()
    assert systemd.received()[0] == {"READY": "1", "STATUS": "4 sources"}
    supervisor.reload_started()
    begun = systemd.received()[0]
    assert (begun["RELOADING"], begun["STATUS"], int(begun["MONOTONIC_USEC"]) > 0) == (
        "1",
        "Reloading the config",
        True,
    )
    heartbeat(supervisor, text="5 sources", reloads=1)
    supervisor.check()
    assert systemd.received() == [{"WATCHDOG": "1"}]
    heartbeat(supervisor, text="5 sources", reloads=2)
    supervisor.check()
    assert systemd.received() == [{"READY": "1", "STATUS": "5 sources"}, {"WATCHDOG": "1"}]


def test_a_worker_that_dies_in_a_reload_does_not_leave_it_open(tmp_path: Path, systemd: Systemd) -> None:
    supervisor = Supervisor(Notifier(str(tmp_path / "notify")), Moment())
    heartbeat(supervisor, text="4 sources")
    supervisor.check()
    supervisor.reload_started()
    supervisor.worker_started()
    systemd.received()
    heartbeat(supervisor, text="5 sources")
    supervisor.check()
    assert systemd.received()[0] == {"READY": "1", "STATUS": "5 sources"}
    supervisor.stopping(restarts=True)
    (restarting,) = systemd.received()
    assert (restarting["RELOADING"], restarting["STATUS"]) == ("1", "Restarting")


def test_an_abstract_socket_is_notified() -> None:
    name = f"wallflower-{os.getpid()}"
    manager = Systemd(f"\0{name}")
    Notifier(f"@{name}").send(READY="1")
    assert manager.received() == [{"READY": "1"}]
    manager.close()


def test_a_manager_that_is_gone_does_not_end_the_program(caplog: pytest.LogCaptureFixture) -> None:
    Notifier("/nonexistent/notify").send(READY="1")
    assert "could not be notified" in caplog.text


@pytest.mark.parametrize(
    ("health", "loop_ran"),
    [
        ({**WELL, "writer": False}, 999.0),
        ({**WELL, "scheduler": False}, 999.0),
        ({**WELL, "web": False}, 999.0),
        ({}, 999.0),
        (WELL, 1_000.0 - LOOP_SECONDS - 1),
        pytest.param(WELL, 1_790_000_000.0, id="the loop has not begun"),
    ],
)
def test_nothing_is_written_while_a_part_does_not_work(health: dict[str, bool], loop_ran: float) -> None:
    supervisor = Supervisor(Notifier(None), Moment())
    assert heartbeat(supervisor, health, loop_ran)
    with pytest.raises(BlockingIOError):
        os.read(supervisor.read_end, 1)


def test_a_worker_that_ends_has_no_heartbeat() -> None:
    supervisor = Supervisor(Notifier(None), Moment())
    assert not Heartbeat(supervisor.write_end, ClosedLoop(), lambda: WELL, lambda: "", Moment()).works()


def test_an_analysis_job_that_hangs_is_no_reason_to_restart() -> None:
    supervisor = Supervisor(Notifier(None), Moment())
    assert heartbeat(supervisor, {**WELL, "watch": False}, text="x")
    assert os.read(supervisor.read_end, 9) == b"0 x\n"


def test_a_parent_that_does_not_read_blocks_nothing_and_one_that_is_gone_ends_the_heartbeat() -> None:
    supervisor = Supervisor(Notifier(None), Moment())
    for _ in range(300):
        assert heartbeat(supervisor, text="x" * 1000)
    os.close(supervisor.read_end)
    assert not heartbeat(supervisor)


def test_a_silent_worker_is_asked_to_end_then_killed_and_its_successor_has_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    moment = Moment()
    supervisor = Supervisor(Notifier(None), moment)
    heartbeat(supervisor)
    moment.now += ABORT_AFTER_SECONDS - 1
    assert supervisor.check() is None, "the line in the pipe counts from when it is read"
    moment.now += ABORT_AFTER_SECONDS
    assert [supervisor.check(), supervisor.check()] == [signal.SIGABRT, None]
    moment.now += KILL_AFTER_SECONDS - ABORT_AFTER_SECONDS
    assert [supervisor.check(), supervisor.check()] == [signal.SIGKILL, signal.SIGKILL]
    assert caplog.text.count("has not answered") == 1
    heartbeat(supervisor)
    supervisor.worker_started()
    moment.now += ABORT_AFTER_SECONDS - 1
    assert supervisor.check() is None
    moment.now += 1
    assert supervisor.check() is signal.SIGABRT, "a line of the worker before it does not count"


def test_a_run_reports_ready_from_its_parent_once_its_worker_serves(tmp_path: Path, systemd: Systemd) -> None:
    port = free_port()
    (tmp_path / "config.toml").write_text(CONFIG.format(port=port))
    command = [sys.executable, "-m", "display.cli.main", "run", "--create", "--config", str(tmp_path / "config.toml")]
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000000"}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        assert systemd.receive() == ({"STATUS": "Opening the database"}, process.pid)
        ready = {"READY": "1", "STATUS": f"http://127.0.0.1:{port}, 0 sources"}
        assert systemd.receive() == (ready, process.pid)
        assert urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30).status == 200
        assert systemd.receive() == ({"WATCHDOG": "1"}, process.pid)
        process.send_signal(signal.SIGHUP)
        while (begun := systemd.receive()[0]) == {"WATCHDOG": "1"}:
            pass
        assert (begun["RELOADING"], begun["STATUS"]) == ("1", "Reloading the config")
        while (reloaded := systemd.receive()[0]) == {"WATCHDOG": "1"}:
            pass
        assert reloaded == ready
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0, (tmp_path / "log").read_text()
        assert systemd.received()[-1] == {"STOPPING": "1", "STATUS": "Stopping"}
    finally:
        process.kill()
        process.wait(15)
