"""Notices that the files of the database were moved, deleted or replaced while they are open.

SQLite does not notice: it continues to write to the files that it opened, and what it commits is lost with them.
"""

from __future__ import annotations

from pathlib import Path

Identity = tuple[int, int]
"""Device and inode."""


class FileIdentity:
    """The files that were opened as the database at ``path``. Create it right after opening them."""

    def __init__(self, path: Path) -> None:
        self._path, self._wal = path, path.with_name(path.name + "-wal")
        self._opened: Identity | None = _identity(path)
        self._opened_wal: Identity | None = None

    def has_changed(self) -> bool:
        """Whether other files, or none, are in the place of the opened ones. False if that cannot be determined."""
        try:
            if _identity(self._path) != self._opened:
                return True
            # The write-ahead log appears with the first transaction, and stays as long as a connection is open.
            return self._opened_wal is not None and _identity(self._wal) != self._opened_wal
        except OSError:
            return False

    def committed(self) -> None:
        """Record the write-ahead log, which exists after a commit."""
        if self._opened_wal is None:
            self._opened_wal = _identity(self._wal)


def _identity(path: Path) -> Identity | None:
    """None if there is no such file."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino
