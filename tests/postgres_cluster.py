"""A PostgreSQL server of the tests' own, and a new database for a test."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from monitor.store.postgres.connections import connect
from monitor.store.postgres.location import Location
from monitor.store.postgres.schema import prepare
from tests import stop_postgres
from tests.stop_postgres import UNPRIVILEGED_USER, as_unprivileged

_SETTINGS = (
    *("fsync=off", "full_page_writes=off", "synchronous_commit=off", "listen_addresses=", "max_connections=300"),
    *("shared_buffers=64MB", "autovacuum_naptime=60", "max_wal_size=4GB", "wal_level=minimal", "max_wal_senders=0"),
)
TEMPLATE = "wallflower_template"


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl, of the newest version; None if PostgreSQL 15 or newer is not installed."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found = sorted((folder for folder in folders if int(folder.parent.name) >= 15), key=lambda f: int(f.parent.name))
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).parent if on_path else None


class Cluster:
    """A server that listens on a socket in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql:///{database}?host={self.folder}&user=wallflower"

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement outside of a transaction; return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as db:
            cursor = db.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def new_database(self) -> str:
        """The URL of a new database with the tables of the template."""
        name = f"test_{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY wal_log")
        return self.url(name)

    def empty_database(self) -> str:
        """The URL of a new database without tables."""
        name = f"test_{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Delete a database."""
        name = url.partition(":///")[2].partition("?")[0]
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def shared_cluster(folder: Path) -> Iterator[Cluster]:
    """The cluster of a test run, which ``folder`` remembers: the first process starts it.

    Each process holds a lock on the file ``users`` until it ends, so a killed test run leaves no server behind: see
    ``stop_postgres``.
    """
    programs = binaries()
    assert programs is not None
    folder.mkdir(exist_ok=True)
    address = folder / "place"
    with (folder / "starting").open("w") as starting, (folder / "users").open("w") as users:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        if not address.exists():
            _start_shared(programs, address, Path(users.name))
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield Cluster(Path(address.read_text()))


def _start_shared(programs: Path, address: Path, users: Path) -> None:
    place = Path(tempfile.mkdtemp(prefix="wfpg", dir="/tmp"))
    address.write_text(str(place))
    stopper = [sys.executable, stop_postgres.__file__, str(users), str(address), str(programs / "pg_ctl")]
    subprocess.Popen(stopper, cwd="/", start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL)  # fmt: skip
    _start(programs, place)
    _make_template(Cluster(place))


def _make_template(cluster: Cluster) -> None:
    cluster.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'")
    location = Location(cluster.url(TEMPLATE))
    with connect(location) as raw:
        prepare(raw, location, create=True, installation="")


def _start(programs: Path, place: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(place, UNPRIVILEGED_USER)
    data = str(place / "data")
    _run([str(programs / "initdb"), "-D", data, "-U", "wallflower", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
          "--no-sync"])  # fmt: skip
    options = " ".join(f"-c {setting}" for setting in _SETTINGS)
    _run([str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(place / "log"), "-o", f"-k {place} {options}", "start"])


def _run(command: Sequence[str]) -> None:
    """Run a program of PostgreSQL."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
                   **as_unprivileged())  # fmt: skip
