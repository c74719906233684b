"""Notices about the config file: why it is not in use, and what of it needs a restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from display.formatting import clock_time
from monitor.config.changes import ConfigStatus

HOW_TO_RELOAD = "Correct the file, then run `systemctl reload wallflower`, or send SIGHUP to the process."


@dataclass(frozen=True, slots=True)
class ConfigNotice:
    """A sentence, the facts it is about, and what to do."""

    title: str
    items: tuple[str, ...]
    advice: str
    trouble: bool = False


def config_notices(status: ConfigStatus, file: Path, now: datetime, zone: tzinfo) -> list[ConfigNotice]:
    """The notices to show; none if all of ``file`` is in use."""
    notices = []
    if status.problems:
        n, loaded = len(status.problems), clock_time(status.loaded_at, now, zone)
        count = f"{n} problem{'' if n == 1 else 's'}"
        title = f"{file.name} has {count}. Wallflower still uses the config that it loaded at {loaded}."
        notices.append(ConfigNotice(title, status.problems, HOW_TO_RELOAD, trouble=True))
    if status.needs_restart:
        title = f"Some changes of {file.name} need a restart."
        notices.append(ConfigNotice(title, status.needs_restart, "Restart Wallflower when it suits you."))
    return notices
