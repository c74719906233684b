"""Reads text with separators, such as CSV, as rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, TextIO

from monitor.collector.importing.files.containers import Content, readable
from monitor.collector.importing.files.encoding import UNDECODABLE, Encoding
from monitor.collector.importing.files.header import Table, find_header, trimmed_width
from monitor.collector.importing.files.lines import MAX_LINE_CHARS, TOO_LONG, Lines, LineTooLong, RowTooLong
from monitor.collector.importing.files.open_quotes import open_quote_row, runaway_row, swallowed_rows
from monitor.collector.importing.rows import FileFormat, ImportFailed, Row, Rows

MAX_ROW_LINES = 1_000
"""A row with more lines is rejected."""
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
SAMPLE_LINES = 200
"""Lines from which the separator and the header are found."""
SAMPLE_CHARS = 2_000_000

_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE | re.DOTALL)


def delimited_rows(content: Content, text: TextIO, encoding: Encoding) -> Rows:
    """The rows of ``text``. Raises ImportFailed if it has no header."""
    lines = Lines(text, MAX_ROW_LINES, MAX_LINE_CHARS)
    sample = _sample(content, lines)
    stated = _SEPARATOR_LINE.fullmatch(sample[0])
    skipped = 1 if stated else 0
    separator = stated[1] if stated else _find_separator(sample)
    lines.put_back(sample[skipped:])
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=_has_space_before_quotes(sample, separator))
    header = _read_header(content, reader, lines, separator, sample[skipped:])
    table = Table(
        header, separator, may_be_broken=encoding.may_be_broken, has_nul=encoding.has_nul, encoding=encoding.name
    )
    _reject_broken_header(content, table, encoding)
    before = lines.number - len(lines.row) - skipped
    notes = [f"Skipped {before} line{'s' if before > 1 else ''} before the header."] if before else []
    return Rows(
        _readable_rows(content, _rows(content, table, reader, lines)),
        table.header,
        FileFormat(f"CSV with {SEPARATORS.get(separator, repr(separator))}", encoding.name),
        content.fraction,
        lambda: [*content.notes, *notes, *table.notes()],
    )


def _sample(content: Content, lines: Lines) -> list[str]:
    """The first lines, without the limits of a row."""
    sample: list[str] = []
    chars = 0
    while len(sample) < SAMPLE_LINES and chars < SAMPLE_CHARS:
        lines.start_row()
        try:
            line = next(lines)
        except StopIteration:
            break
        except LineTooLong:
            if sample:
                sample.append(TOO_LONG)
                break
            raise ImportFailed(
                f"{content.file}: line 1 is longer than {MAX_LINE_CHARS:,} characters, so it cannot be a CSV file."
            ) from None
        sample.append(line)
        chars += len(line)
    if not any(line.strip() for line in sample):
        raise ImportFailed(f"{content.file} is empty, or its first lines are. A line must name the columns.")
    return sample


def _find_separator(sample: Sequence[str]) -> str:
    """The separator with which the header has the most columns, and most records as many cells as it."""
    return max(SEPARATORS, key=lambda separator: _fit(_records(sample, separator)))


def _fit(records: Sequence[Sequence[str]]) -> float:
    at = find_header(records)
    if at >= len(records):
        return 0.0
    header, below = records[at], [len(cells) for cells in records[at + 1 :] if cells]
    certainty = 1.0 if at == 0 else 0.3
    return certainty * (trimmed_width(header) - 1) * (0.1 + sum(n == len(header) for n in below) / max(1, len(below)))


def _records(sample: Sequence[str], separator: str) -> list[list[str]]:
    records: list[list[str]] = []
    with suppress(csv.Error):
        # An error ends the sample, not the reading of the file.
        records.extend(csv.reader(sample, delimiter=separator))
    return records


def _has_space_before_quotes(sample: Sequence[str], separator: str) -> bool:
    """Whether cells are quoted after a space, as in ``"id", "text"``, which csv otherwise takes as a part of them."""
    return any(re.match(rf'"[^"]*"{re.escape(separator)} +"', line) for line in sample[:1]) and separator != " "


def _read_header(content: Content, reader: Any, lines: Lines, separator: str, sample: Sequence[str]) -> list[str]:
    skipped = find_header(_records(sample, separator))
    try:
        for _ in range(skipped + 1):
            lines.start_row()
            cells: list[str] = next(reader)
    except (StopIteration, RowTooLong, LineTooLong, csv.Error):
        cells = []
    if lines.is_at_end and lines.row and len(lines.row) > 1:
        raise ImportFailed(f"{content.file}, line {lines.number - len(lines.row) + 1}: a quote is never closed.")
    if not any(cell.strip() for cell in cells):
        raise ImportFailed(f"{content.file}: no line names the columns.")
    return cells


def _reject_broken_header(content: Content, table: Table, encoding: Encoding) -> None:
    for name in table.header:
        if UNDECODABLE in name:
            raise ImportFailed(
                f"{content.file}: the column {name.replace(UNDECODABLE, '?')!r} contains bytes that are not "
                f"{encoding.name}. Name the encoding of the file with --encoding."
            )


def _readable_rows(content: Content, rows: Iterator[Row]) -> Iterator[Row]:
    with readable(content.file):
        yield from rows


def _rows(content: Content, table: Table, reader: Any, lines: Lines) -> Iterator[Row]:
    limit = csv.field_size_limit(2 * MAX_LINE_CHARS)
    try:
        while True:
            lines.start_row()
            line = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except RowTooLong:
                yield runaway_row(table, lines, line, is_closed_later=True)
            except LineTooLong:
                yield Row(line, problem=f"line {lines.number:,} is longer than {MAX_LINE_CHARS:,} characters")
            except csv.Error as error:
                yield Row(line, problem=f"cannot be read as CSV: {error}")
            else:
                row = _row(content, table, lines, line, cells)
                if row is not None:
                    yield row
    finally:
        csv.field_size_limit(limit)


def _row(content: Content, table: Table, lines: Lines, line: int, cells: list[str]) -> Row | None:
    if len(lines.row) > 1 and swallowed_rows(table, lines):
        return open_quote_row(lines, line)
    if lines.is_at_end:
        return runaway_row(table, lines, line, is_closed_later=False)
    if lines.row[-1][-1] not in "\r\n" and content.has_grown():
        return Row(line, problem=f"{content.file.name} grew while it was read; import it again to read its end")
    return table.row(line, cells)
