"""The loop: it ends with the program and with nothing else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from monitor.clock import Clock
from monitor.errors import StoreError

EVERY = 15.0
"""Seconds between two turns: an incident must be told within five minutes, and a turn is cheap."""
LEAST = 1.0
"""Seconds between them in a replay, whatever its pace."""
HANGS_AFTER = 300.0
"""Seconds; no turn that ends takes that long."""

log = logging.getLogger("wallflower.watch")


class Duty(Protocol):
    """Something that is looked at again and again."""

    @property
    def name(self) -> str:
        """For the log."""

    def turn(self, now: datetime) -> None:
        """Look once. It may raise whatever it likes: the next turn comes all the same."""


class Watch:
    """Gives each duty its turn, from ``start`` to ``stop``."""

    def __init__(self, duties: Sequence[Duty], clock: Clock, every: float = EVERY) -> None:
        """``every``: seconds of the clock's time between two turns, which in a replay pass faster."""
        self._duties, self._clock = tuple(duties), clock
        self._every = every if clock.pace == 1.0 else max(LEAST, every / clock.pace)
        self._trouble: dict[str, str] = {}
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin, with a turn at once."""
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop the clock, and wait ``seconds`` at most for a duty that is under way."""
        self._clock.stop()
        if self._thread.ident is not None:
            self._thread.join(seconds)
        if self._thread.is_alive():
            log.warning("still watching; left behind")

    def alive(self) -> bool:
        """Whether the loop runs, and its turn comes to an end."""
        since = self._busy_since
        hangs = since is not None and self._clock.monotonic() - since > HANGS_AFTER
        return self._thread.is_alive() and not hangs

    def turn(self) -> None:
        """Let every duty look once, whatever befalls the others."""
        self._busy_since = self._clock.monotonic()
        for duty in self._duties:
            if self._clock.stopped:
                break
            self._look(duty)
        self._busy_since = None

    def _run(self) -> None:
        while not self._clock.stopped:
            self.turn()
            self._clock.wait(self._every)

    def _look(self, duty: Duty) -> None:
        """One turn of one duty. The same trouble is told once, until it is over."""
        try:
            duty.turn(self._clock.now())
        except StoreError as error:
            self._tell(duty, f"cannot go on: {error}")
        except (Exception, SystemExit) as error:
            self._tell(duty, f"failed because of a bug: {type(error).__name__}: {error}", bug=True)
        else:
            if self._trouble.pop(duty.name, None):
                log.info("%s: it goes on", duty.name)

    def _tell(self, duty: Duty, trouble: str, *, bug: bool = False) -> None:
        if self._clock.stopped or self._trouble.get(duty.name) == trouble:
            return
        self._trouble[duty.name] = trouble
        log.error("%s: %s", duty.name, trouble, exc_info=bug)
