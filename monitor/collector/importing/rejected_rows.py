"""The rows that are not stored because they are refused or repeated: counts them, keeps the first, writes all to a
file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TextIO

from monitor.collector.importing.rows import ImportFailed, Row

MAX_KEPT_ROWS = 100


class RejectedRow(NamedTuple):
    """The line at which a row starts, and why it is not stored."""

    line: int
    reason: str


class RejectedRows:
    """Writes rows to ``file`` as JSON Lines of ``line``, ``reason`` and ``row``; nowhere if it is None.

    The file of an earlier run is replaced, or removed if no row is rejected any more.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._out: TextIO | None = None
        self.count = 0
        """Refused rows."""
        self.first: list[RejectedRow] = []
        """The first refused rows."""
        self.first_repeated: list[RejectedRow] = []

    def __enter__(self) -> RejectedRows:
        if self._file is not None:
            with _writing(self._file):
                self._file.unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._out is not None:
            self._out.close()

    def add(self, row: Row, reason: str) -> None:
        """Add a refused row. Raises ImportFailed if the file cannot be written."""
        self.count += 1
        self._add(row, reason, self.first)

    def add_repeated(self, row: Row, reason: str) -> None:
        """Add a row that an earlier one or the database has. Raises ImportFailed if the file cannot be written."""
        self._add(row, reason, self.first_repeated)

    def _add(self, row: Row, reason: str, first: list[RejectedRow]) -> None:
        if len(first) < MAX_KEPT_ROWS:
            first.append(RejectedRow(row.line, reason))
        if self._file is not None:
            record = {"line": row.line, "reason": reason, "row": row.values}
            self._open(self._file).write(json.dumps(record, default=str) + "\n")

    def _open(self, file: Path) -> TextIO:
        if self._out is None:
            with _writing(file):
                self._out = file.open("w", encoding="utf-8")
        return self._out


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ImportFailed(
            f"{file}, the file for rejected rows, cannot be written: {error.strerror}. Copy the file that you import "
            "to a folder in which this user may write, and import it there."
        ) from error
