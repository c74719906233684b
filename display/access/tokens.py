"""Random tokens of sessions, of the API and of walls. Only their SHA-256 is stored."""

from __future__ import annotations

import hashlib
import re
import secrets

API_TOKEN_PREFIX = "wfl_"
"""By which people and secret scanners recognise an API token."""
ENTROPY_BYTES = 32
HINT_CHARS = 4
_SHAPE = re.compile(rf"(?:{API_TOKEN_PREFIX})?[A-Za-z0-9_-]{{43}}")


def new_token() -> str:
    """A random token of 256 bits."""
    return secrets.token_urlsafe(ENTROPY_BYTES)


def new_api_token() -> str:
    """A random API token."""
    return API_TOKEN_PREFIX + new_token()


def token_hash(token: str) -> bytes | None:
    """The SHA-256 of a token as it is stored; None if ``token``, which is untrusted, cannot be one."""
    return hashlib.sha256(token.encode()).digest() if _SHAPE.fullmatch(token) else None
