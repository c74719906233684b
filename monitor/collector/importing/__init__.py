"""Imports a file of posts into the store, in the order of the file. It can be interrupted anywhere and run again.

    files.open_rows --> columns.Columns.post --> Judge.judge --> Store.save (in its own thread)
                             |                                       |
                             +--> rejected rows                      +-- with the row reached

Each save is one transaction that also stores the row reached. A second run reads the part before that row again, for
its rejected rows, but neither judges nor saves it. If the file, the columns or the rules have changed since, everything
is judged again. Posts are identified by source and id, so nothing is duplicated.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path
from types import TracebackType

from monitor.clock import Clock
from monitor.collector import PostJudge
from monitor.collector.importing.columns import Columns, choose_columns
from monitor.collector.importing.files import open_rows
from monitor.collector.importing.rejected_rows import RejectedRows
from monitor.collector.importing.rows import ImportFailed, Row, Rows
from monitor.collector.importing.seen_ids import SeenIds
from monitor.model import JudgedPost, Post, SaveResult
from monitor.store import Store

__all__ = ["ImportFailed", "ImportPlan", "Summary", "run_import"]

BATCH_ROWS = 1000
"""Rows that are judged and saved at once."""
MAX_WAITING_BATCHES = 2
"""Judged batches that may wait for the store."""
FINGERPRINT_BYTES = 65_536
"""Bytes at each end of a file that are part of its fingerprint."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What to import, and how."""

    file: Path
    source: str
    mapping: str
    """Which column holds which field, as in ``--map``."""
    zone: tzinfo
    """The time zone of times without an offset."""
    rules: str
    """The brands and their rules as text. If it changes, everything is judged again."""
    encoding: str = ""
    """The encoding of the file, as in ``--encoding``; detected if empty."""
    stores_position: bool = True
    """Store the row reached as the source's cursor. False for a source that is polled, which has its own cursor."""

    @property
    def rejected_file(self) -> Path:
        """The file for rejected rows."""
        return self.file.with_name(self.file.name + ".rejected.jsonl")


@dataclass
class Summary:
    """The result of an import, also while it runs."""

    columns: Columns
    rejected: RejectedRows
    rows: int = 0
    posts: int = 0
    """Rows that contain a post, each id counted once."""
    repeated: int = 0
    """Rows with the id of an earlier row in the file; the first one counts."""
    skipped: int = 0
    """Posts that an earlier run had imported."""
    matched: int = 0
    """Posts judged in this run that mention a brand."""
    per_brand: Counter[str] = field(default_factory=Counter)
    """Mentions found in this run, including those that were stored before."""
    new: int = 0
    edited: int = 0
    file_format: str = ""
    """How the file was read, such as "CSV with semicolons, Windows-1252"."""
    notes: list[str] = field(default_factory=list)
    """Sentences about what was skipped in the file or looks wrong in it."""
    fraction: float = 0.0
    """How much of the file has been read, 0..1."""
    seconds: float = 0.0


