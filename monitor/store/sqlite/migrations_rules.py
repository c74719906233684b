"""Migration: what is known about changes of rules."""

from __future__ import annotations

from sqlite_utils import Database

_TABLES = (
    """CREATE TABLE rule_change (
        rule INTEGER PRIMARY KEY REFERENCES rule(id),  -- the version that began with it
        person TEXT NOT NULL,       -- empty: the file was changed in an editor
        reason TEXT NOT NULL,
        widens INTEGER NOT NULL,    -- 1: may find posts that no rule before found, which were not kept
        first_upto INTEGER NOT NULL,  -- the newest post when it began
        position INTEGER NOT NULL,  -- posts with an id below this one are still to be matched again; 1: none
        upto INTEGER NOT NULL,      -- of the posts stored since, those up to this one are matched again
        finished_at INTEGER,        -- NULL: posts are being matched again
        entered INTEGER NOT NULL DEFAULT 0,
        left INTEGER NOT NULL DEFAULT 0,
        tail_done INTEGER NOT NULL DEFAULT 0  -- 1: so are the posts stored since
    ) STRICT""",
    "CREATE INDEX rule_change_open ON rule_change (rule) WHERE NOT tail_done",
    """CREATE TABLE rule_note (
        brand TEXT PRIMARY KEY, text TEXT NOT NULL, person TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL
    ) STRICT""",
)


def create_rule_changes(db: Database) -> None:
    """Who changed a rule and why, how far stored posts are matched again, and changes that are about to be saved."""
    for statement in _TABLES:
        db.execute(statement)
