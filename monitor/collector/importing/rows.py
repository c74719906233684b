"""A file as rows: CSV with any usual separator, or JSON Lines; either may be gzipped. Memory stays small."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from monitor.errors import WallflowerError

LINE_LENGTH = 1_000_000
"""Characters; a longer line is refused."""
RECORD_LINES = 1_000
"""A CSV row over more lines than that has a quote that was never closed."""
SEPARATORS = ",;\t|"
JSON_NAMES = frozenset({".jsonl", ".ndjson", ".json"})
PEEKED = 100
"""Rows of JSON Lines that are looked at for the names of columns."""

_WIDE = (b"\xff\xfe", b"\xfe\xff")


class ImportFailed(WallflowerError):
    """A file that cannot be imported at all; a row that cannot is only refused."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row, and the number of the line that it starts at. One with a ``problem`` could not be read."""

    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


class Rows:
    """The rows of a file, to be iterated once. ``columns`` are the names there are, of JSON Lines as far as seen."""

    def __init__(self, raw: BinaryIO, size: int, columns: Sequence[str], rows: Iterator[Row]) -> None:
        self._raw, self._size, self._rows = raw, max(1, size), rows
        self.columns = tuple(columns)

    @property
    def fraction(self) -> float:
        """How much of the file has been read, 0..1."""
        return min(1.0, self._raw.tell() / self._size)

    def __iter__(self) -> Iterator[Row]:
        return self._rows


@contextmanager
def opened(file: Path) -> Iterator[Rows]:
    """The rows of ``file``. Raises ImportFailed, also while they are read, where the file as a whole is at fault."""
    try:
        with file.open("rb") as raw:
            _refuse_wide(file, raw)
            # Held here, for a wrapper that is collected closes what it wraps.
            with _text(file, raw) as text:
                yield _rows(file, raw, text)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ImportFailed(f"{file} is not a whole gzip file: {error}. Get it again.") from error
    except OSError as error:
        raise ImportFailed(f"{file} cannot be read: {error.strerror or error}.") from error


def _text(file: Path, raw: BinaryIO) -> TextIO:
    stream = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if file.suffix.lower() == ".gz" else raw
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _rows(file: Path, raw: BinaryIO, text: TextIO) -> Rows:
    lines = iter(lambda: text.readline(LINE_LENGTH), "")
    first = next(lines, "")
    every = chain([first], lines) if first else iter(())
    size = file.stat().st_size
    if _is_json(file, first):
        if first.lstrip().startswith("["):
            raise ImportFailed(f"{file} is one JSON list. Write one JSON object on each line instead (JSON Lines).")
        rows = _json_rows(every)
        peeked = list(islice(rows, PEEKED))
        columns = list(dict.fromkeys(name for row in peeked for name in _names(row.values)))
        return Rows(raw, size, columns, chain(peeked, rows))
    header, reader = _csv_reader(file, first, every)
    return Rows(raw, size, header, _csv_rows(header, reader))


def _refuse_wide(file: Path, raw: BinaryIO) -> None:
    start = raw.read(2)
    raw.seek(0)
    if start in _WIDE:
        raise ImportFailed(f"{file} is UTF-16, not UTF-8 text. Save it as UTF-8, or: iconv -f UTF-16 -t UTF-8.")


def _is_json(file: Path, first: str) -> bool:
    suffixes = [suffix.lower() for suffix in file.suffixes if suffix.lower() != ".gz"]
    return bool(suffixes and suffixes[-1] in JSON_NAMES) or first.lstrip().startswith("{")


def _names(values: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The keys of a JSON object, those of an object inside it with a dot: ``user.name``."""
    for name, value in values.items():
        if isinstance(value, dict) and not above:
            yield from _names(value, f"{name}.")
        else:
            yield above + name


def _json_rows(lines: Iterator[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        if not line.endswith("\n") and len(line) >= LINE_LENGTH:
            while (rest := next(lines, "")) and not rest.endswith("\n"):
                pass
            yield Row(number, problem=f"the line is longer than {LINE_LENGTH:,} characters")
        elif line.strip():
            yield _json_row(number, line)


def _json_row(number: int, line: str) -> Row:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        why = getattr(error, "msg", None) or "nested too deeply"
        return Row(number, {"": line.strip()}, f"is not JSON: {why}")
    if not isinstance(values, dict):
        return Row(number, {"": values}, "is not a JSON object")
    return Row(number, values)


def _csv_reader(file: Path, first: str, lines: Iterator[str]) -> tuple[list[str], Any]:
    separator = max(SEPARATORS, key=_unquoted(first).count)
    reader = csv.reader(lines, delimiter=separator)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise ImportFailed(f"{file}: its first line cannot be read as CSV: {error}.") from error
    if not any(header):
        raise ImportFailed(f"{file} is empty, or its first line is: it must name the columns.")
    if any("\udc80" <= c <= "\udcff" for c in first):
        raise ImportFailed(f"{file} is not UTF-8 text. Save it as UTF-8.")
    return header, reader


def _unquoted(line: str) -> str:
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


def _csv_row(header: Sequence[str], cells: list[str], line: int, more_lines: int) -> Row:
    values = dict(zip(header, cells, strict=False))
    if len(cells) > len(header):
        return Row(line, values, f"has {len(cells)} cells where the first line names {len(header)} columns")
    if more_lines > RECORD_LINES:
        return Row(line, problem=f"goes on for {more_lines:,} lines; is a quote not closed?")
    return Row(line, values)
