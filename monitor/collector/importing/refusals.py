"""Rows that were refused: counted, the first ones remembered, all of them kept in a file."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TextIO

from monitor.collector.importing.rows import ImportFailed, Row

REMEMBERED = 100


class Refusal(NamedTuple):
    """The line that a row starts at, and why it was refused."""

    line: int
    reason: str


class Refusals:
    """Keeps refused rows in ``file``, as JSON Lines of ``line``, ``reason`` and ``row``; nowhere when it is None.

    A file of an earlier run is replaced, and removed where nothing is refused any more.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._out: TextIO | None = None
        self.count = 0
        self.first: list[Refusal] = []

    def __enter__(self) -> Refusals:
        if self._file is not None:
            self._file.unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._out is not None:
            self._out.close()

    def add(self, row: Row, reason: str) -> None:
        """Note that ``row`` was refused. Raises ImportFailed where it cannot be kept."""
        self.count += 1
        if len(self.first) < REMEMBERED:
            self.first.append(Refusal(row.line, reason))
        if self._file is not None:
            kept = {"line": row.line, "reason": reason, "row": row.values}
            self._writable(self._file).write(json.dumps(kept, default=str) + "\n")

    def _writable(self, file: Path) -> TextIO:
        if self._out is None:
            try:
                self._out = file.open("w", encoding="utf-8")
            except OSError as error:
                raise ImportFailed(f"{file}, for refused rows, cannot be written: {error.strerror}.") from error
        return self._out
