"""Reads a sheet of an Excel workbook (.xlsx) as rows."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

import openpyxl

from monitor.collector.importing.files.containers import Content, readable, reject_bomb
from monitor.collector.importing.files.header import Table, find_header, trimmed_width
from monitor.collector.importing.rows import FileFormat, ImportFailed, Row, Rows

SAMPLE_ROWS = 100
"""Rows in which to look for the header."""
MAX_PART_BYTES = 150_000_000
"""Unpacked size of the parts of a workbook that are held in memory: its texts and styles."""
MAX_SHEET_BYTES = 4_000_000_000
MAX_ROWS = 1_048_576
"""Rows of a sheet in Excel."""
CHUNK_BYTES = 1 << 20
OVERLAP_BYTES = 1 << 16

_ROW_NUMBER = re.compile(rb'<row [^>]*?\br="(\d+)"')
_FORMULA_WITHOUT_VALUE = re.compile(
    rb'<c (?![^>]*\bt="str")[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>|</c>)'
)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet, and what its XML shows without being parsed."""

    title: str
    sheet: Any
    """openpyxl's ReadOnlyWorksheet, whose type stubs are wrong."""
    last_row: int
    """The last row with a value; 0 if there is none."""
    formulas_without_value: int

    def records(self) -> Iterator[list[str]]:
        """The cells of each row as text, up to the last row with a value."""
        # The stated dimensions may be wrong: a sheet with two rows may claim to have a million.
        self.sheet.reset_dimensions()
        for cells in islice(self.sheet.iter_rows(), self.last_row):
            yield [_as_text(cell) for cell in cells] if cells else []


def workbook_rows(content: Content, archive: zipfile.ZipFile) -> Rows:
    """The rows of the sheet with the most columns. Raises ImportFailed if there is none."""
    _reject_large_parts(content, archive)
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    with _openpyxl_errors():
        workbook = openpyxl.load_workbook(content.open_packed(), read_only=True, data_only=True)
        sheets = [_examine(content, archive, sheet) for sheet in workbook.worksheets if hasattr(sheet, "iter_rows")]
        filled = [sheet for sheet in sheets if sheet.last_row]
        if not filled:
            raise ImportFailed(f"{content.file} contains no sheet with values.")
        samples = {sheet.title: list(islice(sheet.records(), SAMPLE_ROWS)) for sheet in filled}
    chosen = max(filled, key=lambda sheet: _header_width(samples[sheet.title]))
    at = find_header(samples[chosen.title])
    table = Table(samples[chosen.title][at], unit="row")
    notes = _notes(chosen, filled, at)
    return Rows(
        _rows(content, chosen, table, at),
        table.header,
        FileFormat(f"Excel workbook, sheet {chosen.title!r}", ""),
        content.fraction,
        lambda: [*content.notes, *notes, *table.notes()],
    )


def _header_width(sample: Sequence[Sequence[str]]) -> int:
    return trimmed_width(sample[find_header(sample)]) if sample else 0


def _notes(chosen: _Sheet, filled: Sequence[_Sheet], skipped: int) -> list[str]:
    notes = []
    if skipped:
        notes.append(f"Skipped {skipped} row{'s' if skipped > 1 else ''} before the header.")
    if others := [sheet.title for sheet in filled if sheet is not chosen]:
        notes.append(f"Other sheets were not read: {', '.join(others[:10])}.")
    if chosen.formulas_without_value:
        notes.append(
            f"{chosen.formulas_without_value:,} formulas have no stored result and count as empty. "
            "Open the workbook in Excel, save it, and import it again."
        )
    return notes


def _rows(content: Content, sheet: _Sheet, table: Table, header_at: int) -> Iterator[Row]:
    with readable(content.file), _openpyxl_errors():
        for number, cells in enumerate(sheet.records(), start=1):
            if number > header_at + 1 and cells and (row := table.row(number, cells)) is not None:
                yield row


def _reject_large_parts(content: Content, archive: zipfile.ZipFile) -> None:
    for member in archive.infolist():
        is_sheet = "/worksheets/" in member.filename
        if member.flag_bits & 1:
            raise ImportFailed(f"{content.file} is encrypted. Save it without a password.")
        if member.file_size > (MAX_SHEET_BYTES if is_sheet else MAX_PART_BYTES):
            raise ImportFailed(
                f"{content.file}: {member.filename} in it unpacks to {member.file_size / 1e6:,.0f} MB, which is too "
                "much for a workbook. Save the sheet as CSV, and import that."
            )
        reject_bomb(content.file, member.file_size, member.compress_size)


def _examine(content: Content, archive: zipfile.ZipFile, sheet: Any) -> _Sheet:
    """Read the sheet's XML to its end, which also shows whether it is complete."""
    last_row, formulas, tail = 0, 0, b""
    with archive.open(sheet._worksheet_path) as part:
        while chunk := part.read(CHUNK_BYTES):
            window = tail + chunk
            formulas += sum(m.end() > len(tail) for m in _FORMULA_WITHOUT_VALUE.finditer(window))
            last_row = _last_row(window) or last_row
            tail = window[-OVERLAP_BYTES:]
    return _Sheet(sheet.title, sheet, last_row, formulas)


def _last_row(xml: bytes) -> int:
    """The number of the last row with a value in a part of a sheet; 0 if there is none, MAX_ROWS if it is not clear."""
    last_value = max(xml.rfind(tag) for tag in (b"<v>", b"<v ", b"<is>", b"<is "))
    if last_value < 0:
        return MAX_ROWS if b":row " in xml else 0
    found = _ROW_NUMBER.match(xml, max(0, xml.rfind(b"<row ", 0, last_value)))
    return int(found[1]) if found is not None else MAX_ROWS


@contextmanager
def _openpyxl_errors() -> Iterator[None]:
    try:
        yield
    except (ImportFailed, OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise
    except Exception as error:  # a damaged workbook can make openpyxl raise anything
        raise zipfile.BadZipFile(f"{type(error).__name__}: {error}"[:200]) from error


def _as_text(cell: Any) -> str:
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return _digits(value)
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)


def _digits(value: float) -> str:
    """``value`` without an exponent and, if it is whole, without a decimal point."""
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
