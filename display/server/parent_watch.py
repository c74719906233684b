"""Ends a worker whose parent has gone, even if the parent was killed.

gunicorn notices it within seconds and then finishes in order, which may take as long as a stop. Meanwhile a new parent
may have started a second worker on the same database.
"""

from __future__ import annotations

import logging
import os
import threading

log = logging.getLogger("wallflower")


class ParentWatch:
    """A pipe whose writing end only the parent holds: it ends with the parent, however that ends."""

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()

    def start(self) -> None:
        """Watch the parent in a thread. Call it in the child, after the fork."""
        os.close(self._write_end)
        threading.Thread(target=self._wait, name="parent watch", daemon=True).start()

    def _wait(self) -> None:
        os.read(self._read_end, 1)
        log.error("The parent process has gone, so this one ends; what was committed is safe")
        logging.shutdown()
        os._exit(1)
