"""Every change made to the internals of gunicorn and engineio, in one place.

``CHECKED_WITH`` names the versions that these patches were checked with. ``tests/test_patches.py`` fails if the
internals used here, in ``worker`` and ``arbiter`` (subclasses of gunicorn's threaded worker and parent) or in
``websocket`` (which replaces what engineio does in threads) change. After an upgrade: read the release notes, run that
test and ``tests/test_run.py``, then update the versions.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, Protocol

import gunicorn.http.wsgi
from engineio.socket import Socket
from gunicorn import util

from display.server.plain_response import plain_response

CHECKED_WITH = {
    "gunicorn": "27.0",
    "python-engineio": "4.15",
    "python-socketio": "5.18",
}
"""Distribution -> major and minor version."""
SERVER_HEADER = "Wallflower"
ERROR_TEXTS = {
    400: "This is not a valid HTTP request.",
    431: "The request has too many headers, or one that is too long.",
    500: "Something went wrong on our side. The log has the reason.",
}
"""Status -> text of gunicorn's own error responses."""


class PingSchedule(Protocol):
    """Sends pings later; see ``pings.PingScheduler``."""

    def schedule(self, connection: Any, seconds: float) -> None:
        """Ping ``connection`` in ``seconds``."""
        ...


def hide_gunicorn_version() -> None:
    """Replace gunicorn's Server header, which has no setting: strangers should not learn what serves the pages."""
    gunicorn.http.wsgi.SERVER = SERVER_HEADER


def _write_error(sock: Any, status_int: int, reason: str, mesg: str) -> None:
    # Without gunicorn's message, which repeats what the client sent.
    util.write_nonblock(sock, plain_response(f"{status_int} {reason}", ERROR_TEXTS.get(status_int, f"{reason}.")))


def use_plain_errors() -> None:
    """Give gunicorn's own error responses our security headers."""
    util.write_error = _write_error


def keep_one_worker(arbiter: Any, hang_up: Callable[[], None]) -> None:
    """Stop gunicorn's ``arbiter`` from starting a second worker; both would write to one database.

    TTIN and TTOU change the number of workers, USR2 starts a second program, and HUP starts new workers while the old
    ones finish. The first three are ignored, and HUP calls ``hang_up`` in the arbiter's loop, where other work may be
    done than in a signal handler. Call it after the arbiter has set its handlers.
    """
    for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    arbiter.handle_hup = hang_up


def use_websocket(server: Any, websocket: Callable[..., Any], outbox: Callable[[], Any]) -> None:
    """Make ``server``, an engineio.Server, use the driver ``websocket``, and ``outbox`` for the packets it sends."""
    server._async = {**server._async, "websocket": websocket, "queue": outbox}


def schedule_pings(server: Any, pings: PingSchedule) -> None:
    """Make ``server``, an engineio.Server, send its pings through ``pings`` instead of starting a thread for each.

    If engineio has no ``Socket._send_ping``, nothing changes.
    """
    start_background_task, send_ping = server.start_background_task, getattr(Socket, "_send_ping", None)

    def start(target: Any, *args: Any, **kwargs: Any) -> Any:
        if send_ping is None or getattr(target, "__func__", None) is not send_ping:
            return start_background_task(target, *args, **kwargs)
        return pings.schedule(target.__self__, server.ping_interval)

    server.start_background_task = start
