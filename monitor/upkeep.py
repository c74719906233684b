"""Jobs that delete: posts that are older than they are kept, and words of deleted posts from the files.

``JobRunner`` runs them beside the analysis, so each run is short and continues the one before.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from monitor.store import Store

RUN_SECONDS = 1.0
"""How long one run may take; the other jobs wait for it."""
RETENTION_INTERVAL = timedelta(hours=1)
"""Between two searches for posts that are too old."""
CLEANING_DELAY = timedelta(hours=12)
"""How long words of deleted posts may stay in the search index, so that it is rewritten at most twice a day."""

log = logging.getLogger("wallflower.upkeep")


class RetentionJob:
    """Deletes posts that are older than they are kept."""

    name = "retention"

    def __init__(
        self,
        store: Store,
        keep: timedelta | None,
        by_source: Mapping[str, timedelta],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``keep``: for the sources that are not in ``by_source``; None: forever."""
        self._maintenance, self._monotonic = store.maintenance, monotonic
        self._keep, self._by_source = keep, dict(by_source)
        self._is_stored = False
        self._next: datetime | None = None
        self._deleted = Counter[str]()

    def run(self, now: datetime) -> None:
        """Delete for about RUN_SECONDS, if it is time. Raises StoreError."""
        if not self._is_stored:
            self._maintenance.set_retention(self._keep, self._by_source)
            self._is_stored = True
        if self._next is not None and self._next - RETENTION_INTERVAL <= now < self._next:
            return
        end = self._monotonic() + RUN_SECONDS
        while True:
            step = self._maintenance.delete_expired(now)
            self._deleted.update(step.deleted)
            if not step.more:
                self._next = now + RETENTION_INTERVAL
                return self._log()
            if self._monotonic() >= end:
                return

    def _log(self) -> None:
        if self._deleted:
            sources = ", ".join(f"{source} {n:,}" for source, n in self._deleted.most_common())
            log.info("Posts deleted because they are older than `keep`: %s", sources)
        self._deleted.clear()


class CleaningJob:
    """Removes words of deleted posts from the files of the database."""

    name = "cleaning"

    def __init__(self, store: Store) -> None:
        self._maintenance = store.maintenance
        self._is_running = False

    def run(self, now: datetime) -> None:
        """Clean for about RUN_SECONDS, if it is time. Raises StoreError."""
        since = self._maintenance.deleted_words_since()
        if self._is_running or (since is not None and now - since >= CLEANING_DELAY):
            self._is_running = not self._maintenance.remove_deleted_words(now, RUN_SECONDS)
