"""Reading the texts of mentions from the store, and the job that updates the topics of every brand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.analysis.jobs import TopicsJob
from monitor.model import Brand, Incident, JudgedRelevance, RelevanceWork, SetAside, Texts, Topic
from monitor.store import Store, open_store
from tests.fake_store import BRANDS, judged
from tests.fakes import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SUBJECTS = ("invoice", "router", "garden", "phone", "coffee")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    store.register_brands(BRANDS, NOON)
    yield store
    store.close()


def save_mentions(store: Store, text: str, times: Sequence[datetime], brand: str = "Acme", **changes: object) -> None:
    """Save a mention at each of the times, by different authors and in words that are no near-duplicates."""
    rows = [
        judged(f"{brand} {text.format(SUBJECTS[k % 5])}", brand, external_id=f"{text} {at}", author=f"u {at}",
               published_at=at, **changes)
        for k, at in enumerate(times)
    ]  # fmt: skip
    store.save("Forum", rows, now=NOON + HOUR)


def save_history(store: Store) -> None:
    """Save everyday mentions: four a day for four weeks, and seven in the last hour."""
    save_mentions(store, "and my {} today", [NOON - k * 6 * HOUR for k in range(1, 110)])
    save_mentions(store, "and my {} today", [NOON - k * 5 * MINUTE for k in range(1, 8)])


def test_texts_of_a_brand_and_time_come_in_order(store: Store) -> None:
    save_mentions(store, "one", [NOON - HOUR], lang=None, title="Title", url="https://a.example/1")
    save_mentions(store, "two", [NOON - 2 * HOUR])
    save_mentions(store, "other", [NOON - HOUR], brand="Globex")
    save_mentions(store, "late", [NOON])
    found = store.mention_texts("Acme", NOON - DAY, NOON, 10)
    assert (found.total, [row.text for row in found.rows]) == (2, ["Acme two", "Acme one"])
    assert (found.rows[1].title, found.rows[1].site, found.rows[1].lang) == ("Title", "https://a.example/1", None)
    assert (found.rows[0].source, found.rows[0].score, found.rows[0].published_at) == ("Forum", 0.5, NOON - 2 * HOUR)
    assert store.mention_texts("Nobody", NOON - DAY, NOON, 10).rows == ()


def test_hidden_mentions_are_read_and_irrelevant_ones_are_not(store: Store) -> None:
    save_mentions(store, "{}", [NOON - k * MINUTE for k in range(1, 4)])
    ids = [row.mention for row in store.mention_texts("Acme", NOON - DAY, NOON, 10).rows]
    store.set_hidden(ids[0], True, NOON)
    store.set_state(ids[1], 2, NOON)  # type: ignore[arg-type]
    found = store.mention_texts("Acme", NOON - DAY, NOON, 10)
    assert [(row.mention, row.hidden) for row in found.rows] == [(ids[0], True), (ids[2], False)]


def test_too_many_texts_are_sampled_evenly_and_repeatably(store: Store) -> None:
    save_mentions(store, "{}", [NOON - k * MINUTE for k in range(1, 1_001)])
    found = store.mention_texts("Acme", NOON - DAY, NOON, 100)
    assert (found.total, len(found.rows), found.scale) == (1_000, 100, 10.0)
    early = sum(row.published_at < NOON - 500 * MINUTE for row in found.rows)
    assert 40 <= early <= 60
    assert found == store.mention_texts("Acme", NOON - DAY, NOON, 100)


def test_very_many_texts_are_sampled_by_time(store: Store) -> None:
    save_mentions(store, "{}", [NOON - k * MINUTE / 20 for k in range(1, 4_001)])
    time = (NOON - 150 * MINUTE, NOON - MINUTE / 2)
    found = store.mention_texts("Acme", *time, 100)
    assert abs(found.total - 2_990) <= 40, "the total is estimated at both ends"
    assert 97 <= len(found.rows) <= 100
    assert all(time[0] <= row.published_at < time[1] for row in found.rows)
    assert [row.published_at for row in found.rows] == sorted(row.published_at for row in found.rows)
    early = sum(row.published_at < NOON - 75 * MINUTE for row in found.rows)
    assert 45 <= early <= 55
    later = store.mention_texts("Acme", time[0], NOON, 100)
    same = {row.mention for row in found.rows} & {row.mention for row in later.rows}
    assert len(same) > 80, "most of the sample stays"


def test_a_day_is_read_once_and_again_after_a_change(store: Store) -> None:
    save_history(store)
    read: list[datetime] = []
    job = TopicsJob(_DayRecorder(store, read), BRANDS)  # type: ignore[arg-type]
    job.run(NOON)
    assert len(read) == 26, "all days with mentions except today and yesterday"
    read.clear()
    job.run(NOON + 2 * HOUR)
    assert read == []
    midnight = NOON.replace(hour=0)
    save_mentions(store, "late {}", [midnight - 3 * DAY + MINUTE])
    job.run(NOON + 4 * HOUR)
    assert read == [midnight - 3 * DAY]
    job.run(NOON + DAY)
    assert read == [midnight - 3 * DAY, midnight - DAY]


def test_brands_take_turns_when_there_is_much_to_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.analysis.jobs.topic_backgrounds.MAX_TEXTS_PER_RUN", 50)
    for brand in ("Acme", "Globex"):
        save_mentions(store, f"{brand} and my {{}} today", [NOON - k * 6 * HOUR for k in range(1, 110)], brand)
    job = TopicsJob(store, BRANDS)
    seen = []
    for minute in range(5):
        job.run(NOON + minute * MINUTE)
        seen.append([store.topics(brand) is not None for brand in ("Acme", "Globex")])
    assert seen == [[False, False], [True, False], [True, False], [True, True], [True, True]]


def test_mentions_set_aside_give_a_brand_no_topic(store: Store) -> None:
    save_history(store)
    save_mentions(store, "my signal booster: {}", [NOON - k * MINUTE for k in range(1, 13)])
    store.relevance.use_model("Acme", "m", NOON)
    while (work := store.relevance.next_work("", NOON - HOUR, 50)) != RelevanceWork():
        aside = [JudgedRelevance(m.id, "m", SetAside(0.1)) for m in work.mentions if m.brand == "Acme"]
        store.relevance.save_judged(work, aside, "", NOON)
    TopicsJob(store, BRANDS).run(NOON)
    found = store.topics("Acme")
    assert found is not None
    assert found.hour is None


class _DayRecorder:
    """A store that records which whole days were read."""

    def __init__(self, store: Store, days: list[datetime]) -> None:
        self._store, self._days = store, days

    def mention_texts(self, brand: str, since: datetime, until: datetime, limit: int) -> Texts:
        """Delegates to the store."""
        if brand == "Acme" and since.hour == 0 and until - since == DAY:
            self._days.append(since)
        return self._store.mention_texts(brand, since, until, limit)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_the_job_stores_the_topic_of_the_hour(store: Store) -> None:
    save_history(store)
    save_mentions(store, "my signal booster: {}", [NOON - k * MINUTE for k in range(1, 13)])
    TopicsJob(store, BRANDS).run(NOON)
    found = store.topics("Acme")
    assert found is not None
    assert found.hour is not None
    assert (found.hour.name, found.hour.n, found.as_of) == ("signal booster", 12, NOON)
    quiet = store.topics("Globex")
    assert quiet is not None
    assert quiet.hour is None


def test_the_job_runs_once_a_minute_and_when_the_clock_goes_back(store: Store) -> None:
    save_history(store)
    job = TopicsJob(store, BRANDS, [Topic("boosters", "booster")])
    job.run(NOON)
    save_mentions(store, "my signal booster: {}", [NOON - k * MINUTE for k in range(1, 13)])
    seen = []
    for seconds in (30, 60, -3600):
        job.run(NOON + timedelta(seconds=seconds))
        found = store.topics("Acme")
        assert found is not None
        seen.append((found.hour is not None and found.hour.is_configured, found.as_of - NOON))
    assert seen == [(False, timedelta(0)), (True, MINUTE), (False, -HOUR)]


def test_the_background_is_read_again_an_hour_later(store: Store) -> None:
    job = TopicsJob(store, BRANDS)
    job.run(NOON)  # nothing is stored yet, so nothing can stand out
    save_history(store)
    save_mentions(store, "my signal booster: {}", [NOON - k * MINUTE for k in range(1, 13)])
    job.run(NOON + MINUTE)
    before = store.topics("Acme")
    save_mentions(store, "my signal booster: {}", [NOON + 50 * MINUTE + k * MINUTE for k in range(1, 10)])
    for minute in range(60, 64):
        job.run(NOON + minute * MINUTE)
    after = store.topics("Acme")
    assert before is not None
    assert after is not None
    assert before.hour is None
    assert after.hour is not None


def test_the_next_run_names_a_running_incident_but_not_a_past_one(store: Store) -> None:
    save_history(store)
    save_mentions(store, "my signal booster: {}", [NOON - k * MINUTE for k in range(1, 13)])
    running = store.save_incident(incident("Acme"))
    over = store.save_incident(incident("Globex", until=NOON))
    job = TopicsJob(store, BRANDS)
    job.run(NOON)
    assert {one.id: (one.topic, one.phrases) for one in store.latest_incidents()} == {
        running.id: ("signal booster", ("signal booster",)),
        over.id: ("", ()),
    }


def test_a_named_incident_is_read_with_its_brand_and_an_unnamed_one_in_every_run(store: Store) -> None:
    save_history(store)
    store.save_incident(incident("Acme", topic="signal booster"))
    store.save_incident(incident("Globex"))
    store.save_incident(incident("Nobody's"))
    read: list[str] = []
    job = TopicsJob(_IncidentRecorder(store, read), BRANDS)  # type: ignore[arg-type]
    runs = []
    for seconds in (0, 15, 30, 60):
        job.run(NOON + timedelta(seconds=seconds))
        runs.append(sorted(read))
        read.clear()
    assert runs == [["Acme", "Globex"], ["Globex"], ["Globex"], ["Acme", "Globex"]]


class _IncidentRecorder:
    """A store that records the brands whose incidents were read."""

    def __init__(self, store: Store, brands: list[str]) -> None:
        self._store, self._brands = store, brands

    def mention_texts(self, brand: str, since: datetime, until: datetime, limit: int) -> Texts:
        """Delegates to the store."""
        if since == NOON - 15 * MINUTE:
            self._brands.append(brand)
        return self._store.mention_texts(brand, since, until, limit)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_an_incident_keeps_its_topic_when_nothing_stands_out_later(store: Store) -> None:
    save_history(store)
    store.save_incident(replace(incident("Acme", topic="signal booster"), phrases=("signal booster", "mast")))
    TopicsJob(store, BRANDS).run(NOON)
    (kept,) = store.latest_incidents()
    assert (kept.topic, kept.phrases) == ("signal booster", ("signal booster", "mast"))


def test_an_incident_of_a_removed_brand_is_not_changed(store: Store) -> None:
    store.save_incident(incident("Acme"))
    TopicsJob(store, [Brand("Globex", "globex")]).run(NOON)
    assert store.latest_incidents()[0].topic == ""


def incident(brand: str, topic: str = "", until: datetime | None = None) -> Incident:
    """An incident that began a quarter of an hour ago."""
    since = NOON - 15 * MINUTE
    return Incident(brand, since, since, NOON, 12, 1.0, 15 * MINUTE, 12.0, topic=topic, until=until)
