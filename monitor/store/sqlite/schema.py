"""An overview of the tables, and their migration. ``migrations`` defines them with their columns.

    post             what was written, once per (source, external id)
    mention          post x brand, with copies of the columns that filters need; ids follow ``added_at``
    mention_doc      view: the words and filter tokens of a mention, exactly as mention_fts indexes them
    mention_fts      FTS5 over that view, rowid = mention.id; maintained by ``derived``, as triggers are 5 times slower
    mention_fts_sample  the same index of every sixteenth mention, for estimates; see ``sample_index``
    mention_fts_words   the words of mention_fts, by which prefixes are expanded
    cube_*           sums over mention: by day, by month, over all time; cube_brand_day: the narrow one that charts read
    cube_5min        sums over mention in 5-minute bins, by brand and source, which the analysis reads
    post_link        hash of the link of posts, to recognise an imported post that was also collected; see ``links``
    link_progress    the last collected post in post_link
    story_key        hashes of the links and headlines of recent posts, by which posts join a story; see ``story_keys``
    change           one row for each change that a screen may show; Tail follows it
    incident topics  results of the analysis jobs
    brand rule source gap
    rule_change      who changed a rule, and how far stored posts are matched again; rule_note: see ``rule_changes``
    opinion          what the language model makes of a mention; opinion_queue, opinion_state: see ``opinions``
    intent_rules     the rules of intents in use, and how far stored posts are reviewed; see ``intents``
    named_topic      topics of the config, their review and queue; post.topics has their bits; see ``named_topics``
    named_topic_version named_topic_note: see ``topic_versions``
    learning         what people's answers taught, and how far stored scores are adjusted by it; see ``learning``
    check_draw       mentions drawn at random, in check_drawn; check_answer: what people said of them; see ``checks``
    event_subscription event_mention event_delivery: see ``events``
    claim correction note block, blocked; action, action_change: what people do with mentions; see ``actions``
    account session api_token paired_wall tries audit access_version: see ``migrations_people``

Times are milliseconds since 1970 in UTC, scores thousandths: integers, because float sums drift when subtracted.
A filter token starts with U+E000, which cleaning strips from every text, so no word of a post can equal one.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable

from sqlite_utils import Database

from monitor.errors import SchemaError
from monitor.model import MigrationProgress
from monitor.store.sqlite.migration_progress import ProgressTracker
from monitor.store.sqlite.migrations import migrations

log = logging.getLogger("wallflower.schema")


def migrate(connection: sqlite3.Connection, on_progress: Callable[[MigrationProgress], None] = lambda _: None) -> None:
    """Apply the missing migrations, all in one transaction: if one fails, the database is as it was before.

    ``on_progress`` is called often, if anything is missing. Raises SchemaError, before any change, for a database newer
    than this program.
    """
    db = Database(connection)
    check_known(db)
    if not migrations.pending(db):
        return
    started, before = time.monotonic(), _version(db)
    connection.execute("BEGIN IMMEDIATE")
    try:
        check_known(db)  # another process may have migrated it meanwhile
        _apply(db, on_progress)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    if before:
        seconds = time.monotonic() - started
        log.info("Upgraded the database from version %d to %d in %.1f s.", before, _version(db), seconds)


def _apply(db: Database, on_progress: Callable[[MigrationProgress], None]) -> None:
    pending = [migration.name for migration in migrations.pending(db)]
    mentions = _count_mentions(db)
    if not mentions:
        migrations.apply(db)
        return
    tracker = ProgressTracker(db.conn, pending, mentions, on_progress)
    tracker.start()
    try:
        for number, name in enumerate(pending):
            tracker.begin(name)
            migrations.apply(db, stop_before=pending[number + 1 :])
    finally:
        tracker.stop()


def _version(db: Database) -> int:
    """The number of the newest migration that was applied; 0 in a new database."""
    return max((int(applied.name[1:4]) for applied in migrations.applied(db)), default=0)


def _count_mentions(db: Database) -> int:
    """About how many mentions are stored; 0 in a new database."""
    if not db["mention"].exists():
        return 0
    found: tuple[int] = db.execute("SELECT ifnull(max(id), 0) FROM mention").fetchone()
    return found[0]


def check_known(db: Database) -> None:
    """Raise SchemaError if a migration was applied that this program does not know."""
    known = {migration.name for migration in migrations.pending(Database(memory=True))}
    unknown = [applied.name for applied in migrations.applied(db) if applied.name not in known]
    if unknown:
        raise SchemaError(
            f"The database was written by a newer Wallflower (it has {', '.join(unknown)}). "
            "Install that version or a newer one. Nothing was changed."
        )


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether any migration of ours was applied."""
    return bool(migrations.applied(Database(connection)))


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether no migration is missing."""
    return not migrations.pending(Database(connection))
