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
_END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_USED = """SELECT relname FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace) AND relkind = 'r'
    AND pg_relation_size(oid) > 0"""
_RESTART = """SELECT setval(CAST(format('%I', sequencename) AS regclass), 1, false) FROM pg_sequences
    WHERE last_value IS NOT NULL"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace) AND relkind = 'r'"
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"


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
        self._free: list[str] = []
        """Databases as new."""
        self._first_rows: list[tuple[str, str]] = []
        """Table and its rows in a new database, as JSON."""
        self._first_ids: list[tuple[str, int]] = []
        """Sequence and its last value in a new database."""

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

    def lent_database(self) -> str:
        """The URL of a database as new, for ``take_back``."""
        if self._free:
            return self._free.pop()
        url = self.new_database()
        if not self._first_rows:
            self._remember_rows(url)
        return url

    def take_back(self, url: str) -> None:
        """Make a lent database as new, which takes a tenth of the time of another one."""
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(_END_OTHERS)
            db.execute("SET session_replication_role = replica")  # checks no foreign keys, runs no triggers
            used = [table for (table,) in db.execute(_USED)]
            for table in used:
                db.execute(f"DELETE FROM {table}".encode())
            db.execute(f"VACUUM {', '.join(used)}".encode())
            db.execute(_RESTART)
            for table, rows in self._first_rows:
                db.execute(
                    f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s)".encode(), (rows,)
                )
            for sequence in self._first_ids:
                db.execute("SELECT setval(%s, %s)", sequence)
        self._free.append(url)

    def _remember_rows(self, url: str) -> None:
        with psycopg.connect(url) as db:
            tables = [table for (table,) in db.execute(_TABLES)]
            for table in tables:
                select = f"SELECT CAST(json_agg(rows) AS text) FROM {table} AS rows HAVING count(*) > 0"
                self._first_rows += [(table, rows) for (rows,) in db.execute(select.encode())]
            self._first_ids += [(name, last) for name, last in db.execute(_SEQUENCES)]

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
