"""Care of a database: of its files while no store has it open in this process, and of what an open one contains."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from monitor.model import (
    Backup,
    DatabaseStatus,
    Erasure,
    ErasureTarget,
    Examination,
    Expired,
    FutureTimes,
    PostCounts,
    Restored,
)


class DatabaseFiles(Protocol):
    """The files of one database. ``monitor.store.database_files`` returns one."""

    @property
    def backup_advice(self) -> str:
        """How to make backups of a database of which these methods make none; empty if they do.

        Then ``back_up`` and ``restore`` raise StoreError, and ``backups`` returns none.
        """

    def status(self) -> DatabaseStatus:
        """The engine, its version and the space that the database uses."""

    def back_up(self, folder: Path, now: datetime, keep: int) -> Backup:
        """Write a verified backup into ``folder`` and delete all but the newest ``keep`` there.

        Other programs may write to the database meanwhile; the backup is one snapshot of it. An older database is not
        migrated. Raises StoreError.
        """

    def is_current(self) -> bool:
        """Whether the database needs no migration. Raises StoreError."""

    def backups(self, folder: Path) -> list[Backup]:
        """The complete backups of this database in ``folder``, the newest first. Raises StoreError."""

    def restore(self, file: Path, now: datetime, *, dry_run: bool = False) -> Restored:
        """Replace the database by ``file``, keeping the old one under another name. ``dry_run``: only verify ``file``.

        No other program may have the database open. Raises StoreError or SchemaError, with the old database in place.
        """

    def examine(self, seconds: float | None, *, full: bool = False) -> Examination:
        """Examine the database for at most ``seconds`` (None: as long as it takes), in any state, without changing it.

        Other programs may use it. ``full`` also compares each index with its table. Raises nothing.
        """


class Maintenance(Protocol):
    """Care of what an open database contains: ``Store.maintenance``. Every method may raise StoreError."""

    # Times

    def future_times(self, now: datetime) -> FutureTimes:
        """The mentions that were added after ``now``, because the machine's clock was ahead."""

    def repair_times(self, now: datetime, limit: int = 500) -> int:
        """Correct the times of at most ``limit`` such mentions; return how many. 0: all times are corrected.

        They are estimated from the mentions before them and from the times of publication. No other program may use the
        database meanwhile.
        """

    # Retention

    def set_retention(self, keep: timedelta | None, by_source: Mapping[str, timedelta]) -> None:
        """Store how long posts are kept: ``by_source``, and ``keep`` for all other sources; None: forever.

        From then on, ``Store.save`` does not store what is older. ``delete_expired`` deletes it.
        """

    def delete_expired(self, now: datetime, limit: int = 500) -> Expired:
        """Delete at most ``limit`` posts that are older than they are kept, in one transaction, with their figures.

        The age of a post without a date counts from when it was added.
        """

    # Erasure

    def find_posts(self, target: ErasureTarget) -> PostCounts:
        """How many posts ``target`` means. Raises StoreError for a mention that does not exist."""

    def erase(self, target: ErasureTarget, now: datetime, *, refuse_later: bool = True) -> Erasure:
        """Delete the posts so that no byte of them is left in the files of the database, and keep them from returning.

        ``Store.save`` refuses these posts from then on, whichever source or file they come from, and with
        ``refuse_later`` everything else by an erased author or at an erased link too. The names of authors and links
        are stored as hashes only. An erased author is also no longer named by posts that replied to it.

        Other programs may use the database. If anything was found, it is rewritten as a whole. Meanwhile they wait to
        write, seconds for each GB, and ``StoreHealth.pause`` of a running program says so. What was interrupted is
        finished by the next erasure.
        """

    def allow_again(self, target: ErasureTarget) -> bool:
        """Let an erased author or link be stored again; return whether it was refused. Erased posts stay refused."""

    # Words of deleted posts

    def deleted_words_since(self) -> datetime | None:
        """Since when words of deleted or edited posts may still be in the search index or the log; None: none are."""

    def remove_deleted_words(self, now: datetime, seconds: float | None = None) -> bool:
        """Remove them in small steps, for at most ``seconds``; return whether none are left. Call it again to go on."""
