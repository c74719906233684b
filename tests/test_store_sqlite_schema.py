"""Opening a SQLite database: what is created, what is migrated, and what is refused untouched."""

from __future__ import annotations

import gzip
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from monitor.errors import SchemaError, StoreError
from monitor.model import FoundTopic, Health, MentionFilter, SourceRequest, SourceStatus, Spend, Trend
from monitor.query import TOKENIZER
from monitor.store import open_store
from monitor.store.sql import cube_sums
from monitor.store.sql.units import from_ms
from monitor.store.sqlite import migration_steps, migrations
from tests.fake_store import ALL, World, judged, raw_connection, run_random_operations
from tests.fakes import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one mention."""
    path = tmp_path / "data" / "wallflower.db"
    store = open_store(f"sqlite:///{path}")
    store.save("Forum", [judged()], now=NOON)
    store.close()
    return path


def files(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


def test_a_new_database_has_every_migration_and_our_application_id(path: Path) -> None:
    db = Database(raw_connection(path))
    assert migrations.migrations.pending(db) == []
    assert db.execute("PRAGMA application_id").fetchone()[0] == migrations.APPLICATION_ID
    assert db.execute("PRAGMA page_size").fetchone()[0] == 8192
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_every_table_is_strict(path: Path) -> None:
    tables = raw_connection(path).execute(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    )
    ours = {name: strict for name, strict in tables if not name.startswith(("sqlite_", "_sqlite_"))}
    assert len(ours) >= 11
    assert all(ours.values())


def test_the_index_uses_the_tokenizer_of_queries(path: Path) -> None:
    sql = raw_connection(path).execute("SELECT sql FROM sqlite_master WHERE name = 'mention_fts'").fetchone()[0]
    assert f"tokenize='{TOKENIZER}'" in sql


def test_a_missing_migration_is_applied(path: Path) -> None:
    db = raw_connection(path)
    db.execute("DROP TABLE change")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm006_changes'")
    db.close()

    store = open_store(f"sqlite:///{path}")
    assert store.last_change_id() == 0
    assert store.last_mention_id() == 1
    store.close()


def test_a_failed_migration_is_rolled_back() -> None:
    broken = Migrations("broken")

    @broken()
    def m001(db: Database) -> None:
        db.execute("CREATE TABLE half (id INTEGER)")
        db.execute("CREATE TABLE half (id INTEGER)")

    db = Database(memory=True)
    with pytest.raises(sqlite3.OperationalError):
        broken.apply(db)
    assert "half" not in db.table_names()
    assert [m.name for m in broken.pending(db)] == ["m001"]


def test_a_newer_database_is_refused_untouched(path: Path) -> None:
    db = raw_connection(path)
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('wallflower', 'm999_later', '')"
    )
    db.close()
    before = files(path)

    with pytest.raises(SchemaError, match=r"newer Wallflower.*m999_later"):
        open_store(f"sqlite:///{path}")
    assert files(path) == before


@pytest.mark.parametrize("damage", ["nothing", "text", "cut", "scrambled", "a folder"])
def test_a_damaged_file_is_refused_and_never_replaced(path: Path, damage: str) -> None:
    content = path.read_bytes()
    if damage == "a folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes(
            {
                "nothing": b"",
                "text": b"hello, this is no database " * 2000,
                "cut": content[: len(content) // 2],
                "scrambled": content[:1024] + os.urandom(len(content) - 1024),
            }[damage]
        )
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(StoreError, match=r"newest backup|Check that") as raised:
        open_store(f"sqlite:///{path}")
    assert str(path) in str(raised.value)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    db = raw_connection(path)
    db.execute("CREATE TABLE invoice (id INTEGER)")
    db.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match="is a database of another program"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_created_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="may write in it"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'wallflower.db'}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_folder_without_permission_is_a_store_error(tmp_path: Path, path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="write permission"):
            open_store(f"sqlite:///{path}")
    finally:
        path.parent.chmod(0o700)


def test_the_leftovers_of_a_killed_creation_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    path.with_name("wallflower.db.new").write_bytes(b"half a database")
    store = open_store(f"sqlite:///{path}")
    assert store.last_mention_id() == 0
    store.close()
    assert path.exists()
    assert not path.with_name("wallflower.db.new").exists()


# Migrations of older databases

OLD_DATABASES = Path(__file__).parent / "old_databases"
"""Made-up data, written by the versions that are named after their last migration."""
NEW_NAMES = {"cube_line": "cube_brand_day", "pulse": "cube_5min"}
NEW_TABLES = {"post_link", "link_progress", "account", "session", "api_token", "paired_wall", "tries", "audit"}
NEW_TABLES |= {
    "access_version",
    "check_answer",
    "check_draw",
    "intent_rules",
    "learning",
    "check_drawn",
    "tombstone",
    "retention",
    "deletion_state",
    "story_key",
    "opinion",
    "opinion_queue",
    "opinion_state",
    "relevance_click",
    "relevance_brand",
    "relevance_queue",
    "relevance_vector",
    "relevance_kept",
    "set_aside",
    "alert",
    "channel",
    "delivery",
    "message",
    "muted_alert",
    "notification_progress",
    "quiet_hours",
    "subscription",
    "subscription_match",
    "report_subscription",
    "saved_view",
    "saved_view_person",
    "saved_view_feed",
}
NEW_TABLES |= {"named_topic", "named_topic_state", "named_topic_queue", "named_topic_version", "named_topic_note"}
NEW_TABLES |= {"rule_change", "rule_note", "event_subscription", "event_mention", "event_delivery"}
NEW_TABLES |= {"claim", "correction", "note", "block", "blocked", "action", "action_change"}
FILLED = {"claim", "link_progress", "access_version", "deletion_state", "story_key", "saved_view"}
"""The new tables with a row."""
CHANGED = ("source", "topics")
"""Tables whose rows change; ``test_an_old_database_can_be_used`` reads them."""


def old_database(tmp_path: Path, name: str) -> Path:
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress((OLD_DATABASES / f"{name}.db.gz").read_bytes()))
    return path


def rows_of_tables(path: Path) -> dict[str, list[Any]]:
    """Table -> its rows, without the migrations and what SQLite and FTS5 maintain themselves."""
    db = raw_connection(path)
    select = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    names = [name for (name,) in db.execute(select) if not name.startswith(("sqlite_", "_sqlite_"))]
    rows = {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
    db.close()
    return rows


def test_an_old_database_keeps_all_its_rows(tmp_path: Path) -> None:
    path = old_database(tmp_path, "m012_incident_news")
    before = {NEW_NAMES.get(name, name): rows for name, rows in rows_of_tables(path).items() if name not in CHANGED}
    open_store(f"sqlite:///{path}").close()
    after = rows_of_tables(path)
    assert {name for name, rows in after.items() if not rows} == NEW_TABLES - FILLED
    after["post"] = [row[:-4] for row in after["post"]]  # without the new columns
    after["mention"] = [row[:-2] for row in after["mention"]]
    before["cube_brand_day"] = [row[:-1] for row in before["cube_brand_day"]]  # without the old column
    assert {name: after[name] for name in before} == before
    assert set(after) == {*before, *CHANGED, *NEW_TABLES}
    assert cube_sums.wrong_cubes(raw_connection(path)) == []  # type: ignore[arg-type]


def test_an_old_database_can_be_used(tmp_path: Path) -> None:
    noon, minute = datetime(2026, 3, 4, 12, tzinfo=UTC), timedelta(minutes=1)
    path = old_database(tmp_path, "m012_incident_news")
    db = raw_connection(path)
    db.execute(
        """UPDATE source SET status = json_set(status, '$.catching_up', ?1, '$.content_until', ?1, '$.rules', 'a1',
                '$.set_aside', 2)
            WHERE name = 'Forum'""",
        (noon.isoformat(),),
    )
    db.close()
    store = open_store(f"sqlite:///{path}")
    limited = SourceStatus(
        "Forum", "feed", Health.LIMITED, "The site asks us to wait.",
        next_check=noon + 5 * minute + timedelta(milliseconds=123), last_try=noon, last_success=noon, failures=1,
        spend=Spend("2026-03", 1.5, 20.0), catching_up_since=noon, fresh_until=noon, rules_digest="a1", skipped=2,
    )  # fmt: skip
    assert store.recorded_statuses() == [limited, SourceStatus("News feed", "feed", Health.WORKING)]
    assert store.source_requests() == {
        "Forum": SourceRequest(check_requested_at=noon + 3 * minute),
        "News feed": SourceRequest(paused_at=noon + 2 * minute),
    }
    assert store.source_start_times() == {"Forum": noon, "News feed": noon + minute}
    assert store.cursor("Forum") == {"etag": "é"}
    assert [(gap.source, gap.until) for gap in store.gaps(noon - 60 * minute, noon + minute)] == [
        ("Forum", noon),
        ("News feed", None),
    ]
    (incident,) = store.incidents(noon, noon + minute)
    assert (incident.baseline, incident.phrases, incident.sources) == (7.25, ("delays",), ("Forum",))
    assert incident.trend is Trend.RISING
    topics = store.topics("Acme")
    assert topics is not None
    delays = FoundTopic("delays", "delay*", True, 12, 9, None)
    assert (topics.hour, topics.day, topics.without_topic) == (delays, (delays,), 4)
    assert store.count(ALL).n == len(store.page(ALL, limit=100)) == 62
    saved = store.save("Forum", [judged("Acme again")], now=noon + timedelta(days=90))
    assert saved.new == 1
    assert store.count(MentionFilter(q="again")).n == 1
    store.close()


def remove_later_tables(path: Path) -> None:
    """Turn the database of m012 into one that has neither 5-minute counts nor results of the analysis."""
    db = raw_connection(path)
    for table in ("pulse", "incident", "topics"):
        db.execute(f"DROP TABLE {table}")
    for table, column in (("source", "begun"), ("post", "stars")):
        db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    db.execute("DELETE FROM _sqlite_migrations WHERE name >= 'm008'")
    db.close()


def test_an_older_database_gets_its_5_minute_counts_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = old_database(tmp_path, "m012_incident_news")
    counts = rows_of_tables(path)["pulse"]
    remove_later_tables(path)

    monkeypatch.setattr(migration_steps, "MIN_MENTIONS_TO_LOG", 10)
    caplog.set_level("INFO", "wallflower.schema")
    store = open_store(f"sqlite:///{path}")
    assert "may take a minute" in caplog.text
    assert rows_of_tables(path)["cube_5min"] == [row for row in counts if row[3]]
    first = min(store.export(ALL), key=lambda m: m.id)
    assert store.source_start_times() == dict.fromkeys(("Forum", "News feed"), first.added_at)
    store.close()


def test_5_minute_counts_are_computed_from_the_first_month_on(tmp_path: Path) -> None:
    """A mention of 1 January 1970, and months without any."""
    path = tmp_path / "wallflower.db"
    store = open_store(f"sqlite:///{path}")
    run_random_operations(store, World(31), 120)
    store.save("Old", [judged(source="Old", published_at=from_ms(0))], now=NOON + timedelta(days=400))
    store.close()
    db = raw_connection(path)
    expected = db.execute("SELECT * FROM cube_5min WHERE n > 0 ORDER BY brand, time, source").fetchall()
    db.execute("ALTER TABLE mention RENAME COLUMN sentiment TO bucket")
    db.execute("DROP TABLE cube_5min")
    db.execute("CREATE TABLE pulse (brand INTEGER, time INTEGER, source INTEGER, n INTEGER, negative INTEGER)")
    migration_steps.fill_5_minute_counts(Database(db))
    assert db.execute("SELECT * FROM pulse ORDER BY brand, time, source").fetchall() == expected
    assert len(expected) > 50
    db.close()


def test_incidents_of_an_older_version_have_no_phrases(tmp_path: Path) -> None:
    path = old_database(tmp_path, "m012_incident_news")
    db = raw_connection(path)
    db.execute("ALTER TABLE incident DROP COLUMN words")
    db.execute("ALTER TABLE incident DROP COLUMN sources")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm012_incident_news'")
    db.close()
    store = open_store(f"sqlite:///{path}")
    (incident,) = store.latest_incidents()
    assert (incident.n, incident.phrases, incident.sources) == (42, (), ())
    store.close()


def test_posts_of_sources_that_were_never_polled_are_marked_as_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = old_database(tmp_path, "m012_incident_news")
    db = raw_connection(path)
    db.execute("UPDATE source SET status = NULL WHERE name = 'Forum'")
    db.execute("UPDATE post SET url = 'https://forum.example/' || id")
    counts = dict(db.execute("SELECT name, count(*) FROM post JOIN source ON source.id = post.source GROUP BY 1"))
    db.close()
    monkeypatch.setattr(migration_steps, "MIN_MENTIONS_TO_LOG", 5)
    caplog.set_level("INFO", "wallflower.schema")
    open_store(f"sqlite:///{path}").close()
    db = raw_connection(path)
    assert counts["Forum"] > 5
    assert f"marking {counts['Forum']} imported posts" in caplog.text
    select = "SELECT name, count(*) FROM post JOIN source ON source.id = post.source WHERE imported GROUP BY 1"
    assert dict(db.execute(select)) == {"Forum": counts["Forum"]}
    assert db.execute("SELECT count(*) FROM post_link").fetchone() == (counts["Forum"],)
    db.close()


def test_hashtags_of_an_older_database_are_indexed(tmp_path: Path) -> None:
    path = tmp_path / "wallflower.db"
    store = open_store(f"sqlite:///{path}")
    texts = ("#BoycottAcme now", "Acme #cocacola", "K\u0131z\u0131lay and Acme", "Acme alone")
    store.save("Forum", [judged(text) for text in texts], now=NOON)
    store.close()
    db = raw_connection(path)
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm017_hashtag_words'")
    db.execute("INSERT INTO mention_fts (mention_fts) VALUES ('delete-all')")
    for text, index in ((texts[0], "#BoycottAcme now \ue002BoycottAcme"), (texts[2], texts[2])):
        db.execute("UPDATE post SET index_text = ? WHERE text = ?", (index, text))
    db.execute("INSERT INTO mention_fts (rowid, text, title, tags) SELECT id, text, title, tags FROM mention_doc")
    db.commit()
    db.close()

    store = open_store(f"sqlite:///{path}")
    for q, expected in (("boycott", texts[0]), ("boycottacme", texts[0]), ("k\u0131z\u0131lay", texts[2])):
        assert [m.post.text for m in store.page(MentionFilter(q=q))] == [expected]
    assert store.count(MentionFilter(q="acme")).n == 4
    store.close()
    db = raw_connection(path)
    db.execute("INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)")
