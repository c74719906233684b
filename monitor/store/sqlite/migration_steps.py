"""Steps of migrations that read every mention, their messages, and the names that changed."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlite_utils import Database

from monitor.errors import SchemaError

MIN_MENTIONS_TO_LOG = 500_000
"""With more mentions than this, a migration that reads them all logs that it may take a minute."""

CUBE = """
CREATE TABLE cube_{name} (
    {time}
    brand INTEGER NOT NULL, source INTEGER NOT NULL, bucket INTEGER NOT NULL, lang TEXT NOT NULL,
    intent INTEGER NOT NULL, state INTEGER NOT NULL, hidden INTEGER NOT NULL,
    n INTEGER NOT NULL,      -- rows of mention; a row with 0 counts as none
    score INTEGER NOT NULL,  -- sum of thousandths over the scored ones
    PRIMARY KEY ({key}brand, source, bucket, lang, intent, state, hidden)
) STRICT, WITHOUT ROWID"""
"""Of m005: a table of sums."""
RENAMED_COLUMNS = (
    *((table, "bucket", "sentiment") for table in ("mention", "cube_day", "cube_month", "cube_all", "cube_brand_day")),
    ("mention", "judged", "program_score"),
    ("source", "paused", "paused_at"),
    ("source", "asked", "check_requested_at"),
    ("source", "begun", "first_status_at"),
    ("incident", "usual", "baseline"),
    ("incident", "words", "phrases"),
    ("topics", "found", "topics"),
)
"""Of m013: table, old column, new column."""
RENAMED_STATUS_FIELDS = {
    "catching_up": "catching_up_since",
    "content_until": "fresh_until",
    "rules": "rules_digest",
    "set_aside": "skipped",
}
RENAMED_TOPIC_FIELDS = {"named": "is_configured", "usual": "baseline", "unsorted": "without_topic"}

log = logging.getLogger("wallflower.schema")


def fill_5_minute_counts(db: Database) -> None:
    """One month at a time, in the order of the table, so that ten million mentions need little memory."""
    newest = db.execute("SELECT ifnull(max(id), 0) FROM mention").fetchone()[0]
    months = db.execute("""SELECT brand, time AS month FROM cube_month GROUP BY 1, 2 ORDER BY 1, 2""").fetchall()
    with announced(newest, f"counting about {newest} mentions"):
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


@contextmanager
def announced(rows: int, task: str) -> Iterator[None]:
    """Log that ``task`` takes a while, if it reads so many ``rows``, and that it is done."""
    if rows > MIN_MENTIONS_TO_LOG:
        log.info("Migrating the database: %s. This may take a minute.", task)
    yield
    if rows > MIN_MENTIONS_TO_LOG:
        log.info("The database is migrated.")


def add_requests(db: Database) -> None:
    """People's requests about a source: pages write them, the source's worker reads them."""
    db.execute("ALTER TABLE source ADD COLUMN paused INTEGER")  # since when; NULL: not paused
    db.execute("ALTER TABLE source ADD COLUMN asked INTEGER")  # when a check was last requested


def index_published_order(db: Database) -> None:
    """The index of lists by time of publication."""
    newest = db.execute("SELECT ifnull(max(id), 0) FROM mention").fetchone()[0]
    with announced(newest, f"sorting about {newest} mentions"):
        db.execute("CREATE INDEX mention_published ON mention (published_at)")


def index_all_intents(db: Database) -> None:
    """Let the search index tell nine intents apart. No mention had one before, so its documents stay as they are."""
    view = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'mention_doc'").fetchone()[0]
    last = re.search(r"CASE WHEN [^\n]*'i8'[^\n]*", view)
    if last is None:
        raise SchemaError("The view mention_doc of this database is not one that Wallflower made.")
    more = [last[0].replace("& 8 ", f"& {bit} ").replace("'i8'", f"'i{bit}'") for bit in (16, 32, 64, 128, 256)]
    db.execute("DROP VIEW mention_doc")
    db.execute(view.replace(last[0], "\n".join([last[0], *more])))


def add_imported_periods(db: Database) -> None:
    """The time that the imported posts of a source cover."""
    for column, function in (("imported_since", "min"), ("imported_until", "max")):
        db.execute(f"ALTER TABLE source ADD COLUMN {column} INTEGER")  # NULL: none was imported
        db.execute(f"""
            UPDATE source SET {column} = (SELECT {function}(published_at) FROM post INDEXED BY post_key
            WHERE post.source = source.id AND imported AND published_at > 0) WHERE status IS NULL""")
