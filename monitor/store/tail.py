"""Tail: follows the change log, so that a reader can continue where it stopped."""

from __future__ import annotations

from monitor.clock import Clock
from monitor.model import Change
from monitor.store import Store

READ_LIMIT = 500
"""Maximum number of changes that one read returns."""


class Tail:
    """A reader of new changes, for one thread."""

    def __init__(self, store: Store, clock: Clock, after: int | None = None) -> None:
        """``after``: id of the last change already known; by default that of the newest one."""
        self._store = store
        self._clock = clock
        self.last = store.last_change_id() if after is None else after
        """Id of the last change that ``wait`` has returned."""

    def read(self, after: int) -> list[Change]:
        """Changes with an id above ``after``, oldest first, at most READ_LIMIT. Raises StoreError."""
        return self._store.changes(after, READ_LIMIT)

    def wait(self, seconds: float) -> list[Change]:
        """Changes since the last call, as soon as there are any; [] after ``seconds``, or once the clock is stopped.

        If there are more than READ_LIMIT changes, the next call returns the rest at once. Raises StoreError.
        """
        found = self._store.wait_for_changes(self.last, seconds, self._clock, READ_LIMIT)
        if found:
            self.last = found[-1].id
        return found
