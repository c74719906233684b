"""Retention: posts are deleted when they are older than ``keep`` of their source, in small steps.

The age of a post is that of its publication; of a post without a date, that since it was added. What is too old is not
stored either (``saving``), else a feed that still lists it would bring it back after each deletion.

``done_until`` remembers how far posts were deleted, so that a step does not pass again over old posts of sources that
keep them longer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.store.sql.connection import Connection
from monitor.store.sql.ids import first_id_added
from monitor.store.sql.units import DAY_MS

ALL_OTHERS = ""
"""The name of the row for sources without a row of their own."""
WINDOW_MS = 31 * DAY_MS
"""Times that one step looks at."""
MARGIN_MS = 2 * DAY_MS
"""Looked at again, because the clock may have been changed."""
_DATED = """SELECT post FROM mention INDEXED BY mention_published
    WHERE published_at >= ? AND published_at < ? AND {} LIMIT ?"""
_OTHER_SOURCES = "source NOT IN (SELECT id FROM source WHERE name IN (SELECT value FROM json_each(?, '$')))"
_UNDATED = """SELECT post FROM mention INDEXED BY mention_published
    WHERE published_at = 0 AND id < ? AND {} LIMIT ?"""


@dataclass
class Due:
    """The posts that one step deletes."""

    posts: set[int] = field(default_factory=set)
    done_until: dict[str, int] = field(default_factory=dict)
    """Row of the table -> its new ``done_until``."""
    more: bool = False


def save_retention(db: Connection, keep: Mapping[str, int]) -> None:
    """Store how long posts are kept: source, or ALL_OTHERS, -> milliseconds. Sources that are missing: forever."""
    if dict(db.execute("SELECT source, keep FROM retention")) != dict(keep):
        db.execute("DELETE FROM retention")
        db.executemany("INSERT INTO retention VALUES (?, ?, 0)", keep.items())


def oldest_kept(db: Connection, source: str, now: int) -> int:
    """Posts of ``source`` that were published before are not kept; 0 if all are."""
    select = "SELECT keep FROM retention WHERE source IN (?, ?) ORDER BY source DESC LIMIT 1"
    found = db.execute(select, (source, ALL_OTHERS)).fetchone()
    return max(0, now - found[0]) if found else 0


def due(db: Connection, now: int, limit: int) -> Due:
    """At most ``limit`` posts that are too old."""
    found = Due()
    rows = db.execute("SELECT source, keep, done_until FROM retention").fetchall()
    own = json.dumps([source for source, _, _ in rows if source != ALL_OTHERS])
    for source, keep, done_until in rows:
        if len(found.posts) >= limit:
            found.more = True
            break
        if source == ALL_OTHERS:
            of_source = (_OTHER_SOURCES, own)
        else:
            of_source = ("source = (SELECT id FROM source WHERE name = ?)", source)
        _add_dated(db, found, source, now - keep, done_until, of_source, limit)
        _add_undated(db, found, now - keep, of_source, limit)
    return found


def save_progress(db: Connection, found: Due) -> None:
    """Remember how far the posts of ``found``, which were deleted, reach."""
    for source, until in found.done_until.items():
        db.execute("UPDATE retention SET done_until = ? WHERE source = ?", (until, source))


def _add_dated(
    db: Connection, found: Due, row: str, before: int, done_until: int, of_source: tuple[str, str], limit: int
) -> None:
    first = "SELECT min(published_at) FROM mention WHERE published_at >= ?"
    (start,) = db.execute(first, (max(1, done_until - MARGIN_MS),)).fetchone()
    if start is None or start >= before:
        return
    end, room = min(start + WINDOW_MS, before), limit - len(found.posts)
    condition, param = of_source
    posts = [post for (post,) in db.execute(_DATED.format(condition), (start, end, param, room))]
    found.posts.update(posts)
    if len(posts) < room:
        found.done_until[row] = end
    found.more |= len(posts) == room or end < before


def _add_undated(db: Connection, found: Due, before: int, of_source: tuple[str, str], limit: int) -> None:
    room = limit - len(found.posts)
    if room <= 0:
        found.more = True
        return
    condition, param = of_source
    rows = db.execute(_UNDATED.format(condition), (first_id_added(db, before), param, room)).fetchall()
    found.posts.update(post for (post,) in rows)
    found.more |= len(rows) == room
