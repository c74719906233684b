"""Reads the objects of a JSON array one at a time. After an object that is not valid it goes on with the next one."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

CHUNK_CHARS = 1 << 16
MAX_OBJECT_CHARS = 1_000_000
"""A longer object is rejected."""

MAX_DEPTH = 200_000
"""Text that is nested more deeply is not searched for the next object."""
_NOT_POSTS = frozenset({"users", "includes", "errors", "media", "authors", "accounts", "places", "columns", "fields"})
_OF_A_POST = frozenset({"id", "text", "full_text", "body", "content", "message", "title"})
_SPACE = re.compile(r"[\s,\ufeff]*")
_ARRAY_START = re.compile(r"\[\s*(\{)?")
_STRUCTURE = re.compile(r'["{}\[\]]')
_STRING_END = re.compile(r'["\\\n]')
_FIRST_KEY = re.compile(r'\{\s*("(?:[^"\\]|\\.)*")\s*:')
_decode = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Element:
    """A value of the array, and the number of the line at which it starts. With a ``problem``, its text."""

    line: int
    value: Any
    problem: str = ""


class TooLong(Exception):
    """A value is longer than MAX_OBJECT_CHARS, or reaches the end of the file."""


def error_reason(error: Exception) -> str:
    """Why JSON is not valid, in a few words."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno:,}"
    return "a number has too many digits" if "digits" in str(error) else str(error)


def wrapped_array(value: Any) -> str | None:
    """The name of the array of objects that an object contains instead of being a post itself."""
    if not isinstance(value, dict) or _OF_A_POST & value.keys():
        return None
    arrays = [name for name, v in value.items() if isinstance(v, list) and v and isinstance(v[0], dict)]
    return next((name for name in arrays if name not in _NOT_POSTS), None)


class JsonText:
    """JSON text of any length, of which only a part is in memory."""

    def __init__(self, text: TextIO, skip: int = 0) -> None:
        self._text = text
        self.buffer, self.at = "", 0
        self._line = 1
        """The number of the line at which the buffer starts."""
        self._dropped = 0
        """Characters of that line before the buffer."""
        self.is_complete = False
        """Whether the buffer reaches to the end of the text."""
        self.fill()
        self.at = skip

    def fill(self) -> bool:
        """Read more text; return whether there was any."""
        more = self._text.read(CHUNK_CHARS)
        self.buffer += more
        self.is_complete = not more
        return bool(more)

    def forget(self) -> None:
        """Forget what is before the current line, or before the position if the line is long."""
        if self.at < CHUNK_CHARS // 2:
            return
        start = self.buffer.rfind("\n", 0, self.at)
        start = start if self.at - start < 200 and start >= 0 else self.at
        self._line, column = self.place(start)
        self._dropped = column - 1
        self.buffer, self.at = self.buffer[start:], self.at - start

    def give_up(self) -> None:
        """Read nothing more."""
        self.buffer, self.at, self._text = "", 0, io.StringIO()

    def place(self, at: int) -> tuple[int, int]:
        """The line and column of an index of the buffer, from 1."""
        newline = self.buffer.rfind("\n", 0, at)
        return self._line + self.buffer.count("\n", 0, at), at - newline + (self._dropped if newline < 0 else 0)

    def next_character(self, more: str = "") -> str:
        """The next character that is not a space, a comma or in ``more``; "" at the end."""
        while True:
            self.at = _match_end(_SPACE, self.buffer, self.at)
            if self.at < len(self.buffer):
                if self.buffer[self.at] not in (more or "\0"):
                    return self.buffer[self.at]
                self.at += 1
            elif not self.fill():
                return ""

    def decode(self) -> Any:
        """The next value. Raises ValueError or RecursionError if it is not valid, and TooLong."""
        while True:
            try:
                value, end = _decode(self.buffer, self.at)
                if end < len(self.buffer) or self.is_complete:
                    self.at = end
                    return value
            except (ValueError, RecursionError):
                if self.is_complete or Skipper(self).ends_in_buffer():
                    raise
            if len(self.buffer) - self.at > MAX_OBJECT_CHARS:
                raise TooLong
            self.fill()

    def find_array(self) -> str:
        """Go to the first object of the array; return the name of the array if it is inside an object.

        An object without an array of objects is itself the first one.
        """
        if self.next_character() == "[":
            self.at += 1
            return ""
        start = self.at
        name = self._find_member()
        if name is None:
            self.at = start
        return name or ""

    def _find_member(self) -> str | None:
        self.at += 1
        while self.next_character() == '"':
            try:
                name = self.decode()
                self.next_character(more=":")
                if name in _OF_A_POST:
                    return None
                if name not in _NOT_POSTS and self._is_at_objects():
                    return str(name)
                self.decode()
            except (ValueError, RecursionError, TooLong):
                return None
        return None

    def _is_at_objects(self) -> bool:
        """Whether an array of objects comes next; then go to its first object."""
        found = _ARRAY_START.match(self.buffer, self.at)
        while found is not None and found.end() == len(self.buffer) and self.fill():
            found = _ARRAY_START.match(self.buffer, self.at)
        if found is None or found[1] is None:
            return False
        self.at = found.end() - 1
        return True

    def elements(self, *, is_wrapped: bool = False) -> Iterator[Element]:
        """The values up to the end of the array, or of several values that are not in an array.

        What follows the array is reported, unless the array is a member of an object.
        """
        while start := self.next_character():
            self.forget()
            if start == "]":
                self.at += 1
                if not is_wrapped and self.next_character(more=";"):
                    line, column = self.place(self.at)
                    yield Element(line, None, f"there is text after the end of the array, at column {column:,}")
                return
            yield self._element()

    def _element(self) -> Element:
        line, column = self.place(self.at)
        try:
            return Element(line, self.decode())
        except TooLong:
            reason = f"the object at column {column:,} is longer than {MAX_OBJECT_CHARS:,} characters"
        except json.JSONDecodeError as error:
            reason = "is not JSON: {} at line {:,}, column {:,}".format(error.msg, *self.place(error.pos))
        except (ValueError, RecursionError) as error:
            reason = f"is not JSON: {error_reason(error)}"
        Skipper(self).skip()
        if not self.next_character():
            return Element(line, None, f"{reason}; nothing after it was read")
        return Element(line, None, "{}; skipped to line {:,}, column {:,}".format(reason, *self.place(self.at)))


