"""Observes the soak's run from outside: /proc, database (read only), pages and metrics. Presses "Check now"."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import requests

from bench._soak_checks import GapHistory, Sample
from bench._soak_person import Person, Unexpected
from bench._soak_plan import Plan

POLL_SECONDS = 2.0
"""Between two polls of the gaps."""
PAGES = ("/healthz", "/wall/state.json", "/mentions", "/sources")
METRICS = {"lag": "wallflower_change_log_lag", "sockets": "wallflower_sockets", "queue": "wallflower_store_queue_depth"}
TIMEOUT_SECONDS = 30.0
MEMORY_FILE = "memory.json"
"""The memory figures that the run writes."""
MEGABYTE = 1 << 20


class Observer:
    """Records gaps, failing pages and worker processes. ``person``: an admin who requests what it observes."""

    def __init__(self, plan: Plan, folder: Path, pid: int, person: Person) -> None:
        self._plan, self._folder, self._person = plan, folder, person
        self._parent = psutil.Process(pid)
        self._database = folder / "data" / "wallflower.db"
        self._unauthorised = [o for o in plan.outages if o.fault == "401"]
        self._child_cpu: dict[int, float] = {}
        self.gaps = GapHistory()
        self.problems: list[str] = []
        """Failed requests, and when the service was unhealthy."""
        self.workers: set[int] = set()

    def poll_gaps(self, now: float) -> None:
        """Record the current gaps."""
        at = self._plan.began + now
        with self.database() as db:
            rows = db.execute(
                "SELECT gap.id, name, since / 1000.0, until / 1000.0 FROM gap JOIN source ON source.id = gap.source"
            ).fetchall()
        self.gaps.add_poll(rows, at)

    def press_check_now(self, now: float) -> None:
        """Press "Check now" for sources whose site no longer answers 401, like a person who has corrected a key."""
        over = [outage for outage in self._unauthorised if outage.end + POLL_SECONDS < now]
        self._unauthorised = [outage for outage in self._unauthorised if outage not in over]
        for outage in over:
            for name in [source.name for source in self._plan.sources if source.port == outage.port]:
                self._request(f"/sources/{quote(name)}/try", {})

    def sample(self, now: float) -> Sample:
        """Sample the run."""
        start = time.monotonic()
        health = json.loads(self._request(PAGES[0]) or "{}")
        for page in PAGES[1:]:
            self._request(page)
        pages = (time.monotonic() - start) * 1000
        ready = json.loads(self._request("/readyz") or "{}")
        if not (health and all(health.values())) or not ready.get("ready"):
            self.problems.append(f"{now:.0f} s: {health} {ready.get('reasons')}")
        (worker,) = self._parent.children()
        self.workers.add(worker.pid)
        children = worker.children()
        for child in children:
            with contextlib.suppress(psutil.Error):
                self._child_cpu[child.pid] = sum(child.cpu_times()[:2])
        return Sample(
            at=now,
            rss=worker.memory_info().rss / MEGABYTE,
            child_rss=sum(child.memory_info().rss for child in children) / MEGABYTE,
            threads=worker.num_threads(),
            fds=worker.num_fds(),
            cpu=sum(worker.cpu_times()[:2]) + sum(self._child_cpu.values()),
            db=self._database.stat().st_size / MEGABYTE,
            wal=self._database.with_name(self._database.name + "-wal").stat().st_size / MEGABYTE,
            pages=pages,
            healthy=bool(ready.get("ready")),
            parent_rss=self._parent.memory_info().rss / MEGABYTE,
            parent_fds=self._parent.num_fds(),
            connections=self._database_connections(worker.pid),
            half_closed=sum(each.status == psutil.CONN_CLOSE_WAIT for each in worker.net_connections("tcp")),
            log=(self._folder / "log").stat().st_size / MEGABYTE,
            sessions=self._sessions(),
            **self._metrics(),
            **json.loads((self._folder / MEMORY_FILE).read_text()),
        )

    @contextlib.contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The database, read only."""
        with contextlib.closing(
            sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=TIMEOUT_SECONDS)
        ) as db:
            yield db

    def texts(self) -> dict[str, list[str]]:
        """Source -> the title and text of each post stored as a mention, with duplicates."""
        found: dict[str, list[str]] = {}
        with self.database() as db:
            for name, title, text in db.execute(
                "SELECT source.name, post.title, post.text FROM post JOIN source ON source.id = post.source"
                " WHERE post.id IN (SELECT post FROM mention WHERE state < 2)"
            ):
                found.setdefault(name, []).append(f"{title} {text}")
        return found

    def statuses(self) -> dict[str, dict[str, object]]:
        """Source -> its stored status."""
        with self.database() as db:
            return {n: json.loads(s) for n, s in db.execute("SELECT name, status FROM source WHERE status NOT NULL")}

    def mentions(self) -> tuple[int, int]:
        """The number of mentions, and how many of them are duplicates."""
        with self.database() as db:
            select = "SELECT count(*), count(*) - count(DISTINCT post || ' ' || brand) FROM mention"
            n, duplicates = db.execute(select).fetchone()
        return int(n), int(duplicates)

    def integrity(self) -> str:
        """The result of SQLite's integrity check; "ok" if nothing is wrong."""
        with self.database() as db:
            return str(db.execute("PRAGMA integrity_check(5)").fetchone()[0])

    def _database_connections(self, pid: int) -> int:
        """How often the worker has the database open."""
        found = 0
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                found += os.readlink(file) == str(self._database.resolve())
        return found

    def _metrics(self) -> dict[str, float]:
        text = self._request("/metrics")
        figures = {name: re.search(rf"^{metric} (\S+)$", text, re.MULTILINE) for name, metric in METRICS.items()}
        return {name: float(found[1]) if found else -1.0 for name, found in figures.items()}

    def _sessions(self) -> int:
        with self.database() as db:
            return int(db.execute("SELECT count(*) FROM session").fetchone()[0])

    def _request(self, path: str, form: dict[str, str] | None = None) -> str:
        """The text of a page. A failure is recorded and returns an empty string."""
        try:
            return self._person.request(path, form, expect=(200,) if form is None else (302, 303)).text
        except (Unexpected, requests.RequestException) as error:
            self.problems.append(str(error))
            return ""
