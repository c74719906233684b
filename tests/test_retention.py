"""Retention: what is too old is deleted in small steps and not stored again, and figures stay correct."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import UNDATED, Refusal
from monitor.store import Store, open_store
from monitor.upkeep import CLEANING_DELAY, CleaningJob, RetentionJob
from tests.cli_runner import runner
from tests.consistency import inconsistencies
from tests.fake_server import Server
from tests.fake_store import ALL, BRANDS, SOURCES, World, judged, run_random_operations
from tests.fakes import NOON

DAY = timedelta(days=1)
LONG = "Acme is fine and so is everything else at this place"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    yield opened
    opened.close()


def ages(store: Store, now: datetime = NOON) -> dict[str, list[int]]:
    """Source -> the ages of its posts in days."""
    found: dict[str, list[int]] = {}
    for mention in store.export(ALL):
        found.setdefault(mention.post.source, []).append((now - mention.post.published_at).days)
    return {source: sorted(days) for source, days in sorted(found.items())}


def delete_all_expired(store: Store, now: datetime = NOON, limit: int = 3) -> dict[str, int]:
    deleted: dict[str, int] = {}
    while True:
        step = store.maintenance.delete_expired(now, limit)
        assert sum(step.deleted.values()) <= limit
        for source, n in step.deleted.items():
            deleted[source] = deleted.get(source, 0) + n
        if not step.more:
            return deleted


def test_each_source_keeps_its_posts_as_long_as_configured(store: Store) -> None:
    for source in ("Forum", "News", "Old source"):
        posts = [judged(f"Acme {age}", published_at=NOON - age * DAY) for age in (0, 5, 15, 99, 101, 399, 2000, 9000)]
        store.save(source, posts, now=NOON)
    store.maintenance.set_retention(100 * DAY, {"Forum": 10 * DAY, "News": 3000 * DAY})
    assert delete_all_expired(store) == {"Forum": 6, "News": 1, "Old source": 4}
    assert ages(store) == {"Forum": [0, 5], "News": [0, 5, 15, 99, 101, 399, 2000], "Old source": [0, 5, 15, 99]}
    assert delete_all_expired(store, NOON + 6 * DAY) == {"Forum": 1, "Old source": 1}
    assert delete_all_expired(store, NOON + 7 * DAY) == {}


def test_without_keep_nothing_is_deleted_and_a_shorter_one_applies_to_what_is_stored(store: Store) -> None:
    store.save("Forum", [judged("Acme", published_at=NOON - 5000 * DAY)], now=NOON)
    store.maintenance.set_retention(None, {"News": DAY})
    assert delete_all_expired(store) == {}
    store.maintenance.set_retention(6000 * DAY, {})
    assert delete_all_expired(store) == {}
    store.maintenance.set_retention(4000 * DAY, {})
    assert delete_all_expired(store) == {"Forum": 1}


def test_posts_without_a_date_are_as_old_as_their_import(store: Store) -> None:
    for age in (50, 10):
        store.save("Old", [judged(f"Acme {age}", published_at=UNDATED)], now=NOON - age * DAY, imported=True)
    store.maintenance.set_retention(30 * DAY, {})
    assert delete_all_expired(store) == {"Old": 1}
    assert store.save("Old", [judged("Acme new", published_at=UNDATED)], now=NOON, imported=True).new == 1


def test_what_is_too_old_is_not_stored_again_but_a_stored_post_can_be_edited(store: Store) -> None:
    old, kept = (judged(f"Acme {age}", external_id=str(age), published_at=NOON - age * DAY) for age in (40, 29))
    store.maintenance.set_retention(30 * DAY, {})
    result = store.save("Forum", [old, kept], now=NOON)
    assert (result.new, result.refused) == (1, {"40": Refusal.EXPIRED})
    edited = judged("Acme, edited", external_id="29", published_at=NOON - 29 * DAY)
    assert store.save("Forum", [edited], now=NOON + 2 * DAY).edited == 1
    assert delete_all_expired(store, NOON + 2 * DAY) == {"Forum": 1}
    assert store.save("Forum", [edited], now=NOON + 2 * DAY).new == 0


def test_figures_stay_correct_while_posts_expire(store_url: str, store: Store) -> None:
    world = World(12)
    run_random_operations(store, world, 110)
    store.register_brands(BRANDS, world.now)
    before = store.count(ALL).n
    store.maintenance.set_retention(60 * DAY, {SOURCES[0]: 20 * DAY})
    deleted = delete_all_expired(store, world.now, 7)
    assert sum(deleted.values()) > 30
    oldest = {source: days[-1] for source, days in ages(store, world.now).items()}
    assert oldest.pop(SOURCES[0]) < 20
    assert max(oldest.values()) < 60
    assert store.count(ALL).n < before
    assert inconsistencies(store_url) == []
    run_random_operations(store, world, 10)
    assert inconsistencies(store_url) == []


# The jobs


def test_the_job_stores_the_config_deletes_for_a_short_time_and_logs_once(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    posts = [judged(f"Acme {n}", published_at=NOON - 500 * DAY) for n in range(1400)]
    store.save("Forum", posts, now=NOON)
    caplog.set_level("INFO", "wallflower.upkeep")
    seconds = iter(range(100))
    job = RetentionJob(store, 400 * DAY, {}, monotonic=lambda: float(next(seconds)))
    job.run(NOON)
    assert (store.count(ALL).n, caplog.text) == (900, "")
    for _ in range(4):
        job.run(NOON)
    assert store.count(ALL).n == 0
    assert caplog.text.count("Posts deleted because they are older than `keep`: Forum 1,400") == 1
    store.maintenance.set_retention(None, {})
    store.save("Forum", posts[:1], now=NOON)
    store.maintenance.set_retention(400 * DAY, {})
    job.run(NOON + timedelta(minutes=59))
    assert store.count(ALL).n == 1
    job.run(NOON + timedelta(minutes=61))
    assert store.count(ALL).n == 0


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """PostgreSQL itself removes what was deleted."""
    return f"sqlite:///{tmp_path / 'wallflower.db'}"


def test_the_words_of_deleted_posts_are_removed_within_half_a_day(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    job = CleaningJob(store)
    store.save("Forum", [judged("Acme one")], now=NOON)
    store.delete_posts("Forum", ["Acme one"], NOON)
    job.run(NOON + CLEANING_DELAY / 2)
    assert store.maintenance.deleted_words_since() == NOON
    job.run(NOON + CLEANING_DELAY)
    assert store.maintenance.deleted_words_since() is None
    store.close()


def test_cleaning_that_another_program_finished_begins_anew(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(sqlite_url)
    job = CleaningJob(store)
    store.save("Forum", [judged("Acme one"), judged("Acme two")], now=NOON)
    store.delete_posts("Forum", ["Acme one"], NOON)
    with monkeypatch.context() as patch:
        patch.setattr("monitor.store.sqlite.deleted_words.truncate_log", lambda path: False)
        job.run(NOON + CLEANING_DELAY)
    other = open_store(sqlite_url)
    assert other.maintenance.remove_deleted_words(NOON)
    other.close()
    job.run(NOON + CLEANING_DELAY)
    store.delete_posts("Forum", ["Acme two"], NOON + CLEANING_DELAY)
    job.run(NOON + CLEANING_DELAY + timedelta(hours=1))
    assert store.maintenance.deleted_words_since() == NOON + CLEANING_DELAY
    job.run(NOON + 2 * CLEANING_DELAY)
    assert store.maintenance.deleted_words_since() is None
    store.close()


def test_an_import_reports_what_is_too_old_and_what_was_erased(tmp_path: Path) -> None:
    run = runner(tmp_path, Server())
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace("[wallflower]", '[wallflower]\nkeep = "10000d"'))
    posts = tmp_path / "posts.csv"
    rows = ("id,text,date", "1,Acme fine,1990-01-01", f"2,{LONG},2024-01-01", "3,Acme fine too,2024-01-01")
    posts.write_text("\n".join(rows) + "\n")
    assert run("import", str(posts)).exit_code == 0
    assert run("erase", "--post", "1", "--yes").exit_code == 0
    report = run("import", str(posts), "--source", "again").output
    assert "  1 was erased from Wallflower: not stored again" in report
    assert "  1 is older than `keep` in the config: not stored" in report
