"""A line in the log each minute with what was done, less often while nothing happens.

Last minute: 12 passes, 34 posts, 5 mentions, 0 errors, 3 walls, queue 0
Last 15 minutes: 180 passes, 0 posts, 0 mentions, 0 errors, 3 walls, queue 0
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from display.formatting import pluralize
from monitor.activity import Counts
from monitor.clock import Clock
from monitor.logs import FaultLog

SUMMARY_SECONDS = 60.0
IDLE_SUMMARIES = 15
"""While nothing happens, one line replaces this many: it still shows that the program runs and polls."""

log = logging.getLogger("wallflower")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of the program at one moment."""

    counts: Counts
    """Of all sources, since the start."""
    walls: int
    """Walls that a screen shows."""
    queue: int
    """Transactions that are waiting."""


class Summary:
    """Compares the state of the program with that of the last line."""

    def __init__(self, before: Snapshot) -> None:
        self._before, self._minutes = before, 0

    def line(self, now: Snapshot) -> str:
        """The line for the time since the last one; empty if it is not worth one yet. Call it once a minute."""
        self._minutes += 1
        if not self._has_news(now) and self._minutes < IDLE_SUMMARIES:
            return ""
        before, after = self._before.counts, now.counts
        period = "Last minute" if self._minutes == 1 else f"Last {self._minutes} minutes"
        parts = (
            pluralize(sum(after.passes.values()) - sum(before.passes.values()), "pass", "passes"),
            pluralize(after.posts - before.posts, "post"),
            pluralize(after.mentions - before.mentions, "mention"),
            pluralize(after.errors - before.errors, "error"),
            pluralize(now.walls, "wall"),
            f"queue {now.queue}",
        )
        self._before, self._minutes = now, 0
        return f"{period}: {', '.join(parts)}"

    def _has_news(self, now: Snapshot) -> bool:
        """Whether something happened that is not repeated every minute anyway."""
        before, after = self._before.counts, now.counts
        figures = ("mentions", "edited", "deleted", "deliveries", "errors")
        changed = any(getattr(before, figure) != getattr(after, figure) for figure in figures)
        return changed or now.walls != self._before.walls or now.queue > 0


class SummaryLog:
    """Logs the lines, in a thread, until the clock is stopped."""

    def __init__(self, snapshot: Callable[[], Snapshot], clock: Clock, each_minute: Callable[[], None]) -> None:
        """``each_minute`` is also called once at the start."""
        self._snapshot, self._clock, self._each_minute = snapshot, clock, each_minute
        self._thread = threading.Thread(target=self._run, name="summaries", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def _run(self) -> None:
        summary, faults = Summary(self._snapshot()), FaultLog(log, self._clock.monotonic)
        while True:
            try:
                self._each_minute()
                if self._clock.wait(SUMMARY_SECONDS):
                    return
                if line := summary.line(self._snapshot()):
                    log.info(line)
            except Exception as error:
                faults.report("The summaries in the log fail", repr(error), exc_info=True)
                self._clock.wait(SUMMARY_SECONDS)
