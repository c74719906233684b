"""How stored rows are judged again after a change: in ranges of ids, the newest first, going on where it ended."""

from __future__ import annotations

from typing import NamedTuple

from monitor.store.sql.connection import Connection


class IdRange(NamedTuple):
    """Ids from ``low`` up to ``high``, exclusive."""

    low: int
    high: int


def next_range(db: Connection, state: str, rows: str, *, now: int, delay_ms: int, size: int) -> IdRange | None:
    """The ids of the table ``rows`` that are to be reviewed next; None if there is nothing to do yet.

    ``state``: the table whose row has ``changed_at``, and in ``review`` the id below which rows are still to be
    reviewed, NULL at first. ``delay_ms``: how long after a change the review begins.
    """
    found = db.execute(f"SELECT changed_at, review FROM {state}").fetchone()
    if found is None or found[0] <= now < found[0] + delay_ms:
        return None
    high = found[1]
    if high is None:
        (high,) = db.execute(f"SELECT 1 + coalesce(max(id), 0) FROM {rows}").fetchone()
    return IdRange(max(1, high - size), high) if high > 1 else None
