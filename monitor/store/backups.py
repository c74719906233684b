"""Backup files: their names, their checksums, and which are kept. Shared by all engines.

    wallflower-2026-11-30T193400Z.db           a complete database, readable by its owner only
    wallflower-2026-11-30T193400Z.db.sha256    its checksum, as ``sha256sum --check`` reads it

A backup is written under a name that ends in ``.partial`` and renamed when it is complete and verified, after its
checksum: so a file with the name of a backup is a whole one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import StoreError
from monitor.model import Backup

ENDING, PARTIAL, CHECKSUM = ".db", ".partial", ".sha256"
MIN_SPARE_BYTES = 1 << 20
_TIME = "%Y-%m-%dT%H%M%SZ"
_TIME_PATTERN = r"(\d{4}-\d{2}-\d{2}T\d{6}Z)(?:-\d+)?"
_READ_BYTES = 1 << 20


def backups(folder: Path, name: str) -> list[Backup]:
    """The complete backups of the database called ``name`` (such as "wallflower") in ``folder``, the newest first.

    Raises StoreError if the folder cannot be read; a folder that does not exist has none.
    """
    pattern, found = re.compile(re.escape(name) + "-" + _TIME_PATTERN + re.escape(ENDING)), []
    try:
        for file in folder.iterdir():
            if match := pattern.fullmatch(file.name):
                made_at = datetime.strptime(match[1], _TIME).replace(tzinfo=UTC)
                found.append(Backup(file, made_at, file.stat().st_size))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise StoreError(f"The folder of backups {folder} cannot be read: {error}.") from error
    return sorted(found, key=lambda backup: (backup.made_at, backup.path.name), reverse=True)


def make_backup(
    folder: Path, name: str, needed_bytes: int, now: datetime, *, keep: int, write: Callable[[Path], None]
) -> Backup:
    """Let ``write`` write and verify a backup, give it its name and checksum, and delete all but the newest ``keep``.

    ``needed_bytes``: how large it can become. Raises StoreError if there is not enough space, the folder cannot be
    used, or another backup is being written to it; nothing is left behind then. Older backups are deleted only after
    the new one is complete.
    """
    with _folder_errors(folder), _locked(folder):
        _remove_leftovers(folder, name)
        _require_space(folder, needed_bytes)
        path = _new_path(folder, name, now)
        partial = path.with_name(path.name + PARTIAL)
        try:
            os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            write(partial)
            sync(partial)
            _write_checksum(path, checksum(partial))
            os.replace(partial, path)
        except BaseException:
            for file in (partial, *_others(partial), checksum_file(path)):
                file.unlink(missing_ok=True)
            raise
        sync(folder)
        for old in backups(folder, name)[max(1, keep) :]:
            old.path.unlink()
            checksum_file(old.path).unlink(missing_ok=True)
        return Backup(path, now, path.stat().st_size)


def verify_checksum(file: Path) -> bool:
    """Compare ``file`` with the checksum beside it; False if there is none. Raises StoreError if they differ."""
    try:
        stated = checksum_file(file).read_text(encoding="ascii").split()[0].lower()
    except FileNotFoundError:
        return False
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise StoreError(f"{checksum_file(file)} cannot be read as a checksum. Use another backup.") from error
    if stated != checksum(file):
        raise StoreError(f"{file} is damaged: it differs from the checksum in {checksum_file(file).name}. Use another.")
    return True


def checksum_file(file: Path) -> Path:
    """Where the checksum of ``file`` is."""
    return file.with_name(file.name + CHECKSUM)


def checksum(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while part := stream.read(_READ_BYTES):
            digest.update(part)
    return digest.hexdigest()


def sync(path: Path) -> None:
    """Have the disk store a file, or the names in a folder, so that they survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_checksum(path: Path, digest: str) -> None:
    file = checksum_file(path)
    with open(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="ascii") as stream:
        stream.write(f"{digest}  {path.name}\n")
    sync(file)


def _new_path(folder: Path, name: str, now: datetime) -> Path:
    """A name that is free: several backups may be made within a second."""
    stem = f"{name}-{now.astimezone(UTC).strftime(_TIME)}"
    path, number = folder / (stem + ENDING), 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{ENDING}"
    return path


def _require_space(folder: Path, needed: int) -> None:
    free, wanted = shutil.disk_usage(folder).free, needed + max(MIN_SPARE_BYTES, needed // 20)
    if free < wanted:
        raise StoreError(
            f"There is not enough space for a backup in {folder}: it needs {wanted / 1e6:,.0f} MB, and "
            f"{free / 1e6:,.0f} MB are free. Free some space, keep fewer backups, or choose another folder."
        )


def _remove_leftovers(folder: Path, name: str) -> None:
    """Remove what a killed backup left: unfinished files, and checksums without a file."""
    for partial in folder.glob(f"{name}-*{ENDING}{PARTIAL}*"):
        partial.unlink(missing_ok=True)
    for file in folder.glob(f"{name}-*{ENDING}{CHECKSUM}"):
        if not file.with_name(file.name.removesuffix(CHECKSUM)).exists():
            file.unlink(missing_ok=True)


def _others(partial: Path) -> Iterator[Path]:
    """What an engine may have put beside an unfinished file."""
    return partial.parent.glob(f"{partial.name}-*")


@contextmanager
def _folder_errors(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as error:
        advice = "Check that it is a folder in which this user may write, or choose another one."
        raise StoreError(f"No backup can be written to {folder}: {error.strerror}. {advice}") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock on ``folder``, which leaves no file behind. Raises StoreError while another backup holds it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"Another backup is being written to {folder}. Wait until it is done.") from None
        yield
    finally:
        os.close(descriptor)
