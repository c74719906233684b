"""Why nothing can be stored: errors of SQLite and of the disk as kinds of fault."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from monitor.errors import StoreError
from monitor.model import FaultKind

RESERVE_BYTES = 4 << 20
"""After a full disk, storing counts as working again once a file of this size fits: a tiny write may succeed long
before the next batch does."""
MIN_FREE_BYTES = 64 << 10
"""With less free space, an error of the disk means that it is full."""
_RESTORE_ADVICE = "It is left as it is. Stop Wallflower and restore your newest backup with `wallflower restore FILE`."
_KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        "SQLITE_BUSY": FaultKind.LOCKED,
        "SQLITE_LOCKED": FaultKind.LOCKED,
        "SQLITE_FULL": FaultKind.DISK_FULL,
        "SQLITE_READONLY": FaultKind.READ_ONLY,
        "SQLITE_PERM": FaultKind.READ_ONLY,
        "SQLITE_CANTOPEN": FaultKind.IO_ERROR,
        "SQLITE_IOERR": FaultKind.IO_ERROR,
        "SQLITE_CORRUPT": FaultKind.CORRUPT,
        "SQLITE_NOTADB": FaultKind.CORRUPT,
    }
)
"""Error name of SQLite, without its extension -> kind. Any other error is a bug."""
_NOT_UTF_8 = "Could not decode to UTF-8"
"""What is stored is valid UTF-8, so a text that is not was damaged on the disk. The error has no name."""
_ERRNOS: Mapping[int, FaultKind] = MappingProxyType(
    {
        errno.ENOSPC: FaultKind.DISK_FULL,
        errno.EDQUOT: FaultKind.DISK_FULL,
        errno.EFBIG: FaultKind.DISK_FULL,
        errno.EROFS: FaultKind.READ_ONLY,
        errno.EACCES: FaultKind.READ_ONLY,
        errno.EPERM: FaultKind.READ_ONLY,
    }
)
_MESSAGES: Mapping[FaultKind, str] = MappingProxyType(
    {
        FaultKind.LOCKED: "is locked by another program. Wait until it ends, or stop it.",
        FaultKind.DISK_FULL: "cannot be written: the disk is full. Free some space; Wallflower then continues.",
        FaultKind.READ_ONLY: "cannot be written. Give this user write permission on the file and its folder.",
        FaultKind.IO_ERROR: "cannot be read or written: the disk or its file system reports an error.",
        FaultKind.CORRUPT: f"is damaged. {_RESTORE_ADVICE}",
        FaultKind.REPLACED: (
            "was moved, deleted or replaced while Wallflower was using it. Nothing more is stored. "
            "Put the file back, or restore a backup with `wallflower restore FILE`; then start Wallflower again."
        ),
    }
)
_MESSAGES_BY_NAME: Mapping[str, str] = MappingProxyType(
    {
        "SQLITE_PERM": "cannot be used. Give this user permission on the file and its folder.",
        "SQLITE_CANTOPEN": "cannot be opened. Check that its folder exists and that this user may write in it.",
        "SQLITE_NOTADB": f"is damaged or not a database. {_RESTORE_ADVICE}",
    }
)


def fault_error(path: Path, kind: FaultKind, name: str = "") -> StoreError:
    """The error for a fault of the database at ``path``; ``name`` is that of SQLite's error, if there is one."""
    return StoreError(f"{path} {_MESSAGES_BY_NAME.get(name, _MESSAGES[kind])}", kind.value)


def disk_error(path: Path, error: OSError, message: str) -> StoreError:
    """A StoreError with ``message`` for an operation on a file of the database that failed."""
    kind = _ERRNOS.get(error.errno or 0, FaultKind.IO_ERROR)
    return StoreError(message, kind.value)


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Raise the expected errors of SQLite within the block as StoreErrors."""
    try:
        yield
    except sqlite3.Error as error:
        full_name = getattr(error, "sqlite_errorname", "") or ""
        name = "_".join(full_name.split("_")[:2])
        kind = FaultKind.REPLACED if full_name == "SQLITE_READONLY_DBMOVED" else _KINDS.get(name)
        if str(error).startswith(_NOT_UTF_8):
            kind = FaultKind.CORRUPT
        if kind is None:
            raise
        if name == "SQLITE_IOERR":
            kind = _cause_of_io_error(path)
        raise fault_error(path, kind, name) from error


def _cause_of_io_error(path: Path) -> FaultKind:
    """SQLite reports some writes to a full or read-only file system only as errors of the disk."""
    try:
        status = os.statvfs(path.parent)
    except OSError:
        return FaultKind.IO_ERROR
    if status.f_flag & os.ST_RDONLY:
        return FaultKind.READ_ONLY
    is_full = status.f_bavail * status.f_frsize < MIN_FREE_BYTES
    return FaultKind.DISK_FULL if is_full else FaultKind.IO_ERROR


def has_room(path: Path) -> bool:
    """Whether a file of RESERVE_BYTES can be created beside ``path``. Quotas and file size limits count too."""
    reserve = path.with_name(path.name + ".reserve")
    try:
        descriptor = os.open(reserve, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        finally:
            os.close(descriptor)
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            reserve.unlink(missing_ok=True)
    return True


def free_bytes(folder: Path) -> int | None:
    """Free space in ``folder``; None if unknown."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
