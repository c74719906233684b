"""``wallflower run`` as a separate process: how it starts, what it rejects, what it survives and how it stops."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import socket
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio

from display.server.gunicorn_server import THREADS
from tests.config_text import without_model
from tests.run_process import ROOT, STOP_TIMEOUT_SECONDS, TIMEOUT_SECONDS, Running, served_feed, until


@pytest.fixture
def feed() -> Iterator[Any]:
    with served_feed() as server:
        yield server


@pytest.fixture
def running(tmp_path: Path, feed: Any) -> Iterator[Running]:
    run = Running(tmp_path, feed.server_port)
    yield run
    run.kill()


def test_it_serves_pages_reads_sources_and_stops(running: Running) -> None:
    running.config.write_text(running.config.read_text().replace(without_model(), ""))
    running.start()
    until(lambda: running.mentions() == 3, running.output)
    assert running.health() == {"writer": True, "scheduler": True, "watch": True, "web": True, "notifications": True}
    status, headers, _ = running.get("/wall")
    assert (status, "gunicorn" in str(headers).lower()) == (200, False)
    assert b" is great, they say" in running.get("/mentions")[2]
    assert running.end() == 0
    output = running.output()
    assert f"listens on http://127.0.0.1:{running.port} — the wall: http://127.0.0.1:{running.port}/wall" in output
    assert "Wallflower has stopped." in output
    assert "Traceback" not in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_five_walls_and_a_hanging_source_do_not_delay_a_stop(running: Running, feed: Any, number: int) -> None:
    feed.answering.clear()
    running.start()
    assert feed.requested.wait(TIMEOUT_SECONDS)
    clients = [socketio.Client(reconnection=False) for _ in range(5)]
    for client in clients:
        auth = {"last_id": 0, "room": "wall"}
        client.connect(f"http://127.0.0.1:{running.port}", transports=["websocket"], auth=auth)
    assert running.end(number, timeout=10) == 0, "the promise of docs/operations.md"
    assert "Forum: still reading; abandoned" in running.output()
    assert "Traceback" not in running.output()


@pytest.mark.parametrize("step", ["imports", "opens the database"])
def test_a_signal_at_any_moment_of_the_start_is_a_clean_stop(running: Running, step: str) -> None:
    process = running.launch()
    if step == "imports":
        caught = 1 << (signal.SIGTERM - 1)
        until(lambda: bool(_caught_signals(process.pid) & caught), running.output)
    else:
        until((running.folder / "data").exists, running.output)
    assert running.end() == 0
    assert "Traceback" not in running.output()


def _caught_signals(pid: int) -> int:
    """The signals that the process has handlers for, as a bit mask."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:"))


def test_ctrl_c_that_reaches_parent_and_worker_together_stops_it(running: Running) -> None:
    running.start()
    assert running.process
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(STOP_TIMEOUT_SECONDS) == 0
    assert "Traceback" not in running.output()


def test_closing_the_terminal_stops_it(running: Running) -> None:
    terminal, side = pty.openpty()

    def use_terminal() -> None:
        fcntl.ioctl(side, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup, which ignores it

    running.start(preexec_fn=use_terminal)
    os.close(side)
    assert running.process
    running.process.send_signal(signal.SIGHUP)
    until(lambda: "was reloaded" in running.output(), running.output)
    os.close(terminal)
    assert running.process.wait(STOP_TIMEOUT_SECONDS) == 0


def test_a_dead_worker_is_restarted_and_no_signal_starts_a_second_one(running: Running) -> None:
    running.start()
    assert running.process
    for number in (signal.SIGTTIN, signal.SIGUSR2):
        running.process.send_signal(number)
    first = running.worker()
    first.kill()
    first.wait(TIMEOUT_SECONDS)
    until(lambda: (running.health() or {}).get("scheduler", False), running.output)
    assert running.worker().pid != first.pid
    assert running.end() == 0


def test_a_port_in_use_is_reported_in_one_line_and_nothing_is_created(running: Running) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", running.port))
        other.listen(1)
        status, output = running.exit_and_output()
    advice = "Stop the program that uses it, or set another `port` in [server]."
    assert (status, output) == (1, f"Port {running.port} is in use. {advice}\n")
    assert not (running.folder / "data").exists()


def test_a_second_run_with_the_same_data_folder_is_rejected(running: Running) -> None:
    running.start()
    second = Running(running.folder, 1)
    second.log = running.folder / "second.log"
    status, output = second.exit_and_output()
    assert (status, output.count("\n")) == (1, 1)
    assert "is already running" in output
    assert running.health() is not None


def test_an_unusable_data_folder_is_reported_in_one_line(running: Running) -> None:
    (running.folder / "data").write_text("in the way")
    status, output = running.exit_and_output()
    assert (status, output.count("\n")) == (1, 1)
    assert "The data folder" in output


def test_a_damaged_database_is_reported_and_left_as_it_is(running: Running) -> None:
    database = running.folder / "data" / "wallflower.db"
    database.parent.mkdir()
    database.write_bytes(b"damaged" * 4000)
    status, output = running.exit_and_output()
    assert (status, output.count("\n")) == (74, 1)
    assert "damaged" in output
    assert database.read_bytes() == b"damaged" * 4000


def test_kill_at_any_moment_loses_nothing_and_stores_nothing_twice(running: Running, feed: Any) -> None:
    feed.items = 200
    for _ in range(3):
        feed.requested.clear()
        running.launch()
        assert feed.requested.wait(TIMEOUT_SECONDS)
        assert running.process
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait(TIMEOUT_SECONDS)
    running.start()
    until(lambda: running.mentions() >= 200, running.output)
    feed.items = 201
    until(lambda: running.mentions() > 200, running.output)
    assert running.mentions() == 201
    assert running.end() == 0


def test_an_import_during_a_run_is_stored(running: Running) -> None:
    running.start()
    posts = running.folder / "posts.csv"
    posts.write_text("id,text,date\n1,Acme again,2024-01-01\n")
    command = [sys.executable, "-m", "display.cli.main", "import", "--config", str(running.config), str(posts)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True)
    assert "1 new mention" in done.stdout
    until(lambda: running.mentions() == 4, running.output)


def test_incomplete_requests_and_silent_connections_do_not_block_pages(running: Running) -> None:
    running.start()
    with contextlib.ExitStack() as sockets:
        for start in (b"GET /mentions HTTP/1.1\r\nHost: loc", b""):
            for _ in range(THREADS + 10):
                one = sockets.enter_context(socket.create_connection(("127.0.0.1", running.port), TIMEOUT_SECONDS))
                one.sendall(start)
        assert running.get("/mentions")[0] == 200


def test_a_request_that_arrives_in_pieces_is_answered(running: Running) -> None:
    running.start()
    with socket.create_connection(("127.0.0.1", running.port), TIMEOUT_SECONDS) as one:
        for _ in range(2):
            one.sendall(b"GET /healthz HTTP/1.1\r\n")
            assert running.get("/mentions")[0] == 200, "by now the server has seen the first piece"
            one.sendall(b"Host: localhost\r\n\r\n")
            answer = b""
            while not answer.endswith(b"}\n"):
                answer += (piece := one.recv(4096))
                assert piece, answer
            assert answer.startswith(b"HTTP/1.1 200 OK")
