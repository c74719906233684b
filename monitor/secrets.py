"""Keys and tokens by name. The config contains the names; the values are in the environment, in files or in systemd.

A secret named ``YOUTUBE_KEY`` is read from the first of these that has it:

    the environment variable YOUTUBE_KEY
    the file named in the environment variable YOUTUBE_KEY_FILE
    the file YOUTUBE_KEY (or youtube_key) in $CREDENTIALS_DIRECTORY, where systemd's LoadCredential= puts it
    the file wallflower_YOUTUBE_KEY there: LoadCredential=wallflower:FOLDER names each file of a folder like this

It is read at each use and never cached, so that a new value is used from the next pass on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, get_args
from urllib.parse import quote, quote_plus

from pydantic import AfterValidator, BaseModel

from monitor.errors import AuthError, HiddenValue

MAX_SECRET_CHARS = 8_192
CREDENTIAL_PREFIX = "wallflower_"
MIN_REDACTED_CHARS = 6
"""Shorter secrets are not redacted, because they may be common words."""

_NAME = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
_LOOKS_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL")
"""In the name of an environment variable."""


def _check_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise HiddenValue("the name of a secret in capitals, such as YOUTUBE_KEY, never the secret itself")
    return value


_IS_SECRET_NAME = AfterValidator(_check_name)
SecretName = Annotated[str, _IS_SECRET_NAME]
"""An option of a source that names a secret. A key pasted in place of its name is rejected."""


def get(name: str, key_help: str = "", environ: Mapping[str, str] | None = None) -> str:
    """The value of the secret called ``name``.

    ``key_help`` is a sentence that says where to get the key and which permission it needs. Raises AuthError with that
    sentence if the secret is missing, empty, unreadable or not a single line.
    """
    environ = os.environ if environ is None else environ
    for place, value in _candidates(name, environ):
        value = value.strip()
        if not value:
            continue
        if len(value) > MAX_SECRET_CHARS or not value.isprintable() or not value.isascii():
            raise AuthError(
                f"The key {name} in {place} is not a key: it must be one line of printable ASCII characters. {key_help}"
            )
        return value
    raise AuthError(
        f"The key {name} is missing: set it in the environment or as a systemd credential. {key_help}".strip()
    )


def secret_names(options: BaseModel) -> tuple[str, ...]:
    """The names of the secrets in a source's ``options``."""
    fields = type(options).model_fields.items()
    return tuple(
        str(value)
        for key, f in fields
        if _is_secret_name(f.annotation, f.metadata) and (value := getattr(options, key))
    )


def visible_values(names: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> set[str]:
    """The values that must not be shown: those of the secrets called ``names``, of every variable of the environment
    whose name looks like that of a secret, and of every systemd credential. What cannot be read is left out."""
    environ = os.environ if environ is None else environ
    texts = list[str]()
    for name in {*names, *_visible_names(environ)}:
        texts.append(environ.get(name, ""))
        with suppress(AuthError):
            texts += [text for _, text in _candidates(name, environ)]
    values = {part.strip() for text in texts for line in (text, *text.splitlines()) for part in _parts(line)}
    return {value for value in values if len(value) >= MIN_REDACTED_CHARS}


def redact(text: str, *values: str) -> str:
    """``text`` with each secret in ``values``, plain, URL-encoded or as in a repr, replaced by an ellipsis."""
    for value in values:
        if len(value) >= MIN_REDACTED_CHARS:
            for form in (value, quote(value, safe=""), quote_plus(value), repr(value)[1:-1]):
                text = text.replace(form, "…")
    return text


def _is_secret_name(annotation: object, metadata: Sequence[object] = ()) -> bool:
    """Whether a field of this type can contain the name of a secret."""
    within = [*metadata, *getattr(annotation, "__metadata__", ())]
    return _IS_SECRET_NAME in within or any(_is_secret_name(part) for part in get_args(annotation))


def _parts(value: str) -> Iterator[str]:
    """``value``, and what remains secret of an address or of ``user:password`` when only a part of it is shown."""
    yield value
    _, scheme, address = value.partition("://")
    if scheme:
        path = address.partition("/")[2]
        yield from (path, path.partition("?")[2])
    else:
        yield value.partition(":")[2]


def _visible_names(environ: Mapping[str, str]) -> set[str]:
    """The names of what looks like a secret in the environment, and of systemd's credentials."""
    names = {name.removesuffix("_FILE") for name in environ if _LOOKS_SECRET.search(name)} - {"CREDENTIALS_DIRECTORY"}
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        with suppress(OSError):
            names |= {file.name for file in Path(folder).iterdir()}
    return names


def _candidates(name: str, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """(place, value) of each place that has the secret, in order."""
    found = [("the environment", environ[name])] if name in environ else []
    files = [Path(environ[f"{name}_FILE"])] if environ.get(f"{name}_FILE") else []
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        files += [Path(folder) / file for file in (name, name.lower(), f"{CREDENTIAL_PREFIX}{name}")]
    return found + [(f"the file {file.name}", text) for file in files if (text := _read(file, name)) is not None]


def _read(file: Path, name: str) -> str | None:
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(MAX_SECRET_CHARS + 2)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise AuthError(f"The file with the key {name} cannot be read. Check its owner and permissions.") from error
