"""A change of a rule is never taken for a change of opinion: figures of both sides are by one rule, or not compared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from display.wall_state.baseline_hours import baseline_hours
from display.weekly.report import build_report
from display.weekly.week_data import week_data
from monitor.analysis.baseline import baseline_of
from monitor.analysis.jobs import IncidentsJob
from monitor.collector import Judge
from monitor.model import Brand, Incident, VolumeSeries
from monitor.query.matcher import Matcher
from monitor.rules import Rematcher, incomparable_spans
from monitor.sentiment import Scorer
from monitor.store import Store, open_store
from tests.fake_site import app_for, config, working_status
from tests.fakes import NOON, FakeClock, post

BRANDS = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex"))
NARROWER, WIDER = "acme NOT refund", "acme OR refund"
DAYS = 28


class Recorder:
    """A detector that records what it is asked."""

    def __init__(self) -> None:
        self.checked: list[str] = []
        self.unread: dict[str, object] = {}

    def check(
        self, history: VolumeSeries, recent: object, unread: object, before: object, now: object
    ) -> Incident | None:
        self.checked.append(history.brand)
        self.unread[history.brand] = unread
        return None


def judge(rule: str) -> tuple[Judge, tuple[Brand, ...]]:
    brands = (Brand("Acme", rule, ours=True), BRANDS[1])
    return Judge(Matcher(brands), Scorer(brands)), brands


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Four weeks in which Acme has four mentions a day, one about a refund, and refunds are also Globex's."""
    store = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    store.register_brands(BRANDS, NOON - timedelta(days=DAYS))
    texts = ("Acme is late", "Acme is fine", "Acme phone", "Acme refund", "Globex refund")
    posts = [
        post(f"{text} {day}", external_id=f"{text}{day}", published_at=NOON - timedelta(days=day, minutes=30 * n + 5))
        for day in range(DAYS)
        for n, text in enumerate(texts)
    ]
    store.save("Forum", judge("acme")[0].judge(posts, NOON), now=NOON)
    for at in (NOON - timedelta(days=DAYS + 2), NOON + timedelta(hours=1)):
        store.save_status(working_status(at), at)
    yield store
    store.close()


def use(store: Store, rule: str, *, finish: bool = True) -> None:
    one, brands = judge(rule)
    store.register_brands(brands, NOON)
    rematcher = Rematcher(store, one, brands)
    while finish and rematcher.step(NOON) is not None:
        pass


def usual(store: Store) -> float | None:
    """What is usual for Acme in the hour before noon, as a wall computes it."""
    start = NOON - timedelta(days=DAYS)
    changed = incomparable_spans(store, ["Acme"], start, NOON)
    hours = baseline_hours([store.volume_series("Acme", start, NOON)], changed, NOON.tzinfo)  # type: ignore[arg-type]
    found = baseline_of(hours, NOON.tzinfo).at(NOON - timedelta(hours=1, minutes=30))  # type: ignore[arg-type]
    return found.median if found else None


def test_after_a_narrower_rule_what_was_usual_is_counted_by_it_too(store: Store) -> None:
    before = store.brand_histogram("Acme", [NOON - timedelta(days=7), NOON])[0].n
    assert usual(store) == 2
    use(store, NARROWER)
    assert incomparable_spans(store, ["Acme"], NOON - timedelta(days=DAYS), NOON) == []
    assert store.brand_histogram("Acme", [NOON - timedelta(days=7), NOON])[0].n == before * 3 / 4
    assert usual(store) == 1
    store.register_brands(judge(NARROWER)[1], NOON)
    use(store, "acme")
    assert usual(store) == 2


def test_while_stored_posts_are_matched_again_nothing_is_compared(store: Store) -> None:
    use(store, NARROWER, finish=False)
    assert incomparable_spans(store, ["Acme"], NOON - timedelta(days=9), NOON) == [(NOON - timedelta(days=9), NOON)]
    assert usual(store) is None
    recorder = Recorder()
    job = IncidentsJob(store, ["Acme", "Globex"], ["Forum"], recorder)
    job.run(NOON)
    assert recorder.checked == ["Globex"]
    one, brands = judge(NARROWER)
    rematcher = Rematcher(store, one, brands)
    while rematcher.step(NOON) is not None:
        pass
    job.run(NOON)
    assert recorder.checked == ["Globex", "Acme", "Globex"]


def test_after_a_wider_rule_the_history_begins_with_it(store: Store) -> None:
    use(store, WIDER)
    later = NOON + timedelta(days=1)
    assert incomparable_spans(store, ["Acme"], NOON - timedelta(days=9), later) == [(NOON - timedelta(days=9), NOON)]
    assert incomparable_spans(store, ["Globex"], NOON - timedelta(days=9), later) == []
    assert usual(store) is None
    recorder = Recorder()
    IncidentsJob(store, ["Acme", "Globex"], ["Forum"], recorder).run(NOON + timedelta(hours=1))
    start = NOON + timedelta(hours=1) - timedelta(days=28)
    assert recorder.unread == {"Acme": {"Forum": ((start, NOON),)}, "Globex": {"Forum": ()}}


def test_the_chart_of_mentions_says_why_nothing_is_usual(store: Store, tmp_path: Path) -> None:
    clock = FakeClock(NOON + timedelta(hours=1))
    settings = config(tmp_path, sources=("Forum",), brands=BRANDS)
    site = app_for(settings, store, clock).test_client()
    assert "a rule changed" not in site.get("/mentions?brand=Acme").text
    use(store, WIDER)
    assert 'href="/rules" title="What is usual is not known yet' in site.get("/mentions?brand=Acme").text
    assert "a rule changed" not in site.get("/mentions?brand=Globex").text


def test_the_weekly_report_does_not_compare_weeks_across_a_wider_rule(store: Store, tmp_path: Path) -> None:
    settings = config(tmp_path, brands=BRANDS)
    monday = (NOON - timedelta(days=7 + NOON.weekday())).date()
    compared = build_report(week_data(settings, store, monday, NOON), settings.timezone)
    assert "week before" in compared.figures[0].change
    use(store, WIDER)
    report = build_report(week_data(settings, store, monday, NOON), settings.timezone)
    assert report.figures[0].change == ""
    assert "The rules have changed since" in report.sentence
    assert report.sentence.endswith("so weeks are not compared.")
