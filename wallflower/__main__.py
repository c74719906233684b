"""Starts the command line, and lets a signal stop ``wallflower run`` in order from the very beginning.

Importing the program takes seconds on a slow machine. Without a handler, SIGTERM would end it with an exit code of its
own meanwhile, and as the first process of a container it would not hear it at all.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from types import FrameType

LONG_RUNNING = ("run", "demo-wall")


def main() -> None:
    """Run the command line of ``display.cli.main``."""
    if sys.argv[1:2] and sys.argv[1] in LONG_RUNNING:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)
    importlib.import_module("display.cli.main").main()


def _end(_number: int, _frame: FrameType | None) -> None:
    """Nothing is open yet, so nothing has to be closed."""
    os._exit(0)


if __name__ == "__main__":
    main()
