"""Sources whose passes the test decides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.model import Batch, Json, SourceStatus, Term
from monitor.store import Store
from tests.fake_time import TIMEOUT_SECONDS


class ScriptedSource:
    """Returns or raises one of ``passes`` in each pass."""

    def __init__(self, *passes: Batch | Exception) -> None:
        self.passes = list(passes)
        self.cursors: list[Json] = []
        self.statuses_before: list[SourceStatus] = []
        """The statuses in ``store`` at the start of each fetch."""
        self.store: Store | None = None

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        self.cursors.append(cursor)
        if self.store:
            self.statuses_before += self.store.statuses()
        result = self.passes.pop(0)
        if isinstance(result, Exception):
            raise result
        return result


class CountingSource:
    """Counts its passes; ``act`` gets the number of the pass and returns its batch, an empty one by default."""

    def __init__(self, act: Callable[[int], Batch] = lambda n: Batch()) -> None:
        self.act, self.passes = act, 0
        self.cursors: list[Json] = []

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        self.passes += 1
        self.cursors.append(cursor)
        return self.act(self.passes)


class BlockingSource(CountingSource):
    """Hangs until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.released = threading.Event(), threading.Event()

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        self.reached.set()
        assert self.released.wait(TIMEOUT_SECONDS)
        return super().fetch(terms, cursor, now)


def failing(error: BaseException) -> Callable[[int], Batch]:
    """For ``CountingSource.act``: raises ``error`` in each pass."""

    def act(_: int) -> Batch:
        raise error

    return act
