"""What notifications need from the rest of the program: dark walls, backups, and the address of the pages."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta

from flask import Flask

from display.access.services import public_address
from display.pages.context import PageContext
from display.pages.sources.backups import BackupState, backup_line
from display.pages.sources.views import current_walls
from display.pages.walls.rows import paired_rows
from monitor.config.tables import Server
from monitor.errors import StoreError
from monitor.notifications.alert_watch import AlertSources
from monitor.notifications.service import Notifications
from monitor.notifications.vault import KEY_FILE, Vault

BACKUPS_EVERY = timedelta(minutes=5)
"""How often the folder of backups is looked at: it may be on a slow disk."""


def base_url(server: Server) -> str:
    """How links in messages begin."""
    return public_address(server).replace("<this machine>", socket.gethostname())


def create_notifications(app: Flask) -> Notifications:
    """The notifications of ``app``, which the caller starts. Their key is beside the database, and in no backup."""
    context: PageContext = app.extensions["wallflower"]
    config, inputs = context.config, NotificationInputs(app)
    return Notifications(
        context.store,
        context.clock,
        Vault(config.data / KEY_FILE),
        inputs.sources(),
        config.brands,
        config.timezone,
        base_url(config.server),
        config.allow_hosts,
    )


def dark_walls(context: PageContext) -> dict[str, str]:
    """Wall -> its state, for those that the config names and that no screen shows."""
    return {row.wall: row.state for row in current_walls(context) if row.trouble}


def dark_screens(app: Flask) -> dict[str, str]:
    """Paired screen -> its state, for those that are dark."""
    context: PageContext = app.extensions["wallflower"]
    try:
        walls = context.store.people.walls()
    except StoreError:
        return {}  # the store's fault is reported elsewhere
    live, uses = context.screens.paired_screens(), app.extensions["access"].identities.last_uses.walls()
    rows = paired_rows(walls, live, uses, context.clock.machine_time(), context.config.timezone)
    return {row.wall.name: row.state for row in rows if row.is_dark}


class NotificationInputs:
    """Read by the thread of the notifications."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._backups_at: datetime | None = None
        self._backup_problem = ""

    def sources(self) -> AlertSources:
        """What the alerts are computed from."""
        return AlertSources(self._source_names, self._dark, self.backup_problem)

    def backup_problem(self) -> str:
        """What is wrong with the backups; empty if nothing is, or if there has never been one."""
        context = self._context()
        now = context.clock.now()
        state: BackupState = self._app.extensions["backup"].state
        is_recent = self._backups_at is not None and now - self._backups_at < BACKUPS_EVERY
        if is_recent and state.failed_at is None:
            return self._backup_problem
        line = backup_line(context, state, can_start=True)
        self._backups_at = now
        self._backup_problem = f"{line.figure} {line.text}" if line.trouble and not context.config.is_sample else ""
        return self._backup_problem

    def _context(self) -> PageContext:
        """The context in use."""
        context: PageContext = self._app.extensions["wallflower"]
        return context

    def _dark(self) -> dict[str, str]:
        return {**dark_walls(self._context()), **dark_screens(self._app)}

    def _source_names(self) -> list[str]:
        return [source.name for source in self._context().config.sources]
