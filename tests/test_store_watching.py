"""What the store keeps for the watch: counts that equal the rows, incidents and topics that outlive a restart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import FoundTopic, Incident, MentionFilter, Pulses, SourceStatus, State, Topics, Trend
from monitor.store import Store, derived, schema, wall
from tests.fake_store import BRANDS, SOURCES, World, judged, raw
from tests.fakes import NOON
from tests.test_store_truth import ROWS, live

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
STEP = 5 * MINUTE
INCIDENT = Incident("Acme", NOON, NOON + MINUTE, NOON + 2 * MINUTE, 42, 7.25, 15 * MINUTE, 6.5, Trend.RISING)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "wallflower.db")
    store.register(BRANDS, NOON)
    yield store
    store.close()


def plain(pulses: Pulses) -> dict[str, list[tuple[int, int]]]:
    """Source -> (all, negative) for each bin."""
    return {name: list(zip(n, pulses.negative[name], strict=True)) for name, n in pulses.n.items()}


def counted(store: Store, brand: str, start: datetime, bins: int) -> dict[str, list[tuple[int, int]]]:
    """The same, from the mentions one by one."""
    found: dict[str, list[tuple[int, int]]] = {}
    for m in store.export(ROWS):
        at = (m.post.published_at - start) // STEP
        if m.brand == brand and m.state in (State.UNCLAIMED, State.CLAIMED) and 0 <= at < bins:
            n, bad = found.setdefault(m.post.source, [(0, 0)] * bins)[at]
            found[m.post.source][at] = (n + 1, bad + (m.score.sentiment.value == "negative"))
    return found


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_pulses_are_what_the_mentions_are_whatever_happened(store: Store, seed: int) -> None:
    world = World(seed)
    live(store, world, 120)
    end = world.now.replace(minute=world.now.minute // 5 * 5, second=0, microsecond=0)
    for brand in ("Acme", "Globex"):
        for days in (1, 20, 300):
            found = store.pulses(brand, end - timedelta(days=days), end)
            assert (found.brand, found.start, found.step) == (brand, end - timedelta(days=days), STEP)
            assert plain(found) == counted(store, brand, found.start, days * 288)
        last = max(m.post.published_at for m in store.export(ROWS) if m.brand == brand)
        end_of_recent = last + timedelta(minutes=random.Random(seed).randrange(60), milliseconds=7)
        recent = store.recent_pulses(brand, end_of_recent, 36)
        assert recent.start + 36 * STEP == end_of_recent
        assert plain(recent) == counted(store, brand, recent.start, 36) != {}


def test_both_ends_are_rounded_down_to_a_step(store: Store) -> None:
    for n, at in enumerate((NOON - MINUTE, NOON, NOON + 4 * MINUTE, NOON + 5 * MINUTE)):
        store.save("Forum", [judged(f"Acme {n}", published_at=at)], now=NOON + DAY)
    found = store.pulses("Acme", NOON + 2 * MINUTE, NOON + 8 * MINUTE)
    assert (found.start, plain(found)) == (NOON, {"Forum": [(2, 0)]})


def test_a_recent_bin_ends_before_its_end(store: Store) -> None:
    for n, at in enumerate((NOON - STEP, NOON - timedelta(milliseconds=1), NOON)):
        store.save("Forum", [judged(f"Acme {n}", published_at=at, source="Forum")], now=NOON)
    assert plain(store.recent_pulses("Acme", NOON, 2)) == {"Forum": [(0, 0), (2, 0)]}


def test_a_late_post_fills_the_bin_it_belongs_to(store: Store) -> None:
    store.save("Forum", [judged(published_at=NOON - DAY)], now=NOON)
    assert plain(store.pulses("Acme", NOON - DAY, NOON - DAY + STEP)) == {"Forum": [(1, 0)]}
    assert plain(store.pulses("Acme", NOON - MINUTE, NOON + STEP)) == {}


def test_hidden_counts_irrelevant_and_deleted_do_not(store: Store) -> None:
    texts = ("hidden", "irrelevant", "deleted", "worse")
    store.save("Forum", [judged(f"Acme {text}", score=0.5) for text in texts], now=NOON)
    ids = {m.post.text.split()[1]: m.id for m in store.export(MentionFilter())}
    store.hide(ids["hidden"], True, NOON)
    store.set_state(ids["irrelevant"], State.IRRELEVANT, NOON)
    store.delete("Forum", ["Acme deleted"], NOON)
    store.correct(ids["worse"], -0.9, NOON)
    for found in (store.pulses("Acme", NOON, NOON + STEP), store.recent_pulses("Acme", NOON + STEP, 1)):
        assert plain(found) == {"Forum": [(2, 1)]}


def test_a_brand_that_nobody_knows_has_no_pulses(store: Store) -> None:
    found = store.pulses("Nobody", NOON, NOON + DAY)
    assert (found.brand, found.n, found.negative) == ("Nobody", {}, {})


def before_pulses(path: Path) -> None:
    """Make it a database of the version that knew neither pulses nor incidents."""
    db = raw(path)
    for table in ("pulse", "incident", "topics"):
        db.execute(f"DROP TABLE {table}")
    for table, column in (("source", "begun"), ("post", "stars")):
        db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    db.execute("DELETE FROM _sqlite_migrations WHERE name >= 'm008'")
    db.close()


def test_an_older_database_gets_its_pulses_worked_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store.open(tmp_path / "old.db")
    live(store, World(31), 120)
    store.save("Old", [judged(source="Old", published_at=datetime(1970, 1, 1, tzinfo=UTC))], now=NOON + 400 * DAY)
    store.save_status(SourceStatus("Forum", "feed"), NOON)
    first = next(iter(store.export(MentionFilter(order=ROWS.order.OLD))))
    store.close()
    before_pulses(store.path)

    monkeypatch.setattr(schema, "MANY", 10)
    caplog.set_level("INFO", "wallflower.schema")
    store = Store.open(store.path)
    assert "may take a minute" in caplog.text
    assert derived.differences(raw(store.path)) == []  # type: ignore[arg-type]
    assert raw(store.path).execute("SELECT count(*) FROM pulse").fetchone()[0] > 50
    assert store.begun() == {"Forum": first.added_at}
    store.close()


def test_a_source_is_read_since_its_first_status(store: Store) -> None:
    store.save("Import", [judged(source="Import")], now=NOON)
    store.save_status(SourceStatus("Forum", "feed"), NOON + MINUTE)
    store.save("Forum", [], now=NOON + DAY, status=SourceStatus("Forum", "feed"))
    assert store.begun() == {"Forum": NOON + MINUTE}


def test_an_incident_keeps_all_its_fields_across_a_restart(store: Store) -> None:
    saved = store.save_incident(INCIDENT)
    assert saved == replace(INCIDENT, id=saved.id)
    assert saved.id > 0
    later = replace(
        saved, n=99, peak=8.0, trend=Trend.FALLING, negative=True, topic="delays", until=NOON + 30 * MINUTE, usual=0.5,
        words=("delays", "“Zürich” 新車"), sources=("Forum", 'X "main"'),
    )  # fmt: skip
    assert store.save_incident(later) == later
    store.close()
    again = Store.open(store.path)
    assert again.incidents(NOON - DAY, NOON + DAY) == [later]
    again.close()


def test_incidents_of_an_older_version_have_no_news(store: Store) -> None:
    store.save_incident(INCIDENT)
    store.close()
    db = raw(store.path)
    db.execute("ALTER TABLE incident DROP COLUMN words")
    db.execute("ALTER TABLE incident DROP COLUMN sources")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm012_incident_news'")
    db.close()
    again = Store.open(store.path)
    (kept,) = again.incidents(NOON - DAY, NOON + DAY)
    assert (kept.n, kept.words, kept.sources) == (INCIDENT.n, (), ())
    again.close()


def test_incidents_are_those_that_touch_the_time(store: Store) -> None:
    over = store.save_incident(replace(INCIDENT, until=NOON + STEP))
    going_on = store.save_incident(replace(INCIDENT, brand="Globex", since=NOON + DAY))
    assert store.incidents(NOON - DAY, NOON) == []
    assert store.incidents(NOON, NOON + MINUTE) == [over]
    assert store.incidents(NOON + STEP, NOON + DAY) == []
    assert store.incidents(NOON + STEP, NOON + 9 * DAY) == [going_on]
    assert store.incidents(NOON - DAY, NOON + 9 * DAY) == [over, going_on]


def test_the_last_incident_of_each_brand_is_told(store: Store) -> None:
    store.save_incident(replace(INCIDENT, until=NOON + STEP))
    newest = store.save_incident(replace(INCIDENT, since=NOON + DAY))
    other = store.save_incident(replace(INCIDENT, brand="Globex", until=NOON + STEP))
    assert store.last_incidents() == [newest, other]


def test_an_incident_that_somebody_removed_is_entered_anew(store: Store) -> None:
    saved = store.save_incident(INCIDENT)
    db = raw(store.path)
    db.execute("DELETE FROM incident")
    db.close()
    again = store.save_incident(saved)
    assert again.id > saved.id
    assert store.incidents(NOON, NOON + DAY) == [again]


def test_what_goes_on_about_a_brand_ends_where_it_leaves_the_config(store: Store) -> None:
    store.save_incident(INCIDENT)
    other = store.save_incident(replace(INCIDENT, brand="Globex"))
    store.register(BRANDS[1:], NOON + DAY)
    acme, globex = store.incidents(NOON, NOON + DAY)
    assert (acme.brand, acme.until) == ("Acme", INCIDENT.checked_at)
    assert globex == other
    assert store.last_incidents() == [other]


def test_topics_are_kept_as_they_were_found(store: Store) -> None:
    delays = FoundTopic("delays", "delay*", True, 12, 9, None, -0.5, 0.125, 8)
    found = Topics("Acme", NOON, delays, (delays, FoundTopic("新車", "新車", False, 3, 3, 1.5)), 4)
    assert store.topics("Acme") is None
    store.save_topics(replace(found, hour=None))
    store.save_topics(found)
    store.close()
    again = Store.open(store.path)
    assert again.topics("Acme") == found
    assert again.topics("Globex") is None
    again.close()


def test_topics_of_another_version_are_read_all_the_same(store: Store) -> None:
    store.save_topics(Topics("Acme", NOON))
    db = raw(store.path)
    db.execute("UPDATE topics SET found = json_set(found, '$.later', 1)")
    db.close()
    assert store.topics("Acme") == Topics("Acme", NOON)


def test_a_write_past_the_store_is_seen_in_the_pulses(store: Store) -> None:
    store.save(SOURCES[0], World(3).batch(SOURCES[0], 40), now=NOON)
    db = raw(store.path)
    assert derived.differences(db) == []  # type: ignore[arg-type]
    db.execute("UPDATE pulse SET negative = negative + 1 WHERE n > 0")
    assert derived.differences(db) == ["pulse"]  # type: ignore[arg-type]
    db.close()


def test_volumes_are_what_each_source_brought_in_each_stretch(store: Store) -> None:
    live(store, World(37), 120)
    start, step, bins = NOON - DAY, 3 * 36 * STEP, 200
    since, want = start + 2 * MINUTE, {}
    for brand in BRANDS:
        for source, counts in store.pulses(brand.name, start, start + bins * step).n.items():
            for n in range(bins):
                want.setdefault(source, [0] * bins)[n] += sum(counts[n * 108 : (n + 1) * 108])
    found = store.volumes(since, step, bins)
    assert sum(map(sum, found.values())) > 50
    assert found == want


def test_volumes_are_those_of_the_brands_of_the_config(store: Store) -> None:
    store.save("Forum", [judged("Acme"), judged("Globex", "Globex", external_id="2")], now=NOON)
    store.register(BRANDS[:1], NOON)
    assert store.volumes(NOON, STEP, 1) == {"Forum": [1]}


def test_arrivals_are_what_came_and_was_fresh_when_it_came(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def save(id: str, brand: str, at: datetime, age: timedelta) -> None:
        store.save("Forum", [judged(f"{brand} {id}", brand, published_at=at - age)], now=at)

    for n in range(6):
        save(f"a{n}", "Acme", NOON + n * MINUTE, MINUTE)
    save("old", "Acme", NOON + 5 * MINUTE, 31 * MINUTE)
    save("b", "Globex", NOON + 6 * MINUTE, 30 * MINUTE)

    def arrived(brand: str, since: datetime) -> int:
        return store.arrivals(brand, since, NOON + 7 * MINUTE, 30 * MINUTE)

    assert [arrived(brand, NOON) for brand in ("Acme", "Globex", "Nobody")] == [6, 1, 0]
    assert arrived("Acme", NOON + 2 * MINUTE) == 4
    assert arrived("Acme", NOON + 6 * MINUTE) == 0
    assert store.arrivals("Acme", NOON, NOON + 3 * MINUTE, 30 * MINUTE) == 3
    monkeypatch.setattr(wall, "MOST_LOOKED_AT", 2)
    assert arrived("Acme", NOON) == int(2 * 7 / 4)
