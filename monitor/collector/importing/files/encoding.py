"""Finds the encoding of a file by reading all of it, since the first byte that is not ASCII may be near its end."""

from __future__ import annotations

import codecs
import difflib
import re
from dataclasses import dataclass
from encodings.aliases import aliases
from typing import BinaryIO

from monitor.collector.importing.files.legacy_encodings import ENCODINGS, is_clear, readings
from monitor.collector.importing.rows import ImportFailed

CHUNK_BYTES = 1 << 20
MAX_NUL_CHUNKS = 64
"""As many chunks of NUL bytes in a row are the unwritten end of a file."""
MAX_SAMPLE_BYTES = 16_384
"""Bytes of lines with other than ASCII characters from which an encoding without a mark is guessed."""
UNDECODABLE = "\udc80"
"""Replaces bytes that are not valid in the encoding. It cannot occur in decoded text."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_NOT_FOR_FILES = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf_7"})
_LINE_WITH_HIGH_BYTES = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_ISO_2022_JP = (b"\x1b$B", b"\x1b$@")
_EXAMPLES = "utf-8, utf-16, windows-1252, iso-8859-15, shift_jis or gb18030"


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding, and what reading the whole file showed about it."""

    codec: str
    """The name for Python."""
    name: str
    """The name for people."""
    may_be_broken: bool = True
    """Some bytes may not be valid in it, so that rows must be checked for them."""
    has_nul: bool = False
    """NUL characters occur."""


@dataclass
class _Scan:
    """What the bytes of a file contain."""

    start: bytes = b""
    size: int = 0
    nul: int = 0
    multibyte: int = 0
    """Valid characters of several bytes in UTF-8."""
    broken: int = 0
    """Bytes that are not valid in UTF-8."""
    is_iso_2022_jp: bool = False


def find_encoding(file: str, stream: BinaryIO, named: str) -> Encoding:
    """The encoding of the whole stream: the one that is ``named``, else the one that is detected.

    Raises ImportFailed if there is no such encoding, if it is not clear, or if the stream is empty.
    """
    codec = _codec(named) if named else None
    sample = _Sample()
    scan = _scan(file, stream, sample)
    if not scan.size:
        raise ImportFailed(f"{file} is empty.")
    if scan.nul == scan.size:
        raise ImportFailed(f"{file} contains nothing but NUL bytes; it was probably not written completely.")
    found = codec or _by_mark(scan.start) or _by_nuls(scan)
    if found is not None:
        is_utf_8 = found[0] in {"utf-8", "utf-8-sig"}
        return Encoding(*found, may_be_broken=not is_utf_8 or scan.broken > 0, has_nul=scan.nul > 0)
    if scan.is_iso_2022_jp and not scan.multibyte and not scan.broken:
        return Encoding("iso2022_jp", "ISO-2022-JP", has_nul=scan.nul > 0)
    if scan.multibyte >= scan.broken:
        return Encoding("utf-8", "UTF-8", may_be_broken=scan.broken > 0, has_nul=scan.nul > 0)
    return Encoding(*_by_letters(file, bytes(sample)), has_nul=scan.nul > 0)


