"""The offset of scores as stored, read again now and then."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from monitor.errors import StoreError
from monitor.model import LearningResult, Offset
from monitor.store.learning import OFFSET_MAX_AGE

log = logging.getLogger("wallflower.collector")


class StoredOffset:
    """Call it with the current time. Not for several threads at once."""

    def __init__(self, result: Callable[[], LearningResult]) -> None:
        """``result``: ``Store.learning.result``."""
        self._result = result
        self._offset: Offset | None = None
        self._read_at: datetime | None = None

    def __call__(self, now: datetime) -> Offset | None:
        """The offset as of at most OFFSET_MAX_AGE before ``now``."""
        if self._read_at is None or abs(now - self._read_at) >= OFFSET_MAX_AGE:
            self._read_at = now
            try:
                self._offset = self._result().offset
            except StoreError as error:
                log.warning("What was learnt from answers could not be read; the last known stays: %s", error)
        return self._offset
