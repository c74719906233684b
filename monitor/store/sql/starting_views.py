"""The saved views that exist at the start."""

from __future__ import annotations

from monitor.store.sql.connection import Connection

STARTING_VIEWS = (
    ("Everything", "{}", ""),
    ("Us, negative", '{"sentiment": {"include": ["negative"]}}', "ours"),
    ("Leaving a competitor", '{"intent": {"include": ["cancels", "switching_from"]}}', "competitors"),
    ("Asks for a recommendation", '{"intent": {"include": ["recommendation"]}}', ""),
    ("To check: unscored or unsure", '{"sentiment": {"include": ["unscored"]}}', ""),
)
"""(name, filter, brand group).

What the program is unsure about has no score: the language model found positive and negative both likely.
"""
_INSERT = "INSERT INTO saved_view (name, filter, brand_group, range, shared, created_at) VALUES (?, ?, ?, '7d', 1, ?)"


def insert_starting_views(db: Connection, now: int) -> None:
    """Add them to a new database."""
    db.executemany(_INSERT, [(*view, now) for view in STARTING_VIEWS])
