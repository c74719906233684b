"""What pydantic found, said as one line for each problem: where, what was found, what is allowed."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Where = Sequence[str | int]

_SECRET = re.compile(r"token|secret|password|key\b", re.IGNORECASE)
_LONGEST_SHOWN = 60
_ALLOWED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "string_too_short": "text that is not empty",
}
"""pydantic's type of error -> what is allowed."""


class Problem(NamedTuple):
    """One thing that is wrong; ``str()`` of it is its line."""

    where: str
    """The TOML path: ``sources[2].every``."""
    words: str
    allowed: str = ""
    """What may stand there instead, where that is a long list."""

    def __str__(self) -> str:
        allowed = f" Allowed: {self.allowed}." if self.allowed else ""
        return f"{self.where}: {self.words}{allowed}"


def problems_of(
    error: ValidationError, model: type[BaseModel], at: Where = (), known: Iterable[str] = ()
) -> list[Problem]:
    """One for each thing that ``model`` refused in the table at ``at``. ``known`` are keys that others take."""
    errors = error.errors(include_url=False)
    # a list is also too short for what is wrong in it
    inside = {found["loc"][:n] for found in errors for n in range(1, len(found["loc"]))}
    told = (found for found in errors if not (found["type"] == "too_short" and found["loc"] in inside))
    return [_problem(found, model, at, known) for found in told]


def listed(keys: Iterable[str]) -> str:
    """``keys`` in the order of the alphabet, for ``Problem.allowed``."""
    return ", ".join(sorted(keys))


def path(where: Where) -> str:
    """``("sources", 2, "every")`` as ``sources[2].every``."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in where]
    return "".join(parts).removeprefix(".")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` Did you mean "port"?`` with a leading space where something of ``known`` is near; else empty."""
    plain = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(word.casefold(), plain, n=1, cutoff=0.6)
    return f' Did you mean "{plain[near[0]]}"?' if near else ""


def shown(value: Any, key: str = "") -> str:
    """``value`` as a problem may quote it: short, and without what could be a secret."""
    if _SECRET.search(key):
        return "a value that is not shown here"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and "://" in value:
        return f'an address at "{_host(value)}"'
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "?"
    except ValueError:
        return "?"


def _problem(found: ErrorDetails, model: type[BaseModel], at: Where, known: Iterable[str]) -> Problem:
    where = path((*at, *found["loc"]))
    last = str(found["loc"][-1]) if found["loc"] else ""
    if found["type"] == "extra_forbidden":
        keys = {*keys_at(model, found["loc"][:-1]), *(known if len(found["loc"]) == 1 else ())}
        return Problem(where, f"this key is not known.{did_you_mean(last, sorted(keys))}", listed(keys))
    if found["type"] == "missing":
        return Problem(where, f"is missing.{_looks_like(model, last)}")
    if found["type"] == "value_error" and (whole := str(found["ctx"]["error"]))[:1].isupper():
        return Problem(where, f"found {shown(found['input'], last)}. {whole}")
    return Problem(where, f"found {shown(found['input'], last)}; allowed is {_allowed(found, model)}.")


def _looks_like(model: type[BaseModel], key: str) -> str:
    field = model.model_fields.get(key)
    return f' Write it like {key} = "{field.examples[0]}".' if field is not None and field.examples else ""


def _allowed(found: ErrorDetails, model: type[BaseModel]) -> str:
    if found["type"] == "value_error":
        return str(found["ctx"]["error"]).rstrip(".")
    if found["type"] == "too_short":
        return "at least one"
    if found["type"] == "too_long":
        return f"at most {found['ctx']['max_length']}"
    if found["type"] == "string_too_long":
        return f"text of at most {found['ctx']['max_length']} characters"
    field = model.model_fields.get(str(found["loc"][0])) if found["loc"] else None
    if found["type"] == "string_pattern_mismatch" and field is not None and field.examples:
        return f'text like "{field.examples[0]}"'
    message = found["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return _ALLOWED.get(found["type"], message[:1].lower() + message[1:])


def keys_at(model: type[BaseModel], where: Where) -> list[str]:
    """The keys of the table that lies at ``where`` below ``model``; none where that is not a model."""
    for part in where:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        inner = _model_in(field.annotation) if field is not None else None
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The first model that ``annotation`` mentions, such as T of ``list[T]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for m in map(_model_in, typing.get_args(annotation)) if m is not None), None)
