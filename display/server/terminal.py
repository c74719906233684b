"""Whether the terminal in which the program was started is still open.

SIGHUP means two things: a terminal sends it when it is closed, and an operator sends it to reload the config.
"""

from __future__ import annotations

import os
import signal
import time

RECHECK_SECONDS = 5.0
"""Under load, the terminal was once still open when its SIGHUP was handled; so it is looked at again for a while."""


class Terminal:
    """The controlling terminal of the process, as it was when this object was created."""

    def __init__(self) -> None:
        # nohup ignores SIGHUP, so that the program survives its terminal.
        self._checked_until = float("-inf")
        self._matters = _is_open() and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN

    def is_closed(self) -> bool:
        """Whether the program should end because its terminal has been closed."""
        return self._matters and not _is_open()

    def hung_up(self) -> None:
        """Record a SIGHUP that looked like an operator's."""
        self._checked_until = time.monotonic() + RECHECK_SECONDS

    def was_closed(self) -> bool:
        """Like ``is_closed``, within RECHECK_SECONDS of a SIGHUP; later, always False.

        A program that was disowned outlives its terminal, so it is not asked without a SIGHUP.
        """
        return time.monotonic() < self._checked_until and self.is_closed()


def _is_open() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
