"""Finds the header among the first records of a table, and turns records into rows.

Exports put lines before the header ("Report:,Mentions"), repeat it in the middle, use a name twice, or end every record
with an empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.collector.importing.files.encoding import UNDECODABLE
from monitor.collector.importing.rows import Row

MAX_SKIPPED_RECORDS = 30
"""Records in which to look for the header."""
MAX_HEADER_CHARS = 80
"""A longer cell is not the name of a column."""

_NOT_A_NAME = re.compile(r"[\d\s.,:;/+%$€£-]+|https?://.*|.*[.!?…]|.*[\t;|].*", re.DOTALL)
"""Numbers, dates, links, sentences, and what another separator would split."""

Cells = Sequence[str]


def find_header(records: Sequence[Cells]) -> int:
    """The index of the header in ``records``, the first of a table; the first record with text if none is better.

    It is a later record only if the first one is narrower than most records, while the later one has as many cells as
    the records below it, and they could be names of columns.
    """
    first = next((n for n, cells in enumerate(records) if any(cell.strip() for cell in cells)), 0)
    if first >= len(records) or _is_wide_enough(records[first], records[first + 1 :]):
        return first
    for n in range(first + 1, min(len(records), MAX_SKIPPED_RECORDS + 1)):
        follows_gap = not any(records[n - 1])
        width = trimmed_width(records[n])
        if (
            width >= (2 if follows_gap else 3)
            and _are_names(records[n][:width])
            and _fits(records[n], records[n + 1 :])
        ):
            return n
    return first


def trimmed_width(cells: Cells) -> int:
    """The number of cells up to the last one that is not empty."""
    return next((n for n in range(len(cells), 0, -1) if cells[n - 1].strip()), 0)


def _is_wide_enough(cells: Cells, below: Sequence[Cells]) -> bool:
    """Whether nearly all records ``below`` have at most as many cells."""
    width = trimmed_width(cells)
    widths = [w for w in map(trimmed_width, below) if w]
    return width >= 2 and sum(w <= width for w in widths) >= 0.8 * len(widths)


def _fits(cells: Cells, below: Sequence[Cells]) -> bool:
    lengths = [len(other) for other in below if any(other)]
    return _is_wide_enough(cells, below) and sum(n == len(cells) for n in lengths) >= 0.7 * len(lengths)


def _are_names(cells: Cells) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    names = [cell for cell in filled if len(cell) <= MAX_HEADER_CHARS and not _NOT_A_NAME.fullmatch(cell)]
    return len(filled) >= 0.7 * len(cells) and len(names) >= 0.9 * len(filled)


@dataclass
class Table:
    """The header of a table, and what was noted while its records were turned into rows."""

    header: list[str]
    """The names, also of columns without one: ``column 3``."""
    separator: str = ","
    unit: str = "line"
    """What a row is counted in: ``line``, or ``row`` in a workbook."""
    may_be_broken: bool = False
    has_nul: bool = False
    encoding: str = ""
    repeated: list[int] = field(default_factory=list)
    """Where the header was repeated."""
    nul: list[int] = field(default_factory=list)
    """Where NUL characters were removed."""

    def __post_init__(self) -> None:
        self.record = list(self.header)
        names = [name.strip().lstrip("\ufeff") for name in self.header[: trimmed_width(self.header)]]
        self.header = [name or f"column {n}" for n, name in enumerate(names, start=1)]
        self._has_duplicates = len(set(self.header)) < len(self.header)

    def row(self, line: int, cells: list[str]) -> Row | None:
        """The row of a record; None if it is empty or the header again."""
        if cells == self.record:
            self.repeated.append(line)
            return None
        if self.has_nul and any("\0" in cell for cell in cells):
            self.nul.append(line)
            cells = [cell.replace("\0", "") for cell in cells]
        values = first_filled(zip(self.header, cells, strict=False)) if self._has_duplicates else None
        values = values or dict(zip(self.header, cells, strict=False))
        problem = ""
        if len(cells) > len(self.header) and any(cell.strip() for cell in cells[len(self.header) :]):
            n = trimmed_width(cells)
            problem = f"has {n:,} cells, but the header has {len(self.header):,}; is a separator or quote missing?"
        elif not any(cells):
            return None
        if self.may_be_broken:
            problem = problem or self._undecodable(cells)
        return Row(line, values, problem)

    def _undecodable(self, cells: Cells) -> str:
        for name, cell in zip(self.header, cells, strict=False):
            if UNDECODABLE in cell:
                return (
                    f'"{name}" contains bytes that are not {self.encoding}; '
                    "if the file has another encoding, name it with --encoding"
                )
        return ""

    def notes(self) -> list[str]:
        """Sentences for the summary."""
        found = []
        if self.repeated:
            found.append(f"Skipped the header where it was repeated, in {self._lines(self.repeated)}.")
        if self.nul:
            found.append(f"Removed NUL characters in {self._lines(self.nul)}.")
        return found

    def _lines(self, lines: list[int]) -> str:
        shown = ", ".join(f"{line:,}" for line in lines[:5])
        more = f" and {len(lines) - 5:,} more" if len(lines) > 5 else ""
        return f"{self.unit}{'s' if len(lines) > 1 else ''} {shown}{more}"


def first_filled(cells: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Name -> the first cell of that name that is not empty."""
    values: dict[str, str] = {}
    for name, cell in cells:
        if not values.get(name, "").strip():
            values[name] = cell
    return values
