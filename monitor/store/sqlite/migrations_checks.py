"""The migrations of checks: draws of mentions, and answers about them; see ``checks``."""

from __future__ import annotations

from sqlite_utils import Database

_TABLES = (
    """
    CREATE TABLE check_draw (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        person TEXT NOT NULL,
        at INTEGER NOT NULL,
        brand TEXT NOT NULL, lang TEXT NOT NULL, source TEXT NOT NULL,  -- what was chosen; '': all
        finished_at INTEGER         -- NULL: it takes answers, unless it is too old
    ) STRICT""",
    """
    CREATE TABLE check_drawn (
        draw INTEGER NOT NULL REFERENCES check_draw(id),
        position INTEGER NOT NULL,
        mention INTEGER REFERENCES mention(id) ON DELETE SET NULL,
        skipped INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (draw, position)
    ) STRICT, WITHOUT ROWID""",
    "CREATE UNIQUE INDEX check_drawn_mention ON check_drawn (mention)",
    """
    CREATE TABLE check_answer (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        draw INTEGER NOT NULL REFERENCES check_draw(id),
        mention INTEGER UNIQUE REFERENCES mention(id) ON DELETE SET NULL,
        brand TEXT NOT NULL, lang TEXT NOT NULL, source TEXT NOT NULL,
        sentiment INTEGER NOT NULL,   -- of score
        score INTEGER,                -- program_score at that time, thousandths; NULL: unscored
        has_opinion INTEGER NOT NULL, -- 1: the language model was asked
        answer TEXT NOT NULL,         -- Answer
        person TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX check_answer_draw ON check_answer (draw)",
)


def create_check_tables(db: Database) -> None:
    """Mentions drawn at random, and what people answered. Answers keep no text, and outlive their mention."""
    for statement in _TABLES:
        db.execute(statement)


def drop_squares(db: Database) -> None:
    """The interval of a mood follows from counts."""
    db.execute("ALTER TABLE cube_brand_day DROP COLUMN squares")
