"""Care of the stored data: backups, and what was erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Backup:
    """A complete, verified copy of the database in one file."""

    path: Path
    made_at: datetime
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class DatabaseContent:
    """What a database file contains."""

    posts: int
    mentions: int
    newest: datetime | None
    """When the last mention was added; None without any."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was verified and, except in a dry run, restored."""

    content: DatabaseContent
    has_checksum: bool
    """Whether its checksum was there to compare with."""
    replaced: Path | None
    """The new name of the old database; None if there was none."""
