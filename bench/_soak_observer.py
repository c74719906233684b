"""Observes the soak's run from outside: /proc, the database (read only) and the pages. Presses "Check now"."""

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

from bench._soak_checks import GapHistory, Sample
from bench._soak_plan import Plan

POLL_SECONDS = 2.0
"""Between two polls of the gaps."""
PAGES = ("/healthz", "/wall/state.json", "/mentions", "/sources")
TIMEOUT_SECONDS = 30.0
MEMORY_FILE = "memory.json"
"""The memory figures that the run writes."""
MEGABYTE = 1 << 20


class Observer:
    """Records gaps, failing pages and worker processes, and keeps one wall connected."""

    def __init__(self, plan: Plan, folder: Path, pid: int) -> None:
        self._plan, self._folder = plan, folder
        self._parent = psutil.Process(pid)
        self._database = folder / "data" / "wallflower.db"
        self._unauthorised = [o for o in plan.outages if o.fault == "401"]
        self._child_cpu: dict[int, float] = {}
        self.gaps = GapHistory()
        self.problems: list[str] = []
        """Failed requests, and when the service was unhealthy."""
        self.workers: set[int] = set()
        self._wall = socketio.Client(request_timeout=TIMEOUT_SECONDS)
        self._wall.connect(self._url(""), auth={"room": "wall"}, transports=["websocket"])

    def close(self) -> None:
        """Disconnect the wall."""
        self._wall.disconnect()

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
                self._request(f"/sources/{quote(name)}/try", b"")

    def sample(self, now: float) -> Sample:
        """Sample the run."""
        start = time.monotonic()
        health = json.loads(self._request(PAGES[0]))
        for page in PAGES[1:]:
            self._request(page)
        pages = (time.monotonic() - start) * 1000
        if not all(health.values()):
            self.problems.append(f"{now:.0f} s: {health}")
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
            healthy=all(health.values()),
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

    def _request(self, path: str, body: bytes | None = None) -> bytes:
        """The response body of a page. A failure is recorded and returns empty JSON."""
        try:
            request = urllib.request.Request(self._url(path), body)
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                content: bytes = response.read()
                return content
        except urllib.error.HTTPError as error:
            self.problems.append(f"{path}: {error.code}")
            return error.read() if path == PAGES[0] else b"{}"
        except OSError as error:
            self.problems.append(f"{path}: {error}")
            return b"{}"

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._plan.page_port}{path}"
