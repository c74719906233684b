"""What tests set up hundreds of times, made once in each process: the schema of a new database, compiled templates.

The fixture ``cached_setup`` uses it. It also shares the model of the language detector.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CopiedSchema:
    """Migrates an empty database by copying one that was migrated before, in a fifteenth of the time."""

    def __init__(self, migrate: Callable[..., None]) -> None:
        self._migrate, self._lock = migrate, threading.Lock()
        self._migrated: sqlite3.Connection | None = None

    def __call__(self, db: sqlite3.Connection, *arguments: Any) -> None:
        """Bring ``db`` up to date."""
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            self._migrate(db, *arguments)
            return
        with self._lock:
            if self._migrated is not None:
                self._migrated.backup(db)
                return
            self._migrate(db)
            copy = sqlite3.connect(":memory:", check_same_thread=False)
            db.backup(copy)
            self._migrated = copy


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates for all apps of a process, as long as their source is the same."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill ``bucket`` if its template was compiled before."""
        if code := self._code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in ``bucket``."""
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()
