"""Converts pydantic's errors to Problems."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.config.problems import KeyPath, Problem, closest, did_you_mean, quoted
from monitor.errors import HiddenValue, WallflowerError

_UNKNOWN_KEY_TYPES = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
"""pydantic's error types for an unknown key of a model, and of a dataclass."""
_EXPECTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "dataclass_type": "a table",
    "string_too_short": "text that is not empty",
    "too_short": "at least one",
}
"""pydantic's error type -> what is expected."""


def problems_of(
    error: ValidationError, table: type, at: KeyPath = (), common_keys: Iterable[str] = ()
) -> list[Problem]:
    """The problems that validating the table at ``at`` as ``table`` found. ``common_keys``: other known keys."""
    errors = error.errors(include_url=False)
    # pydantic reports a list as too short as well if one of its entries is not valid.
    parents = {found["loc"][:n] for found in errors for n in range(1, len(found["loc"]))}
    return [
        _problem(found, table, at, common_keys)
        for found in errors
        if not (found["type"] == "too_short" and found["loc"] in parents)
    ]


def keys_at(table: type, path: Sequence[str | int]) -> list[str]:
    """The keys of the table at ``path`` below ``table``, such as ("walls", 0); none if that is not a table."""
    for part in path:
        if isinstance(part, str):
            found = _table_in(_types_of(table).get(part))
            if found is None:
                return []
            table = found
    return list(_types_of(table))


def _types_of(table: type) -> Mapping[str, Any]:
    """Key -> type of its value."""
    if issubclass(table, BaseModel):
        return {key: field.annotation for key, field in table.model_fields.items()}
    return typing.get_type_hints(table)


def _table_in(annotation: Any) -> type | None:
    """The first table that ``annotation`` mentions, such as T in ``list[T]``."""
    if isinstance(annotation, type) and (issubclass(annotation, BaseModel) or dataclasses.is_dataclass(annotation)):
        return annotation
    return next((t for t in map(_table_in, typing.get_args(annotation)) if t is not None), None)


def _problem(found: ErrorDetails, table: type, at: KeyPath, common_keys: Iterable[str]) -> Problem:
    path: KeyPath = (*at, *found["loc"])
    key = str(found["loc"][-1]) if found["loc"] else ""
    if found["type"] in _UNKNOWN_KEY_TYPES:
        keys = sorted({*keys_at(table, found["loc"][:-1]), *(common_keys if len(found["loc"]) == 1 else ())})
        return Problem(
            path, f"unknown key.{did_you_mean(closest(key, keys))}", allowed=tuple(keys), is_unknown_key=True
        )
    if found["type"] == "missing":
        example = _example(table, key)
        return Problem(path, "this key is required." + (f' Example: {key} = "{example}".' if example else ""))
    if found["type"] == "value_error":
        return _problem_of_value(path, key, found["ctx"]["error"], found["input"])
    return Problem(path, expected=_expected(found, table), found=quoted(found["input"], key))


def _problem_of_value(path: KeyPath, key: str, error: ValueError, value: Any) -> Problem:
    """The problem that one of our validators raised: a phrase that says what is expected, or a WallflowerError."""
    shown = "" if isinstance(value, Mapping) or isinstance(error, HiddenValue) else quoted(value, key)
    if isinstance(error.__cause__, WallflowerError):
        return Problem(path, str(error), found=shown)
    return Problem(path, expected=str(error).rstrip("."), found=shown)


def _expected(found: ErrorDetails, table: type) -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind == "too_long":
        return f"at most {context['max_length']}"
    if kind == "less_than_equal":
        return f"at most {context['le']}"
    if kind == "greater_than_equal":
        return f"at least {context['ge']}"
    if kind == "string_too_long":
        return f"text of at most {context['max_length']} characters"
    example = _example(table, str(found["loc"][0])) if found["loc"] else None
    if kind == "string_pattern_mismatch" and example:
        return f'text like "{example}"'
    message = found["msg"].removeprefix("Input should be ")
    return _EXPECTED.get(kind, message[:1].lower() + message[1:])


def _example(table: type, key: str) -> Any:
    """The example that a model gives for ``key``, if any."""
    field = table.model_fields.get(key) if issubclass(table, BaseModel) else None
    return field.examples[0] if field is not None and field.examples else None
