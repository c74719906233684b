"""Rows of a file, and the error for a file that cannot be read. ``files.open_rows`` opens one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from monitor.errors import WallflowerError


class ImportFailed(WallflowerError):
    """The file as a whole cannot be imported. A single row that cannot is only rejected."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row, and the number of the line at which it starts. A row with a ``problem`` could not be read.

    Several rows may start at one line, as in a JSON array without line breaks. If several columns have the same name,
    ``values`` has the first cell among them that is not empty.
    """

    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a file is read, as the summary shows it."""

    name: str
    """Such as "CSV with semicolons", "JSON Lines" or "Excel workbook, sheet 'Data'"."""
    encoding: str
    """Such as "UTF-8" or "Windows-1252". Empty for a workbook, which states its encoding itself."""


class Rows:
    """The rows of a file, to iterate over once.

    ``columns``: their names; in JSON, those of the first rows. ``notes``: sentences for the summary, such as
    "Skipped 6 lines before the header."; complete after the last row.
    """

    def __init__(
        self,
        rows: Iterator[Row],
        columns: Sequence[str],
        file_format: FileFormat,
        fraction: Callable[[], float],
        notes: Callable[[], list[str]] = list,
    ) -> None:
        self.columns = tuple(columns)
        self.format = file_format.name
        self.encoding = file_format.encoding
        self._rows, self._fraction, self._notes = rows, fraction, notes
        self._peeked: deque[Row] = deque()

    @property
    def fraction(self) -> float:
        """How much of the file has been read, 0..1."""
        return min(1.0, self._fraction())

    @property
    def notes(self) -> list[str]:
        """Sentences about what was skipped or looks wrong, so far."""
        return self._notes()

    def peek(self, n: int) -> list[Row]:
        """The next ``n`` rows, or fewer at the end, which iterating gives again."""
        self._peeked.extend(islice(self._rows, max(0, n - len(self._peeked))))
        return list(islice(self._peeked, n))

    def __iter__(self) -> Iterator[Row]:
        while self._peeked:
            yield self._peeked.popleft()
        yield from self._rows
