"""The operator of a soak's Wallflower: reloads changed configs, makes backups, and has an archive kept for a day."""

from __future__ import annotations

import itertools
import math
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bench._soak_activities import MAX_INTERVAL_SHARE, PASSWORD, Activity
from bench._soak_config import ARCHIVE, config
from bench._soak_person import Unexpected, wait_for
from bench._soak_plan import Plan
from bench._soak_webhook import Hook

ROOT = Path(__file__).resolve().parents[1]
COMMAND_TIMEOUT_SECONDS = 120
RELOADED, REFUSED = "was reloaded", "was not reloaded"
RELOADED_WITHIN_SECONDS = 30.0
DAY_SECONDS = 86_400.0
EXPIRES_AFTER_SECONDS = (60.0, 900.0)
DELETED_WITHIN_SECONDS = 30.0
"""Posts are deleted when a config was loaded, and hourly."""
ARCHIVED = re.compile(r"archived\d+x")


class Operator:
    """Sends signals to the run of ``pid`` and runs commands beside it."""

    def __init__(self, plan: Plan, folder: Path, pid: int, environment: dict[str, str]) -> None:
        self._plan, self._folder, self._pid = plan, folder, pid
        self._environment = {**os.environ, **environment}
        self._config_lock = threading.Lock()
        self._numbers, self._posts = itertools.count(1), itertools.count(1)
        self._reloaded_at = 0.0
        """When a config was loaded last, in epoch seconds: expired posts are deleted soon after that."""
        self._archive = Hook(plan, ARCHIVE)
        self._expires: dict[str, float] = {}
        """Mark of an accepted post of the archive -> when it is too old to be kept, in epoch seconds."""

    def activities(self) -> list[Activity]:
        """What the operator repeats."""

        def each(seconds: float) -> float:
            return min(seconds, MAX_INTERVAL_SHARE * self._plan.seconds)

        return [
            Activity("reload", each(240.0), self.reload),
            Activity("backup", each(300.0), self.back_up),
            Activity("archive", 10.0, self.archive),
            Activity("audit log", each(600.0), self.export_audit_log),
        ]

    def add_admin(self, name: str) -> None:
        """Create the account of an admin, with PASSWORD."""
        self.command("user", "add", name, "--role", "admin", send=f"{PASSWORD}\n")

    def reload(self) -> None:
        """Load the next config. Before every third one, load one with a mistake, which must be refused."""
        number = next(self._numbers)
        text = config(self._plan, changed=number % 2 == 1)
        with self._config_lock:  # commands refuse a config with a mistake
            if number % 3 == 0:
                self._load(text.replace('rule = "acme"', 'rule = "("'), REFUSED)
            self._load(text, RELOADED)
        self._reloaded_at = time.time()

    def _load(self, text: str, expected: str) -> None:
        before = self._log().count(expected)
        (self._folder / "config.toml").write_text(text)
        os.kill(self._pid, signal.SIGHUP)
        wait_for(lambda: self._log().count(expected) > before, f"the config {expected}", RELOADED_WITHIN_SECONDS)

    def back_up(self) -> None:
        """Make a backup while the run writes, and check that it is whole."""
        output = self.command("backup", "--keep", "3")
        file = Path(output.partition(".db")[0] + ".db")
        if not file.is_file():
            raise Unexpected(f"no backup: {output}")
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as db:
            result = db.execute("PRAGMA integrity_check(5)").fetchone()[0]
        if result != "ok":
            raise Unexpected(f"{file.name} is damaged: {result}")

    def export_audit_log(self) -> None:
        """Export who did what."""
        self.command("audit", "--json")

    def archive(self) -> None:
        """Deliver a post that was published almost a day ago and is to be deleted within a quarter of an hour."""
        number, expires = next(self._posts), time.time() + random.uniform(*EXPIRES_AFTER_SECONDS)
        mark = f"archived{number}x"
        published = datetime.fromtimestamp(expires - DAY_SECONDS, UTC).isoformat()
        post = {"id": mark, "text": f"Acme is in the archive, {mark}.", "published": published}
        if (status := self._archive.deliver([post])) != 202:
            raise Unexpected(f"a delivery to the archive: {status}")
        self._expires[mark] = expires

    def archive_problems(self, texts: Iterable[str]) -> list[str]:
        """Posts of the archive that are stored and should have been deleted, or the other way round."""
        stored = Counter(mark for text in texts for mark in ARCHIVED.findall(text))
        kept = {mark for mark, expires in self._expires.items() if expires > time.time()}
        stale = [m for m in stored if self._expires.get(m, math.inf) < self._reloaded_at - DELETED_WITHIN_SECONDS]
        problems = [
            f"archive: {what}: {', '.join(marks[:4])}"
            for what, marks in (
                ("lost", sorted(kept - stored.keys())),
                ("kept too long", sorted(stale)),
                ("doubled", sorted(mark for mark, n in stored.items() if n > 1)),
            )
            if marks
        ]
        print(f"archive: {len(self._expires)} delivered, {len(stored)} stored, {len(kept)} not yet too old")
        return problems

    def command(self, *arguments: str, send: str = "") -> str:
        """The output of a command of Wallflower. Raises Unexpected if it fails."""
        line = [sys.executable, "-m", "display.cli.main", *arguments, "--config", str(self._folder / "config.toml")]
        with self._config_lock:
            done = self._run(line, send)
        if done.returncode:
            raise Unexpected(f"{' '.join(arguments)}: exit status {done.returncode}: {done.stderr[-200:]}")
        return done.stdout

    def _run(self, line: list[str], send: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            line,
            cwd=ROOT,
            env=self._environment,
            input=send,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_SECONDS,
        )

    def _log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")
