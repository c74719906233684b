"""Why nothing can be read or stored: errors of PostgreSQL as StoreErrors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

import psycopg

from monitor.errors import StoreError
from monitor.model import FaultKind
from monitor.store.postgres.location import Location

_MESSAGES: Mapping[FaultKind, str] = MappingProxyType(
    {
        FaultKind.LOCKED: "took too long: another program holds a lock, or the server is busy. Try again.",
        FaultKind.DISK_FULL: "cannot be written: the disk of its server is full. Free some space there.",
        FaultKind.READ_ONLY: "cannot be written: it is a replica or read-only. Name the primary server in `database`.",
        FaultKind.CORRUPT: "is damaged, its server says. Restore a backup of PostgreSQL.",
    }
)
_KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        "25006": FaultKind.READ_ONLY,
        "53100": FaultKind.DISK_FULL,
        "55P03": FaultKind.LOCKED,
        "57014": FaultKind.LOCKED,
        "40P01": FaultKind.LOCKED,
        "25P03": FaultKind.LOCKED,
        "XX001": FaultKind.CORRUPT,
        "XX002": FaultKind.CORRUPT,
    }
)
"""SQLSTATE -> kind."""
_ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "28P01": "refuses the password, or got none. Check the secret that `database_password` names.",
        "28000": "refuses the user. Check the user in `database`, and pg_hba.conf on the server.",
        "3D000": "does not exist. Create it with `createdb`, owned by Wallflower's user.",
        "42501": "does not let this user do that. Let Wallflower's user own the database and its schema.",
        "53300": "has no free connection. Raise max_connections on the server.",
    }
)
"""SQLSTATE -> what to do."""
_REFUSED: Sequence[tuple[str, str]] = (
    ("no password supplied", "28P01"),
    ("password authentication failed", "28P01"),
    ("pg_hba.conf", "28000"),
    ("Peer authentication failed", "28000"),
    ('role "', "28000"),
    ('database "', "3D000"),
    ("too many clients", "53300"),
    ("connection slots", "53300"),
)
"""What a server says that refuses a connection, for which libpq gives no SQLSTATE. In another language it is only
quoted."""
_AWAY_CLASSES = ("08", "57P")


def server_error(location: Location, error: psycopg.Error) -> StoreError | None:
    """The StoreError for an error of the server or of the connection to it; None for one in our SQL."""
    state = error.sqlstate or _state_of_refusal(str(error))
    if state in _ADVICE:
        return StoreError(f"{location} {_ADVICE[state]}", FaultKind.IO_ERROR.value)
    if state in _KINDS:
        return StoreError(f"{location} {_MESSAGES[_KINDS[state]]}", _KINDS[state].value)
    if isinstance(error, psycopg.ProgrammingError) and not state:
        return StoreError(f"{location} has an address that libpq does not understand: {str(error).strip()}.")
    is_away = isinstance(error, psycopg.OperationalError) and not state
    if is_away or state.startswith(_AWAY_CLASSES):
        said = str(error).strip().splitlines()
        reason = f" ({said[-1].strip()})" if said else ""
        return StoreError(
            f"{location} cannot be reached{reason}. Check that PostgreSQL runs there; Wallflower then continues.",
            FaultKind.IO_ERROR.value,
        )
    return None


def _state_of_refusal(said: str) -> str:
    if "FATAL:" not in said and "no password supplied" not in said:
        return ""
    return next((state for text, state in _REFUSED if text in said), "")


@contextmanager
def store_errors(location: Location) -> Iterator[None]:
    """Raise the expected errors of the server within the block as StoreErrors."""
    try:
        yield
    except psycopg.Error as error:
        found = server_error(location, error)
        if found is None:
            raise
        raise found from error
