"""Opening the database: looking before touching, the pragmas, the connections that read."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from monitor.errors import StoreError
from monitor.store.schema import check_known, is_ours, migrate

MOST_READERS = 8
"""Reads at the same moment. More than there are cores to do them would cost memory and gain nothing."""
HEADER = b"SQLite format 3\x00"
RESTORE = (
    "Nothing was changed and no empty database was put in its place. "
    "Move the file away and put your newest backup there, then start again."
)
ADVICE = {
    "SQLITE_BUSY": "is locked by another program. Wait for it or stop it, then try again; nothing was lost.",
    "SQLITE_LOCKED": "is locked by another program. Wait for it or stop it, then try again; nothing was lost.",
    "SQLITE_FULL": "could not be written: the disk is full. Free some space and it goes on.",
    "SQLITE_READONLY": "may not be written. Give this user write permission on the file and its folder.",
    "SQLITE_PERM": "may not be used. Give this user permission on the file and its folder.",
    "SQLITE_CANTOPEN": "could not be opened. Check that its folder exists and that this user may write in it.",
    "SQLITE_IOERR": "could not be read or written: the disk or its file system reports an error.",
    "SQLITE_CORRUPT": f"is damaged. {RESTORE}",
    "SQLITE_NOTADB": f"is damaged, or no database at all. {RESTORE}",
}
"""SQLite's word for what went wrong -> what follows the path in the message. Any other error is a bug."""


class Connection(sqlite3.Connection):
    """A connection that may be weakly referred to, so that it ends with its thread."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the expected errors of SQLite within the block into StoreErrors."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        advice = ADVICE.get("_".join(name.split("_")[:2]))
        if advice is None:
            raise
        raise StoreError(f"{path} {advice}") from error


def open_writer(path: Path, patience: float) -> Connection:
    """The one connection that writes, at a database that exists and is up to date.

    A missing file is made; one that is damaged, not ours or newer raises StoreError or SchemaError and stays as it is.
    ``patience``: seconds to wait for another program's lock.
    """
    with translated(path):
        if not path.exists():
            _create(path, patience)
        _look(path, patience)
        db = _connect_writer(path, patience)
        try:
            migrate(db)
            _erase_words_at_once(db)
        except BaseException:
            db.close()
            raise
        return db


def open_reader(path: Path) -> Connection:
    """A connection that cannot write, and does not checkpoint either."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Connection, cached_statements=512)
    for pragma in ("busy_timeout = 5000", "query_only = 1", "wal_autocheckpoint = 0", "mmap_size = 0"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("PRAGMA cache_size = -16384")
    db.execute("PRAGMA temp_store = MEMORY")
    return db


class Readers:
    """A few reading connections that threads take turns with.

    One for each thread would cost memory without bound: 140 threads that serve pages would hold 140 page caches.
    """

    def __init__(self, path: Path, most: int = MOST_READERS) -> None:
        self._path = path
        self._own = threading.local()
        self._turn = threading.BoundedSemaphore(most)
        self._idle: list[Connection] = []
        self._all: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection that is always the same in one thread, and ends with it. Raises StoreError."""
        db: Connection | None = getattr(self._own, "db", None)
        if db is None:
            db = self._own.db = self._opened()
        with translated(self._path):
            yield db

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A short read of one moment: whatever is asked within the block sees the same rows. Raises StoreError.

        It waits where as many threads read already as there are connections, and must not stand within another.
        """
        with self._turn, translated(self._path):
            db = self._taken()
            try:
                db.execute("BEGIN")
                yield db
            finally:
                self._give_back(db)

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            self._closed = True
            self._idle.clear()
            for db in list(self._all):
                db.close()

    def _opened(self) -> Connection:
        with self._lock:
            if self._closed:
                raise StoreError(f"{self._path} was closed.")
            db = open_reader(self._path)
            self._all.add(db)
            return db

    def _taken(self) -> Connection:
        """The connection used last, whose cache is the warmest, or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._opened()

    def _give_back(self, db: Connection) -> None:
        if db.in_transaction:
            db.execute("ROLLBACK")
        with self._lock:
            if not self._closed:
                self._idle.append(db)


def _create(path: Path, patience: float) -> None:
    """Make the database beside its place and move it there when it is whole: a kill leaves none or all of it."""
    beside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in (beside, beside.with_name(beside.name + "-wal"), beside.with_name(beside.name + "-shm")):
            left.unlink(missing_ok=True)
        with closing(_connect_writer(beside, patience)) as db:
            migrate(db)
        os.replace(beside, path)
    except OSError as error:
        raise StoreError(f"{path} could not be made: {error.strerror}. {_advice_for(path.parent)}") from error


def _advice_for(folder: Path) -> str:
    return f"Check that {folder} is a folder and that this user may write in it."


def _look(path: Path, patience: float) -> None:
    """Refuse what is not a database of ours, without touching it."""
    try:
        with path.open("rb") as file:
            start = file.read(len(HEADER))
    except OSError as error:
        raise StoreError(f"{path} could not be read: {error.strerror}. {_advice_for(path.parent)}") from error
    if start != HEADER:
        raise StoreError(f"{path} {ADVICE['SQLITE_NOTADB']}")
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise StoreError(f"{path} {ADVICE['SQLITE_READONLY']}")
    with closing(open_reader(path)) as db:
        db.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
        check_known(Database(db))
        if not is_ours(db):
            raise StoreError(
                f"{path} is a database, but not one of Wallflower's. Choose another file or folder for ours."
            )


def _erase_words_at_once(db: Connection) -> None:
    """Have deleted texts leave the index too where SQLite can (3.42); before, their words stay until it next merges."""
    if sqlite3.sqlite_version_info < (3, 42):
        return
    if db.execute("SELECT v FROM mention_fts_config WHERE k = 'secure-delete'").fetchone() != (1,):
        db.execute("INSERT INTO mention_fts (mention_fts, rank) VALUES ('secure-delete', 1)")


def _connect_writer(path: Path, patience: float) -> Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Connection, cached_statements=512)
    db.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
    db.execute("PRAGMA page_size = 8192")
    db.execute("PRAGMA journal_mode = WAL")
    for pragma in ("synchronous = NORMAL", "foreign_keys = 1", "secure_delete = 1", "mmap_size = 0"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("PRAGMA cache_size = -65536")
    db.execute("PRAGMA journal_size_limit = 67108864")
    db.execute("PRAGMA temp_store = MEMORY")
    return db
