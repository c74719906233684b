"""Tail: follows the change log, so that either half of the program may restart and nothing is lost."""

from __future__ import annotations

from monitor.clock import Clock
from monitor.model import Change
from monitor.store import Store

EVERY = 0.05
"""Seconds between two looks; one costs microseconds."""
AT_ONCE = 500
"""Changes that one read brings at most."""


class Tail:
    """A reader of new changes; belongs to one thread, since what has changed is told per connection."""

    def __init__(self, store: Store, clock: Clock, after: int | None = None) -> None:
        """``after``: the last change already known; by default all that there are."""
        self._store = store
        self._clock = clock
        self._seen: int | None = None
        self.last = store.last_change() if after is None else after
        """Id of the last change that ``wait`` has returned."""

    def read(self, after: int) -> list[Change]:
        """Changes with an id above ``after``, oldest first, at most AT_ONCE. Raises StoreError."""
        return self._store.changes(after, AT_ONCE)

    def wait(self, seconds: float) -> list[Change]:
        """Changes since the last call, as soon as there are any; none when ``seconds`` pass or the clock is stopped.

        What did not fit in one read comes at once with the next call. Raises StoreError.
        """
        end = self._clock.monotonic() + seconds
        while True:
            if found := self._look():
                self.last = found[-1].id
                return found
            left = end - self._clock.monotonic()
            if left <= 0 or self._clock.wait(min(EVERY, left)):
                return []

    def _look(self) -> list[Change]:
        version = self._store.data_version()
        if version == self._seen:
            return []
        found = self.read(self.last)
        if len(found) < AT_ONCE:  # else there may be more behind them: look again, changed or not
            self._seen = version
        return found
