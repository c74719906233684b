"""Answers that are kept for a while, because they are dear and change slowly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from monitor.clock import Clock

T = TypeVar("T")


class Kept(Generic[T]):
    """The last answer to one question. Not for several threads at once."""

    def __init__(self, clock: Clock, seconds: float, *, cheap: float = 0.0) -> None:
        """An answer is good for ``seconds``, unless it took less than ``cheap`` seconds: then it is asked for anew."""
        self._clock, self._seconds, self._cheap = clock, seconds, cheap
        self._answer: T | None = None
        self._asked = float("-inf")
        self._cost = 0.0

    def get(self, ask: Callable[[], T]) -> T:
        """The answer, from ``ask`` when there is none that is good."""
        begun = self._clock.monotonic()
        if self._answer is None or self._cost < self._cheap or begun - self._asked >= self._seconds:
            self._answer = ask()
            self._asked, self._cost = begun, self._clock.monotonic() - begun
        return self._answer
