"""What the analysis needs of a store: exact counts, and incidents and topics that survive a restart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.model import FoundTopic, Incident, MentionFilter, SourceStatus, State, Topics, Trend, VolumeSeries
from monitor.store import Store, open_store
from tests.fake_store import ALL, BRANDS, World, judged, run_random_operations
from tests.fakes import NOON

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
STEP = 5 * MINUTE
INCIDENT = Incident("Acme", NOON, NOON + MINUTE, NOON + 2 * MINUTE, 42, 7.25, 15 * MINUTE, 6.5, Trend.RISING)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = open_store(store_url)
    store.register_brands(BRANDS, NOON)
    yield store
    store.close()


def pairs(volumes: VolumeSeries) -> dict[str, list[tuple[int, int]]]:
    """Source -> (all, negative) for each bin."""
    return {name: list(zip(n, volumes.negative[name], strict=True)) for name, n in volumes.n.items()}


def expected_pairs(store: Store, brand: str, start: datetime, bins: int) -> dict[str, list[tuple[int, int]]]:
    """The same, computed mention by mention."""
    found: dict[str, list[tuple[int, int]]] = {}
    for m in store.export(ALL):
        at = (m.post.published_at - start) // STEP
        if m.brand == brand and m.state in (State.UNCLAIMED, State.CLAIMED) and 0 <= at < bins:
            n, negative = found.setdefault(m.post.source, [(0, 0)] * bins)[at]
            found[m.post.source][at] = (n + 1, negative + (m.score.sentiment.value == "negative"))
    return found


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_counts_equal_the_mentions_after_random_operations(store: Store, seed: int) -> None:
    world = World(seed)
    run_random_operations(store, world, 120)
    end = world.now.replace(minute=world.now.minute // 5 * 5, second=0, microsecond=0)
    for brand in ("Acme", "Globex"):
        for days in (1, 20, 300):
            found = store.volume_series(brand, end - timedelta(days=days), end)
            assert (found.brand, found.start, found.step) == (brand, end - timedelta(days=days), STEP)
            assert pairs(found) == expected_pairs(store, brand, found.start, days * 288)
        last = max(m.post.published_at for m in store.export(ALL) if m.brand == brand)
        end_of_recent = last + timedelta(minutes=random.Random(seed).randrange(60), milliseconds=7)
        recent = store.recent_volume_series(brand, end_of_recent, 36)
        assert recent.start + 36 * STEP == end_of_recent
        assert pairs(recent) == expected_pairs(store, brand, recent.start, 36) != {}


def test_both_ends_are_rounded_down_to_5_minutes(store: Store) -> None:
    for n, at in enumerate((NOON - MINUTE, NOON, NOON + 4 * MINUTE, NOON + 5 * MINUTE)):
        store.save("Forum", [judged(f"Acme {n}", published_at=at)], now=NOON + DAY)
    found = store.volume_series("Acme", NOON + 2 * MINUTE, NOON + 8 * MINUTE)
    assert (found.start, pairs(found)) == (NOON, {"Forum": [(2, 0)]})


def test_the_end_of_recent_bins_is_exclusive(store: Store) -> None:
    for n, at in enumerate((NOON - STEP, NOON - timedelta(milliseconds=1), NOON)):
        store.save("Forum", [judged(f"Acme {n}", published_at=at, source="Forum")], now=NOON)
    assert pairs(store.recent_volume_series("Acme", NOON, 2)) == {"Forum": [(0, 0), (2, 0)]}


def test_recent_bins_may_be_minutes(store: Store) -> None:
    for n, at in enumerate((NOON - 3 * MINUTE, NOON - MINUTE, NOON - timedelta(milliseconds=1))):
        store.save("Forum", [judged(f"Acme {n}", published_at=at, source="Forum")], now=NOON)
    found = store.recent_volume_series("Acme", NOON, 3, MINUTE)
    assert (found.start, found.step, pairs(found)) == (NOON - 3 * MINUTE, MINUTE, {"Forum": [(1, 0), (0, 0), (2, 0)]})


def test_a_late_post_is_counted_when_it_was_published(store: Store) -> None:
    store.save("Forum", [judged(published_at=NOON - DAY)], now=NOON)
    assert pairs(store.volume_series("Acme", NOON - DAY, NOON - DAY + STEP)) == {"Forum": [(1, 0)]}
    assert pairs(store.volume_series("Acme", NOON - MINUTE, NOON + STEP)) == {}


def test_hidden_mentions_count_irrelevant_and_deleted_ones_do_not(store: Store) -> None:
    texts = ("hidden", "irrelevant", "deleted", "worse")
    store.save("Forum", [judged(f"Acme {text}", score=0.5) for text in texts], now=NOON)
    ids = {m.post.text.split()[1]: m.id for m in store.export(MentionFilter())}
    store.set_hidden(ids["hidden"], True, NOON)
    store.set_state(ids["irrelevant"], State.IRRELEVANT, NOON)
    store.delete_posts("Forum", ["Acme deleted"], NOON)
    store.correct_score(ids["worse"], -0.9, NOON)
    for found in (store.volume_series("Acme", NOON, NOON + STEP), store.recent_volume_series("Acme", NOON + STEP, 1)):
        assert pairs(found) == {"Forum": [(2, 1)]}


def test_an_unknown_brand_has_no_counts(store: Store) -> None:
    found = store.volume_series("Nobody", NOON, NOON + DAY)
    assert (found.brand, found.n, found.negative) == ("Nobody", {}, {})


def test_a_source_starts_with_its_first_status(store: Store) -> None:
    store.save("Import", [judged(source="Import")], now=NOON)
    store.save_status(SourceStatus("Forum", "feed"), NOON + MINUTE)
    store.save("Forum", [], now=NOON + DAY, status=SourceStatus("Forum", "feed"))
    assert store.source_start_times() == {"Forum": NOON + MINUTE}


def test_an_incident_is_loaded_as_it_was_saved(store: Store, store_url: str) -> None:
    saved = store.save_incident(INCIDENT)
    assert saved == replace(INCIDENT, id=saved.id)
    assert saved.id > 0
    later = replace(
        saved, n=99, peak=8.0, trend=Trend.FALLING, negative=True, topic="delays", until=NOON + 30 * MINUTE,
        baseline=0.5, phrases=("delays", "“Zürich” 新車"), sources=("Forum", 'X "main"'),
    )  # fmt: skip
    assert store.save_incident(later) == later
    store.close()
    again = open_store(store_url)
    assert again.incidents(NOON - DAY, NOON + DAY) == [later]
    again.close()


def test_incidents_are_those_that_overlap_the_time(store: Store) -> None:
    over = store.save_incident(replace(INCIDENT, until=NOON + STEP))
    ongoing = store.save_incident(replace(INCIDENT, brand="Globex", since=NOON + DAY))
    assert store.incidents(NOON - DAY, NOON) == []
    assert store.incidents(NOON, NOON + MINUTE) == [over]
    assert store.incidents(NOON + STEP, NOON + DAY) == []
    assert store.incidents(NOON + STEP, NOON + 9 * DAY) == [ongoing]
    assert store.incidents(NOON - DAY, NOON + 9 * DAY) == [over, ongoing]


def test_the_newest_incident_of_each_brand_is_returned(store: Store) -> None:
    store.save_incident(replace(INCIDENT, until=NOON + STEP))
    newest = store.save_incident(replace(INCIDENT, since=NOON + DAY))
    other = store.save_incident(replace(INCIDENT, brand="Globex", until=NOON + STEP))
    assert store.latest_incidents() == [newest, other]


def test_an_incident_ends_when_its_brand_leaves_the_config(store: Store) -> None:
    store.save_incident(INCIDENT)
    other = store.save_incident(replace(INCIDENT, brand="Globex"))
    store.register_brands(BRANDS[1:], NOON + DAY)
    acme, globex = store.incidents(NOON, NOON + DAY)
    assert (acme.brand, acme.until) == ("Acme", INCIDENT.checked_at)
    assert globex == other
    assert store.latest_incidents() == [other]


def test_topics_are_loaded_as_they_were_saved(store: Store, store_url: str) -> None:
    delays = FoundTopic("delays", "delay*", True, 12, 9, None, 5, 2, 1)
    found = Topics("Acme", NOON, delays, (delays, FoundTopic("新車", "新車", False, 3, 3, 1.5)), 4)
    assert store.topics("Acme") is None
    store.save_topics(replace(found, hour=None))
    store.save_topics(found)
    store.close()
    again = open_store(store_url)
    assert again.topics("Acme") == found
    assert again.topics("Globex") is None
    again.close()


def test_volumes_are_the_sums_of_the_5_minute_counts(store: Store) -> None:
    run_random_operations(store, World(37), 120)
    start, step, bins = NOON - DAY, 3 * 36 * STEP, 200
    since, want = start + 2 * MINUTE, {}
    for brand in BRANDS:
        for source, counts in store.volume_series(brand.name, start, start + bins * step).n.items():
            for n in range(bins):
                want.setdefault(source, [0] * bins)[n] += sum(counts[n * 108 : (n + 1) * 108])
    found = store.source_volumes(since, step, bins)
    assert sum(map(sum, found.values())) > 50
    assert found == want


def test_volumes_count_only_the_configs_brands(store: Store) -> None:
    store.save("Forum", [judged("Acme"), judged("Globex", "Globex", external_id="2")], now=NOON)
    store.register_brands(BRANDS[:1], NOON)
    assert store.source_volumes(NOON, STEP, 1) == {"Forum": [1]}


def save_fresh_and_old_mentions(store: Store) -> None:
    """Six fresh mentions of Acme and an old one, and one of Globex that is just fresh."""

    def save(id: str, brand: str, at: datetime, age: timedelta) -> None:
        store.save("Forum", [judged(f"{brand} {id}", brand, published_at=at - age)], now=at)

    for n in range(6):
        save(f"a{n}", "Acme", NOON + n * MINUTE, MINUTE)
    save("old", "Acme", NOON + 5 * MINUTE, 31 * MINUTE)
    save("b", "Globex", NOON + 6 * MINUTE, 30 * MINUTE)


def test_arrivals_are_the_mentions_that_were_fresh_when_they_were_added(store: Store) -> None:
    save_fresh_and_old_mentions(store)

    def arrivals(brand: str, since: datetime) -> int:
        return store.count_arrivals(brand, since, NOON + 7 * MINUTE, 30 * MINUTE)

    assert [arrivals(brand, NOON) for brand in ("Acme", "Globex", "Nobody")] == [6, 1, 0]
    assert arrivals("Acme", NOON + 2 * MINUTE) == 4
    assert arrivals("Acme", NOON + 6 * MINUTE) == 0
    assert store.count_arrivals("Acme", NOON, NOON + 3 * MINUTE, 30 * MINUTE) == 3
