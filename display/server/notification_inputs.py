"""What notifications need from the rest of the program: dark walls, backups, and the address of the pages."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from display.access.services import public_address
from display.pages.context import PageContext
from display.pages.sources.backups import BackupState, backup_line
from monitor.config import Config
from monitor.config.tables import Server
from monitor.notifications.alert_watch import AlertSources
from monitor.notifications.vault import KEY_FILE, Vault

BACKUPS_EVERY = timedelta(minutes=5)
"""How often the folder of backups is looked at: it may be on a slow disk."""


def vault_of(config: Config) -> Vault:
    """The vault of an installation. Its key is beside the database, and in no backup of it."""
    return Vault(config.data / KEY_FILE)


def base_url(server: Server) -> str:
    """How links in messages begin."""
    return public_address(server).replace("<this machine>", socket.gethostname())


class NotificationInputs:
    """Read by the thread of the notifications."""

    def __init__(
        self,
        context: Callable[[], PageContext],
        backup_state: Callable[[], BackupState],
        dark_walls: Callable[[PageContext], Mapping[str, str]],
    ) -> None:
        """``context`` returns the context in use."""
        self._context, self._backup_state, self._dark_walls = context, backup_state, dark_walls
        self._backups_at: datetime | None = None
        self._backup_problem = ""

    def sources(self) -> AlertSources:
        """What the alerts are computed from."""
        return AlertSources(self._source_names, lambda: self._dark_walls(self._context()), self.backup_problem)

    def backup_problem(self) -> str:
        """What is wrong with the backups; empty if nothing is, or if there has never been one."""
        context = self._context()
        now = context.clock.now()
        state = self._backup_state()
        is_recent = self._backups_at is not None and now - self._backups_at < BACKUPS_EVERY
        if is_recent and state.failed_at is None:
            return self._backup_problem
        line = backup_line(context, state, can_start=True)
        self._backups_at = now
        self._backup_problem = f"{line.figure} {line.text}" if line.trouble and not context.config.is_sample else ""
        return self._backup_problem

    def _source_names(self) -> list[str]:
        return [source.name for source in self._context().config.sources]
