"""File modes: what people wrote, and the names of accounts, are readable by the user of Wallflower alone."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

FILE_MODE, FOLDER_MODE = 0o600, 0o700
DATABASE_SUFFIXES = ("", "-wal", "-shm", ".writing", ".running", ".erasing")

log = logging.getLogger("wallflower.store")


def restrict_database(path: Path) -> None:
    """Remove the permissions of other users from the files of the database at ``path``; log where that fails."""
    for suffix in DATABASE_SUFFIXES:
        restrict(path.with_name(path.name + suffix), FILE_MODE)


def restrict_folder(folder: Path, config: Path) -> None:
    """Remove the permissions of other users from the data folder, if it is only that; else log a warning."""
    if folder.stat().st_mode & stat.S_ISVTX or folder == config.absolute().parent:
        if folder.stat().st_mode & 0o077:
            log.warning(
                "Other users of this machine may see the names of files in %s. Use a folder of its own: "
                "`data` in [wallflower].",
                folder,
            )
        return
    restrict(folder, FOLDER_MODE)


def restrict(path: Path, mode: int) -> None:
    """Remove the permissions of other users from ``path`` if it exists; log a warning if that is impossible."""
    try:
        found = stat.S_IMODE(path.stat().st_mode)
        if found & ~mode & 0o077:
            os.chmod(path, found & mode)
    except FileNotFoundError:
        pass
    except OSError as error:
        log.warning(
            "Other users of this machine may read %s: its permissions cannot be changed (%s). Run `chmod %o %s`.",
            path,
            error.strerror,
            mode,
            path,
        )
