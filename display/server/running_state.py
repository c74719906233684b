"""What a running Wallflower writes about itself each minute, for ``wallflower doctor``.

A file, because the doctor must work without an account, and while the web server does not answer.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

FILE_NAME = "running.json"


@dataclass(frozen=True, slots=True)
class RunningState:
    """The state of a running program at one moment."""

    version: str
    pid: int
    at: datetime
    """When it was written."""
    dark_walls: dict[str, str] = field(default_factory=dict)
    """Wall of the config that no screen shows -> since when, as on /sources."""
    dark_screens: dict[str, str] = field(default_factory=dict)
    """Paired screen that shows nothing, or nothing new -> since when, as on /walls."""
    stopped_parts: tuple[str, ...] = ()
    """Parts of the program that do not run."""
    config_problem: str = ""
    """Why the config in use is not the whole file."""

    ignored_proxies: tuple[str, ...] = ()
    """Addresses whose forwarding headers were ignored."""
    doctor_key: str = ""
    """With it, the program answers how a request arrived."""

    def write(self, folder: Path) -> None:
        """Replace the file in ``folder``. A full or read-only disk is no error: others report it."""
        partial = folder / f"{FILE_NAME}.partial"
        values = {**asdict(self), "at": self.at.isoformat()}
        with contextlib.suppress(OSError):
            descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:
                json.dump(values, file)
            os.replace(partial, folder / FILE_NAME)


def read_running_state(folder: Path) -> RunningState | None:
    """What the last program that used ``folder`` wrote; None if nothing can be read."""
    try:
        values: dict[str, Any] = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return RunningState(
            version=str(values["version"]),
            pid=int(values["pid"]),
            at=datetime.fromisoformat(values["at"]),
            dark_walls={str(name): str(since) for name, since in dict(values["dark_walls"]).items()},
            dark_screens={str(name): str(since) for name, since in dict(values["dark_screens"]).items()},
            stopped_parts=tuple(map(str, values["stopped_parts"])),
            config_problem=str(values["config_problem"]),
            ignored_proxies=tuple(map(str, values.get("ignored_proxies", ()))),
            doctor_key=str(values.get("doctor_key", "")),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
