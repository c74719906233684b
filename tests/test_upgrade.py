"""Upgrades of the database: every released version migrates, a failure changes nothing, and pages show the progress."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable
from http.client import HTTPMessage
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError

import pytest
from sqlite_utils import Database

from display.server.security import HEADERS
from display.server.startup_checks import prepare_database
from display.server.supervision import Notifier
from display.server.upgrade_page import UpgradePage
from monitor.config import Config, load
from monitor.model import MentionFilter, MigrationProgress
from monitor.store import open_store
from monitor.store.sqlite import migrations
from monitor.store.sqlite.migration_progress import COSTS, ProgressTracker
from tests.fake_store import ALL, judged, raw_connection
from tests.fakes import NOON
from tests.ports import free_port
from tests.test_store_sqlite_derived import inconsistencies
from tests.test_store_sqlite_schema import OLD_DATABASES, old_database, rows_of_tables

VERSIONS = sorted(file.name.removesuffix(".db.gz") for file in OLD_DATABASES.glob("*.db.gz"))
FIRST_WITH_FIXTURE = "m012"
KILLED = 9


def test_every_version_but_the_newest_has_a_database() -> None:
    """Write the one that is missing with the version before a new migration, under the name of its last migration."""
    names = [migration.name for migration in migrations.migrations.pending(Database(memory=True))]
    assert [name for name in names[:-1] if name >= FIRST_WITH_FIXTURE] == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_the_database_of_each_version_is_migrated_with_all_its_posts_and_figures(tmp_path: Path, version: str) -> None:
    path = old_database(tmp_path, version)
    db = raw_connection(path)
    posts = db.execute("SELECT source, external_id, author, text, published_at FROM post ORDER BY id").fetchall()
    mentions = db.execute("SELECT id, post, brand, score, hidden, state FROM mention ORDER BY id").fetchall()
    db.close()
    store = open_store(f"sqlite:///{path}")
    assert store.count(ALL).n == len(mentions) > 50
    assert store.save("Forum", [judged("Acme afterwards")], now=NOON).new == 1
    assert store.count(MentionFilter(q="afterwards")).n == 1
    store.close()
    db = raw_connection(path)
    after = db.execute("SELECT source, external_id, author, text, published_at FROM post ORDER BY id").fetchall()
    assert after[:-1] == posts
    select = "SELECT id, post, brand, score, hidden, state FROM mention ORDER BY id"
    assert db.execute(select).fetchall()[:-1] == mentions
    db.execute("INSERT INTO mention_fts (mention_fts, rank) VALUES ('integrity-check', 1)")
    db.close()
    assert inconsistencies(path) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_the_database_of_each_version_is_migrated_to_the_schema_of_a_new_one(tmp_path: Path, version: str) -> None:
    path = old_database(tmp_path, version)
    open_store(f"sqlite:///{path}").close()
    open_store(f"sqlite:///{tmp_path / 'new.db'}").close()
    assert _columns_by_table(path) == _columns_by_table(tmp_path / "new.db")


def _columns_by_table(path: Path) -> dict[str, set[str]]:
    """Table, view or index -> its columns, without what FTS5 maintains. Their order differs: migrations append them."""
    db = raw_connection(path)
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'mention_fts_%'")]
    tables = {n: {row[1] for row in db.execute(f"SELECT * FROM pragma_table_info('{n}')")} for n in names}
    indexes = {n: {row[2] for row in db.execute(f"SELECT * FROM pragma_index_info('{n}')")} for n in names}
    db.close()
    return {name: tables[name] | indexes[name] for name in names}


def broken(_: object) -> None:
    raise RuntimeError("a bug in a migration")


def killed(_: object) -> None:
    os._exit(KILLED)


def test_a_migration_that_fails_in_the_middle_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = old_database(tmp_path, "m013_standard_names")
    before, rows = path.read_bytes(), rows_of_tables(path)
    caplog.set_level("INFO", "wallflower.schema")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "reindex_hashtags", broken)  # the fourth of the missing migrations
        with pytest.raises(RuntimeError, match="a bug"):
            open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert rows_of_tables(path) == rows
    last = "SELECT max(name) FROM _sqlite_migrations"
    assert raw_connection(path).execute(last).fetchone() == ("m013_standard_names",)
    assert "Upgraded" not in caplog.text
    for _ in range(2):  # the second time, there is nothing to do
        open_store(f"sqlite:///{path}").close()
    newest = int(migrations.migrations.pending(Database(memory=True))[-1].name[1:4])
    assert [line.partition(" in ")[0] for line in caplog.messages] == [
        f"Upgraded the database from version 13 to {newest}"
    ]
    assert inconsistencies(path) == []


def test_a_kill_in_the_middle_of_a_migration_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old_database(tmp_path, "m012_incident_news")
    rows = rows_of_tables(path)
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(migrations, "reindex_hashtags", killed)
        open_store(f"sqlite:///{path}")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED
    assert rows_of_tables(path) == rows
    open_store(f"sqlite:///{path}").close()
    assert inconsistencies(path) == []


# Progress


def test_progress_grows_with_the_steps_of_each_migration_and_ends_below_one() -> None:
    db, seconds = raw_connection(Path(":memory:")), iter(range(1000))
    seen: list[MigrationProgress] = []
    names = ["m015_published_order", "m017_hashtag_words"]
    tracker = ProgressTracker(db, names, 100_000, seen.append, monotonic=lambda: float(next(seconds)))
    tracker.start()
    for name in names:
        tracker.begin(name)
        for _ in range(30):
            tracker._step()
    tracker.stop()
    fractions = [one.fraction for one in seen]
    assert fractions == sorted(fractions)
    share = COSTS[names[0]].time / sum(COSTS[name].time for name in names)
    assert fractions[0] == 0
    assert fractions[30] == pytest.approx(share, abs=0.01)
    assert max(fractions) == 0.99


@pytest.mark.parametrize(
    ("fraction", "seconds", "text"),
    [
        (0.0, 0.0, "Upgrading the database: 0 %"),
        (0.01, 30.0, "Upgrading the database: 1 %"),
        (0.43, 90.0, "Upgrading the database: 43 %, about 2 min left"),
        (0.9, 90.0, "Upgrading the database: 90 %, about 10 s left"),
    ],
)
def test_progress_is_a_sentence(fraction: float, seconds: float, text: str) -> None:
    assert str(MigrationProgress(fraction, seconds)) == text


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    text: str


def get(port: int, path: str) -> Answer:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return Answer(answer.status, answer.headers, answer.read().decode())
    except HTTPError as error:
        return Answer(error.code, error.headers, error.read().decode())


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """With a database of an older version."""
    file = tmp_path / "config.toml"
    server = f'[server]\nport = {free_port()}\n[[brands]]\nname = "Acme"\nours = true\nrule = "acme"\n'
    file.write_text(f'[wallflower]\ndata = "data"\n{server}')
    (tmp_path / "data").mkdir()
    old_database(tmp_path, "m012_incident_news").rename(tmp_path / "data" / "wallflower.db")
    return load(file, lambda kind: (_ for _ in ()).throw(ImportError(kind)))


def test_while_the_database_is_migrated_every_page_is_a_503_with_the_progress(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Answer] = {}

    def look(reindex: Callable[[Database], None]) -> Callable[[Database], None]:
        def reindex_and_look(db: Database) -> None:
            for path in ("/mentions?brand=Acme", "/healthz", "/readyz"):
                seen[path] = get(config.server.port, path)
            reindex(db)

        return reindex_and_look

    monkeypatch.setattr(migrations, "reindex_hashtags", look(migrations.reindex_hashtags))
    reported: list[MigrationProgress] = []
    prepare_database(config, on_migration=reported.append)
    page = seen["/mentions?brand=Acme"]
    assert page.status == 503
    assert "Upgrading the database: 0 %." in page.text
    assert '<meta http-equiv="refresh" content="5">' in page.text
    assert page.headers["Retry-After"] == "5"
    assert {name: page.headers[name] for name, _ in HEADERS} == dict(HEADERS)
    assert page.headers["Server"] is None
    assert (seen["/healthz"].status, seen["/readyz"].status) == (200, 503)
    assert json.loads(seen["/readyz"].text) == {"ready": False, "reasons": ["Upgrading the database: 0 %."]}
    assert reported
    with pytest.raises(OSError, match="refused"):
        get(config.server.port, "/")
    assert inconsistencies(config.database) == []


def test_an_address_that_is_in_use_does_not_stop_the_migration(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    with UpgradePage("127.0.0.1", config.server.port) as page:
        page.report(MigrationProgress(0.5, 1.0))
        prepare_database(config)
        assert "50 %" in get(config.server.port, "/").text
    assert "The progress of the upgrade cannot be shown" in caplog.text
    assert inconsistencies(config.database) == []


def test_without_a_migration_nothing_listens(config: Config) -> None:
    prepare_database(config)
    seen: list[MigrationProgress] = []
    prepare_database(config, on_migration=seen.append)
    assert seen == []


def test_systemd_is_asked_for_more_time_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, str]] = []
    monkeypatch.setattr(Notifier, "send", lambda self, **values: sent.append(values))
    notifier = Notifier("/run/notify")
    for seconds in (0.0, 0.3, 0.9, 1.1, 1.2, 90.0):
        notifier.report_migration(MigrationProgress(0.43, seconds))
    assert len(sent) == 3
    assert sent[-1] == {
        "STATUS": "Upgrading the database: 43 %, about 2 min left",
        "EXTEND_TIMEOUT_USEC": "60000000",
        "WATCHDOG": "1",
    }
