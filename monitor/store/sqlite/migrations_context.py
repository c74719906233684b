"""The migration of what helps to judge a post besides its text."""

from __future__ import annotations

from sqlite_utils import Database


def add_context(db: Database) -> None:
    """What helps to judge a post: the author that it replies to, and whether it only shares somebody else's post."""
    db.execute("ALTER TABLE post ADD COLUMN reply_to TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE post ADD COLUMN repost INTEGER NOT NULL DEFAULT 0")
