"""The pings of every Socket.IO connection, from one thread."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from typing import Any

from engineio.exceptions import SocketIsClosedError
from engineio.packet import PING, Packet

from monitor.logs import FaultLog, bug

log = logging.getLogger(__name__)


class PingScheduler:
    """Sends the pings of every connection from one thread.

    engineio starts a sleeping thread for each ping, and the thread outlives its connection: 5,000 short connections
    within a minute left 2,800 threads (seen with python-engineio 4.15).
    """

    def __init__(self) -> None:
        self._due: queue.SimpleQueue[tuple[float, Any]] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pings", daemon=True)
        self._start_lock = threading.Lock()
        self._faults = FaultLog(log)

    def schedule(self, connection: Any, seconds: float) -> None:
        """Ping ``connection``, an engineio socket, in ``seconds``.

        Every call must use the same ``seconds``: the queue is first in, first out.
        """
        with self._start_lock:
            if self._thread.ident is None:
                self._thread.start()
        self._due.put((time.monotonic() + seconds, connection))

    def stop(self) -> None:
        """Send no more pings, and end the thread."""
        self._stopped.set()
        self._due.put((0.0, None))

    def _run(self) -> None:
        while True:
            due, connection = self._due.get()
            if self._stopped.wait(max(0.0, due - time.monotonic())):
                return
            try:
                send_ping(connection)
            except Exception as error:
                self._faults.report("Connections are not pinged because of a bug", bug(error), exc_info=True)


def send_ping(connection: Any) -> None:
    """Ping an engineio socket as ``engineio.socket.Socket._send_ping`` does after its sleep."""
    if not connection.closing and not connection.closed:
        connection.last_ping = time.time()
        with contextlib.suppress(SocketIsClosedError):
            connection.send(Packet(PING))
