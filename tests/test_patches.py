"""The internals of gunicorn, engineio, simple-websocket and wsproto that the server relies on.

A failure here means that an upgrade changed something that ``display.server`` patches, overrides or copies.
"""

from __future__ import annotations

import inspect
import re
import signal
import textwrap
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import engineio
import gunicorn.http.wsgi
import gunicorn.systemd
import pytest
import simple_websocket
from engineio.async_drivers.threading import _async
from engineio.socket import Socket
from gunicorn.arbiter import Arbiter
from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import TConn, ThreadWorker
from gunicorn.workers.workertmp import WorkerTmp
from wsproto.utilities import LocalProtocolError

from display.server import patches


def parameters(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


def source(function: Callable[..., Any]) -> str:
    """The source text without comments and docstring lines, as one line."""
    lines = (line.split("#")[0].strip() for line in textwrap.dedent(inspect.getsource(function)).splitlines())
    return " ".join(filter(None, lines))


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restores the signal handlers that a test replaces."""
    numbers = (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(("distribution", "checked"), patches.CHECKED_WITH.items())
def test_the_installed_version_was_checked(distribution: str, checked: str) -> None:
    installed = ".".join(re.findall(r"\d+", version(distribution))[:2])
    assert installed == checked, "read its release notes, then update CHECKED_WITH"


# gunicorn


def test_gunicorn_takes_its_server_header_from_a_module_constant(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "self.version = SERVER" in source(gunicorn.http.wsgi.Response.__init__)
    assert "Server: %s" in inspect.getsource(gunicorn.http.wsgi.Response.default_headers)
    monkeypatch.setattr(gunicorn.http.wsgi, "SERVER", gunicorn.http.wsgi.SERVER)
    patches.hide_gunicorn_version()
    assert gunicorn.http.wsgi.SERVER == patches.SERVER_HEADER


def test_the_arbiter_queues_signals_through_one_method() -> None:
    assert parameters(Arbiter.signal) == ["self", "sig", "frame"]
    assert {signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2, signal.SIGHUP} <= set(Arbiter.SIGNALS)
    assert 'getattr(self, "handle_%s" % signame' in source(Arbiter.run), "the loop must find our handler of HUP"
    assert Arbiter.SIG_NAMES[signal.SIGHUP] == "hup"
    init_signals, start = source(Arbiter.init_signals), source(Arbiter.start)
    assert "signal.signal(s, self.signal)" in init_signals
    assert start.index("self.init_signals()") < start.index("when_ready"), "our handlers must replace gunicorn's"


def test_no_signal_starts_a_second_worker_and_a_hang_up_calls_our_handler(handlers: None) -> None:
    hung_up: list[bool] = []

    class FakeArbiter:
        handle_hup: Callable[[], None]

    arbiter = FakeArbiter()
    patches.keep_one_worker(arbiter, hang_up=lambda: hung_up.append(True))
    for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2):
        signal.raise_signal(number)
    arbiter.handle_hup()
    assert hung_up == [True]


def test_the_arbiter_calls_what_ours_overrides() -> None:
    assert parameters(Arbiter.murder_workers) == ["self"]
    assert "self.murder_workers()" in source(Arbiter.run).partition("while True:")[2]
    assert source(Arbiter.spawn_workers).count("self.spawn_worker()") == 1
    assert source(Arbiter.spawn_worker).index("return pid") < source(Arbiter.spawn_worker).index("sys.exit(0)")
    assert parameters(Arbiter.stop) == ["self", "graceful"]
    assert "self.stop()" in source(Arbiter.halt)
    assert parameters(Arbiter.kill_workers) == ["self", "sig"]


def test_gunicorn_finds_systemd_only_in_the_environment_that_we_clear() -> None:
    assert "os.environ.get('NOTIFY_SOCKET')" in source(gunicorn.systemd.sd_notify)


def test_a_worker_records_when_its_loop_ran_in_monotonic_time() -> None:
    assert "time.monotonic()" in source(WorkerTmp.notify)
    assert "st_mtime" in source(WorkerTmp.last_update)
    assert "self.notify()" in source(ThreadWorker.run).partition("while self.alive:")[2]
    assert "notify()" not in source(Worker.init_process), "or the loop would seem to run before it does"


def test_the_threaded_worker_calls_what_our_worker_overrides() -> None:
    assert parameters(ThreadWorker.enqueue_req) == ["self", "conn"]
    assert parameters(ThreadWorker.handle_request) == ["self", "req", "conn"]
    assert parameters(ThreadWorker.murder_pending) == ["self"]
    assert parameters(ThreadWorker.on_pending_socket_readable) == ["self", "conn", "client"]
    assert parameters(ThreadWorker.handle_exit) == ["self", "sig", "frame"]
    for caller in (ThreadWorker.accept, ThreadWorker.on_client_socket_readable, ThreadWorker.finish_request):
        assert "self.enqueue_req(conn)" in source(caller), "every connection must pass through enqueue_req"
    assert "self.handle_request(req, conn)" in source(ThreadWorker.handle)
    assert source(ThreadWorker.run).count("self.murder_pending()") == 2, "in the loop, and while stopping"


def test_the_threaded_worker_keeps_its_connections_as_our_worker_expects() -> None:
    init = source(ThreadWorker.__init__)
    for attribute in ("self.poller = None", "self.pending_conns = deque()", "self.nr_conns = 0"):
        assert attribute in init
    connection = source(TConn.__init__)
    for attribute in ("self.sock = sock", "self.parser = None", "self.data_ready = False"):
        assert attribute in connection
    assert parameters(TConn.set_timeout) == ["self"]
    assert "conn.parser.unreader.buf.getvalue()" in source(ThreadWorker.finish_request)
    assert "conn.timeout - now" in source(ThreadWorker.murder_pending)


def test_a_body_reader_counts_down_the_length_that_remains() -> None:
    assert "self.length -= size" in source(LengthReader.read)
    assert not hasattr(ChunkedReader, "length"), "a chunked body has no known length"


# engineio


def test_engineio_finds_its_websocket_class_where_we_replace_it() -> None:
    assert "websocket" in _async
    upgrade = source(Socket._upgrade_websocket)
    assert "self.server._async['websocket']( self._websocket_handler, self.server)" in upgrade
    server = engineio.Server(async_mode="threading")
    patches.use_websocket(server, dict)
    assert server._async["websocket"] is dict
    assert _async["websocket"] is not dict, "other servers keep theirs"


def test_engineio_schedules_and_sends_a_ping_as_our_copy_does() -> None:
    assert "self.server.start_background_task(self._send_ping)" in source(Socket.schedule_ping)
    assert source(Socket._send_ping) == (
        "def _send_ping(self): self.server.sleep(self.server.ping_interval) "
        "if not self.closing and not self.closed: "
        "self.last_ping = time.time() self.send(packet.Packet(packet.PING))"
    )
    assert parameters(engineio.Server.start_background_task)[:2] == ["self", "target"]


def test_engineio_knows_its_open_connections() -> None:
    server = engineio.Server(async_mode="threading")
    assert server.sockets == {}
    connection = Socket(server, "1")
    assert (connection.closed, connection.closing) == (False, False)
    assert "wait" in parameters(Socket.close)


# simple-websocket and wsproto


def test_simple_websocket_has_the_parts_that_our_driver_uses() -> None:
    assert {"environ", "max_message_size", "thread_class"} <= set(parameters(simple_websocket.Server.__init__))
    assert parameters(simple_websocket.Server.receive) == ["self", "timeout"]
    handshake = inspect.getsource(simple_websocket.Server)
    for mode in ("'gunicorn'", "'werkzeug'"):
        assert f"self.mode = {mode}" in handshake
    assert "'gunicorn.socket'" in handshake
    assert "'werkzeug.socket'" in handshake
    assert issubclass(LocalProtocolError, Exception)
    assert issubclass(simple_websocket.ConnectionClosed, Exception)
