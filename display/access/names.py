"""Which names people may have."""

from __future__ import annotations

import unicodedata

from monitor.errors import PeopleError

MAX_NAME_CHARS = 64
RESERVED = frozenset({"local", "command line", "wallflower"})
"""Actors of the audit log that are no account."""


def valid_name(text: str, what: str = "name") -> str:
    """``text`` without the spaces around it. Raises PeopleError if it cannot be a name."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise PeopleError(f"The {what} is empty.")
    if len(name) > MAX_NAME_CHARS:
        raise PeopleError(f"The {what} is too long: at most {MAX_NAME_CHARS} characters.")
    if not all(map(str.isprintable, name)):
        raise PeopleError(f"The {what} contains characters that cannot be shown.")
    if name.casefold() in RESERVED:
        raise PeopleError(f'"{name}" is reserved. Choose another {what}.')
    return name
