"""Removes the words of deleted and edited posts from the files of the database.

``secure_delete`` overwrites deleted rows with zeros. Two places need more:

    search index   before SQLite 3.42, deleted words stay in it until its segments are merged. Merging all of them
                   rewrites the index, so it is done in small steps, at intervals and at a clean stop.
    -wal           old pages stay in it until it is truncated, which needs a moment without readers

When rows are moved between pages, copies of them may stay in unused bytes of a page, where secure_delete does not look
(seen with SQLite 3.40: 3 of 124 external ids). Only ``rewrite`` removes those; erasing uses it.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

from monitor.errors import StoreError
from monitor.store.sql.connection import Connection
from monitor.store.sqlite import derived
from monitor.store.sqlite.connections import connect
from monitor.store.sqlite.faults import store_errors
from monitor.store.sqlite.locks import file_lock

MERGED_PAGES = 200
"""Pages of the index that one transaction writes: some tens of milliseconds."""
CHECKPOINT_TIMEOUT_MS = 2_000
REWRITE_LOCK_SECONDS = 60.0
REWRITE_START_SECONDS, REWRITE_SECONDS_PER_GB = 2.0, 20.0
"""How long a rewrite takes, as measured on a machine with an SSD: an estimate for screens."""
_MERGES = tuple(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)" for index in derived.SEARCH_INDEXES)


def pending_since(db: Connection) -> int | None:
    """Since when deleted words may be in the files; None if there are none."""
    since: int | None = db.execute("SELECT since FROM deletion_state").fetchone()[0]
    return since


def start_merge(db: Connection) -> int:
    """Begin to merge all segments of each index into one. Return how many deletions there were until now."""
    for merge in _MERGES:
        db.execute(merge, (-MERGED_PAGES,))
    return int(db.execute("SELECT deletions FROM deletion_state").fetchone()[0])


def continue_merge(db: Connection) -> bool:
    """Merge some more; return whether that changed anything, which FTS5 documents as the sign that more remains."""
    return any(_merge_more(db, merge) for merge in _MERGES)


def _merge_more(db: Connection, merge: str) -> bool:
    before = _total_changes(db)
    db.execute(merge, (MERGED_PAGES,))
    return _total_changes(db) - before >= 2


def _total_changes(db: Connection) -> int:
    return int(db.execute("SELECT total_changes()").fetchone()[0])


def finish(db: Connection, deletions: int, now: int) -> None:
    """Note that the words of the first ``deletions`` are gone. Later ones count from ``now``."""
    db.execute("UPDATE deletion_state SET since = iif(deletions = ?, NULL, ?)", (deletions, now))


def truncate_log(path: Path) -> bool:
    """Empty the -wal; return whether that was possible: it needs a moment without readers. Raises StoreError."""
    with store_errors(path), file_lock(path), closing(connect(path)) as db:
        db.execute(f"PRAGMA busy_timeout = {CHECKPOINT_TIMEOUT_MS}")
        return bool(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def rewrite_seconds(path: Path) -> float:
    """About how long ``rewrite`` takes."""
    return REWRITE_START_SECONDS + path.stat().st_size / 1e9 * REWRITE_SECONDS_PER_GB


def rewrite(path: Path) -> None:
    """Write the whole database again, page by page, without unused bytes. Other programs wait before they write.

    Raises StoreError, with the database as it was, if there is not enough space or another program does not let it.
    """
    needed, free = 2 * path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < needed:
        raise StoreError(f"{needed / 1e6:,.0f} MB are needed in {path.parent}, and {free / 1e6:,.0f} MB are free")
    with store_errors(path), file_lock(path, REWRITE_LOCK_SECONDS), closing(connect(path)) as db:
        db.execute(f"PRAGMA busy_timeout = {int(REWRITE_LOCK_SECONDS * 1000)}")
        db.execute("PRAGMA secure_delete = 1")
        folder = str(path.parent).replace("'", "''")
        db.execute(f"PRAGMA temp_store_directory = '{folder}'")  # /tmp may be small, or in memory
        try:
            db.execute("VACUUM")
        finally:
            db.execute("PRAGMA temp_store_directory = ''")
