"""/sources and ``wallflower sources``: every state in words, what to do about it, and the actions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from display.cli.main import cli
from display.pages.sources.rows import SPARK_BINS, Moment, SourceRow, rows
from display.pages.sources.views import sentence, spark
from monitor.clock import Clock
from monitor.collector.search_coverage import SearchCoverage
from monitor.model import Gap, Health, SourceStatus, Spend
from monitor.store import Store, open_store
from tests.fake_site import BRANDS, app_over, config, judged, read_at
from tests.fakes import NOON, FakeClock

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = ("Forum", "Reddit", "A/C & <b>?")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(config(tmp_path).database_url)
    opened.register_brands(BRANDS, NOON)
    yield opened
    opened.close()


@pytest.fixture
def client(tmp_path: Path, store: Store) -> FlaskClient:
    for name in NAMES:
        store.save_status(read_at(NOON, name, next_check=NOON + 10 * MINUTE), NOON)
    return app_over(config(tmp_path, sources=NAMES), store, FakeClock()).test_client()


def row(gaps: tuple[Gap, ...] = (), volume: tuple[int, ...] = (0,) * SPARK_BINS, **changes: Any) -> SourceRow:
    status = replace(read_at(NOON - MINUTE, next_check=NOON + 9 * MINUTE, since=NOON - 3 * HOUR), **changes)
    return SourceRow(status, Moment(NOON, config(Path()).timezone, NOON - DAY), gaps, volume)


@pytest.mark.parametrize(
    ("changes", "mark", "state", "below", "to_do"),
    [
        ({}, "working", "Working", "", "Nothing."),
        ({"note": "It moved for good."}, "working", "Working", "", "Nothing. It moved for good."),
        (
            {"health": Health.QUIET, "last_post": NOON - 31 * HOUR, "reason": "Nothing came for 31 hours."},
            *("quiet", "Working but quiet", "nothing for 31 h"),
            "Nothing, if it is as quiet there. Nothing came for 31 hours.",
        ),
        (
            {"health": Health.LIMITED, "next_check": NOON + HOUR, "reason": "It asks us to wait."},
            *("limited", "Limited until 13:00", "since 09:00"),
            "Nothing. It goes on by itself at 13:00. It asks us to wait.",
        ),
        (
            {"health": Health.NEEDS_KEY, "next_check": None, "last_success": None, "reason": "The key K is missing."},
            *("needs-key", "Needs a key", "never read"),
            "The key K is missing. Then restart Wallflower.",
        ),
        (
            {"health": Health.BROKEN, "failures": 9, "reason": "It answers 404."},
            *("broken", "Broken", "since 09:00, 9 tries"),
            "It answers 404. It is tried again at 12:09.",
        ),
        (
            {"health": Health.BROKEN, "next_check": None, "failures": 1, "reason": "It is gone."},
            *("broken", "Broken", "since 09:00"),
            "It is gone.",
        ),
        (
            {"health": Health.SPENT, "next_check": NOON + 9 * DAY, "reason": "The budget is used up."},
            *("spent", "Budget spent", "since 09:00"),
            "The budget is used up. It goes on at Fri 13 Mar, 12:00.",
        ),
        (
            {"health": Health.PAUSED, "next_check": None},
            *("paused", "Paused", "since 09:00"),
            "It is not read until somebody resumes it.",
        ),
        (
            {"last_success": NOON - 5 * HOUR, "next_check": NOON - 4 * HOUR},
            *("late", "Late", "since 07:00"),
            "Its check was due at 08:00. Is Wallflower running? If it is, its log tells what holds it up.",
        ),
    ],
)
def test_every_state_has_a_mark_words_and_what_to_do(
    changes: dict[str, Any], mark: str, state: str, below: str, to_do: str
) -> None:
    one = row(**changes)
    assert (one.mark, one.state, one.detail, one.to_do) == (mark, state, below, to_do)


def test_a_source_that_works_and_misses_a_brand_says_what_to_do() -> None:
    sentence = "It finds nothing about Acme: `author:ann` alone satisfies the rule. Add a word."
    coverage = SearchCoverage(missed=(sentence,), unsearchable=("Acme",))
    closed = row(note="r/acme is closed to us.")
    gone = row(health=Health.BROKEN, reason="It is gone.", next_check=None)
    assert replace(row(), coverage=coverage).to_do == sentence
    assert replace(closed, coverage=coverage).to_do == f"{sentence} r/acme is closed to us."
    assert replace(gone, coverage=coverage).to_do == "It is gone."
    assert replace(row(), coverage=SearchCoverage(checked_here=("-jobs",))).to_do == "Nothing."


def test_a_source_that_was_never_read_waits_at_a_start_and_is_late_after_a_while() -> None:
    one = row(health=Health.WAITING, last_success=None, next_check=None)
    assert (one.mark, one.next_check) == ("late", "now")
    just_begun = replace(one, at=replace(one.at, started=NOON - MINUTE))
    assert (just_begun.mark, just_begun.to_do) == ("waiting", "Nothing. Its first reading is due.")


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([], "none"),
        ([(2, None)], "since 10:00"),
        ([(9 * 24, None)], "all of it"),
        ([(26, 19)], "7 h on Tue 3"),
        ([(26, 19), (3, 1)], "9 h in 2 gaps"),
        ([(26, 19), (1, None)], "since 11:00, 8 h in all"),
    ],
)
def test_what_was_not_read_in_words(spans: list[tuple[int, int | None]], words: str) -> None:
    gaps = tuple(Gap("Forum", NOON - a * HOUR, None if b is None else NOON - b * HOUR, "") for a, b in spans)
    assert row(gaps).not_read == words


def test_of_a_source_that_never_could_be_read_all_is_missing() -> None:
    one = row((Gap("Forum", NOON - HOUR, None, ""),), health=Health.NEEDS_KEY, last_success=None, next_check=None)
    assert one.not_read == "all of it"
    assert spark(one).hatches == ((0.0, 168.0),)
    assert replace(one, volume=(0,) * (SPARK_BINS - 1) + (3,)).not_read == "since 11:00"
    waiting = row(health=Health.WAITING, last_success=None, next_check=None)
    assert (waiting.not_read, spark(waiting).hatches) == ("none", ())


def test_a_sparkline_has_a_bar_for_each_three_hours_and_is_hatched_where_nobody_read() -> None:
    gap = Gap("Forum", NOON - 6 * HOUR, NOON - 3 * HOUR, "")
    drawn = spark(row((gap,), tuple(range(SPARK_BINS))))
    assert len(drawn.bars) == SPARK_BINS - 1
    assert max(height for _, _, height in drawn.bars) == 25
    assert drawn.hatches == ((162.0, 3.0),)
    assert drawn.words == "1,540 mentions in 7 days, at most 55 in 3 hours. Not read: 3 h on Wed 4."


def test_what_was_spent_in_a_month_that_is_over_counts_no_more() -> None:
    assert row().spent == "free"
    assert row(spend=Spend("2026-03", 38.2, 60.0)).spent == "$38.20 of $60"
    assert row(spend=Spend("2026-02", 60.0, 60.0)).spent == "$0.00 of $60"


@pytest.mark.parametrize(
    ("spend", "days", "said"),
    [
        (Spend("2026-03", 6.0, 60.0), 0, "Nothing. On course for $53 by 31 Mar."),
        (Spend("2026-03", 30.0, 60.0), 0, "Nothing. On course for $60 by 31 Mar."),
        (Spend("2026-03", 0.0, 60.0), 0, "Nothing."),
        (Spend("2026-03", 6.0, 60.0), -3, "Nothing."),
        (None, 0, "Nothing."),
    ],
)
def test_a_source_that_costs_money_says_where_that_leads(spend: Spend | None, days: int, said: str) -> None:
    one = row(spend=spend)
    assert replace(one, at=replace(one.at, now=NOON + days * DAY)).to_do == said


def test_trouble_comes_first_then_what_is_limited_then_by_volume_and_paused_last() -> None:
    def status(name: str, health: Health) -> SourceStatus:
        return read_at(NOON, name, health=health, next_check=NOON + HOUR)

    statuses = [
        status("paused", Health.PAUSED),
        status("small", Health.WORKING),
        status("large", Health.QUIET),
        status("limited", Health.LIMITED),
        status("key", Health.NEEDS_KEY),
        status("broken", Health.BROKEN),
    ]
    volumes = {"large": [3], "small": [1], "broken": [2], "paused": [9]}
    found = rows(statuses, [], volumes, row().at, {})
    assert [one.name for one in found] == ["broken", "key", "limited", "large", "small", "paused"]
    assert sentence(found) == (
        "broken and key need you. limited goes on by itself. paused is paused, and does not count."
    )


def test_the_page_shows_every_source_and_links_its_number(client: FlaskClient, store: Store) -> None:
    store.save("Reddit", [judged(source="Reddit", published_at=NOON - DAY)], now=NOON)
    text = client.get("/sources").text
    assert "All 3 sources are read" in text
    assert text.count('class="source working"') == 3
    assert "A/C &amp; &lt;b&gt;?" in text
    assert "<b>?" not in text
    link = re.search(r'href="(/mentions\?source=Reddit)">1<', text)
    assert link
    assert '<span id="count">1</span>' in client.get(unescape(link[1]), follow_redirects=True).text


@pytest.mark.parametrize("name", NAMES)
def test_pause_resume_and_check_now_answer_303_and_show(client: FlaskClient, store: Store, name: str) -> None:
    actions = [unescape(a) for a in re.findall(r'method="post" action="([^"]+)"', client.get("/sources").text)]
    number = NAMES.index(name)
    (pause,) = [a for a in actions if a.endswith("/pause") and client.post(a).location.endswith(f"source-{number}")]
    assert "Paused" in client.get("/sources").text
    assert store.source_request(name).paused == NOON
    resumed = client.post(pause.removesuffix("pause") + "resume")
    assert (resumed.status_code, resumed.location) == (303, f"/sources#source-{number}")
    assert store.source_request(name).paused is None
    assert client.post(pause.removesuffix("pause") + "try").status_code == 303
    assert store.source_request(name).asked == NOON


def test_only_a_source_of_the_config_can_be_acted_on_and_only_by_post(client: FlaskClient, store: Store) -> None:
    assert client.post("/sources/Nobody/pause").status_code == 404
    assert client.get("/sources/Forum/pause").status_code in (404, 405)
    assert client.post("/sources/Forum/pause", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not store.source_request("Forum").paused


def test_a_paused_source_does_not_count_as_one_to_be_read(client: FlaskClient) -> None:
    client.post("/sources/Forum/pause")
    text = client.get("/sources").text
    assert "All 2 sources are read" in text
    assert "Forum is paused, and does not count." in text
    assert "2 of 2 sources read." in client.get("/mentions/health").text


def test_a_page_without_sources_says_how_to_begin(tmp_path: Path, store: Store) -> None:
    text = app_over(config(tmp_path, sources=()), store, FakeClock()).test_client().get("/sources").text
    assert "No source is set up" in text


CONFIG = """
[[brands]]
name = "Acme"
rule = "acme"
ours = true

