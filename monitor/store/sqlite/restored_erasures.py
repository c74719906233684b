"""Erases again, from a backup that is restored, what was erased since the backup was made.

Otherwise a restore would bring it back, and without its tombstones nothing would keep it from being read again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from monitor.errors import StoreError
from monitor.model import Post
from monitor.store.sql import blocks, saving
from monitor.store.sql.story_index import StoryIndex
from monitor.store.sql.tombstones import Tombstones
from monitor.store.sql.units import from_ms
from monitor.store.sqlite import deleted_words
from monitor.store.sqlite.connections import Connection, connect, open_writer
from monitor.store.sqlite.verification import require_database

LOCK_SECONDS = 15.0
POSTS_PER_STEP = 1_000
_SELECT = """
    SELECT post.id, source.name, external_id, text, published_at, author, title, url
    FROM post JOIN source ON source.id = post.source WHERE post.id > ? ORDER BY post.id LIMIT ?"""
_AUTHORS_REPLIED_TO = """
    SELECT DISTINCT source.id, source.name, reply_to FROM post JOIN source ON source.id = post.source
    WHERE reply_to <> ''"""


class Erasures(NamedTuple):
    """The tombstones of a database."""

    secret: bytes
    tombstones: list[tuple[str, int]]


def read_erasures(path: Path) -> Erasures | None:
    """What was erased from the database at ``path``; None if it cannot be read, or does not exist."""
    try:
        require_database(path)
        with closing(connect(path)) as db:
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'tombstone'").fetchone() is None:
                return Erasures(b"", [])
            (secret,) = db.execute("SELECT secret FROM deletion_state").fetchone()
            return Erasures(secret, db.execute("SELECT hash, at FROM tombstone").fetchall())
    except (sqlite3.Error, StoreError):
        return None


def erase_again(path: Path, erasures: Erasures, now: int) -> int | None:
    """Erase it from the database at ``path``, which no other program uses; return the number of posts.

    None: the database has tombstones that cannot be compared, because it is not a backup of the same one. Raises
    StoreError and sqlite3.Error.
    """
    known = read_erasures(path) or Erasures(b"", [])
    if set(known.tombstones) >= set(erasures.tombstones):
        return 0
    if known.tombstones and known.secret != erasures.secret:
        return None
    with closing(open_writer(path, LOCK_SECONDS)) as db:
        db.execute("BEGIN IMMEDIATE")
        _add(db, erasures)
        erased = _erase(db, now)
        _forget_replies(db)
        blocks.forget_erased_authors(db, Tombstones(db))
        db.execute("COMMIT")
        deletions = deleted_words.start_merge(db)
        while deleted_words.continue_merge(db):
            pass
        deleted_words.finish(db, deletions, now)
        db.execute("PRAGMA temp_store = FILE")
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return erased


def _add(db: Connection, erasures: Erasures) -> None:
    """Add the tombstones. Those that the backup has already, if any, have the same secret."""
    db.execute("UPDATE deletion_state SET secret = ?", (erasures.secret,))
    db.executemany("INSERT INTO tombstone VALUES (?, ?) ON CONFLICT DO NOTHING", erasures.tombstones)


def _erase(db: Connection, now: int) -> int:
    tombstones, last, erased = Tombstones(db), 0, 0
    while rows := db.execute(_SELECT, (last, POSTS_PER_STEP)).fetchall():
        last = rows[-1][0]
        ids = []
        for source, of_source in groupby(sorted(rows, key=lambda row: str(row[1])), key=lambda row: str(row[1])):
            posts = {row[2]: row for row in of_source}
            found = tombstones.erased((_post(row) for row in posts.values()), source)
            ids += [posts[external_id][0] for external_id in found]
        erased += saving.delete_by_post_ids(db, StoryIndex(), ids, now) if ids else 0
    return erased


def _post(row: tuple[int, str, str, str, int, str, str, str]) -> Post:
    _, source, external_id, text, published_at, author, title, url = row
    return Post(source, external_id, text, from_ms(published_at), author, title, url)


def _forget_replies(db: Connection) -> None:
    tombstones = Tombstones(db)
    rows = db.execute(_AUTHORS_REPLIED_TO).fetchall()
    erased = [(source, author) for source, name, author in rows if tombstones.erased_author(name, author)]
    db.executemany("UPDATE post SET reply_to = '' WHERE source = ? AND reply_to = ?", erased)
