"""Where a PostgreSQL database is."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True)
class Location:
    """The URL of a database. Shown without the password."""

    conninfo: str = field(repr=False)
    """The URL as libpq takes it."""

    def __str__(self) -> str:
        parts = urlsplit(self.conninfo)
        user, _, host = parts.netloc.rpartition("@")
        name = user.partition(":")[0]
        shown = urlunsplit((parts.scheme, f"{name}@{host}" if name else host, parts.path, "", ""))
        return f"The database {shown}"
