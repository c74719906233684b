"""Opening the database: the checks before anything is written, the pragmas, and the pool of reading connections."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from monitor.errors import StoreError
from monitor.store.sqlite.schema import check_known, is_ours, migrate

MAX_READERS = 8
"""Concurrent reads. More readers than cores would cost memory and gain nothing."""
SQLITE_HEADER = b"SQLite format 3\x00"
_RESTORE_ADVICE = (
    "Nothing was changed, and no empty database was created in its place. "
    "Stop Wallflower, and restore your newest backup with `wallflower restore FILE`."
)
_LOCKED = "is locked by another program. Wait for it or stop it, then try again; nothing was lost."
MESSAGES = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_FULL": "cannot be written: the disk is full. Free some space; Wallflower then continues.",
    "SQLITE_READONLY": "cannot be written. Give this user write permission on the file and its folder.",
    "SQLITE_PERM": "cannot be used. Give this user permission on the file and its folder.",
    "SQLITE_CANTOPEN": "cannot be opened. Check that its folder exists and that this user may write in it.",
    "SQLITE_IOERR": "cannot be read or written: the disk or its file system reports an error.",
    "SQLITE_CORRUPT": f"is damaged. {_RESTORE_ADVICE}",
    "SQLITE_NOTADB": f"is damaged or not a database. {_RESTORE_ADVICE}",
}
"""Error name of SQLite -> the message after the path. Any other error is a bug."""


class Connection(sqlite3.Connection):
    """A connection that supports weak references, so that it can end with its thread."""


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Raise the expected errors of SQLite within the block as StoreErrors."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        message = MESSAGES.get("_".join(name.split("_")[:2]))
        if message is None:
            raise
        raise StoreError(f"{path} {message}") from error


def open_writer(path: Path, lock_timeout: float) -> Connection:
    """Open the one connection that writes, to a database that is checked and up to date.

    A missing file is created. One that is damaged, not ours or newer raises StoreError or SchemaError and is left
    untouched. ``lock_timeout``: seconds to wait for another program's lock.
    """
    with store_errors(path):
        if not path.exists():
            _create(path, lock_timeout)
        _check_file(path, lock_timeout)
        db = _connect_writer(path, lock_timeout)
        try:
            migrate(db)
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

    def __init__(self, path: Path, max_readers: int = MAX_READERS) -> None:
        self._path = path
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
        with self._free, store_errors(self._path):
            db = self._acquire()
            try:
                db.execute("BEGIN")
                yield db
            finally:
                self._release(db)

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
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.parent):
            if path.exists():
                return
            for ending in ("", "-wal", "-shm"):
                partial.with_name(partial.name + ending).unlink(missing_ok=True)
            with closing(_connect_writer(partial, lock_timeout)) as db:
                migrate(db)
            os.replace(partial, path)
    except OSError as error:
        raise StoreError(f"{path} cannot be created: {error.strerror}. {_folder_advice(path.parent)}") from error


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
        raise StoreError(f"{path} cannot be read: {error.strerror}. {_folder_advice(path.parent)}") from error
    if start != SQLITE_HEADER:
        raise StoreError(f"{path} {MESSAGES['SQLITE_NOTADB']}")
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise StoreError(f"{path} {MESSAGES['SQLITE_READONLY']}")
    with closing(open_reader(path)) as db:
        db.execute(f"PRAGMA busy_timeout = {int(lock_timeout * 1000)}")
        check_known(Database(db))
        if not is_ours(db):
            raise StoreError(f"{path} is a database of another program. Choose another file or folder for Wallflower.")


def _enable_secure_delete(db: Connection) -> None:
    """Remove the words of deleted texts from the index at once. Before SQLite 3.42 they stay until the index merges."""
    if sqlite3.sqlite_version_info < (3, 42):
        return
    if db.execute("SELECT v FROM mention_fts_config WHERE k = 'secure-delete'").fetchone() != (1,):
        db.execute("INSERT INTO mention_fts (mention_fts, rank) VALUES ('secure-delete', 1)")


def connect(path: Path) -> Connection:
    """A connection with no settings of its own. SQLite creates a file that does not exist."""
    return sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, factory=Connection, cached_statements=512
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
