"""Imports a file of posts into the store, in the order of the file. It can be interrupted anywhere and run again.

    files.open_rows --> posts.RowReader --> Judge.judge --> Store.save (in its own thread)
                             |                                  |
                             +--> rejected rows                 +-- with the row reached

``preparation`` decides beforehand how the file is read. Each save is one transaction that also stores the row reached.
A second run reads the part before that row again, for its rejected rows, but neither judges nor saves it. If the file,
the columns or the rules have changed since, everything is judged again. Posts are identified by source and id, so
nothing is duplicated.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from types import TracebackType

from monitor.clock import Clock
from monitor.collector import PostJudge
from monitor.collector.importing.account import MAX_PREVIEWED_POSTS, Summary
from monitor.collector.importing.dating import named_zones
from monitor.collector.importing.files import open_rows
from monitor.collector.importing.identity import is_content_id
from monitor.collector.importing.posts import RatingWithoutTextError, RemovedAtSourceError, RowReader, RowRefusedError
from monitor.collector.importing.preparation import ImportPlan, prepare
from monitor.collector.importing.rejected_rows import RejectedRows
from monitor.collector.importing.rows import ImportFailed, Row, Rows
from monitor.collector.importing.seen_ids import SeenIds
from monitor.model import JudgedPost, Post, SaveResult
from monitor.store import Store

__all__ = ["ImportFailed", "ImportPlan", "Summary", "named_zones", "run_import"]

BATCH_ROWS = 1000
"""Rows that are judged and saved at once."""
MAX_WAITING_BATCHES = 2
"""Judged batches that may wait for the store."""
FINGERPRINT_BYTES = 65_536
"""Bytes at each end of a file that are part of its fingerprint."""


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
        reader, notes = prepare(plan, rows, clock.now())
        summary = Summary(reader.columns, rejected, ", ".join(filter(None, (rows.format, rows.encoding))))
        fingerprint = _fingerprint(plan, reader)
        batches = _Batches(reader, summary, _stored_row(plan, store, fingerprint))
        with _Saver(plan, store, summary, fingerprint, clock) as saver:
            for posts in batches.of(rows):
                if posts:
                    saver.put(judge.judge([post for _, post in posts], clock.now()), [row for row, _ in posts])
                summary.fraction, summary.seconds = rows.fraction, clock.monotonic() - start
                on_progress(summary)
        summary.notes = rows.notes + notes
    summary.fraction, summary.seconds = 1.0, clock.monotonic() - start
    return summary


class _Batches:
    """Turns rows into batches of posts, and accounts for each row."""

    def __init__(self, reader: RowReader, summary: Summary, stored_row: int) -> None:
        self._reader, self._summary, self._stored_row = reader, summary, stored_row
        self._seen = SeenIds()

    def of(self, rows: Rows) -> Iterator[list[tuple[Row, Post]]]:
        """For each BATCH_ROWS rows, the posts that are still to be judged, with their rows."""
        remaining = iter(rows)
        while batch := list(islice(remaining, BATCH_ROWS)):
            yield [(row, post) for row in batch if (post := self._post(row)) is not None]

    def _post(self, row: Row) -> Post | None:
        summary = self._summary
        summary.rows += 1
        try:
            post = self._reader.post(row)
        except RowRefusedError as error:
            summary.rejected.add(row, str(error))
        except RemovedAtSourceError:
            summary.removed += 1
        except RatingWithoutTextError:
            summary.ratings += 1
        else:
            return self._first_of_its_id(row, post)
        return None

    def _first_of_its_id(self, row: Row, post: Post) -> Post | None:
        """``post``, unless an earlier row has its id or an earlier run imported it."""
        summary = self._summary
        if (earlier := self._seen.add(post.external_id, row.line)) is not None:
            summary.repeated += 1
            what = "" if is_content_id(post.external_id) else "id of the "
            summary.rejected.add_repeated(row, f"repeats the {what}row at line {earlier}")
            return None
        summary.posts += 1
        if summary.rows <= self._stored_row:
            summary.skipped += 1
            return None
        return post


class _Saver:
    """Saves batches in order, in its own thread, while the next one is judged."""

    def __init__(self, plan: ImportPlan, store: Store | None, summary: Summary, fingerprint: str, clock: Clock) -> None:
        self._plan, self._store, self._summary, self._fingerprint = plan, store, summary, fingerprint
        self._clock = clock
        self._waiting: deque[tuple[Future[SaveResult], dict[str, Row]]] = deque()
        """Saves that have not finished, with the rows of their posts by external id."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import-saver")

    def __enter__(self) -> _Saver:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._thread:
            while self._waiting and error is None:
                self._finish_one()

    def put(self, judged: list[JudgedPost], rows: list[Row]) -> None:
        """Save ``judged``, the posts of ``rows``. Raises the error of an earlier batch."""
        summary = self._summary
        matched = sum(bool(one.findings) for one in judged)
        summary.matched += matched
        summary.unmatched += len(judged) - matched
        summary.per_brand.update(finding.match.brand for one in judged for finding in one.findings)
        if len(summary.preview) < MAX_PREVIEWED_POSTS:
            summary.preview += [one.post for one in judged[: MAX_PREVIEWED_POSTS - len(summary.preview)]]
        if self._store is None:
            return
        saving = self._thread.submit(self._save, self._store, judged, summary.rows)
        self._waiting.append((saving, {one.post.external_id: row for one, row in zip(judged, rows, strict=True)}))
        if len(self._waiting) > MAX_WAITING_BATCHES:
            self._finish_one()

    def _finish_one(self) -> None:
        saving, rows = self._waiting.popleft()
        self._summary.add_saved(saving.result(), rows)

    def _save(self, store: Store, judged: list[JudgedPost], row: int) -> SaveResult:
        now, source = self._clock.now(), self._plan.source
        if self._plan.stores_position:
            cursor = {"import": self._fingerprint, "row": row}
            return store.save(source, judged, now=now, imported=True, cursor=cursor)
        return store.save(source, judged, now=now, imported=True)


def _stored_row(plan: ImportPlan, store: Store | None, fingerprint: str) -> int:
    """How many rows an earlier run of the same import reached; 0 if there was none."""
    cursor = store.cursor(plan.source) if store is not None and plan.stores_position else None
    if not isinstance(cursor, dict) or cursor.get("import") != fingerprint:
        return 0
    row = cursor.get("row")
    return row if isinstance(row, int) else 0


def _fingerprint(plan: ImportPlan, reader: RowReader) -> str:
    """Identifies an import: the file's size and both ends, how rows are read, and how posts are judged."""
    size = plan.file.stat().st_size
    reading = (
        sorted(reader.columns.by_field.items()),
        (plan.encoding, plan.layout, plan.date_format, str(plan.zone), sorted(map(str, plan.zone_names.items()))),
        (reader.identity.uses_ids, reader.identity.uses_links),
    )
    digest = hashlib.sha256(f"{size} {reading} {plan.rules}".encode())
    with plan.file.open("rb") as file:
        digest.update(file.read(FINGERPRINT_BYTES))
        file.seek(max(0, size - FINGERPRINT_BYTES))
        digest.update(file.read(FINGERPRINT_BYTES))
    return digest.hexdigest()[:32]
