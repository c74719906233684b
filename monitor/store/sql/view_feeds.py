"""Feeds of saved views: who follows a view by which secret address."""

from __future__ import annotations

from monitor.model.saved_views import ViewFeed
from monitor.store.sql.connection import Connection
from monitor.store.sql.units import from_ms, optional_time

_SAME_KEY = "view = ? AND coalesce(account, 0) = ?"
# While there are no accounts, feeds belong to nobody: the first account ends them, because nobody could revoke them.
_FOLLOWED = """
    SELECT view, account FROM saved_view_feed
    WHERE token_hash = ? AND (account IS NOT NULL OR NOT EXISTS (SELECT 1 FROM account))"""


def get(db: Connection, view: int, account: int | None) -> ViewFeed | None:
    """The feed that an account has of a view."""
    select = f"SELECT created_at, used_at FROM saved_view_feed WHERE {_SAME_KEY}"
    row = db.execute(select, (view, account or 0)).fetchone()
    return None if row is None else ViewFeed(from_ms(row[0]), optional_time(row[1]))


def replace(db: Connection, view: int, account: int | None, token_hash: bytes, now: int) -> bool:
    """Make a feed, or give it another token; return whether the view exists."""
    revoke(db, view, account)
    insert = """
        INSERT INTO saved_view_feed (view, account, token_hash, created_at) VALUES (?, ?, ?, ?)"""
    if db.execute("SELECT 1 FROM saved_view WHERE id = ?", (view,)).fetchone() is None:
        return False
    db.execute(insert, (view, account, token_hash, now))
    return True


def revoke(db: Connection, view: int, account: int | None) -> bool:
    """Delete a feed; return whether it existed."""
    return db.execute(f"DELETE FROM saved_view_feed WHERE {_SAME_KEY}", (view, account or 0)).rowcount > 0


def followed(db: Connection, token_hash: bytes) -> tuple[int, int | None] | None:
    """The view and the account of the feed with this token."""
    row = db.execute(_FOLLOWED, (token_hash,)).fetchone()
    return None if row is None else (row[0], row[1])


def record_use(db: Connection, token_hash: bytes, now: int) -> None:
    """Store when a feed was last read."""
    db.execute("UPDATE saved_view_feed SET used_at = ? WHERE token_hash = ?", (now, token_hash))
