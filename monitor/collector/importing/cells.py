"""The text of a field in a row: from one column, several joined, the first that is not empty, or a template.

expression    meaning                               where
A             the cell of A; ``A.B`` may be nested  everywhere
A.B=c.D       D in the object of the list A whose B  everywhere
              is "c"
A + B         both, without a part that the other repeats
A | B         the first that is not empty           layouts
x{A}          "x" followed by the cell of A         layouts
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from monitor.text.quotes import QUOTE_PREFIX

Values = Mapping[str, Any]
Getter = Callable[[Values], str]

_FORMULA = re.compile(r'=\s*"((?:[^"]|"")*)"')
_PLACEHOLDERS = frozenset({"n/a", "#n/a", "nan", "null", "none", "-"})
"""What tools write into cells that have no value. As a text, a person may have written them."""
_PLACEHOLDER = re.compile(r"{([^{}]+)}")
_CLOCK = re.compile(r"\d:\d\d")
_MIDNIGHT = re.compile(r"[T ]0?0:00(?::00(?:[.,]0+)?)?\Z")
"""The time that programs add to a date without one."""
_ZERO_DATE = re.compile(r"\A(?:1899-12-3[01]|1900-01-0[01]|1970-01-01)[T ]")
"""The date that programs add to a time without one."""
_CUT_OFF = re.compile(r"(?:\u2026|\.\.\.)(?:\s*https?://\S+)?\s*\Z")
MAX_ELLIPSIS_CHARS = 300
"""Length of an ellipsis with the link that may follow it. A limit keeps the search fast in any text."""
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{2}")
_GUARDED = re.compile(r"'+\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r]")
"""See ``display.pages.mentions.export``."""
_REPOST = re.compile(r"RT @\w+: ")


def cell(values: Values, column: str) -> str:
    """The text in a column; '' if there is none. ``A.B`` is B in the object A, and ``A.0`` the first of a list."""
    value = values.get(column)
    if value is None and "." in column:
        value = _nested(values, column.split("."))
    if type(value) is str:
        return _unwrapped(value) if value.startswith("=") else value
    return "" if value is None else _written(value)


def _nested(value: Any, path: Sequence[str]) -> Any:
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, list) and "=" in part:
            name, _, wanted = part.partition("=")
            value = next((one for one in value if isinstance(one, Mapping) and one.get(name) == wanted), None)
        else:
            return None
    return value


def _unwrapped(text: str) -> str:
    """The text in a formula such as ``="0012"``, which tools write so that spreadsheets keep every digit."""
    found = _FORMULA.fullmatch(text.strip())
    return found[1].replace('""', '"') if found else text


def _written(value: Any) -> str:
    if not isinstance(value, dict | list):
        return str(value)
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    except RecursionError:
        return ""


def short_cell(values: Values, column: str) -> str:
    """The cell of a column that does not hold prose: without space around it, and '' for "N/A" and the like."""
    text = cell(values, column).strip()
    return "" if text.casefold() in _PLACEHOLDERS else text


def is_rounded_number(text: str) -> bool:
    """Whether a spreadsheet wrote a long number as ``1.22158E+17``."""
    return _ROUNDED.fullmatch(text.strip()) is not None


def columns_in(expression: str) -> list[str]:
    """The columns that an expression names."""
    if "{" in expression:
        return _PLACEHOLDER.findall(expression)
    return [name.strip() for part in expression.split(" | ") for name in part.split(" + ")]


def text_getter(columns: Sequence[str], fuller: Sequence[str] = ()) -> Getter:
    """Reads prose: the columns joined. A text that is cut off is completed from ``fuller``."""
    only = columns[0]

    def one(values: Values) -> str:
        return _from_json(cell(values, only))

    def joined(values: Values) -> str:
        return _joined([_from_json(cell(values, name)) for name in columns])

    read = one if len(columns) == 1 else joined
    return _with_fuller(read, fuller) if fuller else read


def _with_fuller(read: Getter, fuller: Sequence[str]) -> Getter:
    def completed(values: Values) -> str:
        text = read(values)
        if _end_of_whole(text) == len(text):
            return text
        return complete_text(text, [cell(values, name) for name in fuller])

    return completed


def complete_text(text: str, others: Sequence[str]) -> str:
    """``text``, or its whole from ``others`` if it is cut off. ``RT @name:`` before it stays."""
    end = _end_of_whole(text)
    if end == len(text):
        return text
    repost = _REPOST.match(text)
    prefix = repost[0] if repost else ""
    stem = text[len(prefix) : end].rstrip()
    for other in others:
        if len(other) > len(stem) and other.startswith(stem):
            return prefix + other
    return text


def _end_of_whole(text: str) -> int:
    """Where the ellipsis begins at which ``text`` is cut off; its length if it is not."""
    start = max(0, len(text) - MAX_ELLIPSIS_CHARS)
    cut = _CUT_OFF.search(text, start)
    return len(text) if cut is None else cut.start()


def date_getter(columns: Sequence[str]) -> Getter:
    """Reads a date, or a date and its time and time zone in further columns."""
    if len(columns) == 1:
        return short_getter(columns)

    def joined(values: Values) -> str:
        parts: list[str] = []
        for text in filter(None, (short_cell(values, name) for name in columns)):
            if parts and (text.isdecimal() and len(text) <= 2):
                text += ":00"  # an hour
            if parts and _CLOCK.search(text):
                parts = list(map(without_midnight, parts))
                if any(map(_CLOCK.search, parts)):
                    continue
                text = _ZERO_DATE.sub("", text)
            parts.append(text)
        return " ".join(parts)

    return joined


def without_midnight(text: str) -> str:
    """A date without the midnight that a program added to it."""
    return _MIDNIGHT.sub("", text)


def short_getter(columns: Sequence[str]) -> Getter:
    """Reads a field that is not prose, from the columns joined."""
    only = columns[0]
    if len(columns) == 1:
        return lambda values: short_cell(values, only)
    return lambda values: " ".join(filter(None, (short_cell(values, name) for name in columns)))


def quoting_getter(read: Getter, quoted: Getter) -> Getter:
    """Reads prose, and the text that it quotes as lines of a quote below it."""

    def with_quote(values: Values) -> str:
        text, quote = read(values), quoted(values).strip()
        lines = "\n".join(f"{QUOTE_PREFIX}{line}" for line in filter(None, map(str.strip, quote.splitlines())))
        return f"{text}\n\n{lines}" if lines and text.strip() else text

    return with_quote


def exact_getter(column: str) -> Getter:
    """Reads a cell of our own export as it is, without the apostrophe that CSV has before what may be a formula."""

    def read(values: Values) -> str:
        value = values.get(column)
        text = "" if value is None else str(value)
        return text[1:] if _GUARDED.match(text) and _is_table_row(values) else text

    return read


def _is_table_row(values: Values) -> bool:
    """Whether a row has only text, as in CSV; in JSON, our export has numbers and flags too, and guards nothing."""
    return all(isinstance(value, str) for value in values.values())


def template_getter(template: str, columns: Mapping[str, Getter]) -> Getter:
    """Fills the braces of ``template``; '' if one is empty. ``columns``: what is in the braces -> its getter."""

    def filled(values: Values) -> str:
        parts = {name: read(values) for name, read in columns.items()}
        return _PLACEHOLDER.sub(lambda found: parts[found[1]], template) if all(parts.values()) else ""

    return filled


def subreddit_getter(read: Getter) -> Getter:
    """Reads a subreddit as ``r/NAME``, however it is written."""

    def named(values: Values) -> str:
        name = read(values)
        return f"r/{name.strip('/').removeprefix('r/')}" if name else ""

    return named


def first_getter(getters: Sequence[Getter]) -> Getter:
    """Reads the first of several that is not empty."""
    if len(getters) == 1:
        return getters[0]
    return lambda values: next((text for read in getters if (text := read(values)).strip()), "")


def _joined(texts: Sequence[str]) -> str:
    """The texts below one another, except those that another contains, or whose beginning another is."""
    kept: list[str] = []
    for text in filter(None, (text.strip() for text in texts)):
        if any(_stem(text) in other for other in kept):
            continue
        kept = [other for other in kept if _stem(other) not in text]
        kept.append(text)
    return "\n".join(kept)


def _stem(text: str) -> str:
    return text[: _end_of_whole(text)].strip(" .\u2026")


def _from_json(text: str) -> str:
    """The text in JSON such as ``{"text":"a"},{"text":"b"}``; ``text`` itself if it is not of that form."""
    if not text.startswith(('{"', '[{"')):
        return text
    try:
        parsed = json.loads(text if text.startswith("[") else f"[{text}]")
    except (ValueError, RecursionError):
        return text
    parts = [piece for segment in parsed for piece in _segments(segment)]
    return "".join(parts) if parts else text


def _segments(segment: Any) -> list[str]:
    if not isinstance(segment, dict):
        return []
    inner = segment.get("takeoutSegments")
    if isinstance(inner, list):
        return [piece for one in inner for piece in _segments(one)]
    text = segment.get("text")
    return [text] if isinstance(text, str) else []
