"""Opening the database: the checks before anything is written, the pragmas, and the pool of reading connections."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

from sqlite_utils import Database

from monitor.errors import DatabaseMissing, StoreError
from monitor.model import FaultKind, MigrationProgress
from monitor.store.permissions import FILE_MODE, FOLDER_MODE, restrict_database
from monitor.store.sql.connection import Derived, Dialect
from monitor.store.sqlite import derived
from monitor.store.sqlite.faults import disk_error, fault_error, store_errors
from monitor.store.sqlite.schema import check_known, is_ours, migrate

MAX_READERS = 8
"""Concurrent reads. More readers than cores would cost memory and gain nothing."""
DIALECT: Final = Dialect(
    name="sqlite",
    last_id="SELECT seq FROM sqlite_sequence WHERE name = ?",
    random_bits="(random() & 8388607)",
    expands_prefixes=True,
)
SQLITE_HEADER = b"SQLite format 3\x00"


class Connection(sqlite3.Connection):
    """A connection that supports weak references, so that it can end with its thread."""

    dialect: ClassVar[Dialect] = DIALECT
    derived: ClassVar[Derived] = derived


def open_writer(
    path: Path,
    lock_timeout: float,
    *,
    create: bool = True,
    on_migration: Callable[[MigrationProgress], None] = lambda _: None,
) -> Connection:
    """Open the one connection that writes, to a database that is checked and up to date.

    A missing file is created if ``create`` is true, and raises DatabaseMissing otherwise. One that is damaged, not ours
    or newer raises StoreError or SchemaError and is left untouched. ``lock_timeout``: seconds to wait for another
    program's lock. ``on_migration`` is called often while an older database is migrated.
    """
    with store_errors(path):
        if not path.exists():
            if not create:
                raise DatabaseMissing(path)
            _create(path, lock_timeout)
        _check_file(path, lock_timeout)
        restrict_database(path)
        db = _connect_writer(path, lock_timeout)
        try:
            migrate(db, on_migration)
            _enable_secure_delete(db)
        except BaseException:
            db.close()
            raise
        return db


def open_reader(path: Path) -> Connection:
    """A connection that can neither write nor run a checkpoint."""
    db = connect(path)
    for pragma in ("busy_timeout = 5000", "query_only = 1", "wal_autocheckpoint = 0", "mmap_size = 0"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("PRAGMA cache_size = -16384")
    db.execute("PRAGMA temp_store = MEMORY")
    return db


class Readers:
    """A bounded pool of reading connections.

    One connection for each thread would use memory without bound: 140 threads that serve pages would hold 140 page
    caches.
    """

    def __init__(
        self, path: Path, max_readers: int = MAX_READERS, *, failed: Callable[[StoreError], None] = lambda _: None
    ) -> None:
        """``failed`` is called with each StoreError of a read."""
        self._path, self._failed = path, failed
        self._per_thread = threading.local()
        self._free = threading.BoundedSemaphore(max_readers)
        self._idle: list[Connection] = []
        self._all: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    def data_version(self) -> int:
        """A number that differs, within one thread, after any commit since that thread's last call. Raises StoreError.

        SQLite counts per connection, so each thread that calls this has a connection, which ends with the thread.
        """
        db: Connection | None = getattr(self._per_thread, "db", None)
        if db is None:
            db = self._per_thread.db = self._open()
        with store_errors(self._path):
            return int(db.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in a read transaction: all queries within the block see the same rows. Raises StoreError.

        Waits while all connections are in use; must not be nested.
        """
        try:
            with self._free, store_errors(self._path):
                db = self._acquire()
                try:
                    db.execute("BEGIN")
                    yield db
                finally:
                    self._release(db)
        except StoreError as error:
            self._failed(error)
            raise

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            self._closed = True
            self._idle.clear()
            for db in list(self._all):
                db.close()

    def _open(self) -> Connection:
        with self._lock:
            if self._closed:
                raise StoreError(f"{self._path} was closed.")
            db = open_reader(self._path)
            self._all.add(db)
            return db

    def _acquire(self) -> Connection:
        """The connection used last, whose cache is the warmest, or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._open()

    def _release(self, db: Connection) -> None:
        if db.in_transaction:
            db.execute("ROLLBACK")
        with self._lock:
            if not self._closed:
                self._idle.append(db)


def _create(path: Path, lock_timeout: float) -> None:
    """Create the database under another name and rename it once complete, so that a kill leaves all of it or none.

    Of several processes that find no database at the same time, one creates it, and the others wait.
    """
    partial = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        with _locked(path.parent):
            if path.exists():
                return
            for ending in ("", "-wal", "-shm"):
                partial.with_name(partial.name + ending).unlink(missing_ok=True)
            partial.touch(mode=FILE_MODE)
            with closing(_connect_writer(partial, lock_timeout)) as db:
                migrate(db)
            os.replace(partial, path)
    except OSError as error:
        message = f"{path} cannot be created: {error.strerror}. {_folder_advice(path.parent)}"
        raise disk_error(path, error, message) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock on ``folder``, which leaves no file behind."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _folder_advice(folder: Path) -> str:
    return f"Check that {folder} is a folder and that this user may write in it."


def _check_file(path: Path, lock_timeout: float) -> None:
    """Refuse what is not a database of ours, without touching it."""
    try:
        with path.open("rb") as file:
            start = file.read(len(SQLITE_HEADER))
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}. {_folder_advice(path.parent)}"
        raise disk_error(path, error, message) from error
    if start != SQLITE_HEADER:
        raise fault_error(path, FaultKind.CORRUPT, "SQLITE_NOTADB")
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise fault_error(path, FaultKind.READ_ONLY)
    with closing(open_reader(path)) as db:
        db.execute(f"PRAGMA busy_timeout = {int(lock_timeout * 1000)}")
        check_known(Database(db))
        if not is_ours(db):
            raise StoreError(f"{path} is a database of another program. Choose another file or folder for Wallflower.")


def _enable_secure_delete(db: Connection) -> None:
    """Remove the words of deleted texts from the index at once. Before SQLite 3.42 they stay until the index merges."""
    if sqlite3.sqlite_version_info < (3, 42):
        return
    for index in derived.SEARCH_INDEXES:
        if db.execute(f"SELECT v FROM {index}_config WHERE k = 'secure-delete'").fetchone() != (1,):
            db.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('secure-delete', 1)")


def connect(path: Path) -> Connection:
    """A connection with no settings of its own. The file must exist: SQLite would replace one that was moved."""
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
        cached_statements=512,
    )


def connect_read_only(path: Path) -> Connection:
    """A connection to a file that no program writes to, such as a backup. It leaves no file beside it."""
    has_log = path.with_name(path.name + "-wal").exists()
    uri = f"{path.absolute().as_uri()}?mode=ro{'' if has_log else '&immutable=1'}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, factory=Connection)


def _connect_writer(path: Path, lock_timeout: float) -> Connection:
    db = connect(path)
    db.execute(f"PRAGMA busy_timeout = {int(lock_timeout * 1000)}")
    db.execute("PRAGMA page_size = 8192")
    db.execute("PRAGMA journal_mode = WAL")
    for pragma in ("synchronous = NORMAL", "foreign_keys = 1", "secure_delete = 1", "mmap_size = 0"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("PRAGMA cache_size = -65536")
    db.execute("PRAGMA journal_size_limit = 67108864")
    db.execute("PRAGMA temp_store = MEMORY")
    return db
