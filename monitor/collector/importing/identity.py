"""What identifies a post, so that importing it again stores nothing twice.

an id column     unless a spreadsheet rounded its numbers, or most rows repeat an id with other content
the link         if no two rows share one
the content      a hash of all cells of the row: it depends neither on --map nor on the order of the columns
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.collector.importing import cells
from monitor.collector.importing.cells import Values
from monitor.collector.importing.columns import Columns
from monitor.collector.importing.layouts import column_key
from monitor.collector.importing.seen_ids import SeenIds
from monitor.text.links import link_key

EXACT_DIGITS = 15
"""Digits of a number that every spreadsheet keeps."""
MIN_ZEROS = 2
"""Zeros at the end of a longer number from which it may be rounded."""
MIN_LOST_DIGITS = 6
"""Zeros in place of such digits, over all ids of a sample, from which chance is ruled out: one in a million."""

_LINK, _CONTENT = "link-", "row-"
"""Prefixes of ids that are not the file's own."""
_LONG_NUMBER = re.compile(rf"\d{{{EXACT_DIGITS}}}(\d+)")
_NUMBER = re.compile(r"\d+(?:[.,]0+)?")


@dataclass(frozen=True, slots=True)
class Identity:
    """How rows are identified."""

    uses_ids: bool
    uses_links: bool = False
    """Where there is no id. Only if no two rows share a link."""
    note: str = ""
    """Why the ids of the file are not used; '' if they are, or if it has none."""

    def external_id(self, columns: Columns, values: Values, url: str) -> str:
        """The id of the post in a row. ``url``: its link."""
        if own := self.own_id(columns, values):
            return own
        if self.uses_links and url:
            return _LINK + _digest(link_key(url))
        return content_id(values)

    def own_id(self, columns: Columns, values: Values) -> str:
        """The id in a row; '' if it has none that is exact."""
        own = clean_id(columns.read("id", values)) if self.uses_ids else ""
        return "" if cells.is_rounded_number(own) else own


def choose_identity(columns: Columns, sample: Sequence[Values]) -> Identity:
    """How to identify the rows of a file that begins with ``sample``, as far as that shows it."""
    if "id" not in columns.by_field:
        return Identity(uses_ids=False)
    name = columns.by_field["id"]
    ids = [clean_id(columns.read("id", values)) for values in sample]
    formulas = any(_is_formula(values, name) for values in sample)
    if not formulas and are_rounded(filter(None, ids)):
        return Identity(
            uses_ids=False, note=f'A spreadsheet rounded the numbers in "{name}", so they do not identify the posts.'
        )
    if "id" not in columns.mapped and _mostly_repeat(ids, sample):
        return Identity(
            uses_ids=False,
            note=f'Most rows repeat a value of "{name}" with other content, so it does not identify the posts.',
        )
    return Identity(uses_ids=True)


def clean_id(text: str) -> str:
    """An id without the quotes that some tools write around it to keep a spreadsheet from rounding it."""
    return text.strip("\"' \t")


def are_rounded(ids: Iterable[str]) -> bool:
    """Whether a spreadsheet rounded ``ids``: ``1.22158E+17``, or all that have more than 15 digits end with zeros.

    Excel keeps 15 digits. Programs that write workbooks keep 16 or 17, so at least two of 19 are zeros.
    """
    rounded = False
    zeros: list[int] = []
    for text in ids:
        if cells.is_rounded_number(text):
            rounded = True
        elif not _NUMBER.fullmatch(text):
            return False
        elif long := _LONG_NUMBER.fullmatch(text):
            zeros.append(len(long[1]) - len(long[1].rstrip("0")))
            if zeros[-1] < min(MIN_ZEROS, len(long[1])):
                return False
    return rounded or len(zeros) * min(zeros, default=0) >= MIN_LOST_DIGITS


def content_id(values: Values) -> str:
    """An id from all cells of a row."""
    content = sorted((column_key(name), text) for name in values if name and (text := cells.cell(values, name).strip()))
    return _CONTENT + _digest(json.dumps(content, ensure_ascii=False))


def is_content_id(external_id: str) -> bool:
    """Whether an id comes from the content or the link of a row."""
    return external_id.startswith((_LINK, _CONTENT))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _is_formula(values: Values, name: str) -> bool:
    raw = values.get(name)
    return isinstance(raw, str) and raw.lstrip().startswith("=")


def _mostly_repeat(ids: Sequence[str], sample: Sequence[Values]) -> bool:
    """Whether more than half of the rows repeat an id of an earlier row, with other content."""
    if len(set(ids)) > len(ids) / 2:
        return False
    contents: dict[str, set[str]] = {}
    for own, values in zip(ids, sample, strict=True):
        contents.setdefault(own, set()).add(content_id(values))
    repeats = sum(len(found) - 1 for own, found in contents.items() if own)
    return repeats > len(ids) / 2


class LinkSurvey:
    """Whether the links of a file are different in every row that has one."""

    def __init__(self) -> None:
        self._seen = SeenIds()
        self._shared = 0
        self._content = SeenIds()

    def add(self, url: str, values: Values, line: int) -> None:
        """Look at a row."""
        if url and self._content.add(content_id(values), line) is None:
            self._shared += self._seen.add(link_key(url), line) is not None

    @property
    def are_unique(self) -> bool:
        """Whether no two rows of different content shared a link so far."""
        return not self._shared
