"""What ``wallflower run`` checks before it serves: the host, the port, the data folder and the database."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from display.server.upgrade_page import UpgradePage
from display.source_health import leftover_samples, removal_advice
from monitor.clock import Clock
from monitor.config import Config
from monitor.errors import DatabaseMissing, StoreError, WallflowerError
from monitor.model import DatabaseStatus, MigrationProgress
from monitor.store import open_store
from monitor.store.permissions import FILE_MODE, FOLDER_MODE, restrict, restrict_folder

MAX_CLOCK_ERROR = timedelta(minutes=5)
CLOCK_ADVICE = (
    "If the clock of this machine is right now, it was ahead before: stop Wallflower and run `wallflower repair-clock`."
)

log = logging.getLogger("wallflower")


class PortUnavailable(WallflowerError):
    """The server cannot listen on the port of the pages."""


class AlreadyRunning(WallflowerError):
    """Another run uses the same data folder."""


def check_port(config: Config) -> None:
    """Raise PortUnavailable if the server cannot listen on the port."""
    host, port = config.server.host, config.server.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError as error:
            raise PortUnavailable(f"This user may not use port {port}. Set another `port` in [server].") from error
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                advice = 'Set `host` in [server] to one of its addresses, or to "0.0.0.0" for all of them.'
                raise PortUnavailable(f'This machine has no address "{host}". {advice}') from error
            raise PortUnavailable(
                f"Port {port} is in use. Stop the program that uses it, or set another `port` in [server]."
            ) from error


def require_database(config: Config, *, create: bool = False) -> None:
    """Raise DatabaseMissing if there is no database and none may be created: its volume may be missing.

    Sample data gets a database without being asked for. Whether there is one on a server, ``prepare_database`` sees.
    """
    if not (create or config.is_sample or config.postgres_url or config.database.exists()):
        raise DatabaseMissing(config.database)


@contextmanager
def single_instance(config: Config) -> Iterator[None]:
    """Hold the lock of the data folder, which forked workers inherit. Raises AlreadyRunning and StoreError."""
    try:
        config.data.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        descriptor = os.open(config.data / "running.lock", os.O_RDWR | os.O_CREAT, FILE_MODE)
    except OSError as error:
        advice = "Give this user permission to write to it, or set another `data` in [wallflower]."
        raise StoreError(f"The data folder {config.data} cannot be used: {error.strerror}. {advice}") from error
    with os.fdopen(descriptor, "r+") as lock:
        restrict_folder(config.data, config.path)
        restrict(config.data / "running.lock", FILE_MODE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunning(f"Wallflower is already running with the data folder {config.data}.") from error
        yield


def prepare_database(
    config: Config, *, create: bool = False, on_migration: Callable[[MigrationProgress], None] = lambda _: None
) -> DatabaseStatus:
    """Migrate the database and register the brands, then close it again. Raises StoreError.

    While it is migrated, the address of the pages says how far that is, and ``on_migration`` is called often.
    A missing database is created if ``create`` is true or its data is made up, and raises DatabaseMissing otherwise.
    """
    with UpgradePage(config.server.host, config.server.port) as page:

        def report(progress: MigrationProgress) -> None:
            page.report(progress)
            on_migration(progress)

        store = open_store(
            config.database_url,
            create=create or config.is_sample,
            on_migration=report,
            installation=config.installation,
        )
    try:
        store.register_brands(config.brands, Clock().now())
        store.maintenance.set_retention(config.keep, config.keep_by_source)
        if (late := store.maintenance.future_times(Clock().now() + MAX_CLOCK_ERROR)).newest:
            log.warning("%d mentions have times after now, up to %s. %s", late.mentions, late.newest, CLOCK_ADVICE)
        for name in leftover_samples(config, store.recorded_statuses()):
            log.warning(removal_advice(name))
        return store.database_status()
    finally:
        store.close()