def run_import(
    plan: ImportPlan,
    judge: PostJudge,
    store: Store | None,
    clock: Clock,
    on_progress: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    """Import ``plan.file``; without a ``store``, only read and judge it. ``on_progress`` is called after each batch.

    Raises ImportFailed if the file as a whole cannot be used, and StoreError.
    """
    start = clock.monotonic()
    with open_rows(plan.file, plan.encoding) as rows, RejectedRows(plan.rejected_file if store else None) as rejected:
        columns = choose_columns(plan.mapping, rows.columns)
        summary = Summary(columns, rejected, file_format=", ".join(filter(None, (rows.format, rows.encoding))))
        fingerprint = _fingerprint(plan, columns)
        reader = _Reader(plan, summary, _stored_row(plan, store, fingerprint))
        with _Saver(plan, store, summary, fingerprint, clock) as saver:
            for posts in reader.batches(rows):
                if posts:
                    saver.put(judge.judge(posts, clock.now()), summary.rows)
                summary.fraction, summary.seconds = rows.fraction, clock.monotonic() - start
                on_progress(summary)
        summary.notes = rows.notes
    summary.fraction, summary.seconds = 1.0, clock.monotonic() - start
    return summary


class _Reader:
    """Turns rows into posts, and counts them."""

    def __init__(self, plan: ImportPlan, summary: Summary, stored_row: int) -> None:
        self._plan, self._summary, self._stored_row = plan, summary, stored_row
        self._file_time = datetime.fromtimestamp(plan.file.stat().st_mtime, UTC)
        self._seen = SeenIds()

    def batches(self, rows: Rows) -> Iterator[list[Post]]:
        """For each BATCH_ROWS rows, the posts that are still to be judged."""
        remaining = iter(rows)
        while batch := list(islice(remaining, BATCH_ROWS)):
            yield [post for row in batch if (post := self._post(row)) is not None]

    def _post(self, row: Row) -> Post | None:
        summary = self._summary
        summary.rows += 1
        try:
            post = summary.columns.post(row, self._plan.source, self._plan.zone, self._file_time)
        except ValueError as error:
            summary.rejected.add(row, str(error))
            return None
        if self._seen.add(post.external_id):
            summary.repeated += 1
            return None
        summary.posts += 1
        is_stored = summary.rows <= self._stored_row
        summary.skipped += is_stored
        return None if is_stored else post


class _Saver:
    """Saves batches in order, in its own thread, while the next one is judged."""

    def __init__(self, plan: ImportPlan, store: Store | None, summary: Summary, fingerprint: str, clock: Clock) -> None:
        self._plan, self._store, self._summary, self._fingerprint = plan, store, summary, fingerprint
        self._clock = clock
        self._waiting: deque[Future[SaveResult]] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import-saver")

    def __enter__(self) -> _Saver:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._thread:
            while self._waiting and error is None:
                self._finish_one()

    def put(self, judged: list[JudgedPost], row: int) -> None:
        """Save ``judged``, which reach up to the file's ``row``. Raises the error of an earlier batch."""
        summary = self._summary
        summary.matched += sum(bool(one.findings) for one in judged)
        summary.per_brand.update(finding.match.brand for one in judged for finding in one.findings)
        if self._store is None:
            return
        self._waiting.append(self._thread.submit(self._save, self._store, judged, row))
        if len(self._waiting) > MAX_WAITING_BATCHES:
            self._finish_one()

    def _finish_one(self) -> None:
        saved = self._waiting.popleft().result()
        self._summary.new += saved.new
        self._summary.edited += saved.edited

    def _save(self, store: Store, judged: list[JudgedPost], row: int) -> SaveResult:
        now, source = self._clock.now(), self._plan.source
        if self._plan.stores_position:
            cursor = {"import": self._fingerprint, "row": row}
            return store.save(source, judged, now=now, imported=True, cursor=cursor)
        return store.save(source, judged, now=now, imported=True)


def _stored_row(plan: ImportPlan, store: Store | None, fingerprint: str) -> int:
    """The row that an earlier run of the same import reached, from 1; 0 if there was none."""
    cursor = store.cursor(plan.source) if store is not None and plan.stores_position else None
    if not isinstance(cursor, dict) or cursor.get("import") != fingerprint:
        return 0
    row = cursor.get("row")
    return row if isinstance(row, int) else 0


def _fingerprint(plan: ImportPlan, columns: Columns) -> str:
    """Identifies an import: the file's size and both ends, the columns, and how posts are judged."""
    size = plan.file.stat().st_size
    parts = size, plan.encoding, sorted(columns.by_field.items()), plan.zone, plan.rules
    digest = hashlib.sha256(" ".join(map(str, parts)).encode())
    with plan.file.open("rb") as file:
        digest.update(file.read(FINGERPRINT_BYTES))
        file.seek(max(0, size - FINGERPRINT_BYTES))
        digest.update(file.read(FINGERPRINT_BYTES))
    return digest.hexdigest()[:32]
