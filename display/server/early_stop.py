"""Stopping ``wallflower run`` before gunicorn handles signals, such as while the database is opened or migrated."""

from __future__ import annotations

import signal
import sys
from types import FrameType, TracebackType
from typing import Any


class EarlyStop:
    """Within the block, SIGTERM and SIGINT end the program with status 0, after its ``finally`` clauses have run.

    gunicorn replaces the handlers when it starts.
    """

    def __init__(self) -> None:
        self._requested = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        self._before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            if signal.getsignal(number) == self._stop:
                signal.signal(number, handler)
        # Whatever was raised after the signal is its consequence: SQLite, for one, reports that it was interrupted.
        if self._requested:
            sys.exit(0)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._requested = True
        sys.exit(0)
