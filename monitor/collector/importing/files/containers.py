"""Opens a file, and what a gzip or zip file contains, as a stream of bytes. The content decides, not the name.

A compressed file is read to its end before the first row is, so that a damaged one is refused as a whole.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from monitor.collector.importing.rows import ImportFailed

BUFFER_BYTES = 1 << 17
MAX_RATIO = 200
"""By how much a compressed file may grow. Text grows 3 to 30 times, a zip bomb up to 1,032 times."""
MIN_BOMB_BYTES = 100_000_000
"""Content that is smaller is read whatever its ratio."""
MAX_DIRECTORY_BYTES = 4_000_000
"""Size of a zip file's list of contents, which is read into memory. Enough for 40,000 files."""
MAX_LISTED_FILES = 20
DATA_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson", ".js", ".xlsx", ".xlsm"})

_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, struct.error, NotImplementedError)
_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_FORMATS = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls), or has a password. Save it as .xlsx without one, or as CSV",
    b"%PDF": "a PDF. Export the posts as CSV instead",
    b"BZh": "compressed with bzip2. Unpack it first",
    b"\xfd7zXZ": "compressed with xz. Unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd. Unpack it first",
    b"7z\xbc\xaf": "a 7z archive. Unpack it first",
    b"Rar!": "a RAR archive. Unpack it first",
    b"PAR1": "a Parquet file. Convert it to CSV",
    b"SQLite format 3\0": "an SQLite database. Export the table as CSV",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"{\\rtf": "an RTF document. Save it as CSV",
}
_MARKUP = {b"<!doctype": "a web page", b"<html": "a web page", b"<?xml": "XML", b"<rss": "a feed", b"<feed": "a feed"}


class Content:
    """The bytes of the data in a file, unpacked."""

    def __init__(self, file: Path, raw: BinaryIO) -> None:
        self.file, self.raw = file, raw
        self.name = file.name
        """The name of the file, or of the file inside a zip."""
        self.notes: list[str] = []
        self.size = os.fstat(raw.fileno()).st_size
        """When it was opened. What is added later is not read."""
        self.workbook: zipfile.ZipFile | None = None
        """The archive that an Excel file is."""
        self._open: Callable[[], BinaryIO] = self.open_packed
        self._start, self._packed_size = 0, self.size

    def open_packed(self) -> BinaryIO:
        """The bytes of the file itself, from the start."""
        self._bounded = _Bounded(self.raw, self.size)
        return cast("BinaryIO", io.BufferedReader(self._bounded, BUFFER_BYTES))

    def unpack(self, open_stream: Callable[[], BinaryIO], start: int, packed_size: int) -> None:
        """Read what ``open_stream`` unpacks from ``packed_size`` bytes at ``start``."""

        def limited() -> BinaryIO:
            unpacked = _Unpacked(open_stream(), self.file, self._packed_bytes_read)
            return cast("BinaryIO", io.BufferedReader(unpacked, BUFFER_BYTES))

        self._open, self._start, self._packed_size = limited, start, packed_size

    def stream(self) -> BinaryIO:
        """The bytes of the data, from the start. A stream that was opened before is not to be used any more."""
        return self._open()

    def fraction(self) -> float:
        """How much of the newest stream has been read, 0..1."""
        return self._packed_bytes_read() / max(1, self._packed_size)

    def _packed_bytes_read(self) -> int:
        return max(0, self._bounded.tell() - self._start)

    def has_grown(self) -> bool:
        """Whether somebody has added to the file since it was opened."""
        return os.fstat(self.raw.fileno()).st_size > self.size


