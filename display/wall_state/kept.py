"""Answers that are kept for a while, because they are dear and change slowly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from monitor.clock import Clock

T = TypeVar("T")
DEAR = 300
"""An answer is kept this many times as long as it took: asking never takes more than a small part of the time."""


class Kept(Generic[T]):
    """The last answer to one question. Not for several threads at once."""

    def __init__(self, clock: Clock, seconds: float, *, cheap: float = 0.0) -> None:
        """An answer is good for ``seconds`` of the time that is shown, and longer where it took very long; one that
        took less than ``cheap`` seconds is asked for anew."""
        pace = max(clock.speed, 1.0)
        self._clock, self._seconds, self._dear, self._cheap = clock, seconds / pace, DEAR / pace, cheap
        self._answer: T | None = None
        self._asked = float("-inf")
        self._cost = 0.0

    def get(self, ask: Callable[[], T]) -> T:
        """The answer, from ``ask`` when there is none that is good."""
        begun = self._clock.monotonic()
        good_for = max(self._seconds, self._dear * self._cost)
        if self._answer is None or self._cost < self._cheap or begun - self._asked >= good_for:
            self._answer = ask()
            self._asked, self._cost = begun, self._clock.monotonic() - begun
        return self._answer
