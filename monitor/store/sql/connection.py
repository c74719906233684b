"""The connection that shared SQL runs on, and what the engines spell differently.

``sqlite3.Connection`` satisfies ``Connection`` as it is, so that the protocol costs nothing on SQLite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]
"""The values of ``?`` and ``?1``, or those of ``:name``."""


@dataclass(frozen=True)
class Dialect:
    """Expressions that no spelling has in common."""

    name: str
    last_id: str
    """Selects the highest id that was ever assigned in the table named by the one parameter; no row if none was."""
    random_bits: str
    """A random integer of at least 0 and less than 2 ** 23, another one for each row."""
    expands_prefixes: bool
    """Whether a prefix is found faster as an OR of few words; see ``prefixes``."""


class Cursor(Protocol):
    """The rows of a statement, as tuples."""

    @property
    def rowcount(self) -> int:
        """How many rows a statement changed."""

    def fetchone(self) -> Any: ...

    def fetchmany(self, size: int = ..., /) -> list[Any]: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Derived(Protocol):
    """How an engine keeps the data that is derived from mentions; see ``monitor.store.sql.derived``."""

    def add(self, db: Connection, where: str, value: int | str, /) -> None: ...

    def remove(self, db: Connection, where: str, value: int | str, /) -> None: ...

    def add_to_index(self, db: Connection, where: str, value: int | str, /) -> None: ...

    def remove_from_index(self, db: Connection, where: str, value: int | str, /) -> None: ...


class Connection(Protocol):
    """A connection in a transaction of the store."""

    @property
    def dialect(self) -> Dialect:
        """That of the engine."""

    @property
    def derived(self) -> Derived:
        """That of the engine."""

    def execute(self, sql: str, parameters: Parameters = ..., /) -> Cursor: ...

    def executemany(self, sql: str, parameters: Iterable[Parameters], /) -> Cursor: ...


def inserted_id(db: Connection, insert: str, values: Parameters) -> int:
    """Run an INSERT of one row; return the id of the row."""
    (id_,) = db.execute(f"{insert} RETURNING id", values).fetchone()
    return int(id_)
