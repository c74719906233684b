"""Migrations: small, ordered, one transaction each, and never changed once they are released.

``m013_standard_names`` renamed tables and columns; the migrations before it use the old names.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from monitor.store.sql.units import to_ms
from monitor.store.sqlite.migration_steps import (
    CUBE,
    RENAMED_COLUMNS,
    RENAMED_STATUS_FIELDS,
    RENAMED_TOPIC_FIELDS,
    add_imported_periods,
    add_requests,
    fill_5_minute_counts,
    index_all_intents,
    index_published_order,
)
from monitor.store.sqlite.migrations_actions import create_action_tables
from monitor.store.sqlite.migrations_checks import create_check_tables, drop_squares
from monitor.store.sqlite.migrations_context import add_context
from monitor.store.sqlite.migrations_imports import add_imports
from monitor.store.sqlite.migrations_intents import create_intent_rules
from monitor.store.sqlite.migrations_learning import create_learning
from monitor.store.sqlite.migrations_notifications import create_notification_tables, create_report_subscriptions
from monitor.store.sqlite.migrations_opinions import create_opinion_tables
from monitor.store.sqlite.migrations_people import add_token_scope, create_people_tables
from monitor.store.sqlite.migrations_relevance import create_relevance_tables
from monitor.store.sqlite.migrations_retention import create_tombstones
from monitor.store.sqlite.migrations_rules import create_rule_changes
from monitor.store.sqlite.migrations_sample import create_sample_index
from monitor.store.sqlite.migrations_stories import create_story_keys
from monitor.store.sqlite.migrations_topics import create_topic_tables, create_topic_versions
from monitor.store.sqlite.migrations_views import create_event_tables, create_view_tables
from monitor.store.sqlite.reindexing import reindex_hashtags

MIGRATION_SET = "wallflower"
APPLICATION_ID = 0x57466C77
"""Marks the file as ours ("WFlw")."""
migrations = Migrations(MIGRATION_SET)


@migrations()
def m001_names(db: Database) -> None:
    """What rows refer to by id: brands, the versions of their rules, sources."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("""
        CREATE TABLE brand (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            ours INTEGER NOT NULL DEFAULT 0,
            colour TEXT,
            aliases TEXT NOT NULL DEFAULT '[]',  -- JSON list
            position INTEGER NOT NULL,           -- order of the config
            active INTEGER NOT NULL DEFAULT 1    -- 0: no longer in the config; its mentions stay
        ) STRICT""")
    db.execute("""
        CREATE TABLE rule (
            id INTEGER PRIMARY KEY,
            brand INTEGER NOT NULL REFERENCES brand(id),
            version INTEGER NOT NULL,  -- from 1; a changed text gets the next
            text TEXT NOT NULL,
            since INTEGER NOT NULL,
            UNIQUE (brand, version)
        ) STRICT""")
    db.execute("""
        CREATE TABLE source (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            status TEXT,  -- SourceStatus as JSON; NULL: none was saved, as for an import
            cursor TEXT   -- JSON, opaque; NULL: no pass yet
        ) STRICT""")
    db.execute("""
        CREATE TABLE gap (
            id INTEGER PRIMARY KEY,
            source INTEGER NOT NULL REFERENCES source(id),
            since INTEGER NOT NULL,
            until INTEGER,  -- NULL: still open
            reason TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX gap_source ON gap (source, since)")


@migrations()
def m002_posts(db: Database) -> None:
    """Posts."""
    db.execute("""
        CREATE TABLE post (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source INTEGER NOT NULL REFERENCES source(id),
            external_id TEXT NOT NULL,
            author TEXT NOT NULL, site TEXT NOT NULL, url TEXT NOT NULL,
            lang TEXT NOT NULL,            -- "und": unknown
            title TEXT NOT NULL, text TEXT NOT NULL,
            published_at INTEGER NOT NULL, -- never after added_at
            added_at INTEGER NOT NULL,
            index_text TEXT, index_title TEXT,  -- as written into the index; NULL: the same as text, title
            tags TEXT NOT NULL,            -- a space, then a filter token without its mark, for author and each site
            signature BLOB                 -- what near-duplicates share; NULL: too short for one
        ) STRICT""")
    db.execute("CREATE UNIQUE INDEX post_key ON post (source, external_id)")


@migrations()
def m003_mentions(db: Database) -> None:
    """Post x brand. ``mention_time`` covers charts and the wall: their figures come from it without reading a row."""
    db.execute("""
        CREATE TABLE mention (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            post INTEGER NOT NULL REFERENCES post(id),
            brand INTEGER NOT NULL REFERENCES brand(id),
            rule INTEGER NOT NULL REFERENCES rule(id),
            source INTEGER NOT NULL, lang TEXT NOT NULL, published_at INTEGER NOT NULL,  -- copies of the post's
            added_at INTEGER NOT NULL,        -- never before that of a lower id
            month INTEGER NOT NULL,           -- of published_at: year * 12 + month - 1
            score INTEGER,                    -- in force; NULL: unscored
            judged INTEGER,                   -- by the program, regardless of corrections
            bucket INTEGER NOT NULL,          -- of score: 0 negative, 1 neutral, 2 positive, 3 unscored
            corrected INTEGER NOT NULL DEFAULT 0,
            intent INTEGER NOT NULL DEFAULT 0,
            state INTEGER NOT NULL DEFAULT 0,
            hidden INTEGER NOT NULL DEFAULT 0,
            story INTEGER,                    -- id of the story's first post, which may be deleted; NULL: none
            evidence TEXT NOT NULL DEFAULT '{}'  -- JSON: spans, judged [start, end], words [start, end, weight], reason
        ) STRICT""")
    db.execute("CREATE UNIQUE INDEX mention_post ON mention (post, brand)")
    db.execute("""
        CREATE INDEX mention_time ON mention
            (brand, published_at, bucket, hidden, state, source, lang, intent, score, story)""")
    db.execute("CREATE INDEX mention_story ON mention (story, brand, state) WHERE story IS NOT NULL")


@migrations()
def m004_search(db: Database) -> None:
    """The search index, which answers filters as well as words. Tokens: see ``filter_tokens``."""
    tag = "char(57344) || "
    db.execute(f"""
        CREATE VIEW mention_doc AS SELECT
            mention.id AS id,
            coalesce(post.index_text, post.text) AS text,
            coalesce(post.index_title, post.title) AS title,
            {tag} 'b' || mention.brand || ' ' ||
            {tag} 'p' || mention.source || ' ' ||
            {tag} 's' || mention.bucket || ' ' ||
            {tag} 'l' || mention.lang || ' ' ||
            {tag} 'm' || mention.month || ' ' ||
            {tag} 'r' || mention.rule ||
            replace(post.tags, ' ', ' ' || char(57344)) ||
            CASE WHEN mention.intent & 1 THEN ' ' || {tag} 'i1' ELSE '' END ||
            CASE WHEN mention.intent & 2 THEN ' ' || {tag} 'i2' ELSE '' END ||
            CASE WHEN mention.intent & 4 THEN ' ' || {tag} 'i4' ELSE '' END ||
            CASE WHEN mention.intent & 8 THEN ' ' || {tag} 'i8' ELSE '' END ||
            CASE WHEN mention.state THEN ' ' || {tag} 't' || mention.state ELSE '' END ||
            CASE WHEN mention.hidden THEN ' ' || {tag} 'h1' ELSE '' END ||
            CASE WHEN mention.corrected THEN ' ' || {tag} 'c1' ELSE '' END
            AS tags
        FROM mention JOIN post ON post.id = mention.post""")
    # The tokenizer is query.TOKENIZER. columnsize=0: ranking is not used, and this saves a row per document.
    db.execute("""
        CREATE VIRTUAL TABLE mention_fts USING fts5(text, title, tags,
            content='mention_doc', content_rowid='id', columnsize=0, tokenize='ascii')""")


@migrations()
def m005_cubes(db: Database) -> None:
    """Sums over mention, so that a count needs no rows."""
    for name in ("day", "month"):
        db.execute(CUBE.format(name=name, time="time INTEGER NOT NULL,  -- of published_at", key="time, "))
    db.execute(CUBE.format(name="all", time="", key=""))
    db.execute("""
        CREATE TABLE cube_line (
            time INTEGER NOT NULL,    -- day
            brand INTEGER NOT NULL, bucket INTEGER NOT NULL, hidden INTEGER NOT NULL,
            n INTEGER NOT NULL,       -- rows of mention except irrelevant and left ones
            score INTEGER NOT NULL,
            squares INTEGER NOT NULL, -- sum of squared thousandths, for the interval of a mean
            PRIMARY KEY (time, brand, bucket, hidden)
        ) STRICT, WITHOUT ROWID""")


@migrations()
def m006_changes(db: Database) -> None:
    """The log that Tail follows."""
    db.execute("""
        CREATE TABLE change (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            mention INTEGER NOT NULL,  -- may be deleted
            at INTEGER NOT NULL
        ) STRICT""")


migrations(name="m007_wishes")(add_requests)


@migrations()
def m008_pulses(db: Database) -> None:
    """Counts in 5-minute bins, filled from the mentions in the database."""
    db.execute("""
        CREATE TABLE pulse (
            brand INTEGER NOT NULL,
            time INTEGER NOT NULL,      -- of published_at, in 5-minute bins since 1970
            source INTEGER NOT NULL,
            n INTEGER NOT NULL,         -- rows of mention except irrelevant and left ones; 0 counts as no row
            negative INTEGER NOT NULL,  -- those with a negative score
            PRIMARY KEY (brand, time, source)
        ) STRICT, WITHOUT ROWID""")
    fill_5_minute_counts(db)


@migrations()
def m009_incidents(db: Database) -> None:
    """Times in which a brand was mentioned far more than usual."""
    db.execute("""
        CREATE TABLE incident (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            brand INTEGER NOT NULL REFERENCES brand(id),
            since INTEGER NOT NULL,
            until INTEGER,               -- NULL: ongoing
            seen_at INTEGER NOT NULL,
            checked_at INTEGER NOT NULL, -- when the figures were computed
            n INTEGER NOT NULL,
            usual REAL NOT NULL,
            window INTEGER NOT NULL,     -- milliseconds
            peak REAL NOT NULL,
            trend TEXT NOT NULL,
            negative INTEGER NOT NULL,
            topic TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX incident_time ON incident (since)")
    db.execute("CREATE INDEX incident_open ON incident (brand) WHERE until IS NULL")


@migrations()
def m010_topics(db: Database) -> None:
    """The current topics of each brand, and since when each source is read."""
    db.execute("""
        CREATE TABLE topics (
            brand INTEGER PRIMARY KEY REFERENCES brand(id),
            found TEXT NOT NULL  -- Topics as JSON
        ) STRICT""")
    # NULL: never read, as for an import. For sources that exist by now the time is unknown, but it was not before the
    # first mention was stored.
    db.execute("ALTER TABLE source ADD COLUMN begun INTEGER")
    db.execute("""
        UPDATE source SET begun = (SELECT added_at FROM mention ORDER BY id LIMIT 1) WHERE status IS NOT NULL""")


@migrations()
def m011_stars(db: Database) -> None:
    """The stars of a review, which are neither words nor a score."""
    db.execute("ALTER TABLE post ADD COLUMN stars INTEGER")  # 1 to 5; NULL: not a review


@migrations()
def m012_incident_news(db: Database) -> None:
    """What is new in an incident: JSON arrays of phrases, and of source names."""
    db.execute("ALTER TABLE incident ADD COLUMN words TEXT NOT NULL DEFAULT '[]'")
    db.execute("ALTER TABLE incident ADD COLUMN sources TEXT NOT NULL DEFAULT '[]'")


@migrations()
def m013_standard_names(db: Database) -> None:
    """Standard names for what people meet in SQL, and a column for the time of a source's next check."""
    for old, new in (("cube_line", "cube_brand_day"), ("pulse", "cube_5min")):
        db.execute(f"ALTER TABLE {old} RENAME TO {new}")
    for table, old, new in RENAMED_COLUMNS:
        db.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    db.execute("ALTER TABLE source ADD COLUMN next_check INTEGER")  # NULL: at once, or unknown
    for id_, text in db.execute("SELECT id, status FROM source WHERE status IS NOT NULL").fetchall():
        status = {RENAMED_STATUS_FIELDS.get(name, name): value for name, value in json.loads(text).items()}
        next_check = status.pop("next_check", None)
        values = (
            json.dumps(status, ensure_ascii=False),
            None if next_check is None else to_ms(datetime.fromisoformat(next_check)),
        )
        db.execute("UPDATE source SET status = ?, next_check = ? WHERE id = ?", (*values, id_))
    for old, new in RENAMED_TOPIC_FIELDS.items():  # within JSON, only a key is followed by a colon
        db.execute("UPDATE topics SET topics = replace(topics, ?, ?)", (f'"{old}": ', f'"{new}": '))


migrations(name="m014_imports")(add_imports)


migrations(name="m015_published_order")(index_published_order)
migrations(name="m016_imported_periods")(add_imported_periods)


@migrations()
def m017_hashtag_words(db: Database) -> None:
    """The words inside hashtags in the search index."""
    reindex_hashtags(db)


migrations(name="m018_context")(add_context)
migrations(name="m019_people")(create_people_tables)
migrations(name="m020_tombstones")(create_tombstones)
migrations(name="m021_intents")(index_all_intents)
migrations(name="m022_opinions")(create_opinion_tables)
migrations(name="m023_story_keys")(create_story_keys)
migrations(name="m024_checks")(create_check_tables)
migrations(name="m025_relevance")(create_relevance_tables)
migrations(name="m026_learning")(create_learning)
migrations(name="m027_intent_rules")(create_intent_rules)
migrations(name="m028_mood_counts")(drop_squares)
migrations(name="m029_saved_views")(create_view_tables)
migrations(name="m030_notifications")(create_notification_tables)
migrations(name="m031_actions")(create_action_tables)
migrations(name="m032_report_subscriptions")(create_report_subscriptions)
migrations(name="m033_token_scope")(add_token_scope)
migrations(name="m034_rule_changes")(create_rule_changes)
migrations(name="m035_view_events")(create_event_tables)
migrations(name="m036_named_topics")(create_topic_tables)
migrations(name="m037_topic_versions")(create_topic_versions)
migrations(name="m038_sample_index")(create_sample_index)
