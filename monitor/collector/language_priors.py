"""The usual languages of sources and brands as stored, read again now and then."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from monitor.errors import StoreError
from monitor.text.usual_language import UsualLanguages

MAX_AGE = timedelta(hours=1)
"""Counts are read again after this time."""

log = logging.getLogger("wallflower.collector")

LanguageCounts = Mapping[tuple[str, str, str], int]


class StoredUsualLanguages:
    """Call it with the current time. Not for several threads at once: a judge calls it while it holds its lock."""

    def __init__(self, language_counts: Callable[[], LanguageCounts]) -> None:
        """``language_counts``: ``Store.language_counts``."""
        self._language_counts = language_counts
        self._usual = UsualLanguages()
        self._read_at: datetime | None = None

    def __call__(self, now: datetime) -> UsualLanguages:
        """The usual languages as of at most MAX_AGE before ``now``."""
        if self._read_at is None or abs(now - self._read_at) >= MAX_AGE:
            self._read_at = now
            try:
                self._usual = UsualLanguages(self._language_counts())
            except StoreError as error:
                log.warning("The languages of stored mentions could not be counted; the last counts stay: %s", error)
        return self._usual
