"""The migration of what is learnt from people's answers."""

from __future__ import annotations

from sqlite_utils import Database


def create_learning(db: Database) -> None:
    """One row, or none before the first result. How much a score was adjusted is in ``mention.evidence``."""
    db.execute("""
        CREATE TABLE learning (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            result TEXT NOT NULL,         -- LearningResult as JSON
            changed_at INTEGER NOT NULL,  -- when the offset became another one
            review INTEGER                -- mentions with a lower id are to be adjusted; NULL: all, not begun
        ) STRICT""")
