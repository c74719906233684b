"""A PostgreSQL server of the tests' own, and a new database for a test."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
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

UNPRIVILEGED_USER = "nobody"
"""PostgreSQL refuses to run as root."""
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
    """The cluster of a test run, in a subfolder of ``folder``: the first process starts it, the last one stops it."""
    programs = binaries()
    assert programs is not None
    folder.mkdir(exist_ok=True)
    with (folder / "users").open("a+") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        place = _read(folder)
        if place is None:
            place = Path(tempfile.mkdtemp(prefix="wfpg", dir="/tmp"))
            _start(programs, place)
            _make_template(Cluster(place))
            (folder / "place").write_text(str(place))
        _count(users, 1)
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            yield Cluster(place)
        finally:
            fcntl.flock(users, fcntl.LOCK_EX)
            if _count(users, -1) == 0:
                (folder / "place").unlink()
                _run([str(programs / "pg_ctl"), "-D", str(place / "data"), "-m", "immediate", "stop"])
                shutil.rmtree(place, ignore_errors=True)


def _make_template(cluster: Cluster) -> None:
    cluster.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'")
    location = Location(cluster.url(TEMPLATE))
    with connect(location) as raw:
        prepare(raw, location, create=True, installation="")


def _read(folder: Path) -> Path | None:
    place = folder / "place"
    return Path(place.read_text()) if place.exists() else None


def _count(users: Any, change: int) -> int:
    users.seek(0)
    n = int(users.read() or 0) + change
    users.truncate(0)
    users.write(str(n))
    users.flush()
    return n


def _start(programs: Path, place: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(place, UNPRIVILEGED_USER)
    data = str(place / "data")
    _run([str(programs / "initdb"), "-D", data, "-U", "wallflower", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
          "--no-sync"])  # fmt: skip
    options = " ".join(f"-c {setting}" for setting in _SETTINGS)
    _run([str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(place / "log"), "-o", f"-k {place} {options}", "start"])


def _run(command: Sequence[str]) -> None:
    """Run a program of PostgreSQL, as an unprivileged user if this is root."""
    user = {"user": UNPRIVILEGED_USER, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **user)  # type: ignore[call-overload]
