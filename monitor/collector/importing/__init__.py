"""A file of posts into the store, in the order of the file, and so that it can be broken off anywhere and run again.

    rows.opened --> columns.Columns.post --> Judge.judge --> Store.save (in a thread of its own)
                         |                                       |
                         +--> refused rows                       +-- with the line that it reached

Each save is one transaction that also notes the line it reached; a second run reads what lies before that line, for
its refusals, but neither judges nor saves it again. Where file, columns or rules differ from last time everything is
judged anew; a post is known by its source and id, so nothing doubles.
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
from monitor.collector import Judging
from monitor.collector.importing.columns import Columns, choose
from monitor.collector.importing.refusals import Refusals
from monitor.collector.importing.rows import ImportFailed, Row, Rows, opened
from monitor.collector.importing.seen import Seen
from monitor.model import Judged, Post, Saved
from monitor.store import Store

__all__ = ["Import", "ImportFailed", "Summary", "run"]

ROWS = 1000
"""Rows that are judged and saved at once."""
AHEAD = 2
"""Judged batches that may wait for the store."""
ENDS = 65_536
"""Bytes at both ends of a file by which it is known again."""


@dataclass(frozen=True, slots=True)
class Import:
    """What to import, and how."""

    file: Path
    source: str
    mapping: str
    zone: tzinfo
    """Of times without an offset."""
    judging: str
    """Any text that differs when posts would be judged differently: the brands and their rules."""
    keep_place: bool = True
    """Note the line that was reached as the source's cursor; not where a source that is polled has its own."""

    @property
    def rejected(self) -> Path:
        """Where refused rows are kept."""
        return self.file.with_name(self.file.name + ".rejected.jsonl")


@dataclass
class Summary:
    """What came of an import, so far or in all."""

    columns: Columns
    refused: Refusals
    rows: int = 0
    posts: int = 0
    """Rows that hold a post, each id once."""
    repeated: int = 0
    """Rows with an id that an earlier row of the file has; the first one counts."""
    skipped: int = 0
    """Posts that an earlier run had imported."""
    matched: int = 0
    """Of the posts judged in this run those that mention a brand."""
    per_brand: Counter[str] = field(default_factory=Counter)
    """Mentions found in this run, whether or not they were stored before."""
    new: int = 0
    edited: int = 0
    fraction: float = 0.0
    seconds: float = 0.0


def run(
    plan: Import, judge: Judging, store: Store | None, clock: Clock, told: Callable[[Summary], None] = lambda _: None
) -> Summary:
    """Import ``plan.file``; without a ``store`` only read and judge it. ``told`` is given the summary now and then.

    Raises ImportFailed where the file as a whole cannot be used, and StoreError.
    """
    start = clock.monotonic()
    with opened(plan.file) as rows, Refusals(plan.rejected if store else None) as refused:
        columns = choose(plan.mapping, rows.columns)
        summary = Summary(columns, refused)
        mark = _fingerprint(plan, columns)
        reader = _Reader(plan, summary, _reached(plan, store, mark))
        with _Saver(plan, store, summary, mark, clock) as saver:
            for posts in reader.batches(rows):
                if posts:
                    saver.put(judge.judge(posts, clock.now()), reader.line)
                summary.fraction, summary.seconds = rows.fraction, clock.monotonic() - start
                told(summary)
    summary.fraction, summary.seconds = 1.0, clock.monotonic() - start
    return summary


class _Reader:
    """Turns rows into posts, and counts what it meets."""

    def __init__(self, plan: Import, summary: Summary, reached: int) -> None:
        self._plan, self._summary, self._reached = plan, summary, reached
        self._without_time = datetime.fromtimestamp(plan.file.stat().st_mtime, UTC)
        self._seen = Seen()
        self.line = 0
        """Where the newest row starts."""

    def batches(self, rows: Rows) -> Iterator[list[Post]]:
        """The posts that are still to be judged, of so many rows at a time."""
        every = iter(rows)
        while batch := list(islice(every, ROWS)):
            yield [post for row in batch if (post := self._post(row)) is not None]

    def _post(self, row: Row) -> Post | None:
        summary, self.line = self._summary, row.line
        summary.rows += 1
        try:
            post = summary.columns.post(row, self._plan.source, self._plan.zone, self._without_time)
        except ValueError as error:
            summary.refused.add(row, str(error))
            return None
        if self._seen.add(post.external_id):
            summary.repeated += 1
            return None
        summary.posts += 1
        summary.skipped += row.line <= self._reached
        return post if row.line > self._reached else None


class _Saver:
    """Saves batches in their order, in a thread of its own, while the next one is judged."""

    def __init__(self, plan: Import, store: Store | None, summary: Summary, mark: str, clock: Clock) -> None:
        self._plan, self._store, self._summary, self._mark = plan, store, summary, mark
        self._clock = clock
        self._waiting: deque[Future[Saved]] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import-saver")

    def __enter__(self) -> _Saver:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._thread:
            while self._waiting and error is None:
                self._settle()

    def put(self, judged: list[Judged], line: int) -> None:
        """Have ``judged`` saved, which reach up to ``line``. Raises what went wrong with an earlier batch."""
        summary = self._summary
        summary.matched += sum(bool(one.findings) for one in judged)
        summary.per_brand.update(finding.match.brand for one in judged for finding in one.findings)
        if self._store is None:
            return
        self._waiting.append(self._thread.submit(self._save, self._store, judged, line))
        if len(self._waiting) > AHEAD:
            self._settle()

    def _settle(self) -> None:
        saved = self._waiting.popleft().result()
        self._summary.new += saved.new
        self._summary.edited += saved.edited

    def _save(self, store: Store, judged: list[Judged], line: int) -> Saved:
        now, source = self._clock.now(), self._plan.source
        if self._plan.keep_place:
            return store.save(source, judged, now=now, cursor={"import": self._mark, "line": line})
        return store.save(source, judged, now=now)


def _reached(plan: Import, store: Store | None, mark: str) -> int:
    """The line up to which an earlier run of the same import came; 0 where there was none."""
    place = store.cursor(plan.source) if store is not None and plan.keep_place else None
    if not isinstance(place, dict) or place.get("import") != mark:
        return 0
    line = place.get("line")
    return line if isinstance(line, int) else 0


def _fingerprint(plan: Import, columns: Columns) -> str:
    """What an import is known by: the file's size and ends, the columns, and how posts are judged."""
    size = plan.file.stat().st_size
    digest = hashlib.sha256(f"{size} {sorted(columns.chosen.items())} {plan.zone} {plan.judging}".encode())
    with plan.file.open("rb") as file:
        digest.update(file.read(ENDS))
        file.seek(max(0, size - ENDS))
        digest.update(file.read(ENDS))
    return digest.hexdigest()[:32]
