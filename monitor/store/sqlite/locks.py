"""The write lock that all our processes share, and waiting for a lock until a deadline."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from monitor.errors import StoreError
from monitor.model import ERASING, FaultKind
from monitor.store.sqlite.erasure_mark import erasure_under_way
from monitor.store.sqlite.faults import disk_error, fault_error

FILE_LOCK_TIMEOUT_SECONDS = 15.0
"""How long to wait while another Wallflower process holds the file lock."""
LOCK_RETRY_SECONDS = 0.01


class ErasingNow(StoreError):
    """Another process is erasing posts, during which nobody else can write."""

    def __init__(self, path: Path, until: datetime | None) -> None:
        """``until``: about when storing continues."""
        self.until = until
        end = f" Storing continues at about {until.astimezone():%H:%M:%S}." if until else ""
        super().__init__(f"{path} is being rewritten, because posts are being erased.{end}", ERASING)


def command_lock_error(path: Path) -> StoreError:
    """The error for a lock that another process of ours holds."""
    if erasing := erasure_under_way(path):
        return ErasingNow(path, erasing.until)
    message = f"{path} is locked by another Wallflower command. Wait until it ends, or stop it."
    return StoreError(message, FaultKind.LOCKED.value)


def program_lock_error(path: Path) -> StoreError:
    """The error for a lock of SQLite that another program holds."""
    return fault_error(path, FaultKind.LOCKED)


@contextmanager
def file_lock(
    path: Path, timeout: float = FILE_LOCK_TIMEOUT_SECONDS, waiting: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold the write lock shared by all our processes on the database at ``path``. The OS releases it if one dies.

    ``waiting`` is called again and again while another process holds it. Raises StoreError after ``timeout`` seconds.
    """
    try:
        descriptor = os.open(path.with_name(path.name + ".writing"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}. Make its folder writable."
        raise disk_error(path, error, message) from error
    try:
        _give_to_owner(descriptor, path)
        deadline = time.monotonic() + timeout
        while not _lock(descriptor):
            if time.monotonic() >= deadline:
                raise command_lock_error(path)
            waiting()
            threading.Event().wait(LOCK_RETRY_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _give_to_owner(descriptor: int, path: Path) -> None:
    """Let the owner of the database own a lock file that root has created, as SQLite does with its files."""
    if os.geteuid() != 0:
        return
    with contextlib.suppress(OSError):  # the database may have been moved away
        owner = path.stat()
        if os.fstat(descriptor).st_uid != owner.st_uid:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
