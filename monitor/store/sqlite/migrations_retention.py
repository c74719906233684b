"""Migrations for what is deleted: by age, on request, and at the source."""

from __future__ import annotations

from sqlite_utils import Database


def create_tombstones(db: Database) -> None:
    """Tombstones of what was erased, how long posts are kept, and whether the index may contain deleted words."""
    db.execute("""
        CREATE TABLE tombstone (
            hash TEXT PRIMARY KEY,  -- see ``tombstones``; nothing else of an erased post is kept
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE retention (
            source TEXT PRIMARY KEY,     -- '': all without a row of their own
            keep INTEGER NOT NULL,       -- milliseconds
            done_until INTEGER NOT NULL  -- posts published before are deleted, except those without a date
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE deletion_state (
            secret BLOB NOT NULL,      -- key of the hashes in tombstone
            deletions INTEGER NOT NULL,  -- transactions that deleted or changed texts
            since INTEGER              -- of the first one whose words may still be in the index; NULL: none
        ) STRICT""")
    db.execute("INSERT INTO deletion_state VALUES (randomblob(32), 0, NULL)")
