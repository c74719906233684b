"""How the worker asks its parent to end the program: an exit code in memory that both share.

gunicorn starts a new worker for one that has ended, whatever its exit code. There are errors that would occur again at
once, such as a database that was moved away.
"""

from __future__ import annotations

import mmap

RESTART = 255
"""Not an exit code: the program starts again, with the same arguments."""


class ExitRequest:
    """The exit code that the worker asks for, or RESTART. Create it before the fork."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1)

    @property
    def code(self) -> int:
        """The exit code; 0 if the program should continue."""
        return self._memory[0]

    @code.setter
    def code(self, value: int) -> None:
        self._memory[0] = value
