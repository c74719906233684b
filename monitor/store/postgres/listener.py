"""Notices that the change log has grown: one connection of a process listens, and asks once a second anyway."""

from __future__ import annotations

import logging
import threading
from typing import Any

import psycopg

from monitor.errors import StoreError
from monitor.logs import FaultLog
from monitor.store.postgres.connections import connect
from monitor.store.postgres.errors import server_error
from monitor.store.postgres.location import Location

CHANNEL = "wallflower_change"
"""Notified by each transaction that appends to the change log; see ``schema``."""
POLL_SECONDS = 1.0
"""A notification may be lost with its connection."""
_FAULT = "Changes are noticed late"

log = logging.getLogger("wallflower.store")


class Listener:
    """A number that grows whenever the change log may have grown."""

    def __init__(self, location: Location) -> None:
        self._location = location
        self._version = 0
        self._stop = threading.Event()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._raw: psycopg.Connection[Any] | None = None
        self._faults = FaultLog(log)

    def version(self) -> int:
        """Differs after a change, and after POLL_SECONDS. The first call begins to listen."""
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="store-listener", daemon=True)
                self._thread.start()
        return self._version

    def close(self) -> None:
        """End the thread and close its connection."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2 * POLL_SECONDS)

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow()
            except (psycopg.Error, StoreError) as error:
                said = server_error(self._location, error) if isinstance(error, psycopg.Error) else error
                self._faults.report(_FAULT, str(said or error))
            self._version += 1
            self._stop.wait(POLL_SECONDS)

    def _follow(self) -> None:
        with connect(self._location) as raw:
            raw.execute(f"LISTEN {CHANNEL}")
            self._version += 1
            self._faults.clear(_FAULT, "Changes are noticed at once again")
            while not self._stop.is_set():
                for _ in raw.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass
                self._version += 1
