"""Looks at the soak's run from outside: /proc, the database (reading only), the pages; and presses "check now"."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import socketio  # type: ignore[import-untyped]

from bench._soak_plan import Plan
from bench._soak_verdict import Gaps, Sample

POLL = 2.0
"""Seconds between two looks at the gaps."""
PAGES = ("/healthz", "/wall/state.json", "/mentions", "/sources")
PATIENCE = 30.0
INSIDE = "inside.json"
"""What the run tells of its memory."""
MEGA = 1 << 20


class Watcher:
    """Keeps what it saw."""

    def __init__(self, plan: Plan, folder: Path, pid: int) -> None:
        self._plan, self._folder = plan, folder
        self._parent = psutil.Process(pid)
        self._database = folder / "data" / "wallflower.db"
        self._gone = [o for o in plan.outages if o.fault == "401"]
        self._child_cpu: dict[int, float] = {}
        self.gaps = Gaps()
        self.unwell: list[str] = []
        """When and how it was not healthy."""
        self.workers: set[int] = set()
        self._wall = socketio.Client(request_timeout=PATIENCE)
        self._wall.connect(self._address(""), auth={"room": "wall"}, transports=["websocket"])

    def close(self) -> None:
        """Go away."""
        self._wall.disconnect()

    def look(self, now: float) -> None:
        """Take note of the gaps as they are."""
        at = self._plan.began + now
        with self.database() as db:
            rows = db.execute(
                "SELECT gap.id, name, since / 1000.0, until / 1000.0 FROM gap JOIN source ON source.id = gap.source"
            ).fetchall()
        self.gaps.look(rows, at)

    def press(self, now: float) -> None:
        """As a person does who put a key right: check those sources now whose site asked for a login."""
        over = [outage for outage in self._gone if outage.end + POLL < now]
        self._gone = [outage for outage in self._gone if outage not in over]
        for outage in over:
            for name in [source.name for source in self._plan.sources if source.port == outage.port]:
                self._request(f"/sources/{quote(name)}/try", b"")

    def sample(self, now: float) -> Sample:
        """One look at everything."""
        begun = time.monotonic()
        health = json.loads(self._request(PAGES[0]))
        for page in PAGES[1:]:
            self._request(page)
        pages = (time.monotonic() - begun) * 1000
        if not all(health.values()):
            self.unwell.append(f"{now:.0f} s: {health}")
        (worker,) = self._parent.children()
        self.workers.add(worker.pid)
        children = worker.children()
        for child in children:
            with contextlib.suppress(psutil.Error):
                self._child_cpu[child.pid] = sum(child.cpu_times()[:2])
        return Sample(
            at=now,
            rss=worker.memory_info().rss / MEGA,
            child_rss=sum(child.memory_info().rss for child in children) / MEGA,
            threads=worker.num_threads(),
            fds=worker.num_fds(),
            cpu=sum(worker.cpu_times()[:2]) + sum(self._child_cpu.values()),
            db=self._database.stat().st_size / MEGA,
            wal=self._database.with_name(self._database.name + "-wal").stat().st_size / MEGA,
            pages=pages,
            healthy=all(health.values()),
            **json.loads((self._folder / INSIDE).read_text()),
        )

    @contextlib.contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The store, to be read."""
        with contextlib.closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=PATIENCE)) as db:
            yield db

    def texts(self) -> dict[str, list[str]]:
        """Source -> the words of each post that is stored as a mention, once for each time that it is there."""
        found: dict[str, list[str]] = {}
        with self.database() as db:
            for name, title, text in db.execute(
                "SELECT source.name, post.title, post.text FROM post JOIN source ON source.id = post.source"
                " WHERE post.id IN (SELECT post FROM mention WHERE state < 2)"
            ):
                found.setdefault(name, []).append(f"{title} {text}")
        return found

    def statuses(self) -> dict[str, dict[str, object]]:
        """Source -> its status as stored."""
        with self.database() as db:
            return {n: json.loads(s) for n, s in db.execute("SELECT name, status FROM source WHERE status NOT NULL")}

    def mentions(self) -> tuple[int, int]:
        """How many are stored, and how many of them are there twice."""
        with self.database() as db:
            select = "SELECT count(*), count(*) - count(DISTINCT post || ' ' || brand) FROM mention"
            n, twice = db.execute(select).fetchone()
        return int(n), int(twice)

    def faults_of_database(self) -> str:
        """What SQLite finds wrong; "ok" where nothing is."""
        with self.database() as db:
            return str(db.execute("PRAGMA integrity_check(5)").fetchone()[0])

    def _request(self, path: str, body: bytes | None = None) -> bytes:
        """The answer of a page. One that cannot be had is noted, and empty JSON."""
        try:
            request = urllib.request.Request(self._address(path), body)
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                found: bytes = answer.read()
                return found
        except urllib.error.HTTPError as error:
            self.unwell.append(f"{path}: {error.code}")
            return error.read() if path == PAGES[0] else b"{}"
        except OSError as error:
            self.unwell.append(f"{path}: {error}")
            return b"{}"

    def _address(self, path: str) -> str:
        return f"http://127.0.0.1:{self._plan.page_port}{path}"
