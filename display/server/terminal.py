"""Whether the terminal in which the program was started is still open.

SIGHUP means two things: a terminal sends it when it is closed, and an operator sends it to reload the config.
"""

from __future__ import annotations

import os
import signal


class Terminal:
    """The controlling terminal of the process, as it was when this object was created."""

    def __init__(self) -> None:
        # nohup ignores SIGHUP, so that the program survives its terminal.
        self._matters = _is_open() and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN

    def is_closed(self) -> bool:
        """Whether the program should end because its terminal has been closed."""
        return self._matters and not _is_open()


def _is_open() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
