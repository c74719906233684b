"""Connections that run shared SQL: one pool for reading, and the settings of a session."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Final

import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper
from psycopg_pool import ConnectionPool

from monitor.errors import StoreError
from monitor.store.postgres import derived
from monitor.store.postgres.errors import store_errors
from monitor.store.postgres.location import Location
from monitor.store.postgres.translation import Statement, translate
from monitor.store.sql.connection import Derived, Dialect, Parameters

MAX_READERS = 8
"""Concurrent reads of one process."""
READ_TIMEOUT_SECONDS = 120.0
"""A read that takes longer is ended by the server: nobody waits for it, and its snapshot keeps dead rows alive."""
POOL_TIMEOUT_SECONDS = 10.0
CONNECT_TIMEOUT_SECONDS = 5
_MAX_PARAMETERS = 60_000
"""Of one statement; the protocol allows 65,535."""
_ROW = re.compile(r"\bVALUES\s*(\((?:\$\d+(?:,\s*)?)+\))(\s*ON CONFLICT[^$]*DO NOTHING)?\s*$")

DIALECT: Final = Dialect(
    name="postgres",
    last_id="SELECT id FROM last_id WHERE name = ?",
    random_bits="CAST(floor(random() * 8388608) AS bigint)",
    expands_prefixes=False,
)


class _Text(StrDumper):
    """A string without NUL characters, which PostgreSQL refuses."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "") if "\0" in obj else obj)


class _Flag(Int8Dumper):
    """A boolean as it is stored: 0 or 1."""

    def dump(self, obj: Any) -> Buffer | None:
        return b"1" if obj else b"0"


class _Number(Loader):
    """Sums and averages as SQLite returns them."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return int(text) if text.lstrip(b"-").isdigit() else float(text)


class _Truth(Loader):
    """A condition in a list of results, as SQLite returns it."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _Flag)
    adapters.register_dumper(str, _Text)
    adapters.register_loader("numeric", _Number)
    adapters.register_loader("bool", _Truth)
    return adapters


class _Context:
    """What psycopg takes adapters from."""

    connection = None

    def __init__(self) -> None:
        self.adapters = _adapters()


class Connection:
    """Runs shared SQL on a connection of psycopg."""

    dialect: ClassVar[Dialect] = DIALECT
    derived: ClassVar[Derived] = derived

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw

    def execute(self, sql: str, parameters: Parameters = (), /) -> psycopg.RawCursor[Any]:
        """Run a statement."""
        statement = translate(sql)
        return self._run(statement.sql, statement.values(parameters))

    def executemany(self, sql: str, parameters: Iterable[Parameters], /) -> psycopg.RawCursor[Any]:
        """Run a statement for each row of parameters; an INSERT for many rows at once."""
        statement, rows = translate(sql), list(parameters)
        if (row := _ROW.search(statement.sql)) and rows:
            return self._insert(statement, row, [statement.values(values) for values in rows])
        cursor = psycopg.RawCursor(self.raw)
        cursor.executemany(statement.sql.encode(), [statement.values(values) for values in rows])
        return cursor

    def _run(self, sql: str, values: Sequence[Any]) -> psycopg.RawCursor[Any]:
        cursor = psycopg.RawCursor(self.raw)
        cursor.execute(sql.encode(), values)
        return cursor

    def _insert(self, statement: Statement, row: re.Match[str], rows: list[Sequence[Any]]) -> psycopg.RawCursor[Any]:
        width = len(rows[0])
        numbers = [int(number) for number in re.findall(r"\$(\d+)", row[1])]
        step = max(1, _MAX_PARAMETERS // max(1, width))
        for start in range(0, len(rows), step):
            chunk = rows[start : start + step]
            lists = [f"({', '.join(f'${n * width + number}' for number in numbers)})" for n in range(len(chunk))]
            sql = f"{statement.sql[: row.start(1)]}{', '.join(lists)}{row[2] or ''}"
            cursor = self._run(sql, [value for values in chunk for value in values])
        return cursor


def connect(location: Location, *, autocommit: bool = True) -> psycopg.Connection[Any]:
    """A connection with the settings of a session. Raises StoreError."""
    with store_errors(location):
        return psycopg.Connection.connect(location.address, **_settings(location), autocommit=autocommit)


def _settings(location: Location) -> dict[str, Any]:
    return {
        **location.password(),
        "context": _Context(),
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        # A server that has vanished is noticed within a quarter of a minute, also while a query runs.
        "keepalives_idle": 5,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        "application_name": "wallflower",
    }


class Readers:
    """A bounded pool of connections that read."""

    def __init__(self, location: Location, *, failed: Callable[[StoreError], None] = lambda _: None) -> None:
        """``failed`` is called with each StoreError of a read."""
        self._location, self._failed = location, failed
        self._pool = ConnectionPool(
            location.address,
            kwargs=lambda: {**_settings(location), "autocommit": True, "prepare_threshold": None},
            min_size=0,
            max_size=MAX_READERS,
            open=True,
            configure=_configure_reader,
            timeout=POOL_TIMEOUT_SECONDS,
            reconnect_timeout=1.0,
            name="store-readers",
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in a read transaction: all queries within the block see the same rows. Raises StoreError.

        Waits while all connections are in use; must not be nested.
        """
        self.check_open()
        try:
            with store_errors(self._location), self._pool.connection() as raw:
                raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                try:
                    yield Connection(raw)
                finally:
                    if not raw.closed and not raw.broken:
                        raw.execute("ROLLBACK")
        except StoreError as error:
            self._failed(error)
            raise

    def check_open(self) -> None:
        """Raise StoreError after ``close``."""
        if self._pool.closed:
            raise StoreError(f"{self._location} was closed.")

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def _configure_reader(raw: psycopg.Connection[Any]) -> None:
    raw.execute(f"SET statement_timeout = {int(READ_TIMEOUT_SECONDS * 1000)}")
    raw.execute("SET idle_in_transaction_session_timeout = '600s'")
    raw.execute("SET jit = off")  # to compile a query takes longer than to run it
