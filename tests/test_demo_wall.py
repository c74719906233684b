"""The generated day of ``wallflower demo-wall``: its history, its incident and its clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from display.cli.demo_wall import CONFIG, INCIDENT_HOURS, START_HOUR, write_history
from display.cli.dependencies import load_config
from monitor.clock import ReplayClock
from monitor.model import Json, MentionFilter, Post
from monitor.sources.sample import Options, Source, seed_with_incident
from monitor.store import open_store

MORNING = datetime(2026, 3, 4, START_HOUR, tzinfo=UTC)


def test_the_history_ends_at_the_start_of_the_day_without_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(port=8752, history=2, seed=3))
    config = load_config(path)
    write_history(config, MORNING)
    store = open_store(config.database_url)
    try:
        (newest,) = store.page(MentionFilter(), limit=1)
        (status,) = store.statuses()
        assert MORNING - timedelta(hours=1) < newest.post.published_at <= MORNING
        assert store.count(MentionFilter()).n > 1_000
        assert store.gaps(MORNING - timedelta(days=30), MORNING + timedelta(days=1)) == []
        assert status.sample
        assert status.last_success == MORNING
    finally:
        store.close()


@pytest.mark.parametrize("day", range(3, 10))
def test_the_only_incident_of_the_day_is_in_its_hours(day: int) -> None:
    since, until = (datetime(2026, 3, day, hour, tzinfo=UTC) for hour in INCIDENT_HOURS)
    options = Options(name="Sample", seed=seed_with_incident("Acme", since, until), history=1)
    midnight = since.replace(hour=0) + timedelta(days=1)
    posts = _posts(Source(options, None), midnight)  # type: ignore[arg-type]
    per_hour = [0] * 24
    for post in posts:
        per_hour[post.published_at.hour] += "acme" in post.text.lower()
    busiest = max(range(24), key=lambda hour: per_hour[hour])
    assert INCIDENT_HOURS[0] <= busiest <= INCIDENT_HOURS[1]
    assert per_hour[busiest] > 3 * sorted(per_hour)[12]


def test_a_replay_speeds_up_time_but_not_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = iter([100.0, 100.0, 110.0])
    monkeypatch.setattr("monitor.clock.time.monotonic", lambda: next(machine))
    clock = ReplayClock(MORNING, 144)
    assert clock.now() == MORNING
    assert clock.now() == MORNING + timedelta(minutes=24)
    assert clock.speed == 144


def _posts(source: Source, now: datetime) -> list[Post]:
    posts: list[Post] = []
    cursor: Json = None
    more = True
    while more:
        batch = source.fetch((), cursor, now)
        posts += batch.posts
        cursor, more = batch.cursor, batch.more
    return posts
