"""Migration: the topics of the config, and which of them each post fits."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.errors import SchemaError

_LAST_COLUMN = "AS tags"
_EACH_BIT = " ||\n                ".join(
    f"iif(post.topics >> {slot} & 1, ' ' || char(57344) || 'o{slot}', '')" for slot in range(63)
)
# One by one: the content of an index must not use a virtual table such as json_each.
_TOKENS = f"""||
            CASE WHEN post.topics THEN
                {_EACH_BIT}
            ELSE '' END
            AS tags"""
_TABLES = (
    """CREATE TABLE named_topic (
        slot INTEGER PRIMARY KEY,   -- 0 to 62: its bit in post.topics
        name TEXT NOT NULL UNIQUE,
        position INTEGER            -- in the config; NULL: no longer there, but posts may still have its bit
    ) STRICT""",
    """CREATE TABLE named_topic_state (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        digest TEXT NOT NULL,       -- of the topics in use
        review INTEGER NOT NULL     -- posts with a lower id are to be matched again; 1: none
    ) STRICT""",
    # stored since, by a process that had other topics
    "CREATE TABLE named_topic_queue (post INTEGER PRIMARY KEY) STRICT",
)


def create_topic_tables(db: Database) -> None:
    """No post fits a topic before, so the documents of the search index stay as they are."""
    view = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'mention_doc'").fetchone()[0]
    if view.count(_LAST_COLUMN) != 1:
        raise SchemaError("The view mention_doc of this database is not one that Wallflower made.")
    db.execute("ALTER TABLE post ADD COLUMN topics INTEGER NOT NULL DEFAULT 0")
    db.execute("DROP VIEW mention_doc")
    db.execute(view.replace(_LAST_COLUMN, _TOKENS))
    for statement in _TABLES:
        db.execute(statement)


_VERSIONS = (
    """CREATE TABLE named_topic_version (
        id INTEGER PRIMARY KEY,
        topic TEXT NOT NULL,        -- its name; it may no longer be in the config
        version INTEGER NOT NULL,   -- from 1
        text TEXT NOT NULL,
        since INTEGER NOT NULL,
        person TEXT NOT NULL,       -- empty: the file was changed in an editor
        reason TEXT NOT NULL,
        upto INTEGER NOT NULL,      -- the newest post when it began; 0: posts were not matched again
        n_entered INTEGER NOT NULL DEFAULT 0,  -- mentions that got the topic, and lost it, until it was finished
        n_left INTEGER NOT NULL DEFAULT 0,
        finished_at INTEGER,        -- NULL: posts are being matched again
        superseded INTEGER NOT NULL DEFAULT 0,  -- 1: finished because the rule changed again
        UNIQUE (topic, version)
    ) STRICT""",
    """CREATE TABLE named_topic_note (
        topic TEXT PRIMARY KEY, text TEXT NOT NULL, person TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL
    ) STRICT""",
)


def create_topic_versions(db: Database) -> None:
    """The rules that topics had: the first version is the rule that is in use next."""
    for statement in _VERSIONS:
        db.execute(statement)
