"""The kinds of source and their keys, for the forms of the set-up pages."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticUndefined

from display.formatting import join_with_and
from monitor import secrets, sources
from monitor.errors import AuthError
from monitor.secrets import SecretName

MAIN_KEYS = {"feed": ("url",), "reddit": ("subreddits",), "mastodon": (), "youtube": ()}
"""Kind -> keys that its form shows first, besides required keys and secrets."""
SERVER_KEYS = {"github": "api", "mastodon": "instances"}
"""Kind -> the key with the server that its secrets are sent to. Other kinds send them to one place only, or nowhere."""
KEY_WORDS = {"url": "an address", "app": "the number of an app", "budget": "a monthly budget", "secret": "a secret"}
"""Required key -> what it is, on the page where a kind is chosen."""
_FOR_TESTS = "only in tests"
"""In the description of a key that forms leave out."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source."""

    name: str
    title: str
    description: str
    needs: str
    """What it needs first: "an address", "the secret `YOUTUBE_KEY`"; empty if nothing."""
    missing: str = ""
    """Why it cannot be used here."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a kind."""

    name: str
    type: str
    """ "text", "number", "flag" or "list"."""
    description: str
    default: object
    required: bool
    is_secret: bool
    is_main: bool
    example: str = ""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that a source needs."""

    name: str
    is_set: bool
    instructions: str


def all_kinds() -> list[Kind]:
    """Every kind except made-up posts, those that need nothing first."""
    found = [kind for name in sources.kinds() if (kind := _kind(name)) is not None]
    return sorted(found, key=lambda kind: (bool(kind.missing), bool(kind.needs), kind.name))


def keys_of(kind: str) -> list[Key]:
    """The keys of a kind, those that are shown first at the beginning. Raises ImportError if there is no such kind."""
    fields = sources.load_or_placeholder(kind).Options.model_fields
    keys = [_key(kind, name, field) for name, field in fields.items() if _is_shown(name, field)]
    return sorted(keys, key=lambda key: not key.is_main)


def needed_secrets(kind: str, table: Mapping[str, Any]) -> list[Secret]:
    """The secrets that a source with these keys needs, whether each is set, and where to get it."""
    model = sources.load_or_placeholder(kind).Options
    try:
        options = model.model_validate({"name": "x", **{k: v for k, v in table.items() if k in model.model_fields}})
    except ValueError:
        return []
    found = []
    for name, instructions in options.required_secrets().items():
        try:
            secrets.get(name)
            found.append(Secret(name, True, instructions))
        except AuthError:
            found.append(Secret(name, False, instructions))
    return found


def sends_secret_elsewhere(kind: str, table: Mapping[str, Any], in_file: Mapping[str, Any]) -> bool:
    """Whether ``table`` would send a secret to another server than the usual one and the one in the file.

    Secrets are the operator's: whoever may only use the pages must not be able to have them sent to a server of theirs.
    """
    key = SERVER_KEYS.get(kind, "")
    if not key:
        return False
    names = [one.name for one in keys_of(kind) if one.is_secret]
    usual, typed, known = (_of_server(kind, key, source) for source in ({}, table, in_file))
    sent = {table[name] for name in names if table.get(name)}
    return bool(sent) and typed != usual and (typed != known or not sent <= {in_file.get(name) for name in names})


def _of_server(kind: str, key: str, table: Mapping[str, Any]) -> tuple[str, ...]:
    value = table.get(key, sources.load_or_placeholder(kind).Options.model_fields[key].default)
    return (value,) if isinstance(value, str) else tuple(value)


def _kind(name: str) -> Kind | None:
    missing = sources.missing_package_message(name)
    if missing:
        return Kind(name, name.capitalize(), "", "", missing)
    module = sources.load(name)
    if module.Options.sample:
        return None
    title, _, description = (module.__doc__ or "").strip().partition("\n")[0].replace("``", "`").partition(": ")
    required = [key for key, field in module.Options.model_fields.items() if field.is_required() and key != "name"]
    defaults = [field.default for field in module.Options.model_fields.values() if _is_secret(field)]
    named = [f"`{default}`" for default in defaults if isinstance(default, str)]
    needs = [KEY_WORDS.get(key, key) for key in required]
    if named:
        needs.append(f"the {'secret' if len(named) == 1 else 'secrets'} {join_with_and(named)}")
    description = description[:1].upper() + description[1:]
    return Kind(name, title, description, " and ".join(needs))


def _is_shown(name: str, field: Any) -> bool:
    return name != "name" and _FOR_TESTS not in (field.description or "")


def _key(kind: str, name: str, field: Any) -> Key:
    default = None if field.default is PydanticUndefined else field.default
    is_main = field.is_required() or name in MAIN_KEYS.get(kind, ())
    example = str(field.examples[0]) if field.examples else ""
    description = " ".join((field.description or "").replace("``", "`").split())
    value_type, required, is_secret = _value_type(field.annotation), field.is_required(), _is_secret(field)
    return Key(name, value_type, description, default, required, is_secret, is_main, example)


def _is_secret(field: Any) -> bool:
    wanted = typing.get_args(SecretName)[1]
    return wanted in [*field.metadata] or _mentions(field.annotation, wanted)


def _mentions(annotation: object, wanted: object) -> bool:
    metadata = getattr(annotation, "__metadata__", ())
    return wanted in metadata or any(_mentions(part, wanted) for part in typing.get_args(annotation))


def _value_type(annotation: Any) -> str:
    if annotation is bool:
        return "flag"
    if annotation in (int, float):
        return "number"
    origin = typing.get_origin(annotation)
    if origin in (tuple, list):
        return "list"
    if origin in (typing.Union, types.UnionType, typing.Annotated):
        return next((found for part in typing.get_args(annotation) if (found := _value_type(part)) != "text"), "text")
    return "text"
