"""The migration of what people do with mentions: claims, corrections, notes, blocks, and the log for undoing."""

from __future__ import annotations

import json

from sqlite_utils import Database

from monitor.errors import SchemaError

_BEFORE = "            AS tags"
_NEW_TOKENS = """ ||
            CASE WHEN mention.claimant IS NOT NULL THEN ' ' || char(57344) || 'u' || mention.claimant ELSE '' END ||
            CASE WHEN mention.noted THEN ' ' || char(57344) || 'n1' ELSE '' END
"""
_CLAIMED = "SELECT rowid FROM mention_fts WHERE mention_fts MATCH '\"' || char(57344) || 't1\"'"
_IDS = "(SELECT value FROM json_each(?))"
_REMOVE_FROM_INDEX = (
    "INSERT INTO mention_fts (mention_fts, rowid, text, title, tags) "
    f"SELECT 'delete', id, text, title, tags FROM mention_doc WHERE id IN {_IDS}"
)
_ADD_TO_INDEX = (
    "INSERT INTO mention_fts (rowid, text, title, tags) "
    f"SELECT id, text, title, tags FROM mention_doc WHERE id IN {_IDS}"
)
_TABLES = (
    # In all tables, "person" is a full name, and "account" has no foreign key: it may have been removed.
    """
    CREATE TABLE claim (  -- of mentions with a claimant
        mention INTEGER PRIMARY KEY REFERENCES mention(id) ON DELETE CASCADE,
        account INTEGER,                 -- NULL: the local user
        person TEXT NOT NULL,
        assigned_by TEXT NOT NULL,       -- a full name; '': nobody else
        at INTEGER NOT NULL
    ) STRICT""",
    """
    CREATE TABLE correction (  -- of corrected mentions
        mention INTEGER PRIMARY KEY REFERENCES mention(id) ON DELETE CASCADE,
        account INTEGER,
        person TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT""",
    """
    CREATE TABLE note (  -- of mentions with noted = 1
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        mention INTEGER NOT NULL REFERENCES mention(id) ON DELETE CASCADE,
        account INTEGER,
        person TEXT NOT NULL,
        text TEXT NOT NULL,
        at INTEGER NOT NULL,
        edited_at INTEGER                -- NULL: never
    ) STRICT""",
    "CREATE INDEX note_mention ON note (mention)",
    """
    CREATE TABLE block (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,              -- author, site
        source TEXT NOT NULL,            -- of an author; '': a site
        value TEXT NOT NULL,             -- as field_value writes it
        shown TEXT NOT NULL,             -- as people read it
        since INTEGER NOT NULL,          -- stored mentions published from then on are hidden too
        account INTEGER,
        person TEXT NOT NULL,
        at INTEGER NOT NULL,
        ended INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE UNIQUE INDEX block_target ON block (kind, source, value) WHERE NOT ended",
    """
    CREATE TABLE blocked (  -- mentions that a block hides
        mention INTEGER PRIMARY KEY REFERENCES mention(id) ON DELETE CASCADE,
        block INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX blocked_block ON blocked (block)",
    """
    CREATE TABLE action (  -- what may be undone; kept for a day
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        login TEXT NOT NULL,
        account INTEGER,
        kind TEXT NOT NULL,
        block INTEGER,                   -- of a block or its end
        at INTEGER NOT NULL,
        undone INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX action_login ON action (login, id)",
    """
    CREATE TABLE action_change (
        action INTEGER NOT NULL REFERENCES action(id) ON DELETE CASCADE,
        mention INTEGER NOT NULL REFERENCES mention(id) ON DELETE CASCADE,
        note INTEGER,
        before TEXT NOT NULL,            -- JSON of what the action changes
        after TEXT NOT NULL,
        PRIMARY KEY (action, mention)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX action_change_mention ON action_change (mention)",
)


def create_action_tables(db: Database) -> None:
    """Claims, corrections, notes, blocks and actions. Who claimed or corrected before is not known."""
    view = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'mention_doc'").fetchone()[0]
    if view.count(_BEFORE) != 1:
        raise SchemaError("The view mention_doc of this database is not one that Wallflower made.")
    claimed = [id_ for (id_,) in db.execute(_CLAIMED)]  # by the index: reading every row could take minutes
    ids = (json.dumps(claimed),)
    db.execute(_REMOVE_FROM_INDEX, ids)
    db.execute("DROP VIEW mention_doc")
    db.execute("ALTER TABLE mention ADD COLUMN claimant INTEGER")  # an account, 0: the local user; NULL: nobody
    db.execute("ALTER TABLE mention ADD COLUMN noted INTEGER NOT NULL DEFAULT 0")
    for statement in _TABLES:
        db.execute(statement)
    db.execute(f"UPDATE mention SET claimant = 0 WHERE id IN {_IDS}", ids)
    db.execute(f"INSERT INTO claim SELECT id, NULL, '', '', added_at FROM mention WHERE id IN {_IDS}", ids)
    db.execute("UPDATE relevance_click SET state_before = 0 WHERE state_before = 1")
    db.execute(view.replace(f"\n{_BEFORE}", _NEW_TOKENS + _BEFORE))
    db.execute(_ADD_TO_INDEX, ids)
