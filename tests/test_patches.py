"""The internals of gunicorn and engineio that the server relies on.

A failure here means that an upgrade changed something that ``display.server`` patches, overrides or copies.
"""

from __future__ import annotations

import inspect
import re
import signal
import socket
import textwrap
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import engineio
import gunicorn.http.wsgi
import gunicorn.systemd
import pytest
from engineio.async_drivers.threading import _async
from engineio.socket import Socket
from gunicorn import util
from gunicorn.arbiter import Arbiter
from gunicorn.http.message import Request
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import TConn, ThreadWorker
from gunicorn.workers.workertmp import WorkerTmp

from display.server import patches
from display.server.websocket import Outbox


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
    assert parameters(ThreadWorker.accept) == ["self", "listener"]
    assert parameters(ThreadWorker.enqueue_req) == ["self", "conn"]
    assert parameters(ThreadWorker.handle_request) == ["self", "req", "conn"]
    assert parameters(ThreadWorker.murder_pending) == ["self"]
    assert parameters(ThreadWorker.handle_exit) == ["self", "sig", "frame"]
    assert parameters(TConn.close) == ["self", "graceful"]
    for caller in (ThreadWorker.on_client_socket_readable, ThreadWorker.finish_request):
        assert "self.enqueue_req(conn)" in source(caller), "every connection must pass through enqueue_req"
    assert "self.nr_conns -= 1 conn.close(graceful=True)" in source(ThreadWorker.finish_request)
    assert "self.handle_request(req, conn)" in source(ThreadWorker.handle)
    assert source(ThreadWorker.run).count("self.murder_pending()") == 2, "in the loop, and while stopping"
    assert "self.nr_conns < self.worker_connections" in source(ThreadWorker.run)


def test_the_threaded_worker_keeps_its_connections_as_our_worker_expects() -> None:
    init = source(ThreadWorker.__init__)
    for attribute in ("self.poller = None", "self.keepalived_conns = deque()", "self.nr_conns = 0"):
        assert attribute in init
    assert "self.worker_connections = self.cfg.worker_connections" in init
    connection = source(TConn.__init__)
    for attribute in ("self.sock = sock", "self.parser = None", "self.data_ready = False"):
        assert attribute in connection
    assert "if self.initialized: return" in source(TConn.init)
    assert "conn.parser.unreader.buf.getvalue()" in source(ThreadWorker.finish_request)
    assert "if not conn.initialized and not conn.data_ready" in source(ThreadWorker.handle)


def test_a_request_that_was_read_ahead_reaches_the_parser() -> None:
    unreader = SocketUnreader(None)
    unreader.unread(b"GET /")
    assert unreader.take_buffered() == b"GET /"
    unreader.unread(b"GET /")
    assert unreader.read() == b"GET /"


def test_no_limit_for_the_request_line_means_none() -> None:
    assert "if self.limit_request_line < 0" in source(Request.__init__)
    assert "limit_request_line > 0" in inspect.getsource(Request)


def test_gunicorn_writes_its_own_errors_through_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "util.write_error(client, status_int, reason, mesg)" in source(Worker.handle_error)
    assert parameters(util.write_error) == ["sock", "status_int", "reason", "mesg"]
    monkeypatch.setattr(util, "write_error", util.write_error)
    patches.use_plain_errors()
    ours, client = socket.socketpair()
    with ours, client:
        util.write_error(ours, 431, "Request Header Fields Too Large", "<script>")
        answer = client.recv(4096)
    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"default-src 'none'" in answer
    assert b"script>" not in answer


# engineio


def test_engineio_finds_its_websocket_and_its_queue_where_we_replace_them() -> None:
    assert {"websocket", "queue"} <= set(_async)
    upgrade = source(Socket._upgrade_websocket)
    assert "self.server._async['websocket']( self._websocket_handler, self.server)" in upgrade
    assert "ws(environ, start_response)" in upgrade
    server = engineio.Server(async_mode="threading")
    patches.use_websocket(server, dict, Outbox)
    assert server._async["websocket"] is dict
    assert isinstance(Socket(server, "1").queue, Outbox)
    assert _async["websocket"] is not dict, "other servers keep theirs"


def test_engineio_serves_a_connection_through_the_methods_that_our_driver_uses() -> None:
    """The driver replaces ``_websocket_handler``, which sends the packets of the queue and receives in a loop."""
    handler = source(Socket._websocket_handler)
    for part in ("self.connected = True", "self.upgraded = True", "self.receive(pkt)", "ws.send(pkt.encode())"):
        assert part in handler
    assert "self.queue.put(pkt)" in source(Socket.send)
    close = source(Socket.close)
    assert "self.queue.put(None)" in close
    assert "self.queue.join()" in close
    assert engineio.Server.reason.TRANSPORT_CLOSE


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
