"""The id of an installation: in its data folder and in its database, so that two never share one by mistake."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Protocol

from monitor.errors import StoreError
from monitor.store.permissions import FILE_MODE, FOLDER_MODE

_ID = re.compile(r"[0-9a-zA-Z-]{8,64}")


class Prepare(Protocol):
    """``schema.prepare`` for one database."""

    def __call__(self, *, installation: str) -> str: ...


def claim(file: Path, prepare: Prepare) -> None:
    """Prepare the database for the installation whose id is in ``file``. Raises StoreError if it is another one's.

    Without the file, the database must be a new one; it gets a new id, which is kept in the file.
    """
    known = read_id(file)
    owner = prepare(installation=known or str(uuid.uuid4()))
    if not known:
        _write_id(file, owner)


def read_id(file: Path) -> str:
    """The id in ``file``; empty if there is no such file. Raises StoreError if it has no id."""
    try:
        found = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(
            f"The id of the installation in {file} cannot be read. Check the owner of the file."
        ) from error
    if not _ID.fullmatch(found):
        raise StoreError(f"{file} does not have the id of an installation. Restore it, or see docs/scale.md.")
    return found


def _write_id(file: Path, id: str) -> None:
    try:
        file.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        file.touch(mode=FILE_MODE)
        file.write_text(f"{id}\n", encoding="ascii")
    except OSError as error:
        raise StoreError(
            f"The id of the installation cannot be kept in {file}: {error.strerror}. Give this user permission to "
            f"write there, and write this id into the file: {id}"
        ) from error
