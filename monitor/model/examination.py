"""What is known about the files of a database without opening it for use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.notifications import Channel


@dataclass(frozen=True, slots=True)
class Examination:
    """The state of a database, whatever is wrong with it."""

    exists: bool = True
    unusable: str = ""
    """Why it could not be examined, and what to do; empty if it could."""
    forbidden: str = ""
    """Why this user may not read it; empty if it may."""
    damage: tuple[str, ...] = ()
    """What is wrong with its structure."""
    is_complete: bool = True
    """Whether all of it was read within the time limit."""
    newer: str = ""
    """Why this program cannot use it: a newer one wrote it."""
    older: bool = False
    """Whether it will be migrated when Wallflower starts."""
    newest: datetime | None = None
    """The latest time of anything that Wallflower did, as stored."""
    log_bytes: int = 0
    """The size of the write-ahead log."""
    sources: tuple[str, ...] = ()
    """Sources that were polled at some time."""
    samples: tuple[str, ...] = ()
    """Those of them whose posts are made up."""
    channels: tuple[Channel, ...] = ()
    """Of notifications."""
    leftovers: tuple[str, ...] = ()
    """Files that an interrupted command left beside it."""
    installation: str = ""
    """The id of the installation that a database on a server belongs to."""
    unfinished_erasure: bool = False
    """Whether bytes of erased posts may be left, because an erasure was interrupted."""
