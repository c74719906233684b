"""Correct what was stored while the machine's clock was ahead.

Ids grow with the time of adding, so one mention that is dated a year ahead dates every later one a year ahead too. Here
each of them gets a time that cannot be far from the true one: that of the mention before it, or that of its own
publication if it is later. What claims to be published after now was dated by our clock, so it gets the same time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from monitor.store.sql import derived, links
from monitor.store.sql.connection import Connection
from monitor.store.sql.ids import first_id_added
from monitor.store.sql.sources import clamp_status
from monitor.store.sql.units import from_ms, month_of

_TIME_COLUMNS = (
    ("change", "at"),
    ("rule", "since"),
    ("source", "first_status_at"),
    ("source", "paused_at"),
    ("source", "check_requested_at"),
    ("gap", "until"),
    ("gap", "since"),
    ("incident", "seen_at"),
    ("incident", "checked_at"),
    ("incident", "until"),
    ("incident", "since"),
)
"""Columns with times that our clock measured, besides those of posts and mentions."""
_SELECT = """
    SELECT mention.id, post.id, post.published_at, post.added_at FROM mention JOIN post ON post.id = mention.post
    WHERE mention.id >= ? ORDER BY mention.id LIMIT ?"""


class _Times(NamedTuple):
    """The corrected times of a mention and its post."""

    mention: int
    post: int
    published_at: int
    added_at: int
    post_added_at: int


def count(db: Connection, now: int) -> tuple[int, int | None]:
    """How many mentions were added after ``now``, and the newest time of adding."""
    first = first_id_added(db, now + 1)
    found: tuple[int, int | None] = db.execute(
        "SELECT count(*), max(added_at) FROM mention WHERE id >= ?", (first,)
    ).fetchone()
    return found


def repair_mentions(db: Connection, now: int, limit: int) -> int:
    """Correct the oldest ``limit`` mentions that were added after ``now``; return how many there were."""
    first = first_id_added(db, now + 1)
    before = db.execute("SELECT added_at FROM mention WHERE id < ? ORDER BY id DESC LIMIT 1", (first,)).fetchone()
    times = list(_corrected(db.execute(_SELECT, (first, limit)), before[0] if before else 0, now))
    if times:
        _write(db, times)
    return len(times)


def repair_others(db: Connection, now: int) -> None:
    """Set every other time after ``now`` to ``now``, and plan no poll by such a time."""
    for table, column in _TIME_COLUMNS:
        db.execute(f"UPDATE {table} SET {column} = ?1 WHERE {column} > ?1", (now,))
    statuses = db.execute("SELECT id, status, next_check FROM source WHERE status IS NOT NULL").fetchall()
    for source, text, next_check in statuses:
        clamped, tried_later = clamp_status(text, from_ms(now))
        due = now if tried_later and next_check is not None else next_check
        db.execute("UPDATE source SET status = ?, next_check = ? WHERE id = ?", (clamped, due, source))


def _corrected(rows: Iterable[tuple[int, int, int, int]], added_at: int, now: int) -> Iterable[_Times]:
    published: dict[int, int] = {}
    for mention, post, published_at, post_added_at in rows:
        if published_at <= now:
            added_at = max(added_at, published_at)
        published_at = published.setdefault(post, min(published_at, added_at))
        yield _Times(mention, post, published_at, added_at, min(post_added_at, added_at))


def _write(db: Connection, times: list[_Times]) -> None:
    mentions = json.dumps([one.mention for one in times])
    posts = json.dumps(sorted({one.post for one in times}))
    has_links = links.is_used(db)
    derived.remove(db, derived.IN_IDS, mentions)
    links.remove(db, derived.IN_IDS, (posts,))
    db.executemany(
        # Another mention of the post may have corrected it already.
        "UPDATE post SET published_at = min(published_at, ?), added_at = min(added_at, ?) WHERE id = ?",
        [(one.published_at, one.post_added_at, one.post) for one in times],
    )
    db.executemany(
        "UPDATE mention SET published_at = ?, added_at = ?, month = ? WHERE id = ?",
        [(one.published_at, one.added_at, month_of(one.published_at), one.mention) for one in times],
    )
    if has_links:
        links.add(db, derived.IN_IDS, (posts,))
    derived.add(db, derived.IN_IDS, mentions)
