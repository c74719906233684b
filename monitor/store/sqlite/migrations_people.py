"""The migrations of accounts, sessions, API tokens, paired walls and the audit log."""

from __future__ import annotations

from sqlite_utils import Database

_TABLES = (
    """
    CREATE TABLE account (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,    -- name with its case folded
        full_name TEXT NOT NULL,
        role TEXT NOT NULL,
        password_hash TEXT,               -- argon2id; NULL: single sign-on only
        must_change_password INTEGER NOT NULL DEFAULT 0,
        identity TEXT UNIQUE,             -- in single sign-on; NULL: none
        created_at INTEGER NOT NULL,
        seen_at INTEGER                   -- NULL: never signed in
    ) STRICT""",
    """
    CREATE TABLE session (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        token_hash BLOB NOT NULL UNIQUE,  -- SHA-256
        account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        seen_at INTEGER NOT NULL,
        address TEXT NOT NULL,
        browser TEXT NOT NULL,
        method TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX session_account ON session (account)",
    """
    CREATE TABLE api_token (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        token_hash BLOB NOT NULL UNIQUE,  -- SHA-256
        account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        hint TEXT NOT NULL,               -- its last characters
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER,                  -- NULL: never
        used_address TEXT NOT NULL DEFAULT '',
        UNIQUE (account, name)
    ) STRICT""",
    """
    CREATE TABLE paired_wall (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        token_hash BLOB NOT NULL UNIQUE,  -- SHA-256
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        wall TEXT NOT NULL,               -- of the config; empty: the first one
        paired_by TEXT NOT NULL,
        paired_at INTEGER NOT NULL,
        seen_at INTEGER,
        address TEXT NOT NULL,
        size TEXT NOT NULL,
        version TEXT NOT NULL DEFAULT '',
        browser TEXT NOT NULL
    ) STRICT""",
    """
    CREATE TABLE tries (
        key TEXT PRIMARY KEY,
        n INTEGER NOT NULL,
        until INTEGER NOT NULL            -- when they are forgotten
    ) STRICT, WITHOUT ROWID""",
    """
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL,
        details TEXT NOT NULL             -- a JSON object
    ) STRICT""",
    "CREATE TABLE access_version (n INTEGER NOT NULL) STRICT",
    "INSERT INTO access_version VALUES (1)",
)


def create_people_tables(db: Database) -> None:
    """Accounts, sessions, API tokens, paired walls, counted tries and the audit log."""
    for statement in _TABLES:
        db.execute(statement)


def add_token_scope(db: Database) -> None:
    """What an API token may be used for: "read" or "act"."""
    db.execute("ALTER TABLE api_token ADD COLUMN scope TEXT NOT NULL DEFAULT 'read'")
