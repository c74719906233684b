"""Rows in which a quote is opened and not closed, so that the reader takes the next rows for a part of it.

The row with the quote is rejected, and the lines after it are read again as rows.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence

from monitor.collector.importing.files.header import Table
from monitor.collector.importing.files.lines import Lines, LineTooLong
from monitor.collector.importing.rows import Row

CHECKED_LINES = 20
"""Lines that are parsed to find out whether they are rows."""


def swallowed_rows(table: Table, lines: Lines) -> bool:
    """Whether the quoted cell of a row that spans lines was closed by the first quote of a later row.

    That quote is followed by text instead of a separator, and the lines in between are rows with all cells.
    """
    return _is_badly_quoted(table, lines.row) and _are_rows(table, lines.row[_first_open(lines.row) + 1 :])


def open_quote_row(lines: Lines, line: int) -> Row:
    """The problem of such a row. The lines after the one with the quote will be read again."""
    at = _first_open(lines.row)
    lines.put_back(lines.row[at + 1 :])
    return _open_quote(line, line + at)


def runaway_row(table: Table, lines: Lines, line: int, *, is_closed_later: bool) -> Row:
    """The problem of a row that reaches the end of the file or is too long, because its last quote is not closed, or
    closed much later."""
    at = max((n for n, text in enumerate(lines.row) if '"' in text), default=0)
    rest = lines.row[at + 1 :]
    if not rest or _are_rows(table, rest):
        lines.put_back(rest)
        return _open_quote(line, line + at)
    if is_closed_later:
        _skip_to_quote(lines)
    last = lines.number
    return Row(line, problem=f"reaches from line {line:,} to {last:,} and was not read; is a quote not closed?")


def _open_quote(line: int, quoted: int) -> Row:
    return Row(line, problem=f"a quote that opens in line {quoted:,} is never closed")


def _first_open(row: Sequence[str]) -> int:
    return next((n for n, text in enumerate(row) if text.count('"') % 2), 0)


def _is_badly_quoted(table: Table, row: Sequence[str]) -> bool:
    try:
        list(csv.reader(row, delimiter=table.separator, strict=True))
    except csv.Error:
        return True
    return False


def _are_rows(table: Table, lines: Sequence[str]) -> bool:
    """Whether ``lines`` are rows with all cells, rather than lines of a text."""
    checked = [line for line in lines if line.strip()][:CHECKED_LINES]
    widths = [len(next(csv.reader([line], delimiter=table.separator), [])) for line in checked]
    return len(table.record) > 1 and sum(w == len(table.record) for w in widths) > len(widths) / 2


def _skip_to_quote(lines: Lines) -> None:
    """Skip the lines up to the one that closes a quoted cell."""
    while True:
        lines.start_row()
        try:
            if next(lines).count('"') % 2:
                return
        except LineTooLong:
            continue
        except StopIteration:
            return