class Skipper:
    """Finds where the next object begins after one that is not valid or too long."""

    def __init__(self, json_text: JsonText) -> None:
        self._json = json_text
        self._depth = 0
        self._is_in_string = False
        self._is_in_brackets = json_text.buffer[json_text.at] in "{["
        self._next_object = self._pattern()

    def _pattern(self) -> re.Pattern[str]:
        """What the next object of the array begins with: the same indentation or, within a line, the same key."""
        buffer, at = self._json.buffer, self._json.at
        before = buffer[buffer.rfind("\n", 0, at) + 1 : at]
        if not before.strip("[, \t"):
            indentation = before[: len(before) - len(before.lstrip(" \t"))]
            return re.compile(rf"\n{re.escape(indentation)}(?:, ?)?(?=\{{)")
        key = _FIRST_KEY.match(buffer, at)
        return re.compile(rf",\s*(?=\{{\s*{re.escape(key[1])}\s*:)" if key else r",\s*(?=\{)")

    def ends_in_buffer(self) -> bool:
        """Whether the object ends in the buffer, going by its brackets or by the beginning of another one."""
        buffer, at = self._json.buffer, self._json.at
        return self._next_object.search(buffer, at + 1) is not None or self._balanced_end(buffer, at) is not None

    def skip(self) -> None:
        """Go to the next object, or to the end of the text."""
        text, at = self._json, self._json.at
        if text.buffer[at] == "}":  # it closes nothing, so no object ends with it
            text.next_character(more="}")
            return
        while True:
            end = self._balanced_end(text.buffer, at)
            found = self._next_object.search(text.buffer, text.at + 1, end or len(text.buffer))
            if found is not None or end is not None:
                text.at = found.end() if found is not None else end or 0
                return
            at = len(text.buffer)
            if self._depth > MAX_DEPTH or not text.fill():
                text.give_up()
                return
            # Keep a little, because the beginning of the next object may be cut in two.
            text.at = max(text.at, at - 200)
            before = text.at
            text.forget()
            at -= before - text.at

    def _balanced_end(self, buffer: str, at: int) -> int | None:
        """The index after the bracket that closes the object, if it is in ``buffer``. A string ends with its line."""
        while True:
            found = (_STRING_END if self._is_in_string else _STRUCTURE).search(buffer, at)
            if found is None:
                return None
            at = found.end()
            character = found[0]
            if self._is_in_string:
                self._is_in_string = character == "\\"
                at += character == "\\"
            elif character == '"':
                self._is_in_string = True
            elif self._is_in_brackets:
                self._depth += 1 if character in "{[" else -1
                if self._depth <= 0:
                    return at
            else:
                return at - 1


def _match_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found is not None else at
