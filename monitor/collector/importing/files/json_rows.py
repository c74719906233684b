"""Reads JSON Lines, a JSON array, or an object that contains one, as rows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from pathlib import PurePath
from typing import Any, TextIO

from monitor.collector.importing.files.containers import Content, readable
from monitor.collector.importing.files.encoding import UNDECODABLE, Encoding
from monitor.collector.importing.files.json_stream import Element, JsonText, error_reason, wrapped_array
from monitor.collector.importing.files.lines import MAX_LINE_CHARS, Lines, LineTooLong
from monitor.collector.importing.rows import FileFormat, ImportFailed, Row, Rows

JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
PEEKED_ROWS = 100
"""Rows in which to look for the names of columns."""
MAX_PAGE_KEYS = 4
START_CHARS = MAX_LINE_CHARS

_ARRAY = re.compile(r"\s*\[\s*(?:[\]{\[\"\d-]|true|false|null)")
_OBJECT = re.compile(r"\s*\{\s*[}\"]")
_ASSIGNMENT = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w.$\[\]\"']+\s*=\s*(?=[\[{])")
"""What the archive of X puts before its JSON: ``window.YTD.tweets.part0 = ``."""


def is_json(name: str, start: str) -> bool:
    """Whether a file with this name and start is JSON, and not text with separators."""
    return bool(
        PurePath(name).suffix.lower() in JSON_SUFFIXES
        or _ARRAY.match(start)
        or _OBJECT.match(start)
        or _ASSIGNMENT.match(start)
    )


def json_rows(content: Content, open_text: Callable[[], TextIO], encoding: Encoding) -> Rows:
    """The rows of the text. Raises ImportFailed if it contains no object."""
    name, elements = _elements(open_text)
    rows = _rows(content, elements, encoding)
    peeked = list(islice(rows, PEEKED_ROWS))
    columns = list(dict.fromkeys(name for row in peeked if not row.problem for name in column_names(row.values)))
    if not columns:
        reason = f", line {peeked[0].line:,}: {peeked[0].problem}" if peeked else " contains no JSON objects"
        raise ImportFailed(f"{content.file}{reason}.")
    return Rows(
        chain(peeked, rows), columns, FileFormat(name, encoding.name), content.fraction, lambda: list(content.notes)
    )


def _elements(open_text: Callable[[], TextIO]) -> tuple[str, Iterator[Element]]:
    """The name of the format, and the values."""
    start = open_text().read(START_CHARS)
    assignment = _ASSIGNMENT.match(start)
    if not (assignment or start.lstrip()[:1] == "[" or (start.lstrip()[:1] == "{" and _is_one_object(start))):
        return "JSON Lines", _lines(Lines(open_text(), 1, MAX_LINE_CHARS))
    text = JsonText(open_text(), skip=assignment.end() if assignment else 0)
    array = text.find_array()
    name = f"JSON array {array!r}" if array else "JSON array"
    return f"{name} in JavaScript" if assignment else name, text.elements(is_wrapped=bool(array))


def _is_one_object(start: str) -> bool:
    """Whether ``start`` begins an object that spans lines, or is the only one and contains an array of objects."""
    first, _, rest = start.lstrip().partition("\n")
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return not rest.lstrip().startswith(("{", "["))
    return not rest.strip() and wrapped_array(value) is not None


def column_names(values: Mapping[str, Any], parent: str = "") -> Iterator[str]:
    """The keys of a JSON object, and those of an object inside it with a dot: ``user.name``."""
    for name, value in values.items():
        if isinstance(value, dict) and not parent:
            yield from column_names(value, f"{name}.")
        else:
            yield parent + name


def _lines(lines: Lines) -> Iterator[Element]:
    while True:
        lines.start_row()
        try:
            line = next(lines)
        except StopIteration:
            return
        except LineTooLong:
            yield Element(lines.number, None, f"the line is longer than {MAX_LINE_CHARS:,} characters")
            continue
        if line.strip():
            yield _element(lines.number, line)


def _element(number: int, line: str) -> Element:
    try:
        return Element(number, json.loads(line))
    except (ValueError, RecursionError) as error:
        return Element(number, line.strip()[:MAX_LINE_CHARS], f"is not JSON: {error_reason(error)}")


def _rows(content: Content, elements: Iterator[Element], encoding: Encoding) -> Iterator[Row]:
    with readable(content.file):
        for element in elements:
            if isinstance(element.value, dict) and not element.problem:
                yield from _row(element.line, element.value, encoding)
            else:
                shown = {} if element.value is None else {"": element.value}
                yield Row(element.line, shown, element.problem or "is not a JSON object")


def _row(line: int, values: dict[str, Any], encoding: Encoding) -> Iterator[Row]:
    if len(values) == 1 and isinstance(inner := next(iter(values.values())), dict):
        values = inner  # {"tweet": {...}}, as in the archive of X
    if (
        len(values) <= MAX_PAGE_KEYS
        and isinstance(values.get("data"), list)
        and ("meta" in values or "includes" in values)
    ):
        yield from _page(line, values)
        return
    yield Row(line, values, _undecodable(values, encoding) if encoding.may_be_broken else "")


def _page(line: int, page: Mapping[str, Any]) -> Iterator[Row]:
    """The posts of a page of X's API, with the users and the posts that it refers to, as twarc2 flattens it."""
    includes = page.get("includes")
    by_id = {
        kind: {one.get("id"): one for one in found if isinstance(one, dict)}
        for kind, found in (includes.items() if isinstance(includes, dict) else ())
        if isinstance(found, list)
    }
    for post in page["data"]:
        if not isinstance(post, dict):
            yield Row(line, {"": post}, "is not a JSON object")
            continue
        references = post.get("referenced_tweets")
        if isinstance(references, list):
            tweets = by_id.get("tweets", {})
            wholes = [{**tweets.get(one.get("id"), {}), **one} for one in references if isinstance(one, dict)]
            post = {**post, "referenced_tweets": wholes}
        users = by_id.get("users", {})
        named = {
            "author": users.get(post.get("author_id")),
            "in_reply_to_user": users.get(post.get("in_reply_to_user_id")),
        }
        yield Row(line, {**post, **{name: user for name, user in named.items() if user}})


def _undecodable(values: Mapping[str, Any], encoding: Encoding) -> str:
    for name, value in values.items():
        if UNDECODABLE in (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)):
            return (
                f'"{name}" contains bytes that are not {encoding.name}; name the encoding of the file with --encoding'
            )
    return ""
