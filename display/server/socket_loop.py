"""One thread that reads and writes every WebSocket.

engineio has three threads for each. Measured with bench/walls.py, 250 connections and 50 mentions a second: 36 threads
and 0.17 of a core in this way, 758 threads and 0.33 of a core in the other. Messages arrive equally fast.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import selectors
import socket
import threading
import time
from typing import Any

from display.server.websocket import WebSocket
from monitor.logs import FaultLog, bug

CHECK_INTERVAL_SECONDS = 1.0
"""How often clients that do not read are looked for."""

log = logging.getLogger(__name__)


class SocketLoop:
    """Serves WebSockets until ``stop``. The thread starts with the first of them."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = socket.socketpair()
        self._woken = False
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._to_send: queue.SimpleQueue[WebSocket] = queue.SimpleQueue()
        self._open: set[WebSocket] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sockets", daemon=True)
        self._start_lock = threading.Lock()
        self._next_check = 0.0
        self._faults = FaultLog(log)

    def add(self, websocket: WebSocket) -> None:
        """Serve ``websocket``. Any thread may call it."""
        with self._start_lock:
            if self._thread.ident is None:
                self._thread.start()
        websocket.client.queue.notify = lambda: self._notify(websocket)
        self._notify(websocket)

    def stop(self, seconds: float = 1.0) -> None:
        """Send what is waiting, then close every connection. Waits at most ``seconds``."""
        self._stopped.set()
        self._wake()
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def _notify(self, websocket: WebSocket) -> None:
        self._to_send.put(websocket)
        self._wake()

    def _wake(self) -> None:
        if not self._woken:
            self._woken = True
            self._wake_write.send(b"\0")

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._step()
            except Exception as error:
                self._faults.report("A step of the sockets failed because of a bug", bug(error), exc_info=True)
        self._send_waiting()
        for websocket in list(self._open):
            self._end(websocket)

    def _step(self) -> None:
        for key, events in self._selector.select(CHECK_INTERVAL_SECONDS):
            websocket: WebSocket | None = key.data
            if websocket is None:
                self._wake_read.recv(1024)
                # Before the queue is emptied: what is added from now on wakes this thread again.
                self._woken = False
                continue
            if events & selectors.EVENT_READ:
                self._guarded(websocket, websocket.receive)
            self._send(websocket)
        self._send_waiting()
        self._end_blocked()

    def _send_waiting(self) -> None:
        for _ in range(self._to_send.qsize()):
            websocket = self._to_send.get()
            if websocket not in self._open:
                if not websocket.is_open:
                    continue
                self._open.add(websocket)
                self._selector.register(websocket.sock, selectors.EVENT_READ, websocket)
            self._send(websocket)

    def _send(self, websocket: WebSocket) -> None:
        if not websocket.is_open or websocket not in self._open:
            self._end(websocket)
            return
        self._guarded(websocket, lambda: websocket.send(time.monotonic()))
        if not websocket.is_open:
            self._end(websocket)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if websocket.wants_to_write else 0)
        if self._selector.get_key(websocket.sock).events != events:
            self._selector.modify(websocket.sock, events, websocket)

    def _guarded(self, websocket: WebSocket, call: Any) -> None:
        """Call it; a bug ends only this connection."""
        try:
            call()
        except Exception as error:
            self._faults.report("Connections are closed because of a bug", bug(error), exc_info=True)
            websocket.is_open = False

    def _end_blocked(self) -> None:
        now = time.monotonic()
        if now < self._next_check:
            return
        self._next_check = now + CHECK_INTERVAL_SECONDS
        for websocket in [one for one in self._open if one.blocked_since is not None]:
            self._send(websocket)

    def _end(self, websocket: WebSocket) -> None:
        """Close the connection, and tell engineio."""
        websocket.is_open = False
        if websocket not in self._open:
            return
        self._open.discard(websocket)
        self._selector.unregister(websocket.sock)
        websocket.sock.close()
        client = websocket.client
        with contextlib.suppress(Exception):
            client.close(wait=False, abort=True, reason=client.server.reason.TRANSPORT_CLOSE)
        client.server.sockets.pop(client.sid, None)
