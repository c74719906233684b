"""Puts a backup in the place of the database.

    file --> PATH.restoring --verify, erase again--> [the old database becomes one file] --link, rename--> PATH

Everything that takes time happens before PATH changes. Then the old database is checkpointed, so that it needs no -wal
any more, gets a second name, and the new one takes over the first name in one rename. A kill at any moment leaves the
old database or the new one, never a database with the -wal of another, which would corrupt it; a second run finishes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import StoreError
from monitor.model import Restored
from monitor.store.backups import sync, verify_checksum
from monitor.store.sql.units import to_ms
from monitor.store.sqlite.connections import connect, connect_read_only
from monitor.store.sqlite.faults import store_errors
from monitor.store.sqlite.locks import file_lock
from monitor.store.sqlite.restored_erasures import erase_again, read_erasures
from monitor.store.sqlite.verification import require_database, verified_content

STAGED = ".restoring"
LOG_FILES = ("-wal", "-shm")
SHARED_LOCK_START, SHARED_LOCK_BYTES = 0x40000002, 510
"""Bytes of a database that every connection in WAL mode has locked (https://sqlite.org/src/file/src/os.h)."""


def restore(file: Path, path: Path, now: datetime, *, dry_run: bool) -> Restored:
    """Replace the database at ``path`` by ``file``, and keep the old one under another name.

    Raises StoreError, before anything is changed, if ``file`` is not a whole database of ours or another program has
    the database open, and SchemaError if a newer Wallflower wrote the file.
    """
    if path.exists() and file.exists() and path.samefile(file):
        raise StoreError(f"{file} is the database itself. Choose a backup.")
    has_checksum = verify_checksum(file)
    if dry_run:
        return Restored(verified_content(file), has_checksum, None)
    require_database(file)
    with _folder_errors(path.parent):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_leftovers(path)
        try:
            staged = _stage(file, path)
            content = verified_content(staged, shown_as=file)
            erased_again = _erase_again(path, staged, now)
            sync(staged)
            with file_lock(path):
                _settle(path)
                with _unused(path):
                    aside = _replace(path, staged, now)
        except BaseException:
            _remove_leftovers(path)
            raise
    return Restored(content, has_checksum, aside, erased_again)


def _erase_again(path: Path, staged: Path, now: datetime) -> int | None:
    """Erase from ``staged`` what was erased from the old database; see ``Restored.erased_again``."""
    if not path.exists():
        return 0
    erasures = read_erasures(path)
    with store_errors(staged):
        return None if erasures is None else erase_again(staged, erasures, to_ms(now))


def _stage(file: Path, path: Path) -> Path:
    """A copy of ``file`` beside the database, with what its -wal contains, if it has one."""
    staged, size = _with_ending(path, STAGED), file.stat().st_size
    free = shutil.disk_usage(path.parent).free
    if free < size * 1.05:
        raise StoreError(f"There is not enough space in {path.parent}: {size / 1e6:,.0f} MB are needed.")
    os.close(os.open(staged, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with store_errors(file), closing(connect_read_only(file)) as source, closing(connect(staged)) as target:
        source.backup(target)
    return staged


def _settle(path: Path) -> None:
    """Move what the -wal of the old database contains into it, so that it is one file.

    What does not begin as a database is left as it is: SQLite would delete its -wal.
    """
    try:
        require_database(path)
    except StoreError:
        return
    with contextlib.suppress(sqlite3.Error), closing(connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _unused(path: Path) -> Iterator[None]:
    """Keep other programs from opening the database. Raises StoreError if one has it open."""
    if not path.exists():
        yield
        return
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_LOCK_BYTES, SHARED_LOCK_START)
        except OSError as error:
            raise StoreError(f"{path} is open in another program. Stop it, then try again.") from error
        yield


def _replace(path: Path, staged: Path, now: datetime) -> Path | None:
    """Give the old database another name, and return that; then give ``staged`` the name of the database."""
    aside = _aside(path, now) if path.exists() or any(_with_ending(path, one).exists() for one in LOG_FILES) else None
    if aside is not None:
        for ending in LOG_FILES:  # only of a damaged database, or without one: see _settle
            if (log_file := _with_ending(path, ending)).exists():
                os.replace(log_file, _with_ending(aside, ending))
    if aside is not None and path.exists():
        try:
            os.link(path, aside)
        except OSError:  # a file system without links: a kill after this leaves no database, until a second run
            os.replace(path, aside)
    os.replace(staged, path)
    sync(path.parent)
    return aside


def _aside(path: Path, now: datetime) -> Path:
    stem = f"{path.stem}-replaced-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    names = (path.with_name(f"{stem}{f'-{n}' if n > 1 else ''}{path.suffix}") for n in range(1, 1_000))
    return next(name for name in names if not any(_with_ending(name, end).exists() for end in ("", *LOG_FILES)))


def _remove_leftovers(path: Path) -> None:
    """Remove what a killed restore left: its copy, and the second name of a database that is still in place."""
    for leftover in path.parent.glob(f"{path.name}{STAGED}*"):
        leftover.unlink()
    for other in path.parent.glob(f"{path.stem}-replaced-*{path.suffix}"):
        if path.exists() and other.samefile(path):
            other.unlink()


def _with_ending(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


@contextmanager
def _folder_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The files in {folder} cannot be replaced: {error.strerror}. Check its permissions."
        ) from error
