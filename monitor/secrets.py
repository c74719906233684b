"""Keys and tokens by name. The config holds the names; the values live in the environment, in files or with systemd.

A secret called ``YOUTUBE_KEY`` is looked for, in this order, in

    the environment variable YOUTUBE_KEY
    the file that the environment variable YOUTUBE_KEY_FILE names
    the file YOUTUBE_KEY (or youtube_key) in $CREDENTIALS_DIRECTORY, where systemd's LoadCredential= puts it

It is looked up at each use, so that a new one counts at the next pass, and kept nowhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, get_args
from urllib.parse import quote, quote_plus

from pydantic import AfterValidator, BaseModel

from monitor.errors import AuthError

LONGEST = 8_192
"""Characters; no key is longer."""
SHORTEST_HIDDEN = 6
"""Characters; to hide less than that would hide common words."""

_NAME = re.compile(r"[A-Z][A-Z0-9_]{1,63}")


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("the name of a secret in capitals, such as YOUTUBE_KEY, never the secret itself")
    return value


_NAMES = AfterValidator(_name)
SecretName = Annotated[str, _NAMES]
"""An option of a source that names a secret; a key that was pasted in its place is refused."""


def get(name: str, how: str = "", environ: Mapping[str, str] | None = None) -> str:
    """The secret called ``name``.

    ``how`` says in a sentence where to get one and what permission it needs. Raises AuthError with that sentence, for
    a secret that is nowhere, empty, unreadable or not on one line.
    """
    environ = os.environ if environ is None else environ
    for place, value in _found(name, environ):
        value = value.strip()
        if not value:
            continue
        if len(value) > LONGEST or not value.isprintable() or not value.isascii():
            raise AuthError(f"The key {name} in {place} is not a key: it must be one line of plain characters. {how}")
        return value
    raise AuthError(f"The key {name} is missing: set it in the environment or as a systemd credential. {how}".strip())


def is_missing(name: str, environ: Mapping[str, str] | None = None) -> bool:
    """Whether ``get`` would raise, for a note before a run that needs it."""
    try:
        get(name, environ=environ)
    except AuthError:
        return True
    return False


def secret_names(options: BaseModel) -> tuple[str, ...]:
    """The names of the secrets that a source's ``options`` ask for."""
    fields = type(options).model_fields.items()
    return tuple(
        str(value) for key, f in fields if _asks(f.annotation, f.metadata) and (value := getattr(options, key))
    )


def redact(text: str, *values: str) -> str:
    """``text`` with each of the secret ``values``, plain or as written in a URL, replaced by an ellipsis."""
    for value in values:
        if len(value) >= SHORTEST_HIDDEN:
            for form in (value, quote(value, safe=""), quote_plus(value)):
                text = text.replace(form, "…")
    return text


def _asks(annotation: object, metadata: Sequence[object] = ()) -> bool:
    """Whether a field of this type holds the name of a secret, or may."""
    within = [*metadata, *getattr(annotation, "__metadata__", ())]
    return any(one is _NAMES for one in within) or any(_asks(part) for part in get_args(annotation))


def _found(name: str, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """(place, value) of each place that has the secret, in their order."""
    found = [("the environment", environ[name])] if name in environ else []
    files = [Path(environ[f"{name}_FILE"])] if environ.get(f"{name}_FILE") else []
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        files += [Path(folder) / name, Path(folder) / name.lower()]
    return found + [(f"the file {file.name}", text) for file in files if (text := _read(file, name)) is not None]


def _read(file: Path, name: str) -> str | None:
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(LONGEST + 2)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise AuthError(f"The file of the key {name} cannot be read. Check its owner and its permissions.") from error
