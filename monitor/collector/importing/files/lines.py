"""Lines of decoded text with their numbers, which can be put back. A line ends with CR, LF or both, nowhere else."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TextIO

MAX_LINE_CHARS = 1_000_000
"""A longer line is rejected."""
MARK = "\ufeff"
TOO_LONG = ""
"""Stands for a line that was too long among lines that are put back."""


class LineTooLong(Exception):
    """A line is longer than MAX_LINE_CHARS. It has been skipped."""


class RowTooLong(Exception):
    """The lines since ``start_row`` are more, or longer, than a row may be."""


class Lines:
    """Iterates over lines, and keeps those of the current row."""

    def __init__(self, text: TextIO, max_row_lines: int, max_row_chars: int) -> None:
        self._readline = text.readline
        self._max_row_lines, self._max_row_chars = max_row_lines, max_row_chars
        self._put_back: deque[str] = deque()
        self.number = 0
        """The number of the last line that was read, from 1."""
        self.row: list[str] = []
        """The lines of the current row so far."""
        self._row_chars = 0
        self.is_at_end = False
        """Whether a line was asked for after the last one."""

    def start_row(self) -> None:
        """Forget the lines of the row before."""
        self.row = []
        self._row_chars = 0

    def put_back(self, lines: Sequence[str]) -> None:
        """Read ``lines``, the last ones that were read, again."""
        self._put_back.extendleft(reversed(lines))
        self.number -= len(lines)
        self.is_at_end = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.row and (len(self.row) >= self._max_row_lines or self._row_chars > self._max_row_chars):
            raise RowTooLong
        was_put_back = bool(self._put_back)
        line = self._put_back.popleft() if was_put_back else self._readline(MAX_LINE_CHARS)
        if not line and not was_put_back:
            self.is_at_end = True
            raise StopIteration
        self.number += 1
        if line == TOO_LONG:
            raise LineTooLong
        if len(line) >= MAX_LINE_CHARS and line[-1] not in "\r\n":
            self._skip_rest_of_line()
            raise LineTooLong
        if line[0] == MARK:
            line = line[1:]
        self.row.append(line)
        self._row_chars += len(line)
        return line

    def _skip_rest_of_line(self) -> None:
        while (rest := self._readline(MAX_LINE_CHARS)) and rest[-1] not in "\r\n":
            pass
