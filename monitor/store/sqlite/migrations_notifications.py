"""The migration of notifications: channels, subscriptions, messages, deliveries and built-in alerts."""

from __future__ import annotations

from sqlite_utils import Database

_TABLES = (
    """
    CREATE TABLE channel (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        kind TEXT NOT NULL,
        shown TEXT NOT NULL,            -- what people may see of its address
        secret BLOB NOT NULL,           -- its address, encrypted
        inside INTEGER NOT NULL,        -- 1: may quote posts
        alerts INTEGER NOT NULL,        -- 1: gets the built-in alerts
        created_at INTEGER NOT NULL,
        failing_since INTEGER,
        problem TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    """
    CREATE TABLE subscription (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        view INTEGER NOT NULL,          -- a saved view; may have been deleted
        owner INTEGER REFERENCES account(id) ON DELETE CASCADE,  -- NULL: no accounts
        channel INTEGER NOT NULL REFERENCES channel(id) ON DELETE CASCADE,
        schedule TEXT NOT NULL,         -- JSON
        is_on INTEGER NOT NULL DEFAULT 1,
        created_at INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'null'  -- JSON: what waits
    ) STRICT""",
    "CREATE INDEX subscription_owner ON subscription (owner)",
    "CREATE INDEX subscription_channel ON subscription (channel)",
    """
    CREATE TABLE subscription_match (  -- so that no mention is notified of twice
        subscription INTEGER NOT NULL REFERENCES subscription(id) ON DELETE CASCADE,
        mention INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (subscription, mention)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX subscription_match_at ON subscription_match (at)",
    """
    CREATE TABLE quiet_hours (
        account INTEGER PRIMARY KEY,    -- 0: no accounts
        start INTEGER NOT NULL,         -- minutes after midnight
        end INTEGER NOT NULL
    ) STRICT""",
    "CREATE TABLE notification_progress (last_change INTEGER NOT NULL) STRICT",
    """
    CREATE TABLE message (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,       -- rule, channel and subject
        rule TEXT NOT NULL,
        subject TEXT NOT NULL,
        channel INTEGER NOT NULL REFERENCES channel(id) ON DELETE CASCADE,
        via INTEGER NOT NULL,           -- the channel that sends it
        facts TEXT NOT NULL,            -- JSON: what its text is made from, no text of a post
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        requires TEXT NOT NULL,         -- the key of a message that must have been delivered; empty: none
        tries INTEGER NOT NULL DEFAULT 0,
        next_try INTEGER,               -- NULL: it does not wait
        created_at INTEGER NOT NULL,
        delivered_at INTEGER
    ) STRICT""",
    "CREATE INDEX message_due ON message (next_try) WHERE state = 'waiting'",
    "CREATE INDEX message_channel ON message (channel)",
    "CREATE INDEX message_created ON message (created_at)",
    "CREATE INDEX message_rule ON message (rule, id)",
    """
    CREATE TABLE delivery (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        message INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
        channel INTEGER NOT NULL,       -- may have been removed
        at INTEGER NOT NULL,
        succeeded INTEGER NOT NULL,
        detail TEXT NOT NULL,
        milliseconds INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX delivery_message ON delivery (message)",
    """
    CREATE TABLE alert (  -- built-in alerts whose cause is not over
        rule TEXT NOT NULL,
        subject TEXT NOT NULL,
        since INTEGER NOT NULL,
        facts TEXT NOT NULL,
        PRIMARY KEY (rule, subject)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE muted_alert (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
)


def create_notification_tables(db: Database) -> None:
    """All tables, empty."""
    for statement in _TABLES:
        db.execute(statement)


def create_report_subscriptions(db: Database) -> None:
    """Who gets the weekly report."""
    db.execute("""
        CREATE TABLE report_subscription (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            owner INTEGER REFERENCES account(id) ON DELETE CASCADE,  -- NULL: no accounts
            channel INTEGER NOT NULL REFERENCES channel(id) ON DELETE CASCADE,
            weekday INTEGER NOT NULL,       -- 0 is Monday
            at INTEGER NOT NULL,            -- minutes after midnight
            created_at INTEGER NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX report_subscription_owner ON report_subscription (owner)")
    db.execute("CREATE INDEX report_subscription_channel ON report_subscription (channel)")