class _Bounded(io.RawIOBase):
    """A file up to the size that it had."""

    def __init__(self, raw: BinaryIO, size: int) -> None:
        self._raw, self._size, self._at = raw, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into ``buffer``, but not over the end. Raises OSError if the file has become shorter."""
        view = memoryview(buffer).cast("B")[: max(0, self._size - self._at)]
        if not len(view):
            return 0
        data = os.pread(self._raw.fileno(), len(view), self._at)
        view[: len(data)] = data
        self._at += len(data)
        if not data:
            raise OSError("it became shorter while it was read")
        return len(data)


class _Unpacked(io.RawIOBase):
    """Counts what comes out of a compressed stream, and stops a zip bomb."""

    def __init__(self, stream: BinaryIO, file: Path, packed_bytes_read: Callable[[], int]) -> None:
        self._stream, self._file = stream, file
        self._packed_bytes_read = packed_bytes_read
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into ``buffer``. Raises ImportFailed if that is too much."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._size += len(data)
        reject_bomb(self._file, self._size, self._packed_bytes_read())
        return len(data)


def reject_bomb(file: Path, size: int, packed_size: int) -> None:
    """Raise ImportFailed if so much content comes from so few bytes of ``file`` that it must be a zip bomb."""
    if size > MIN_BOMB_BYTES and size > MAX_RATIO * packed_size:
        raise ImportFailed(
            f"{file} unpacks to over {MAX_RATIO} times its size, as a zip bomb does. "
            "If you trust it, unpack it yourself, and import what was in it."
        )


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """Turn the errors of reading ``file`` into ImportFailed."""
    try:
        yield
    except _DAMAGED as error:
        raise ImportFailed(f"{file} is damaged or not complete: {error}. Download or copy it again.") from error
    except OSError as error:
        raise ImportFailed(f"{file} cannot be read: {error.strerror or error}.") from error


@contextmanager
def open_content(file: Path) -> Iterator[Content]:
    """The data in ``file``, unpacked. Raises ImportFailed if it is in a format that cannot be read."""
    with ExitStack() as stack:
        with readable(file):
            if not stat.S_ISREG(file.stat().st_mode):
                kind = "a directory" if file.is_dir() else "not a regular file. Save what it gives to a file first"
                raise ImportFailed(f"{file} is {kind}.")
            content = _content(file, stack.enter_context(file.open("rb")))
        yield content


def _content(file: Path, raw: BinaryIO) -> Content:
    content = Content(file, raw)
    start = content.stream().read(512)
    if start.startswith(_GZIP):
        content.unpack(lambda: cast("BinaryIO", gzip.GzipFile(fileobj=content.open_packed())), 0, content.size)
        content.name = file.stem if file.suffix.lower() == ".gz" else file.name
        _reject_other_formats(content, content.stream().read(512), is_inside=True)
    elif start.startswith(_ZIP):
        _open_zip(content, zipfile.ZipFile(_checked_directory(content)))
    else:
        kind = file.suffix.lower()
        if kind in {".gz", ".zip", ".xlsx", ".xlsm"} and start:
            raise ImportFailed(f"{file} is not a {kind} file, although its name says so. Download or copy it again.")
        _reject_other_formats(content, start, is_inside=False)
    return content


def _reject_other_formats(content: Content, start: bytes, *, is_inside: bool) -> None:
    where = f"{content.file} contains" if is_inside else f"{content.file} is"
    if is_inside and start.startswith((_GZIP, *_ZIP)):
        raise ImportFailed(f"{where} another compressed file. Unpack it, and import what is in it.")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    found = next((what for magic, what in _OTHER_FORMATS.items() if start.startswith(magic)), None)
    found = found or next((what for tag, what in _MARKUP.items() if text.startswith(tag)), None)
    if found is None and start[257:262] == b"ustar":
        found = "a tar archive. Unpack it first"
    if found is not None:
        raise ImportFailed(f"{where} {found}. Import reads CSV, JSON, JSON Lines and Excel (.xlsx) files.")


def _open_zip(content: Content, archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        content.workbook = archive
        return
    if "mimetype" in names and archive.read("mimetype").startswith(b"application/vnd.oasis.opendocument"):
        raise ImportFailed(f"{content.file} is an OpenDocument file. Save it as .xlsx or CSV.")
    member = _only_data_file(content, archive)
    if member.flag_bits & 1:
        raise ImportFailed(f"{content.file} is encrypted. Unpack it with its password, and import what was in it.")
    content.unpack(lambda: cast("BinaryIO", archive.open(member)), member.header_offset, member.compress_size)
    content.name = member.filename
    _reject_other_formats(content, content.stream().read(512), is_inside=True)


def _checked_directory(content: Content) -> BinaryIO:
    """The zip file, if its list of contents is short: zipfile reads all of it into memory."""
    stream = content.open_packed()
    stream.seek(max(0, content.size - 66_000))
    end = stream.read()
    at = end.rfind(b"PK\x05\x06")
    size = int.from_bytes(end[at + 12 : at + 16], "little") if at >= 0 else 0
    at_64 = end.rfind(b"PK\x06\x06")
    if at_64 >= 0 and size == 0xFFFF_FFFF:
        size = int.from_bytes(end[at_64 + 40 : at_64 + 48], "little")
    if size > MAX_DIRECTORY_BYTES:
        raise ImportFailed(f"{content.file} contains too many files. Unpack it, and import the file with the posts.")
    return stream


def _only_data_file(content: Content, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [m for m in archive.infolist() if not m.is_dir() and not _is_clutter(m.filename)]
    data = [m for m in files if Path(m.filename).suffix.lower() in DATA_SUFFIXES]
    if len(data) != 1 and len(files) != 1:
        listed = ", ".join(m.filename for m in (data or files)[:MAX_LISTED_FILES]) or "none"
        more = f" and {len(data or files) - MAX_LISTED_FILES} more" if len(data or files) > MAX_LISTED_FILES else ""
        raise ImportFailed(
            f"{content.file} must contain one file with posts, but it contains: {listed}{more}. "
            "Unpack it, and import one of them."
        )
    (member,) = data if len(data) == 1 else files
    if len(files) > 1:
        content.notes.append(f"Read {member.filename} of {len(files)} files in the zip; the others were not read.")
    return member


def _is_clutter(name: str) -> bool:
    """Whether a system adds such a file to an archive by itself."""
    last = name.rsplit("/", 1)[-1]
    return name.startswith("__MACOSX/") or last.startswith(".") or last.lower() in {"thumbs.db", "desktop.ini"}
