"""Care of the stored data: backups, retention and erasure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
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
    erased_again: int | None = 0
    """Posts that were erased since the backup was made, and therefore from the restored database too; None if the old
    database could not be read, so that nobody knows."""


class Refusal(Enum):
    """Why the store refused a post that mentions a brand."""

    ERASED = "erased"
    """It, its author or its link was erased."""
    EXPIRED = "expired"
    """It is older than posts of its source are kept."""


@dataclass(frozen=True, slots=True)
class ErasureTarget:
    """Which posts to erase: exactly one of ``author``, ``url`` and ``mention`` is given."""

    author: str = ""
    """A name as ``author:`` of a rule compares it: regardless of case, with or without "@"."""
    url: str = ""
    """A link; tracking parameters, the scheme and "www." are ignored."""
    mention: int | None = None
    """Id of a mention of the post."""
    source: str = ""
    """Only posts of this source; empty: of any."""


@dataclass(frozen=True, slots=True)
class PostCounts:
    """How many posts, with how many mentions."""

    posts: int
    mentions: int
    by_source: dict[str, int]
    """Source -> posts, most first."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """The result of an erasure. The posts are gone from lists, figures and searches in any case."""

    counts: PostCounts
    remaining: str = ""
    """Why bytes of the texts may still be in the files, and what to do; empty if none is left."""
    rewritten: bool = False
    """Whether the database had to be rewritten: something was found, or an earlier erasure had not been finished."""


@dataclass(frozen=True, slots=True)
class Expired:
    """One step of the retention."""

    deleted: dict[str, int]
    """Source -> posts that were deleted."""
    more: bool
    """Whether another step may find more."""


@dataclass(frozen=True, slots=True)
class FutureTimes:
    """Mentions that were added after now, by the machine's clock."""

    mentions: int
    newest: datetime | None
    """The latest time of adding among them; None if there are none."""


@dataclass(frozen=True, slots=True)
class MigrationProgress:
    """How far the migration of the database to this version is."""

    fraction: float
    """0 to 1, an estimate."""
    seconds: float
    """Since it began."""

    @property
    def seconds_left(self) -> float | None:
        """An estimate; None while there is too little to estimate from."""
        if self.seconds < 3 or self.fraction < 0.02:
            return None
        return self.seconds * (1 - self.fraction) / self.fraction

    def __str__(self) -> str:
        """ "Upgrading the database: 43 %, about 2 min left"."""
        left = self.seconds_left
        text = f"Upgrading the database: {self.fraction * 100:.0f} %"
        if left is None:
            return text
        return f"{text}, about {f'{left:.0f} s' if left < 90 else f'{left / 60:.0f} min'} left"
