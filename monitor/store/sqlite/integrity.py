"""Checks the database after an unclean stop: power loss, or a disk that lost writes, can damage it.

``run_mark`` knows whether the last stop was clean.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from monitor.errors import StoreError
from monitor.model import FaultKind, UncleanStop
from monitor.store.sql.fault_tracker import FaultTracker
from monitor.store.sqlite.connections import Connection, open_reader
from monitor.store.sqlite.faults import fault_error, store_errors
from monitor.store.sqlite.run_mark import RunMark

BACKGROUND_BYTES = 100 << 20
"""A larger database is checked in the background; this much takes about a second."""
STEPS_BETWEEN_INTERRUPTS = 10_000
"""Steps of SQLite's virtual machine, well under a second."""

log = logging.getLogger("wallflower.store")


def quick_check(db: Connection, path: Path) -> None:
    """Raise StoreError, or an error of SQLite, if the structure of the database is damaged. Reads the whole file."""
    found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        log.error("%s: quick_check found: %.200s", path, found)
        raise fault_error(path, FaultKind.CORRUPT)


class UncleanStopCheck:
    """Checks the database at ``path`` if the last program that used it did not call ``finish``."""

    def __init__(self, path: Path, faults: FaultTracker) -> None:
        self._path, self._faults = path, faults
        self._mark = RunMark(path)
        self.unclean_stop: UncleanStop | None = None
        """How the last program ended that used the database."""
        self._thread = threading.Thread(target=self._check_in_background, name="store-check", daemon=True)
        self._interrupted = False
        self._intact = True
        """Whether the last check, if there was one, has come to an end and found no damage."""

    @property
    def running(self) -> bool:
        """Whether a check is under way."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Mark the database as used. After an unclean stop, check it first; a large one in the background.

        Raises StoreError if it is damaged.
        """
        self.unclean_stop = self._mark.begin()
        self._faults.changed = self._mark.note
        if self.unclean_stop is None:
            return
        if self._path.stat().st_size > BACKGROUND_BYTES:
            log.warning("%s is checked, because Wallflower was not stopped cleanly.", self._path)
            self._intact = False
            self._thread.start()
        else:
            with store_errors(self._path), closing(open_reader(self._path)) as db:
                quick_check(db, self._path)

    def interrupt(self) -> None:
        """End a check that is under way; the next start repeats it."""
        self._interrupted = True
        if self._thread.is_alive():
            self._thread.join()

    def finish(self) -> None:
        """Remove the mark, unless the database may be damaged or nothing could be stored at last.

        Call it once the database is closed.
        """
        self.interrupt()
        if self._intact and self._faults.current is None:
            self._mark.remove()

    def _check_in_background(self) -> None:
        try:
            with store_errors(self._path), closing(open_reader(self._path)) as db:
                db.set_progress_handler(lambda: self._interrupted, STEPS_BETWEEN_INTERRUPTS)
                quick_check(db, self._path)
            self._intact = True
            log.info("%s was checked and is intact.", self._path)
        except StoreError as error:
            self._faults.record(error)
        except sqlite3.OperationalError:
            if not self._interrupted:
                log.exception("%s could not be checked", self._path)
