"""CSV as in RFC 4180 that is safe to open in a spreadsheet.

A cell that a spreadsheet would run as a formula gets an apostrophe before it. One that has apostrophes there already
gets another, so that an import can remove it again.

``@`` begins a formula only in Excel, and only before a function, "@SUM(A1)", which Lotus 1-2-3 wrote so. Most cells
that begin with it are handles, or posts that address somebody, so they are left alone if nothing in them could call a
function, reach another program ("cmd|' /C calc'!A0") or refer to another file ("[x.xlsx]Sheet!A1"): then every
spreadsheet reads them as text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

_FORMULA = re.compile(r"'*\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r]")
_HANDLE = re.compile(r"@\w(?:[^(|\[\]!\uFF08]|!(?=\s|!|$))*")
"""A cell that begins with a handle and contains no part of a formula that does anything."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


BYTE_ORDER_MARK = "\ufeff"
"""At the beginning of a file, it makes Excel read UTF-8."""


def csv_line(cells: Iterable[object]) -> str:
    """One row, which ends with CRLF; see ``csv_cell``."""
    line = io.StringIO()
    csv.writer(line).writerow(map(csv_cell, cells))
    return line.getvalue()


def csv_cell(value: object) -> str:
    """A value as a CSV cell that no spreadsheet runs as a formula; None is empty, a list is joined with spaces."""
    if isinstance(value, list):
        value = " ".join(value)
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float) and _NUMBER.fullmatch(text)
    is_text = is_number or _HANDLE.fullmatch(text)
    return "'" + text if _FORMULA.match(text) and not is_text else text
