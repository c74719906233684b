"""The migration of saved views."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.store.sql.starting_views import STARTING_VIEWS

_TABLES = (
    """
    CREATE TABLE saved_view (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        owner INTEGER REFERENCES account(id) ON DELETE SET NULL,  -- NULL: everybody's
        name TEXT NOT NULL,
        filter TEXT NOT NULL,                -- MentionFilter as JSON, see filter_json
        brand_group TEXT NOT NULL,           -- BrandGroup that replaces the brands of the filter; '': none
        range TEXT NOT NULL,                 -- '': the filter has fixed times
        shared INTEGER NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX saved_view_owner ON saved_view (owner)",
    """
    CREATE TABLE saved_view_person (
        view INTEGER NOT NULL REFERENCES saved_view(id) ON DELETE CASCADE,
        account INTEGER REFERENCES account(id) ON DELETE CASCADE,  -- NULL: while there are no accounts
        position INTEGER,                    -- NULL: after those with one
        mention INTEGER,                     -- last looked at; NULL: never
        at INTEGER                           -- when; NULL: never
    ) STRICT""",
    "CREATE UNIQUE INDEX saved_view_person_key ON saved_view_person (view, ifnull(account, 0))",
    "CREATE INDEX saved_view_person_account ON saved_view_person (account)",
    """
    CREATE TABLE saved_view_feed (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        view INTEGER NOT NULL REFERENCES saved_view(id) ON DELETE CASCADE,
        account INTEGER REFERENCES account(id) ON DELETE CASCADE,  -- NULL: while there are no accounts
        token_hash BLOB NOT NULL UNIQUE,     -- SHA-256
        created_at INTEGER NOT NULL,
        used_at INTEGER                      -- NULL: never
    ) STRICT""",
    "CREATE UNIQUE INDEX saved_view_feed_key ON saved_view_feed (view, ifnull(account, 0))",
    "CREATE INDEX saved_view_feed_account ON saved_view_feed (account)",
)


def create_event_tables(db: Database) -> None:
    """Who is told what happens in a view, of which mentions, and what was delivered."""
    db.execute("""
        CREATE TABLE event_subscription (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            view INTEGER NOT NULL,              -- a saved view; may have been deleted
            channel INTEGER NOT NULL REFERENCES channel(id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            cursor INTEGER NOT NULL,            -- the change up to which everything was delivered
            replay_until INTEGER NOT NULL DEFAULT 0,
            failures INTEGER NOT NULL DEFAULT 0,
            next_try INTEGER,                   -- NULL: at once
            problem TEXT NOT NULL DEFAULT ''
        ) STRICT""")
    db.execute("CREATE INDEX event_subscription_channel ON event_subscription (channel)")
    db.execute("""
        CREATE TABLE event_mention (            -- what the receiver was told of
            subscription INTEGER NOT NULL REFERENCES event_subscription(id) ON DELETE CASCADE,
            mention INTEGER NOT NULL,           -- may have been deleted
            gone INTEGER NOT NULL,              -- 1: it was told that the mention is not in the view any more
            at INTEGER NOT NULL,
            PRIMARY KEY (subscription, mention)
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE event_delivery (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            subscription INTEGER NOT NULL REFERENCES event_subscription(id) ON DELETE CASCADE,
            at INTEGER NOT NULL,
            events INTEGER NOT NULL,
            succeeded INTEGER NOT NULL,
            detail TEXT NOT NULL,
            milliseconds INTEGER NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX event_delivery_subscription ON event_delivery (subscription, id)")


def create_view_tables(db: Database) -> None:
    """Saved views with their order, last looks and feeds, and five views that belong to everybody."""
    for statement in _TABLES:
        db.execute(statement)
    insert = """
        INSERT INTO saved_view (name, filter, brand_group, range, shared, created_at)
        VALUES (?, ?, ?, '7d', 1, CAST(strftime('%s', 'now') AS INTEGER) * 1000)"""
    for view in STARTING_VIEWS:
        db.execute(insert, view)
