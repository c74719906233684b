"""The backup that an admin starts on /sources, and its line in the system status.

POST /sources/backup --> BackupTask.start --> a thread --> a file in the folder of backups, an entry in the audit log
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime

from display.formatting import clock_time, format_duration, pluralize
from display.pages.context import PageContext
from display.pages.sources.system_status import StatusLine, format_bytes
from display.readiness import OLD_BACKUP
from monitor.errors import StoreError
from monitor.model import Backup
from monitor.store import database_files

log = logging.getLogger("wallflower")


@dataclass(frozen=True, slots=True)
class BackupState:
    """What the task does, or did last."""

    running_since: datetime | None = None
    failed_at: datetime | None = None
    problem: str = ""


class BackupTask:
    """Makes one backup at a time, in the background."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = BackupState()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> BackupState:
        """What it does now."""
        return self._state

    def start(self, context: PageContext, actor: str) -> bool:
        """Begin a backup that ``actor`` wants; return False if one is being made."""
        with self._lock:
            if self._state.running_since is not None:
                return False
            self._state = BackupState(running_since=context.clock.now())
        self._thread = threading.Thread(target=self._run, args=(context, actor), name="backup", daemon=True)
        self._thread.start()
        return True

    def wait(self, seconds: float) -> None:
        """Wait until the backup that is being made is done."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self, context: PageContext, actor: str) -> None:
        state = BackupState(failed_at=context.clock.now(), problem="A bug; the log has the details.")
        try:
            made = _back_up(context)
            details = {"bytes": made.size}
            context.store.people.record(actor, "made backup", made.path.name, details, context.clock.now())
            state = BackupState()
        except StoreError as error:
            log.error("The backup failed: %s", error)
            state = BackupState(failed_at=context.clock.now(), problem=str(error))
        except Exception:
            log.exception("The backup failed because of a bug")
        finally:
            self._state = state


def _back_up(context: PageContext) -> Backup:
    config = context.config
    return database_files(config.database_url).back_up(config.backups, context.clock.now(), config.keep_backups)


def backup_line(context: PageContext, state: BackupState, *, can_start: bool) -> StatusLine:
    """The line "Backups" of the system status. ``can_start``: whether its reader can make one on the page."""
    config, now, zone = context.config, context.clock.now(), context.config.timezone
    try:
        files = database_files(config.database_url)
        backups = files.backups(config.backups)
    except StoreError as error:
        return StatusLine("Backups", "Unknown.", str(error), trouble=True)
    if files.backup_advice:
        return StatusLine("Backups", "Not made here.", files.backup_advice)
    if state.running_since is not None:
        return StatusLine("Backups", "Running", f"since {clock_time(state.running_since, now, zone)}.")
    if state.failed_at is not None:
        figure = f"Failed at {clock_time(state.failed_at, now, zone)}:"
        return StatusLine("Backups", figure, state.problem, trouble=True)
    if not backups:
        advice = "Install the timer for a daily one, or make one now." if can_start else "An admin can make one here."
        return StatusLine("Backups", "None.", advice)
    newest = backups[0]
    kept = f"{pluralize(len(backups), 'backup')} with {format_bytes(sum(one.size for one in backups))}"
    age, is_old = now - newest.made_at, now - newest.made_at > OLD_BACKUP
    advice = "Check the timer, or make one now." if can_start else "An admin can make one here."
    return StatusLine(
        "Backups",
        f"{format_duration(age)} old,",
        f"the newest of {kept}. {advice if is_old else ''}".rstrip(),
        trouble=is_old,
    )
