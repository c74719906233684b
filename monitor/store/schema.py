"""The tables, as migrations: small, ordered, one transaction each, and never changed once they are released.

    post            what was written, once per (source, external id)
    mention         post x brand, with copies of what filters ask for; ids follow ``added_at``
    mention_doc     view: the words of a mention and its filter tokens, exactly as mention_fts indexes them
    mention_fts     FTS5 over that view, rowid = mention.id; kept up by ``store.derived``: triggers are 5 times slower
    cube_*          sums over mention: by day, by month, over all time, and the short one by day that charts read
    pulse           sums over mention in steps of 5 minutes, by brand and source, which the watch reads
    change          one row for everything that a screen may show, followed by Tail
    incident topics what the watch found
    brand rule source gap

Times are milliseconds since 1970 in UTC, scores thousandths: integers, because float sums drift when subtracted.
A filter token starts with U+E000, which cleaning strips from every text, so no word of a user can be one.
"""

from __future__ import annotations

import logging
import sqlite3

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from monitor.errors import SchemaError

SET = "wallflower"
APPLICATION_ID = 0x57466C77
"""Marks the file as ours ("WFlw")."""
MANY = 500_000
"""Mentions from which on a migration that reads them all is worth a word."""

log = logging.getLogger("wallflower.schema")

migrations = Migrations(SET)

_CUBE = """
CREATE TABLE cube_{name} (
    {time}
    brand INTEGER NOT NULL, source INTEGER NOT NULL, bucket INTEGER NOT NULL, lang TEXT NOT NULL,
    intent INTEGER NOT NULL, state INTEGER NOT NULL, hidden INTEGER NOT NULL,
    n INTEGER NOT NULL,      -- rows of mention; a row at 0 is as good as none
    score INTEGER NOT NULL,  -- sum of thousandths over the scored ones
    PRIMARY KEY ({key}brand, source, bucket, lang, intent, state, hidden)
) STRICT, WITHOUT ROWID"""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date. Raises SchemaError, before any change, for a database newer than this program."""
    db = Database(connection)
    check_known(db)
    migrations.apply(db)


def check_known(db: Database) -> None:
    """Raise SchemaError when a migration was applied that this program does not know."""
    known = {migration.name for migration in migrations.pending(Database(memory=True))}
    strange = [applied.name for applied in migrations.applied(db) if applied.name not in known]
    if strange:
        raise SchemaError(
            f"The database was written by a newer Wallflower (it has {', '.join(strange)}). "
            "Install that version or newer; nothing was changed."
        )


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether any migration of ours was applied."""
    return bool(migrations.applied(Database(connection)))


@migrations()
def m001_names(db: Database) -> None:
    """What rows refer to by number: brands, the versions of their rules, sources."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("""
        CREATE TABLE brand (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            ours INTEGER NOT NULL DEFAULT 0,
            colour TEXT,
            aliases TEXT NOT NULL DEFAULT '[]',  -- JSON list
            position INTEGER NOT NULL,           -- order of the config
            active INTEGER NOT NULL DEFAULT 1    -- 0: no longer in the config, its mentions stay
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
            status TEXT,  -- SourceStatus as JSON; NULL: none was saved, as for an imported file
            cursor TEXT   -- JSON, the source's own; NULL: never read
        ) STRICT""")
    db.execute("""
        CREATE TABLE gap (
            id INTEGER PRIMARY KEY,
            source INTEGER NOT NULL REFERENCES source(id),
            since INTEGER NOT NULL,
            until INTEGER,  -- NULL: it still cannot be read
            reason TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX gap_source ON gap (source, since)")


@migrations()
def m002_posts(db: Database) -> None:
    """What was written."""
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
            tags TEXT NOT NULL,            -- a blank, then a filter token without its mark, for author and each site
            signature BLOB                 -- what near-duplicates share; NULL: too short to tell
        ) STRICT""")
    db.execute("CREATE UNIQUE INDEX post_key ON post (source, external_id)")


@migrations()
def m003_mentions(db: Database) -> None:
    """Post x brand. ``mention_time`` covers charts and the wall: their figures come from it without touching a row."""
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
            judged INTEGER,                   -- as the program scored it, whatever a person said since
            bucket INTEGER NOT NULL,          -- of score: 0 negative, 1 neutral, 2 positive, 3 unscored
            corrected INTEGER NOT NULL DEFAULT 0,
            intent INTEGER NOT NULL DEFAULT 0,
            state INTEGER NOT NULL DEFAULT 0,
            hidden INTEGER NOT NULL DEFAULT 0,
            story INTEGER,                    -- id of the story's first post, which may be gone; NULL: nothing alike
            evidence TEXT NOT NULL DEFAULT '{}'  -- JSON: spans, judged [start, end], words [start, end, weight], reason
        ) STRICT""")
    db.execute("CREATE UNIQUE INDEX mention_post ON mention (post, brand)")
    db.execute("""
        CREATE INDEX mention_time ON mention
            (brand, published_at, bucket, hidden, state, source, lang, intent, score, story)""")
    db.execute("CREATE INDEX mention_story ON mention (story, brand, state) WHERE story IS NOT NULL")


