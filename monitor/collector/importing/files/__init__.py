"""Reads a file as rows: CSV with any usual separator, or JSON Lines, gzipped or not. Never loads the whole file."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from monitor.collector.importing.rows import FileFormat, ImportFailed, Row, Rows

MAX_LINE_CHARS = 1_000_000
"""A longer line is rejected."""
MAX_ROW_LINES = 1_000
"""A CSV row with more lines is rejected, because it probably contains a quote that is never closed."""
SEPARATORS = ",;\t|"
JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
PEEKED_ROWS = 100
"""Rows of JSON Lines in which to look for the names of columns."""

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def open_rows(file: Path, encoding: str = "") -> Iterator[Rows]:
    """The rows of ``file``. Raises ImportFailed, also during iteration, if the file as a whole cannot be used."""
    try:
        with file.open("rb") as raw:
            _reject_utf_16(file, raw)
            # Keep a reference to the text wrapper: when it is garbage-collected, it closes the file that it wraps.
            with _open_text(file, raw) as text:
                yield _rows(file, raw, text)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ImportFailed(f"{file} is not a complete gzip file: {error}. Download or copy it again.") from error
    except OSError as error:
        raise ImportFailed(f"{file} cannot be read: {error.strerror or error}.") from error


def _open_text(file: Path, raw: BinaryIO) -> TextIO:
    stream = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if file.suffix.lower() == ".gz" else raw
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _rows(file: Path, raw: BinaryIO, text: TextIO) -> Rows:
    lines = iter(lambda: text.readline(MAX_LINE_CHARS), "")
    first = next(lines, "")
    all_lines = chain([first], lines) if first else iter(())
    size = max(1, file.stat().st_size)

    def fraction() -> float:
        return raw.tell() / size

    if _is_json(file, first):
        if first.lstrip().startswith("["):
            raise ImportFailed(f"{file} is one JSON list. Write one JSON object on each line instead (JSON Lines).")
        rows = _json_rows(all_lines)
        peeked = list(islice(rows, PEEKED_ROWS))
        columns = list(dict.fromkeys(name for row in peeked for name in _column_names(row.values)))
        return Rows(chain(peeked, rows), columns, FileFormat("JSON Lines", "UTF-8"), fraction)
    header, reader = _csv_reader(file, first, all_lines)
    return Rows(_csv_rows(header, reader), header, FileFormat("CSV", "UTF-8"), fraction)


def _reject_utf_16(file: Path, raw: BinaryIO) -> None:
    start = raw.read(2)
    raw.seek(0)
    if start in _UTF_16_MARKS:
        raise ImportFailed(
            f"{file} is UTF-16, not UTF-8 text. Save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8."
        )


def _is_json(file: Path, first: str) -> bool:
    suffixes = [suffix.lower() for suffix in file.suffixes if suffix.lower() != ".gz"]
    return bool(suffixes and suffixes[-1] in JSON_SUFFIXES) or first.lstrip().startswith("{")


def _column_names(values: Mapping[str, Any], parent: str = "") -> Iterator[str]:
    """The keys of a JSON object, and those of an object inside it with a dot: ``user.name``."""
    for name, value in values.items():
        if isinstance(value, dict) and not parent:
            yield from _column_names(value, f"{name}.")
        else:
            yield parent + name


def _json_rows(lines: Iterator[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        if not line.endswith("\n") and len(line) >= MAX_LINE_CHARS:
            while (rest := next(lines, "")) and not rest.endswith("\n"):
                pass
            yield Row(number, problem=f"the line is longer than {MAX_LINE_CHARS:,} characters")
        elif line.strip():
            yield _json_row(number, line)


def _json_row(number: int, line: str) -> Row:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", None) or "nested too deeply"
        return Row(number, {"": line.strip()}, f"is not JSON: {reason}")
    if not isinstance(values, dict):
        return Row(number, {"": values}, "is not a JSON object")
    return Row(number, values)


def _csv_reader(file: Path, first: str, lines: Iterator[str]) -> tuple[list[str], Any]:
    separator = max(SEPARATORS, key=_without_quoted(first).count)
    reader = csv.reader(lines, delimiter=separator)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise ImportFailed(f"{file}: the first line cannot be read as CSV: {error}.") from error
    if not any(header):
        raise ImportFailed(f"{file} or its first line is empty. The first line must name the columns.")
    if any("\udc80" <= c <= "\udcff" for c in first):
        raise ImportFailed(f"{file} is not UTF-8 text. Save it as UTF-8.")
    return header, reader


def _without_quoted(line: str) -> str:
    return "".join(line.split('"')[::2])


def _csv_rows(header: Sequence[str], reader: Any) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, problem=f"cannot be read as CSV ({error}); is a quote not closed?")
            continue
        if cells:
            yield _csv_row(header, cells, line, reader.line_num - line)


def _first_filled(cells: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Name -> the first cell of that name that is not empty."""
    values: dict[str, str] = {}
    for name, cell in cells:
        if not values.get(name, "").strip():
            values[name] = cell
    return values


def _csv_row(header: Sequence[str], cells: list[str], line: int, more_lines: int) -> Row:
    values = dict(zip(header, cells, strict=False))
    if len(values) < min(len(header), len(cells)):
        values = _first_filled(zip(header, cells, strict=False))
    if len(cells) > len(header):
        return Row(line, values, f"has {len(cells)} cells, but the first line names {len(header)} columns")
    if more_lines > MAX_ROW_LINES:
        return Row(line, problem=f"is {more_lines:,} lines long; is a quote not closed?")
    return Row(line, values)
