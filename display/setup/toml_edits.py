"""Edits single tables in the text of a config, so that its comments, its order and its layout stay as they are.

    text --> the lines of each table --> one table changed with tomlkit, added or removed --> text

The result is compared with what the edit should mean. So a file that is written in an unusual way, such as with inline
tables, is refused and never damaged.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Item

from display.setup.toml_writer import Value, table, toml_value
from monitor.errors import WallflowerError

Values = Mapping[str, Value | None]
"""Key -> its new value; None removes the key."""

_HEADER = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[A-Za-z0-9_-]+)\s*\]\]?\s*(?:#.*)?")
_RULER = re.compile(r"[-=*]{4}")
"""In a comment that is the heading of a part of the file."""


class CannotEdit(WallflowerError):
    """The file is written in a way that only a person can change."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of one table: ``[start, end)``, with the comments directly above it from ``comments`` on."""

    name: str
    comments: int
    start: int
    end: int


def set_table(text: str, name: str, position: int, values: Values) -> str:
    """``text`` with ``values`` set in the table at ``position`` of ``[[name]]``. Raises CannotEdit."""

    def change(data: dict[str, Any]) -> None:
        _update(data[name][position], values)

    return _checked(text, _with_values(text, _find(text, name, position), values), change)


def add_table(text: str, name: str, values: Mapping[str, Value]) -> str:
    """``text`` with a new table after the last of ``[[name]]``, or at its end. Raises CannotEdit."""

    def change(data: dict[str, Any]) -> None:
        data.setdefault(name, []).append(_plain(values))

    lines = _split(text)
    own = [found for found in _tables(lines) if found.name == name]
    at = own[-1].end if own else len(lines)
    before, after = lines[:at], lines[at:]
    new = table(name, values).rstrip("\n") + "\n"
    gap = "\n" if before and before[-1].strip() else ""
    return _checked(text, "".join([*before, gap, new, *after]), change)


def remove_table(text: str, name: str, position: int) -> str:
    """``text`` without the table at ``position`` of ``[[name]]``, and without the comments directly above it."""

    def change(data: dict[str, Any]) -> None:
        del data[name][position]
        if not data[name]:
            del data[name]

    lines, found = _split(text), _find(text, name, position)
    before, after = lines[: found.comments], lines[found.end :]
    while after and not after[0].strip() and (not before or not before[-1].strip()):
        after = after[1:]
    return _checked(text, "".join([*before, *after]), change)


def set_keys(text: str, name: str, values: Values) -> str:
    """``text`` with ``values`` set in the table ``[name]``, which is added if it is missing. Raises CannotEdit."""

    def change(data: dict[str, Any]) -> None:
        _update(data.setdefault(name, {}), values)

    text = _ended(text)
    if not any(found.name == name for found in _tables(_split(text))):
        text += f"\n[{name}]\n"
    return _checked(text, _with_values(text, _find(text, name, 0), values), change)


def _find(text: str, name: str, position: int) -> _Lines:
    found = [one for one in _tables(_split(text)) if one.name == name]
    if position >= len(found):
        raise CannotEdit(f"The file has its {name} in a form that only a person can change.")
    return found[position]


def _tables(lines: Sequence[str]) -> list[_Lines]:
    headers = [(n, found["name"]) for n, line in enumerate(lines) if (found := _HEADER.fullmatch(line.rstrip("\r\n")))]
    starts = [_first_comment(lines, n) for n, _ in headers]
    ends = [*starts[1:], len(lines)][: len(starts)]
    return [
        _Lines(name, comments, n, _last_own_line(lines, n, end))
        for (n, name), comments, end in zip(headers, starts, ends, strict=True)
    ]


def _first_comment(lines: Sequence[str], header: int) -> int:
    """Where the comments directly above a header begin; a heading among them belongs to what follows as a whole."""
    n = header
    while n and lines[n - 1].lstrip().startswith("#"):
        n -= 1
    headings = [k for k in range(n, header) if _RULER.search(lines[k])]
    return headings[-1] + 1 if headings else n


def _last_own_line(lines: Sequence[str], header: int, end: int) -> int:
    """The end of a table: after its last key, and the comments directly below that."""
    last = max(n for n in range(header, end) if n == header or _is_content(lines[n]))
    n = last + 1
    while n < end and lines[n].lstrip().startswith("#") and not _RULER.search(lines[n]):
        n += 1
    return n


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _with_values(text: str, found: _Lines, values: Values) -> str:
    lines = _split(text)
    try:
        document = tomlkit.parse("".join(lines[found.start : found.end]))
        content: Any = document[found.name]
        one = content[0] if isinstance(content, list) else content
        for key, value in values.items():
            if value is None:
                one.pop(key, None)
            elif key not in one or _unwrapped(one[key]) != _plain_value(value):
                one[key] = tomlkit.value(toml_value(value))
        changed = tomlkit.dumps(document)
    except TOMLKitError as error:
        raise CannotEdit(f"The file could not be changed: {error}") from error
    return "".join([*lines[: found.start], _ended(changed), *lines[found.end :]])


def _checked(before: str, after: str, change: Callable[[dict[str, Any]], None]) -> str:
    """``after``, if it means ``before`` with ``change``. Raises CannotEdit otherwise."""
    expected = tomllib.loads(before)
    try:
        change(expected)
        same = tomllib.loads(after) == expected
    except (tomllib.TOMLDecodeError, LookupError, TypeError, AttributeError):
        same = False
    if not same:
        raise CannotEdit("The file is written in a way that only a person can change.")
    return after


def _update(data: dict[str, Any], values: Values) -> None:
    for key, value in values.items():
        if value is None:
            data.pop(key, None)
        else:
            data[key] = _plain_value(value)


def _plain(values: Mapping[str, Value]) -> dict[str, Any]:
    return {key: _plain_value(value) for key, value in values.items()}


def _plain_value(value: Value) -> Any:
    return value if isinstance(value, str | bool | int | float) else list(value)


def _split(text: str) -> list[str]:
    """The lines with their ends. Unlike ``splitlines``, only a line feed ends one, as in TOML."""
    return re.findall(r"[^\n]*\n", _ended(text))


def _unwrapped(item: Any) -> Any:
    return item.unwrap() if isinstance(item, Item) else item


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else f"{text}\n"
