"""The migration of the review of intents."""

from __future__ import annotations

from sqlite_utils import Database


def create_intent_rules(db: Database) -> None:
    """One row, or none before the first run. Without it, all stored posts are reviewed."""
    db.execute("""
        CREATE TABLE intent_rules (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            digest TEXT NOT NULL,         -- of the rules in use
            changed_at INTEGER NOT NULL,
            review INTEGER                -- posts with a lower id are to be reviewed; NULL: all, not begun
        ) STRICT""")