def _codec(named: str) -> tuple[str, str]:
    name = named.strip().lower().replace(" ", "-")
    try:
        codec = codecs.lookup(name).name
        "a".encode(codec)  # raises LookupError for what is no encoding of text, such as base64
        is_usable = codec.replace("-", "_") not in _NOT_FOR_FILES
    except (LookupError, UnicodeError, TypeError, ValueError):
        is_usable = False
    if not is_usable:
        known = (
            {alias.replace("_", "-") for alias in aliases} | set(ENCODINGS) | {n.lower() for n in ENCODINGS.values()}
        )
        close = difflib.get_close_matches(name, sorted(known), n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ImportFailed(f"--encoding {named}: there is no such encoding.{hint} Write for example {_EXAMPLES}.")
    if codec in {"utf-8", "utf-8-sig"}:
        return "utf-8-sig", "UTF-8"
    return codec, ENCODINGS.get(codec, codec.upper() if codec.startswith(("utf", "iso")) else named.strip())


def _scan(file: str, stream: BinaryIO, sample: _Sample) -> _Scan:
    nul_chunks = 0
    scan, decoder = _Scan(), codecs.getincrementaldecoder("utf-8")("surrogateescape")
    while chunk := stream.read(CHUNK_BYTES):
        if not scan.size:
            scan.start = chunk
        scan.size += len(chunk)
        scan.nul += _count_nul(chunk)
        nul_chunks = nul_chunks + 1 if len(chunk) == CHUNK_BYTES and not chunk.strip(b"\0") else 0
        if nul_chunks >= MAX_NUL_CHUNKS:
            raise ImportFailed(
                f"{file} contains nothing but NUL bytes from byte {scan.size - nul_chunks * CHUNK_BYTES + 1:,} on; "
                "it was probably not written completely. Copy it again."
            )
        if not chunk.isascii() or decoder.getstate()[0]:
            _count_utf_8(scan, decoder.decode(chunk), chunk)
            sample.add(chunk, is_first=scan.size == len(chunk))
        elif not scan.is_iso_2022_jp:
            scan.is_iso_2022_jp = any(escape in chunk for escape in _ISO_2022_JP)
    scan.broken += len(decoder.decode(b"", final=True))
    return scan


def _count_nul(chunk: bytes) -> int:
    """The number of NUL bytes. ``bytes.count`` takes long where nearly all are."""
    return len(chunk) - len(chunk.translate(None, b"\0")) if b"\0" in chunk else 0


def _count_utf_8(scan: _Scan, text: str, chunk: bytes) -> None:
    try:
        broken = 0
        encoded = len(text.encode())
    except UnicodeEncodeError:
        broken = len(re.findall("[\udc80-\udcff]", text))
        encoded = len(text.encode(errors="ignore")) + broken
    scan.broken += broken
    # A character of two bytes counts once, one of three twice: enough to compare with the broken ones.
    scan.multibyte += encoded - len(text)


class _Sample:
    """Lines with other than ASCII characters from all over the file, of at most MAX_SAMPLE_BYTES."""

    MAX_PARTS = 32

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._stride, self._seen = 1, 0

    def add(self, chunk: bytes, is_first: bool) -> None:
        """Add some lines of ``chunk``, unless there are enough from that part of the file."""
        self._seen += 1
        if self._seen % self._stride:
            return
        self._parts.append(self._lines(chunk, is_first))
        if len(self._parts) > self.MAX_PARTS:
            self._parts = self._parts[1::2]
            self._stride *= 2

    def _lines(self, chunk: bytes, is_first: bool) -> bytes:
        # The first line of a chunk may begin in the middle of a character.
        start = 0 if is_first else max(chunk.find(b"\n"), chunk.find(b"\r"), 0)
        lines: list[bytes] = []
        for line in _LINE_WITH_HIGH_BYTES.finditer(chunk, start):
            text = line[0]
            # A line that is cut must not end in the middle of a character.
            lines.append(text if len(text) <= MAX_SAMPLE_BYTES else text[: text.rfind(b" ", 0, MAX_SAMPLE_BYTES)])
            if sum(map(len, lines)) >= MAX_SAMPLE_BYTES:
                break
        return b"\n".join(lines)

    def __bytes__(self) -> bytes:
        share = MAX_SAMPLE_BYTES // max(1, len(self._parts))
        return b"\n".join(_whole_lines(part, share) for part in self._parts)


def _whole_lines(part: bytes, size: int) -> bytes:
    """The first lines of ``part``, about ``size`` bytes."""
    if len(part) <= size:
        return part
    end = part.find(b"\n", size)
    return part[:end] if end >= 0 else part


def _by_mark(start: bytes) -> tuple[str, str] | None:
    return next(((codec, name) for mark, codec, name in _MARKS if start.startswith(mark)), None)


def _by_nuls(scan: _Scan) -> tuple[str, str] | None:
    """UTF-16 without a mark: line ends are then NUL and a line feed, and every ASCII character has a NUL beside it."""
    if not scan.nul:
        return None
    start = scan.start[: min(len(scan.start), 65_536) & ~1]
    for codec, low, high in (("utf-16-le", start[0::2], start[1::2]), ("utf-16-be", start[1::2], start[0::2])):
        ascii_pairs = sum(1 for a, b in zip(low, high, strict=True) if not b and a)
        ends = [b for a, b in zip(low, high, strict=True) if a in b"\r\n"]
        looks_split = ends.count(0) >= 0.3 * len(ends) if ends else ascii_pairs > 0.3 * len(low)
        if looks_split and ascii_pairs > 0.05 * len(low) and ascii_pairs > 2 * _ascii_pairs(high, low):
            return codec, "UTF-16"
    return None


def _ascii_pairs(low: bytes, high: bytes) -> int:
    return sum(1 for a, b in zip(low, high, strict=True) if not b and a)


def _by_letters(file: str, sample: bytes) -> tuple[str, str]:
    ranked = readings(sample)
    if is_clear(ranked, sample):
        return ranked[0].encoding, ranked[0].name
    shown = "; ".join(f"{_extract(reading.text)!r} as {reading.name}" for reading in ranked[:3])
    reads = f" It could read {shown}." if shown else ""
    raise ImportFailed(f"{file} is not UTF-8, and its encoding is not clear.{reads} Name it with --encoding NAME.")


def _extract(text: str) -> str:
    """The first word that is not ASCII, with what is around it."""
    found = re.search(r"[^\x00-\x7f]", text)
    at = found.start() if found else 0
    return " ".join(text[max(0, at - 15) : at + 15].split())


def undecodable(error: UnicodeError) -> tuple[str, int]:
    """An error handler for ``codecs``: replaces what is not valid with UNDECODABLE."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end
