"""How a store is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.clock import Clock
from monitor.model import MigrationProgress

WRITE_TIMEOUT_SECONDS = 15.0
"""How long a write may take from its submission until it begins: in the queue, and waiting for other programs."""


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """How ``open_store`` opens a store."""

    create: bool = True
    """Whether a missing database is created."""
    lock_timeout: float = WRITE_TIMEOUT_SECONDS
    """Seconds to wait for another program's lock, and the deadline of a write, counted from its submission."""
    long_running: bool = False
    """For ``wallflower run``: check the database after an unclean stop, and test every few seconds that it can be
    written, even if there is nothing to store."""
    clock: Clock | None = None
    """The machine's, if None."""
    on_migration: Callable[[MigrationProgress], None] = lambda _: None
    """Called often while an older database is migrated."""
    installation: Path | None = None
    """The file with the id of this installation, created with the database; None: any may open it. A database in a
    file belongs to whoever has the file, so only PostgreSQL compares it."""


DEFAULT_OPTIONS = OpenOptions()
