"""Every change made to the internals of gunicorn and engineio, in one place.

``CHECKED_WITH`` names the versions that these patches were checked with. ``tests/test_patches.py`` fails if the
internals used here, in ``worker`` and ``arbiter`` (subclasses of gunicorn's threaded worker and parent) or in
``websocket`` (which uses simple-websocket and wsproto directly) change. After an upgrade: read the release notes, run
that test and ``tests/test_run.py``, then update the versions.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any, Protocol

import gunicorn.http.wsgi
from engineio.socket import Socket

CHECKED_WITH = {
    "gunicorn": "27.0",
    "python-engineio": "4.15",
    "python-socketio": "5.18",
    "simple-websocket": "1.1",
    "wsproto": "1.3",
}
"""Distribution -> major and minor version."""
SERVER_HEADER = "Wallflower"


class PingSchedule(Protocol):
    """Sends pings later; see ``websocket.PingScheduler``."""

    def schedule(self, connection: Any, seconds: float) -> None:
        """Ping ``connection`` in ``seconds``."""
        ...


def hide_gunicorn_version() -> None:
    """Replace gunicorn's Server header, which has no setting: strangers should not learn what serves the pages."""
    gunicorn.http.wsgi.SERVER = SERVER_HEADER


def keep_one_worker(arbiter: Any, hang_up: Callable[[], None]) -> None:
    """Stop gunicorn's ``arbiter`` from starting a second worker; both would write to one database.

    TTIN and TTOU change the number of workers, USR2 starts a second program, and HUP starts new workers while the old
    ones finish. The first three are ignored, and HUP calls ``hang_up`` in the arbiter's loop, where other work may be
    done than in a signal handler. Call it after the arbiter has set its handlers.
    """
    for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    arbiter.handle_hup = hang_up


def use_websocket(server: Any, websocket: type) -> None:
    """Make ``server``, an engineio.Server, use the driver class ``websocket`` for its WebSockets."""
    server._async = {**server._async, "websocket": websocket}


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
