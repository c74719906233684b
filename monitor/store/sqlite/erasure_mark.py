"""A file beside the database that says that an erasure is under way, or was not finished.

locked       a process is erasing; while it rewrites the database, others cannot write, which is expected
not locked   it was interrupted, or something kept it from rewriting the database: the next one must do that
missing      no byte of erased posts is left
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.errors import StoreError
from monitor.model import FaultKind
from monitor.store.sqlite.faults import disk_error


def mark_file(path: Path) -> Path:
    """The mark of the database at ``path``."""
    return path.with_name(path.name + ".erasing")


class ErasureMark:
    """Sets the mark for the block. It stays after the block unless ``finish`` was called."""

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, mark_file(path)
        self._descriptor = -1
        self.was_left = self._file.exists()
        """Whether an earlier erasure was not finished."""

    def __enter__(self) -> Self:
        try:
            self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            message = f"Another `wallflower erase` is running on {self._path}. Wait until it ends."
            raise StoreError(message, FaultKind.LOCKED.value) from error
        except OSError as error:
            message = f"{self._path} cannot be written: {error.strerror}. Make its folder writable."
            raise disk_error(self._path, error, message) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._descriptor)

    def expect_end(self, at: datetime) -> None:
        """Say when others can probably write again."""
        with contextlib.suppress(OSError):  # it is only an estimate
            os.pwrite(self._descriptor, f"{json.dumps({'until': at.timestamp()})}\n".encode(), 0)

    def finish(self) -> None:
        """No byte of erased posts is left."""
        self._file.unlink(missing_ok=True)


class Erasing:
    """What ``erasure_under_way`` found."""

    def __init__(self, until: datetime | None) -> None:
        self.until = until
        """When others can probably write again; None if that is not known yet."""


def erasure_under_way(path: Path) -> Erasing | None:
    """The erasure that another process makes now in the database at ``path``, if any."""
    try:
        descriptor = os.open(mark_file(path), os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return Erasing(_expected_end(os.pread(descriptor, 1000, 0)))
    finally:
        os.close(descriptor)
    return None


def _expected_end(content: bytes) -> datetime | None:
    try:
        return datetime.fromtimestamp(json.loads(content)["until"], UTC)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
