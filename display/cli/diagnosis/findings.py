"""A finding of a check, and what the checks work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from display.server.running_state import RunningState, read_running_state
from monitor.config import Config
from monitor.errors import StoreError
from monitor.model import Examination
from monitor.store import database_files


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    UNKNOWN = "unknown"
    """It could not be checked here."""
    WARNING = "warning"
    """It works, but will or may cause trouble."""
    PROBLEM = "problem"
    """It does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    check: str
    """Its name, for scripts: "disk"."""
    level: Level
    text: str
    """What was found, in a sentence."""
    advice: str = ""
    """What to do."""


@dataclass(frozen=True)
class DoctorContext:
    """The installation that is examined."""

    config_path: Path
    config: Config | None
    """None if it cannot be used."""
    config_problems: tuple[str, ...]
    data: Path
    """The data folder: that of the config, or where it would be by default."""
    database: Path
    """Its file, unless the config names a server."""
    backups: Path
    version: str
    """That of this command."""
    now: datetime
    """By the machine's clock."""
    environ: Mapping[str, str]
    url: str = ""
    """The address at which people reach the pages; empty: do not ask it."""
    full: bool = False
    """Whether to check the whole database, however long it takes."""
    send_test: bool = False
    """Whether to send a test to each channel."""
    proc: Path = field(default=Path("/proc"))

    @cached_property
    def examination(self) -> Examination:
        """What is known of the database."""
        seconds = None if self.full else QUICK_SECONDS
        try:
            return database_files(self.database_url).examine(seconds, full=self.full)
        except StoreError as error:
            return Examination(unusable=str(error))

    @property
    def is_on_server(self) -> bool:
        """Whether the database is on a server."""
        return self.config is not None and self.config.postgres_url is not None

    @property
    def database_url(self) -> str:
        """The URL of the database."""
        return self.config.database_url if self.config and self.is_on_server else f"sqlite:///{self.database}"

    @cached_property
    def state(self) -> RunningState | None:
        """What the program that runs, or ran last, wrote about itself."""
        return read_running_state(self.data)

    @cached_property
    def running_pid(self) -> int | None:
        """The process that uses the data folder: 0 if it is not visible from here, None if there is none."""
        return lock_holder(self.data / "running.lock", self.proc / "locks")


QUICK_SECONDS = 20.0
"""How long the check of the database may take, unless it is to be complete."""
Check: TypeAlias = Callable[[DoctorContext], Iterator[Finding]]


def lock_holder(file: Path, locks: Path) -> int | None:
    """The process that holds a lock on ``file``; 0 if it is not visible from here, None if nobody does.

    Trying to lock the file could make a Wallflower that is just starting believe that another one is running.
    """
    try:
        inode = str(file.stat().st_ino)
        lines = locks.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    for fields in map(str.split, lines):
        # "1: FLOCK  ADVISORY  WRITE 1234 08:01:56789 0 EOF". The device is not compared: btrfs reports another one.
        if len(fields) > 5 and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == inode:
            return max(0, int(fields[4]))
    return None
