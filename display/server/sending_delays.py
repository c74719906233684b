"""How long a stored mention takes to reach the browsers."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.clock import Clock
from monitor.durations import DurationHistogram
from monitor.model import Change, ChangeKind


class SendingDelays(DurationHistogram):
    """For each new mention, the time from when it was stored until it was sent."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def observe_sent(self, changes: Iterable[Change]) -> None:
        """Record that ``changes`` were sent now."""
        now = self._clock.now()
        for change in changes:
            if change.kind is ChangeKind.SAVED:
                self.observe((now - change.at).total_seconds() / self._clock.speed)
