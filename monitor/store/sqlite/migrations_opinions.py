"""The migration of the language model's opinions."""

from __future__ import annotations

from sqlite_utils import Database

_TABLES = (
    """
    CREATE TABLE opinion (
        mention INTEGER PRIMARY KEY REFERENCES mention(id) ON DELETE CASCADE,
        model TEXT NOT NULL,
        negative INTEGER NOT NULL, neutral INTEGER NOT NULL, positive INTEGER NOT NULL,  -- probabilities, thousandths
        words_score INTEGER  -- program_score by the rules alone; NULL: unscored
    ) STRICT""",
    """
    CREATE TABLE opinion_queue (
        ticket INTEGER PRIMARY KEY AUTOINCREMENT,
        post INTEGER NOT NULL UNIQUE REFERENCES post(id) ON DELETE CASCADE
    ) STRICT""",
    """
    CREATE TABLE opinion_state (  -- no row: no model is used
        model TEXT NOT NULL,
        policy TEXT NOT NULL,
        languages TEXT NOT NULL,  -- JSON list: posts in these wait for the model
        unmeasured TEXT NOT NULL, -- JSON list: those of them whose scores count in no mood
        review INTEGER NOT NULL   -- posts with a lower id are still to be reviewed, from the newest on
    ) STRICT""",
)


def create_opinion_tables(db: Database) -> None:
    """What the language model thinks of mentions, the posts that wait for it, and which model is in use."""
    for statement in _TABLES:
        db.execute(statement)