[[sources]]
kind = "sample"
name = "Sample"
"""


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Store]:
    """The store of a config with one source, which is broken, paid for, and has a gap of two hours and one open."""
    (tmp_path / "config.toml").write_text(CONFIG)
    store, now = open_store(f"sqlite:///{tmp_path / 'data' / 'wallflower.db'}"), Clock().now()
    paid = Spend(f"{now:%Y-%m}", 1.5, 20.0)
    status = read_at(now - HOUR, "Sample", health=Health.BROKEN, reason="It is down.", spend=paid, since=now - HOUR)
    store.save_status(replace(status, next_check=now + HOUR, posts_per_hour=4.2), now)
    store.open_gap("Sample", now - DAY, "It was down.", now)
    store.close_gaps("Sample", now - 22 * HOUR, now)
    store.open_gap("Sample", now - HOUR, "It is down.", now)
    yield store
    store.close()


def ask(folder: Path, *options: str) -> str:
    result = CliRunner().invoke(cli, ["sources", "--config", str(folder / "config.toml"), *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_tells_one_line_for_each_source(told: Store, tmp_path: Path) -> None:
    told.save_status(read_at(NOON, "Old forum"), NOON)
    first, second = ask(tmp_path).splitlines()
    name, state, since, last, next_, rate, unread, spent, to_do = first.split("\t")
    assert (name, state, rate, spent) == ("Sample", "Broken", "4.2", "$1.50 of $20")
    assert unread.startswith("3.0 h in 2 gaps, open since ")
    assert to_do.startswith("It is down. It is tried again at ")
    assert all((since, last, next_))
    assert second.startswith("Old forum\tnot in the config\t")


def test_the_command_tells_it_as_json(told: Store, tmp_path: Path) -> None:
    (one,) = json.loads(ask(tmp_path, "--json"))
    assert (one["source"], one["state"], one["trouble"], one["posts_per_hour"]) == ("Sample", "broken", True, 4.2)
    assert one["gap_hours_7_days"] == pytest.approx(3, abs=0.05)
    assert [gap["until"] is None for gap in one["gaps"]] == [False, True]
    assert one["spend"]["budget_usd"] == 20


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["Feed 10", "feed 2", "Feed", "7th", "Feed 2b", "9\u0663"]
    found = rows([read_at(NOON, name) for name in names], (), {}, Moment(NOON, config(Path()).timezone, NOON), {})
    assert [one.name for one in found] == ["7th", "9\u0663", "Feed", "feed 2", "Feed 2b", "Feed 10"]
