"""The systemd units of an installation: those in deploy/, with its paths and its user."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from monitor.config import SYSTEM_DATA, SYSTEM_FILE
from monitor.errors import WallflowerError

UNITS = ("wallflower.service", "wallflower-backup.service", "wallflower-backup.timer")
TEMPLATE_PROGRAM = Path("/opt/wallflower/bin/wallflower")
TEMPLATE_USER = "wallflower"
KEYS = Path("/etc/credstore/wallflower")
"""Files with the keys of sources. It belongs to root, as every folder above it must: systemd follows links in it, so a
service that could replace it could read any file."""
STATE_ROOT = Path("/var/lib")
HIDDEN = tuple(map(Path, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))
"""What ProtectHome= and PrivateTmp= hide from the service."""
_PLAIN_PATH = re.compile(r"/[\w./+@:-]*", re.ASCII)
"""Paths without a character that has a meaning in a unit."""
_HOW_TO_INSTALL = (
    "Install Wallflower for the whole machine, then use that one: `python3 -m venv /opt/wallflower`, "
    "`/opt/wallflower/bin/pip install wallflower-*.whl`, `/opt/wallflower/bin/wallflower install-service`."
)


class InstallError(WallflowerError):
    """The service cannot be installed as asked."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What the units are written for. All paths are absolute."""

    program: Path = TEMPLATE_PROGRAM
    config: Path = SYSTEM_FILE
    data: Path = SYSTEM_DATA
    backups: Path | None = None
    """None: within ``data``."""
    user: str = TEMPLATE_USER

    @property
    def state_directory(self) -> str | None:
        """The folder below /var/lib that systemd creates; None if the data are elsewhere."""
        return self.data.relative_to(STATE_ROOT).parts[0] if STATE_ROOT in self.data.parents else None

    def check(self) -> None:
        """Raise InstallError if the service could not use these paths."""
        problems = [*self._hidden_paths(), *self._special_paths()]
        if not self.program.is_file():
            problems.append(f"There is no program at {self.program}. {_HOW_TO_INSTALL}")
        if problems:
            raise InstallError("\n".join(problems))

    def unit(self, name: str = UNITS[0]) -> str:
        """The text of the unit ``name``."""
        lines = template(name).splitlines()
        return "\n".join(line if line.startswith("#") else self._adapted(line) for line in lines) + "\n"

    def _adapted(self, line: str) -> str:
        key, equals, value = line.partition("=")
        if key in ("User", "Group"):
            value = self.user
        elif key == "StateDirectory" and self.state_directory:
            value = self.state_directory
        elif key == "ReadWritePaths":
            value = " ".join([value.replace(str(SYSTEM_FILE.parent), str(self.config.parent)), *self._writable()])
        elif key.startswith("StateDirectory") and not self.state_directory:
            return f"# {line}"
        for ours, theirs in ((TEMPLATE_PROGRAM, self.program), (SYSTEM_FILE, self.config)):
            value = value.replace(str(ours), str(theirs))
        return f"{key}{equals}{value}"

    def _writable(self) -> list[str]:
        """Folders that the units must list, besides the state directory and the folder of the config."""
        data = [] if self.state_directory else [self.data]
        backups = [self.backups] if self.backups and self.data not in self.backups.parents else []
        return [f"-{path}" for path in (*data, *backups)]

    def _hidden_paths(self) -> list[str]:
        found = [
            f"{what} is {path}, which is hidden from the service: it may use nothing below {hidden}. {advice}"
            for what, path, advice in (
                ("The program", self.program, _HOW_TO_INSTALL),
                ("The config", self.config, f"Move it to {SYSTEM_FILE}."),
                ("The data folder", self.data, f'Set `data = "{SYSTEM_DATA}"` in [wallflower].'),
                ("The folder of the backups", self.backups, "Set another `to` in [backup]."),
            )
            for hidden in HIDDEN
            if path and hidden in path.parents
        ]
        return found

    def _special_paths(self) -> list[str]:
        return [
            f'The path "{path}" has a space or a special character. Use a path of letters, digits and . _ + @ : -'
            for path in filter(None, (self.program, self.config, self.data, self.backups))
            if not _PLAIN_PATH.fullmatch(str(path))
        ]


def template(name: str) -> str:
    """The unit deploy/``name``, which the package contains."""
    return (resources.files("display.cli") / "units" / name).read_text(encoding="utf-8")


def installed_program() -> Path:
    """The ``wallflower`` beside the Python that runs this."""
    return Path(sys.prefix) / "bin" / "wallflower"