@migrations()
def m004_search(db: Database) -> None:
    """The search index, which answers filters as well as words. Tokens: see ``store.tags``."""
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
    # The tokenizer is query.TOKENIZER. columnsize=0: ranking is never asked for, and it saves a row per document.
    db.execute("""
        CREATE VIRTUAL TABLE mention_fts USING fts5(text, title, tags,
            content='mention_doc', content_rowid='id', columnsize=0, tokenize='ascii')""")


@migrations()
def m005_cubes(db: Database) -> None:
    """Sums over mention, so that a count needs no rows."""
    for name in ("day", "month"):
        db.execute(_CUBE.format(name=name, time="time INTEGER NOT NULL,  -- of published_at", key="time, "))
    db.execute(_CUBE.format(name="all", time="", key=""))
    db.execute("""
        CREATE TABLE cube_line (
            time INTEGER NOT NULL,    -- day
            brand INTEGER NOT NULL, bucket INTEGER NOT NULL, hidden INTEGER NOT NULL,
            n INTEGER NOT NULL,       -- rows of mention that count: neither irrelevant nor left
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
            mention INTEGER NOT NULL,  -- may be gone
            at INTEGER NOT NULL
        ) STRICT""")


@migrations()
def m007_wishes(db: Database) -> None:
    """What people want of a source: the pages write it, the source's worker reads it."""
    db.execute("ALTER TABLE source ADD COLUMN paused INTEGER")  # since when; NULL: it is to be read
    db.execute("ALTER TABLE source ADD COLUMN asked INTEGER")  # when it was last to be read at once


@migrations()
def m008_pulses(db: Database) -> None:
    """Counts in steps of 5 minutes, worked out from the mentions that are there."""
    db.execute("""
        CREATE TABLE pulse (
            brand INTEGER NOT NULL,
            time INTEGER NOT NULL,      -- of published_at, in steps of 5 minutes since 1970
            source INTEGER NOT NULL,
            n INTEGER NOT NULL,         -- rows of mention that count: neither irrelevant nor left; 0 is as good as none
            negative INTEGER NOT NULL,  -- those in bucket 0
            PRIMARY KEY (brand, time, source)
        ) STRICT, WITHOUT ROWID""")
    _fill_pulses(db)


def _fill_pulses(db: Database) -> None:
    """A month at a time, in the order of the table, so that ten million mentions fit into little memory."""
    newest = db.execute("SELECT ifnull(max(id), 0) FROM mention").fetchone()[0]
    if newest > MANY:
        log.info("The database is brought up to date: about %d mentions are counted. This may take a minute.", newest)
    months = db.execute("""SELECT brand, time AS month FROM cube_month GROUP BY 1, 2 ORDER BY 1, 2""").fetchall()
    for brand, month in months:
        db.execute(
            """INSERT INTO pulse
            SELECT brand, published_at / 300000, source, count(*), sum(bucket = 0)
            FROM mention INDEXED BY mention_time
            WHERE brand = ?1 AND state < 2
                AND published_at >= 1000 * strftime('%s', printf('%04d-%02d-01', ?2 / 12, ?2 % 12 + 1))
                AND published_at < 1000 * strftime('%s', printf('%04d-%02d-01', (?2 + 1) / 12, (?2 + 1) % 12 + 1))
            GROUP BY 1, 2, 3""",
            (brand, month),
        )
    if newest > MANY:
        log.info("All mentions are counted.")


@migrations()
def m009_incidents(db: Database) -> None:
    """Times in which a brand was mentioned far more than usual."""
    db.execute("""
        CREATE TABLE incident (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            brand INTEGER NOT NULL REFERENCES brand(id),
            since INTEGER NOT NULL,
            until INTEGER,               -- NULL: it goes on
            seen_at INTEGER NOT NULL,
            checked_at INTEGER NOT NULL, -- of which the figures are
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
    """What mentions are about as of the last look, and since when each source is read at all."""
    db.execute("""
        CREATE TABLE topics (
            brand INTEGER PRIMARY KEY REFERENCES brand(id),
            found TEXT NOT NULL  -- Topics as JSON
        ) STRICT""")
    # NULL: it never was to be read, as an imported file. For those that are there nobody knows, but that it was not
    # before the first mention was stored.
    db.execute("ALTER TABLE source ADD COLUMN begun INTEGER")
    db.execute("""
        UPDATE source SET begun = (SELECT added_at FROM mention ORDER BY id LIMIT 1) WHERE status IS NOT NULL""")


@migrations()
def m011_stars(db: Database) -> None:
    """What a reviewer gave, which is no part of the words and no score."""
    db.execute("ALTER TABLE post ADD COLUMN stars INTEGER")  # 1 to 5; NULL: it is no review


@migrations()
def m012_incident_news(db: Database) -> None:
    """What is new in an incident: JSON arrays of phrases, and of names of sources."""
    db.execute("ALTER TABLE incident ADD COLUMN words TEXT NOT NULL DEFAULT '[]'")
    db.execute("ALTER TABLE incident ADD COLUMN sources TEXT NOT NULL DEFAULT '[]'")
