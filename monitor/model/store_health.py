"""The health of the store: whether it can store, and if not, why and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

MAX_WAIT_SECONDS = 10.0
"""A store with a write that has been waiting for longer is not ready."""
MAX_COMMIT_AGE_SECONDS = 60.0
"""A store that writes at least every few seconds is not ready if its last commit is older."""


class FaultKind(StrEnum):
    """Why nothing can be stored."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    LOCKED = "locked"
    """Another program holds the lock of the database."""
    CORRUPT = "corrupt"
    REPLACED = "replaced"
    """The file of the database was moved, deleted or replaced while the program was running."""
    IO_ERROR = "io_error"


class FaultCause(NamedTuple):
    """A cause in words, within a sentence, and what a person should do about it."""

    present: str
    past: str
    advice: str


CAUSES: Mapping[FaultKind, FaultCause] = MappingProxyType(
    {
        FaultKind.DISK_FULL: FaultCause(
            "the disk is full", "the disk was full", "Free some space; storing then continues by itself."
        ),
        FaultKind.READ_ONLY: FaultCause(
            "the disk is read-only",
            "the disk was read-only",
            "Check the disk and the permissions of the data folder; storing then continues by itself.",
        ),
        FaultKind.LOCKED: FaultCause(
            "another program has locked the database",
            "another program had locked the database",
            "Stop that program; storing then continues by itself.",
        ),
        FaultKind.CORRUPT: FaultCause(
            "the database is damaged",
            "the database was damaged",
            "Stop Wallflower, restore the newest backup with `wallflower restore FILE`, and start it again.",
        ),
        FaultKind.REPLACED: FaultCause(
            "the file of the database was moved or replaced",
            "the file of the database was moved or replaced",
            "Put the file back or restore a backup, then start Wallflower again.",
        ),
        FaultKind.IO_ERROR: FaultCause(
            "the disk reports an error",
            "the disk reported an error",
            "Check the disk; the log of the system says more. Storing continues by itself if that is possible.",
        ),
    }
)
ERASING = "erasing"
"""``StoreError.fault`` while posts are being erased. That is expected, so it is no kind of fault; see StorePause."""
LASTING_FAULTS = frozenset({FaultKind.CORRUPT, FaultKind.REPLACED})
"""They do not end before the program is restarted."""


@dataclass(frozen=True, slots=True)
class StoreFault:
    """Why nothing can be stored, and since when."""

    kind: FaultKind
    since: datetime
    message: str
    """Sentences for the operator: which file, what is wrong and what to do."""

    @property
    def cause(self) -> str:
        """ "the disk is full" """
        return CAUSES[self.kind].present

    @property
    def past_cause(self) -> str:
        """ "the disk was full" """
        return CAUSES[self.kind].past

    @property
    def advice(self) -> str:
        """What a person should do, without the path of the file."""
        return CAUSES[self.kind].advice

    @property
    def lasts(self) -> bool:
        """Whether it does not end by itself."""
        return self.kind in LASTING_FAULTS


@dataclass(frozen=True, slots=True)
class StorePause:
    """Nothing can be stored for a while, as expected: posts are being erased."""

    since: datetime
    until: datetime | None = None
    """About when storing continues; None if that is not known."""

    @property
    def cause(self) -> str:
        """Like ``StoreFault.cause``."""
        return "posts are being erased"

    @property
    def past_cause(self) -> str:
        """Like ``StoreFault.past_cause``."""
        return "posts were being erased"

    @property
    def advice(self) -> str:
        """Like ``StoreFault.advice``."""
        return "Storing continues by itself."


@dataclass(frozen=True, slots=True)
class UncleanStop:
    """How the last run ended, if it was not stopped while everything could be stored."""

    fault: FaultKind | None = None
    """Why nothing could be stored when it ended; None if that is not known."""
    since: datetime | None = None
    """Since when nothing could be stored."""


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """What is known about the store without waiting for it."""

    alive: bool = True
    """Whether the part that writes is running."""
    last_commit_at: datetime | None = None
    last_commit_seconds: float | None = None
    """The age of the last commit, whatever the system clock does; None before the first."""
    oldest_queued_seconds: float = 0.0
    """How long ago the oldest write that is not committed yet was submitted."""
    waiting: int = 0
    """Queued writes."""
    fault: StoreFault | None = None
    pause: StorePause | None = None
    free_bytes: int | None = None
    """Free space where the database is stored; None if unknown."""
    checking: bool = False
    """Whether the database is being checked after an unclean stop."""
    unclean_stop: UncleanStop | None = None
    """How the run before this one ended; None if that was a clean stop."""
    tests_itself: bool = False
    """Whether it writes every few seconds even if nothing has to be stored."""

    @property
    def outage(self) -> StoreFault | StorePause | None:
        """Why nothing can be stored."""
        return self.fault or self.pause

    @property
    def can_store(self) -> bool:
        """Whether a write is expected to succeed."""
        return self.alive and self.outage is None

    @property
    def ready(self) -> bool:
        """Whether everything that is known says that it works."""
        return not self.reasons

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not ready, in sentences; () if it is."""
        return tuple(filter(None, self._all_reasons()))

    def _all_reasons(self) -> tuple[str, ...]:
        return self._death(), self._fault(), self._pause(), self._check(), self._wait(), self._last_commit()

    def _death(self) -> str:
        return "" if self.alive else "The write thread has ended. Restart Wallflower."

    def _fault(self) -> str:
        fault = self.fault
        return f"Cannot store since {fault.since:%H:%M} UTC: {fault.cause}." if fault else ""

    def _pause(self) -> str:
        if self.pause is None:
            return ""
        until = f" at about {self.pause.until:%H:%M} UTC" if self.pause.until else ""
        return f"Posts are being erased since {self.pause.since:%H:%M} UTC; storing continues by itself{until}."

    def _check(self) -> str:
        return "The database is being checked, because Wallflower was not stopped cleanly." if self.checking else ""

    def _wait(self) -> str:
        waited = self.oldest_queued_seconds
        return f"A write has been waiting for {waited:.0f} s." if waited > MAX_WAIT_SECONDS and not self.pause else ""

    def _last_commit(self) -> str:
        age = self.last_commit_seconds
        is_old = self.tests_itself and age is not None and age > MAX_COMMIT_AGE_SECONDS
        return f"The last write was {age:.0f} s ago." if is_old and not (self.fault or self.pause) else ""
