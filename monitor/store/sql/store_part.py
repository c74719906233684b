"""What the parts of a store, such as ``Store.checks``, have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from monitor.store.sql.connection import Connection

T = TypeVar("T")


class StorePart:
    """Reads and writes over the connections of a store."""

    def __init__(
        self,
        read: Callable[[Callable[[Connection], Any]], Any],
        write: Callable[[Callable[[Connection], Any]], Any],
    ) -> None:
        """``read`` and ``write`` run a function in a transaction of the store."""
        self._run_read, self._run_write = read, write

    def _read(self, query: Callable[[Connection], T]) -> T:
        result: T = self._run_read(query)
        return result

    def _write(self, job: Callable[[Connection], T]) -> T:
        result: T = self._run_write(job)
        return result
