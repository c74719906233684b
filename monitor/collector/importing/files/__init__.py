"""Reads a file as rows, whatever its encoding and format. Never loads the whole file.

containers.open_content --> encoding.find_encoding --> delimited, json_rows
    (gzip, zip)         |                                (CSV, JSON)
                        +--> spreadsheet (Excel)
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from monitor.collector.importing.files.containers import Content, open_content, readable
from monitor.collector.importing.files.delimited import delimited_rows
from monitor.collector.importing.files.encoding import Encoding, find_encoding, undecodable
from monitor.collector.importing.files.json_rows import START_CHARS, is_json, json_rows
from monitor.collector.importing.files.spreadsheet import workbook_rows
from monitor.collector.importing.rows import Rows

__all__ = ["open_rows"]

ERROR_HANDLER = "wallflower.undecodable"


@contextmanager
def open_rows(file: Path, encoding: str = "") -> Iterator[Rows]:
    """The rows of ``file``, in ``encoding`` or in the one that is detected.

    Raises ImportFailed, also during iteration, if the file as a whole cannot be used.
    """
    with open_content(file) as content:
        with readable(file):
            rows = _rows(content, encoding)
        yield rows


def _rows(content: Content, named: str) -> Rows:
    if content.workbook is not None:
        return workbook_rows(content, content.workbook)
    found = find_encoding(str(content.file), content.stream(), named)
    start = _open_text(content, found, None).read(START_CHARS)
    if is_json(content.name, start):
        return json_rows(content, lambda: _open_text(content, found, None), found)
    return delimited_rows(content, _open_text(content, found, ""), found)


def _open_text(content: Content, encoding: Encoding, newline: str | None) -> TextIO:
    codecs.register_error(ERROR_HANDLER, undecodable)
    return io.TextIOWrapper(content.stream(), encoding.codec, ERROR_HANDLER, newline)
