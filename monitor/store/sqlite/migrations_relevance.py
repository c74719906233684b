"""The migration of relevance: people's clicks, and mentions that the program sets aside."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.errors import SchemaError

_OLD_TOKEN, _NEW_TOKEN = "'h1'", "'h' || mention.hidden"
_TABLES = (
    """
    CREATE TABLE relevance_click (
        mention INTEGER PRIMARY KEY REFERENCES mention(id) ON DELETE CASCADE,
        brand INTEGER NOT NULL,         -- copy of the mention's
        relevant INTEGER NOT NULL,      -- 1: about the brand
        state_before INTEGER NOT NULL,  -- restored by an undo
        person TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX relevance_click_brand ON relevance_click (brand, relevant, at)",
    """
    CREATE TABLE relevance_brand (  -- no row: nobody clicked
        brand INTEGER PRIMARY KEY REFERENCES brand(id),
        is_on INTEGER NOT NULL DEFAULT 1,
        version INTEGER NOT NULL DEFAULT 0,  -- grows with each click
        model TEXT NOT NULL DEFAULT '',      -- in use; empty: none
        review_time INTEGER,                 -- stored mentions published before (or then, with a lower id) wait
        review_id INTEGER                    -- both NULL: none waits
    ) STRICT""",
    """
    CREATE TABLE relevance_queue (  -- new and edited mentions of brands with a model
        ticket INTEGER PRIMARY KEY AUTOINCREMENT,
        mention INTEGER NOT NULL UNIQUE REFERENCES mention(id) ON DELETE CASCADE
    ) STRICT""",
    """
    CREATE TABLE relevance_vector (  -- of mentions of brands with a model
        mention INTEGER PRIMARY KEY REFERENCES mention(id) ON DELETE CASCADE,
        encoder TEXT NOT NULL,
        vector BLOB NOT NULL
    ) STRICT""",
    """
    CREATE TABLE set_aside (  -- mentions with hidden = 2
        mention INTEGER PRIMARY KEY REFERENCES mention(id) ON DELETE CASCADE,
        brand INTEGER NOT NULL,        -- copy of the mention's
        model TEXT NOT NULL,           -- that decided
        probability INTEGER NOT NULL,  -- that it is about the brand, in thousandths
        reason TEXT NOT NULL           -- JSON: words, similar, n_similar
    ) STRICT""",
    "CREATE INDEX set_aside_brand ON set_aside (brand, model)",
    """
    CREATE TABLE relevance_kept (  -- brought back by a person, never set aside again
        mention INTEGER PRIMARY KEY REFERENCES mention(id) ON DELETE CASCADE,
        brand INTEGER NOT NULL         -- copy of the mention's
    ) STRICT""",
    "CREATE INDEX relevance_kept_brand ON relevance_kept (brand)",
)


def create_relevance_tables(db: Database) -> None:
    """Clicks, models in use, what waits for them and what they set aside. No mention has hidden = 2 before."""
    view = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'mention_doc'").fetchone()[0]
    if _OLD_TOKEN not in view:
        raise SchemaError("The view mention_doc of this database is not one that Wallflower made.")
    db.execute("DROP VIEW mention_doc")
    db.execute(view.replace(_OLD_TOKEN, _NEW_TOKEN))
    for statement in _TABLES:
        db.execute(statement)
