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
