"""Where a PostgreSQL database is, and how to sign in there."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from monitor import secrets
from monitor.errors import AuthError, StoreError

PASSWORD_SECRET = "password_secret"
"""A parameter of the URL, of ours: the name of the secret with the password."""


@dataclass(frozen=True)
class Location:
    """The URL of a database. Shown without the password."""

    conninfo: str = field(repr=False)
    """The URL as libpq takes it, besides PASSWORD_SECRET."""

    @property
    def address(self) -> str:
        """The URL for libpq."""
        base, _, query = self.conninfo.partition("?")
        rest = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != PASSWORD_SECRET]
        return f"{base}?{urlencode(rest, quote_via=quote)}" if rest else base

    def password(self) -> dict[str, str]:
        """The password as it is now, as an argument of psycopg; empty without one. Raises StoreError if it is unset."""
        name = dict(parse_qsl(self.conninfo.partition("?")[2])).get(PASSWORD_SECRET)
        if name is None:
            return {}
        try:
            return {"password": secrets.get(name, "It is the password of the database.")}
        except AuthError as error:
            raise StoreError(str(error)) from error

    def __str__(self) -> str:
        parts = urlsplit(self.conninfo)
        user, at, host = parts.netloc.rpartition("@")
        return f"The database {parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}"
