"""The tables of a PostgreSQL database, and what is checked before it is used.

Both engines have one version number: that of the newest migration of SQLite. A PostgreSQL database begins with the
tables of today (``tables.sql``); each later migration adds a step for this engine to ``STEPS``.
"""

from __future__ import annotations

import re
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import psycopg

from monitor.errors import DatabaseMissing, SchemaError, StoreError
from monitor.store.postgres.connections import Connection
from monitor.store.postgres.functions import FUNCTIONS
from monitor.store.postgres.location import Location
from monitor.store.sql.starting_views import insert_starting_views

VERSION = 38
"""Of the newest migration. ``tables.sql`` has the tables of FIRST_VERSION."""
FIRST_VERSION = 38
STEPS: Mapping[int, Callable[[Connection], None]] = MappingProxyType({})
"""Version -> what makes it of the version before."""
MIN_SERVER = 150_000
"""PostgreSQL 15: security fixes for 14 end in 2026, and ``text_words`` needs string_to_table of 14."""
SCHEMA_LOCK = 0x57466C01
"""Advisory lock of one program that creates or migrates the tables."""
_IS_LOCKED = " AND ".join(
    [
        "relkind IN ('r', 'p')",
        "NOT ({})".format(
            " AND ".join(f"has_table_privilege(oid, '{right}')" for right in ("SELECT", "INSERT", "UPDATE", "DELETE"))
        ),
    ]
)
_ID_TABLES = ("post", "mention", "change")
"""Tables whose ids tell what is new."""
_LAST_ID_TRIGGERS = (
    """
    CREATE FUNCTION keep_last_id() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO last_id (name, id) SELECT TG_TABLE_NAME, max(id) FROM added HAVING max(id) IS NOT NULL
            ON CONFLICT (name) DO UPDATE SET id = greatest(last_id.id, excluded.id);
        IF TG_TABLE_NAME = 'change' THEN
            PERFORM pg_notify('wallflower_change', '');
        END IF;
        RETURN NULL;
    END $$""",
    *(
        f"""CREATE TRIGGER {table}_last_id AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION keep_last_id()"""
        for table in _ID_TABLES
    ),
)


def prepare(raw: psycopg.Connection[Any], location: Location, *, create: bool, installation: str) -> str:
    """Check the database, create or migrate its tables; return the id of the installation that it belongs to.

    ``installation``: the id that this installation knows, empty at its first start. Raises StoreError, SchemaError for
    a newer version, and DatabaseMissing for an empty database unless ``create``. Then nothing was changed.
    """
    check_server(raw, location)
    with raw.transaction():
        raw.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
        if not has_table(raw, "wallflower"):
            if not create:
                raise DatabaseMissing(problem=f"{location} has no tables of Wallflower.")
            _check_empty(raw, location)
            return _create(raw, installation)
        version, owner = stored_version(raw, location)
        if version > VERSION:
            raise SchemaError(newer_message(version))
        _check_installation(location, installation, owner)
        check_privileges(raw, location)
        _migrate(Connection(raw), version)
        return owner


def stored_version(raw: psycopg.Connection[Any], location: Location) -> tuple[int, str]:
    """The version of the tables, and the id of the installation. Raises StoreError if they are not ours."""
    try:
        found = raw.execute("SELECT version, installation FROM wallflower").fetchone()
    except psycopg.errors.UndefinedColumn:
        found = None
    if found is None:
        raise StoreError(
            f"{location} is a database of another program (its table wallflower is not ours). "
            "Create a database for Wallflower with `createdb`, and name it in `database`."
        )
    return int(found[0]), str(found[1])


def newer_message(version: int) -> str:
    """Why a database of a newer ``version`` is not used."""
    return (
        f"The database was written by a newer Wallflower (its version is {version}). "
        "Install that version or a newer one. Nothing was changed."
    )


def check_server(raw: psycopg.Connection[Any], location: Location) -> None:
    """Raise StoreError if the server is too old or cannot be written."""
    if raw.info.server_version < MIN_SERVER:
        found = raw.info.server_version // 10_000
        raise StoreError(f"{location} is on PostgreSQL {found}. Wallflower needs PostgreSQL 15 or newer.")
    encoding = raw.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreError(f"{location} has the encoding {encoding}. Create it with `createdb --encoding=UTF8`.")
    select = "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'"
    is_replica, is_read_only = raw.execute(select).fetchone() or (0, 0)
    if is_replica:
        raise StoreError(f"{location} is a replica, which cannot be written. Name the primary server in `database`.")
    if is_read_only:
        raise StoreError(
            f"{location} is read-only for this user. Remove default_transaction_read_only from the user, the database "
            "or the server."
        )


def _check_empty(raw: psycopg.Connection[Any], location: Location) -> None:
    select = "SELECT count(*), min(relname) FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
    n, name = raw.execute(f"{select} AND relkind IN ('r', 'v', 'p', 'm')").fetchone() or (0, "")
    if n:
        raise StoreError(
            f"{location} is a database of another program (it has the table {name}). "
            "Create a database for Wallflower with `createdb`, and name it in `database`."
        )


def _check_installation(location: Location, installation: str, owner: str) -> None:
    if installation and installation != owner:
        raise StoreError(
            f"{location} belongs to another installation, {owner}. Create a database for this one. If this is the same "
            "installation with another data folder, write that id into the file `installation` there: "
            "see docs/scale.md."
        )


def check_privileges(raw: psycopg.Connection[Any], location: Location) -> None:
    """Raise StoreError if this user may not use one of the tables."""
    select = f"SELECT min(relname) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND {_IS_LOCKED}"
    (name,) = raw.execute(select.encode()).fetchone() or (None,)
    if name:
        raise StoreError(
            f"{location} does not let this user read and write the table {name}. "
            "Let Wallflower's user own the database, its schema and its tables."
        )


def has_table(raw: psycopg.Connection[Any], name: str) -> bool:
    """Whether the database has a table or view of that name."""
    (found,) = raw.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{name}",)).fetchone() or (0,)
    return bool(found)


def _create(raw: psycopg.Connection[Any], installation: str) -> str:
    tables = files(__package__).joinpath("tables.sql").read_text(encoding="utf-8")
    for function in FUNCTIONS:
        raw.execute(function.encode())
    raw.execute(re.sub(r"\bTEXT\b(?!\s+is)", 'TEXT COLLATE "C"', tables).encode())
    for statement in _LAST_ID_TRIGGERS:
        raw.execute(statement.encode())
    db, owner = Connection(raw), installation or str(uuid.uuid4())
    now = time.time_ns() // 1_000_000
    db.execute("INSERT INTO wallflower VALUES (?, ?, ?)", (FIRST_VERSION, owner, now))
    db.execute("INSERT INTO link_progress VALUES (0)")
    db.execute("INSERT INTO access_version VALUES (1)")
    db.execute("INSERT INTO deletion_state VALUES (?, 0, NULL)", (secrets.token_bytes(32),))
    insert_starting_views(db, now)
    _migrate(db, FIRST_VERSION)
    return owner


def _migrate(db: Connection, version: int) -> None:
    for step in range(version + 1, VERSION + 1):
        STEPS[step](db)
    if version < VERSION:
        db.execute("UPDATE wallflower SET version = ?", (VERSION,))
