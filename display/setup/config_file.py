"""The config file as the set-up pages read, check and replace it. The file is the only place of its settings."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from display.wall_state.i18n import catalogue
from monitor import sources
from monitor.config import Config, load_text
from monitor.errors import ConfigError, WallflowerError

NEW_FILE_MODE = 0o640
_DIFF_CONTEXT_LINES = 2


class NotWritable(WallflowerError):
    """The file cannot be replaced by this user."""


class FileChanged(WallflowerError):
    """The file is not the one that the change was based on."""


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of the file at one moment; empty if there is no file."""

    path: Path
    text: str
    digest: str
    """Of the text, to notice changes; empty if there is no file."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line that is added ("+"), removed ("-"), or near one (" "); "…" stands for lines that are left out."""

    sign: str
    text: str


def check_text(text: str, file: Path) -> Config:
    """``text`` as the config in ``file``. Raises ConfigError with every problem, those of single sources included."""
    config = load_text(text, file, _options_of, sources.kinds(), catalogue())
    config.check()
    return config


def _options_of(kind: str) -> type[BaseModel]:
    return sources.load_or_placeholder(kind).Options


def read_file(path: Path) -> FileText:
    """The file as it is now. Raises ConfigError if it cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return FileText(path, "", "")
    except OSError as error:
        raise ConfigError(path, [f"the file cannot be read: {error.strerror}."]) from error
    try:
        return FileText(path, data.decode("utf-8-sig"), hashlib.sha256(data).hexdigest())
    except UnicodeDecodeError as error:
        raise ConfigError(path, ["the file is not UTF-8 text. Save it as UTF-8."]) from error


def replace_file(before: FileText, text: str, replace: Callable[[Path, Path], None] = os.replace) -> None:
    """Replace the file by ``text`` as a whole, with its mode and its owner.

    Raises FileChanged if it is not ``before`` any more, and NotWritable; then the file stays as it is.
    """
    target = Path(os.path.realpath(before.path))
    if read_file(target).digest != before.digest:
        raise FileChanged(f"{before.path} was changed in the meantime.")
    try:
        partial = _written_beside(target, text)
    except OSError as error:
        raise NotWritable(f"{before.path} cannot be written: {error.strerror}.") from error
    try:
        _copy_owner(target, partial)
        if read_file(target).digest != before.digest:  # as late as possible
            raise FileChanged(f"{before.path} was changed in the meantime.")
        replace(partial, target)
    except OSError as error:
        raise NotWritable(f"{before.path} cannot be replaced: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    _sync_folder(target.parent)


def is_writable(path: Path) -> bool:
    """Whether ``replace_file`` will probably succeed."""
    target = Path(os.path.realpath(path))
    owned = not target.exists() or target.stat().st_uid == os.geteuid() or os.geteuid() == 0
    return owned and os.access(target.parent, os.W_OK | os.X_OK) and (not target.exists() or os.access(target, os.W_OK))


def diff_lines(before: str, after: str) -> list[DiffLine]:
    """What a person has to change by hand, with the lines around it."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=_DIFF_CONTEXT_LINES)
    found = [DiffLine("…", "") if line.startswith("@@") else DiffLine(line[:1], line[1:]) for line in list(lines)[2:]]
    return found[1:] if found and found[0].sign == "…" else found


def _written_beside(target: Path, text: str) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _copy_owner(target: Path, partial: Path) -> None:
    """Give ``partial`` the owner and the mode of ``target``. Raises OSError if this user may not."""
    if not target.exists():
        partial.chmod(NEW_FILE_MODE)
        return
    old, new = target.stat(), partial.stat()
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        os.chown(partial, old.st_uid, old.st_gid)
    partial.chmod(old.st_mode & 0o7777)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
