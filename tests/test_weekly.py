"""The weekly report: figures of whole weeks, what they mean, and the page, the file and the PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from display.weekly.files import PdfError, browser, pdf_file, text_lines
from display.weekly.report import ReportFigure, WeeklyReport, build_report
from display.weekly.week_data import WEEK, bounds, week_data
from monitor.model import Incident, Intent, JudgedPost, MentionFilter, Post
from monitor.notifications.weekly import last_week
from monitor.store import Store
from monitor.text.near_duplicates import signatures
from tests import mentions_data as data
from tests.fake_site import app_for, config
from tests.fake_store import intent_phrases
from tests.fakes import FakeClock

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = data.new_store(tmp_path, NOW - 6 * WEEK)
    yield store
    store.close()


def save(store: Store, weeks_ago: int, n: int, brand: str = "Acme", *, score: float = 0.0, **changes: object) -> None:
    """``n`` mentions of a brand in the week so many before the one of MONDAY."""
    start = bounds(MONDAY - weeks_ago * WEEK, UTC)[0] + HOUR
    for number in range(n):
        name = f"{brand} {weeks_ago} {number} {score} {sorted(changes)}"
        post = Post("Forum", name, f"{brand} wrote {name}", start + number * HOUR / 10, f"author {name}", lang="en")
        finding = replace(data.finding(brand, post.text, score), **changes)  # type: ignore[arg-type]
        store.save("Forum", [data.judged(post, finding)], now=post.published_at)


def report_of(store: Store, folder: Path, monday: date = MONDAY, now: datetime = NOW) -> WeeklyReport:
    settings = replace(config(folder, sources=data.SOURCES, brands=data.BRANDS), timezone=UTC)
    return build_report(week_data(settings, store, monday, now), UTC)


def figure(report: WeeklyReport, name: str) -> ReportFigure:
    return next(one for one in report.figures if one.name == name)


def test_figures_are_compared_with_the_week_before_and_with_four_weeks(store: Store, tmp_path: Path) -> None:
    for weeks_ago, n in enumerate((30, 20, 24, 40, 22)):
        save(store, weeks_ago, n)
        save(store, weeks_ago, 0 if weeks_ago == 1 else 12, "Globex")
    save(store, 5, 3)
    report = report_of(store, tmp_path)
    assert report.title == "2 to 8 Mar 2026"
    assert report.sentence == "A usual week: 30 mentions of Acme, and the mood did not change."
    mentions = figure(report, "Mentions of Acme")
    assert (mentions.value, mentions.change) == ("30", "50 % more than the week before")
    assert mentions.meaning == "As usual: 20 to 40 in the 4 weeks before."
    assert mentions.path == "/mentions?brand=Acme&since=2026-03-02T00%3A00&until=2026-03-09T00%3A00"
    share = figure(report, "Share of all mentions")
    assert (share.value, share.change, share.meaning) == ("71 %", "100 % the week before", "You lead.")
    assert len(report.figures) == 6


def test_a_week_that_is_not_like_the_others_is_the_sentence(store: Store, tmp_path: Path) -> None:
    for weeks_ago in range(6):
        save(store, weeks_ago, 20)
        save(store, weeks_ago, 60 if weeks_ago == 0 else 15, "Globex")
    report = report_of(store, tmp_path)
    expected = (
        "Globex was mentioned 60 times, 4.0 times as many as the week before, more than in any of the 4 weeks before."
    )
    assert report.sentence == expected
    assert figure(report, "Share of all mentions").meaning == "Globex leads with 75 %."


def test_a_quiet_week_and_one_without_mentions(store: Store, tmp_path: Path) -> None:
    for weeks_ago in range(1, 6):
        save(store, weeks_ago, 40)
    assert report_of(store, tmp_path).sentence == "Nobody wrote about Acme this week."
    save(store, 0, 10)
    assert report_of(store, tmp_path).sentence == (
        "A quiet week: 10 mentions of Acme, fewer than in any of the 4 weeks before."
    )


def test_a_week_before_the_first_source_is_not_called_quiet_or_read(store: Store, tmp_path: Path) -> None:
    quiet = report_of(store, tmp_path)
    assert quiet.sentence == "Nobody wrote about Acme this week."
    assert figure(quiet, "Share of all mentions").meaning == "No brand was mentioned."
    for name in data.SOURCES:
        store.save_status(data.status(name, NOW, first_seen=NOW), NOW)
    early = report_of(store, tmp_path)
    assert early.sentence == "Wallflower was not reading yet in this week."
    assert early.unread == ("No source was read yet.",)
    assert early.task == ""


def test_a_week_that_was_read_only_in_part_is_not_compared_with(store: Store, tmp_path: Path) -> None:
    save(store, 1, 30)
    save(store, 0, 30)
    report = report_of(store, tmp_path)
    assert report.sentence == "The first whole week: 30 mentions of Acme."
    mentions = figure(report, "Mentions of Acme")
    assert (mentions.change, mentions.meaning) == ("", "About 4 a day.")
    assert figure(report, "Negative, of Acme").meaning == "None this week."
    save(store, 2, 1)
    assert report_of(store, tmp_path).sentence == (
        "30 mentions of Acme, the same as the week before, and the mood did not change."
    )


def test_weeks_are_not_compared_while_stored_posts_are_judged_again(store: Store, tmp_path: Path) -> None:
    for weeks_ago in range(6):
        save(store, weeks_ago, 30)
    assert report_of(store, tmp_path).sentence.startswith("A usual week")
    store.intents.use_rules("1", NOW)
    report = report_of(store, tmp_path)
    assert report.sentence == (
        "30 mentions of Acme. Stored posts are being judged again by newer rules, so weeks are not compared."
    )
    assert figure(report, "Mentions of Acme").change == ""


def test_a_week_of_which_much_was_not_read_is_not_called_quiet(store: Store, tmp_path: Path) -> None:
    start, _ = bounds(MONDAY, UTC)
    for weeks_ago in range(1, 6):
        save(store, weeks_ago, 40)
    save(store, 0, 10, score=-0.8)
    store.open_gap("Reddit", start + 10 * HOUR, "down", start + 10 * HOUR)
    store.close_gaps("Reddit", start + 94 * HOUR, start + 94 * HOUR)
    report = report_of(store, tmp_path)
    assert report.sentence == "At least 10 mentions of Acme: Reddit was not read for 84 hours."
    assert all(one.meaning for one in report.figures)
    store.open_gap("Bluesky", start, "down", start)
    store.close_gaps("Bluesky", start + 30 * HOUR, start + 30 * HOUR)
    assert report_of(store, tmp_path).sentence == (
        "At least 10 mentions of Acme: Reddit and Bluesky were not read for up to 84 hours."
    )


def test_the_mood_says_whether_it_changed(store: Store, tmp_path: Path) -> None:
    save(store, 2, 1)
    save(store, 1, 60, score=0.8)
    save(store, 0, 60, score=-0.8)
    mood = figure(report_of(store, tmp_path), "Mood about Acme")
    assert mood.value.startswith("\N{MINUS SIGN}")
    assert mood.change.startswith("probably between ")
    assert mood.meaning == "More complaints than praise. It is worse than the week before."
    assert figure(report_of(store, tmp_path), "Negative, of Acme").value == "60"


def test_an_incident_is_the_sentence_and_one_that_goes_on_the_task(store: Store, tmp_path: Path) -> None:
    save(store, 0, 30)
    start = bounds(MONDAY, UTC)[0] + timedelta(days=1, hours=14)
    incident = Incident(
        "Acme", start, start, start, 20, 2.0, HOUR, 6.0, topic="wall socket", until=start + timedelta(hours=5)
    )
    saved = store.save_incident(incident)
    report = report_of(store, tmp_path)
    assert report.sentence == "Acme had an incident on Tuesday, 14:00, for 5 h, mostly about “wall socket”."
    assert report.task == ""
    store.save_incident(replace(saved, until=None, topic=""))
    report = report_of(store, tmp_path)
    assert report.sentence == "Acme had an incident on Tuesday, 14:00, and it goes on."
    assert report.task == "The incident of Acme goes on."
    assert report.task_path == "/mentions?brand=Acme&since=2026-03-03T14%3A00"


def test_hours_not_read_are_named_and_the_longest_is_the_task(store: Store, tmp_path: Path) -> None:
    save(store, 0, 5)
    start, end = bounds(MONDAY, UTC)
    store.open_gap("Reddit", start - 5 * HOUR, "down", start)
    store.close_gaps("Reddit", start + 3 * HOUR, start + 3 * HOUR)
    store.open_gap("Reddit", start + 10 * HOUR, "down", start + 10 * HOUR)
    store.close_gaps("Reddit", start + 12 * HOUR, start + 12 * HOUR)
    store.open_gap("Bluesky", end - 2 * HOUR, "no key", end)
    report = report_of(store, tmp_path)
    assert report.unread == (
        "Bluesky was not read for 2 hours, and it still is not.",
        "Reddit was not read for 5 hours.",
    )
    assert (report.task, report.task_path) == ("Bluesky was not read. The page of sources says what to do.", "/sources")


def test_what_nobody_has_claimed_is_the_task(store: Store, tmp_path: Path) -> None:
    save(store, 0, 2, "Globex", intents=intent_phrases(Intent.SWITCHING_FROM))
    save(store, 0, 1, intents=intent_phrases(Intent.QUESTION))
    report = report_of(store, tmp_path)
    assert figure(report, "People leaving a competitor").value == "2"
    assert figure(report, "Questions to Acme").value == "1"
    assert report.task == "2 mentions of people who leave a competitor are not claimed by anybody."
    assert report.task_path.startswith(
        "/mentions?brand=-Acme&intent=switching_from&intent=cancels&state=unclaimed&since="
    )


def test_stories_are_those_with_the_most_posts(store: Store, tmp_path: Path) -> None:
    start = bounds(MONDAY, UTC)[0]
    for story, posts in (
        ("price rise upsets loyal customers across the whole country today", 5),
        ("new shop opens beside the old bakery in the market street", 3),
        ("lanyard found on the night bus by the railway station again", 2),
    ):
        for number in range(posts):
            post = Post("Forum", f"{story} {number}", f"Acme {story}", start + number * HOUR, f"a{number}", lang="en")
            judged = JudgedPost(post, (data.finding("Acme", post.text, 0.0),), signatures([post.body])[0])
            store.save("Forum", [judged], now=post.published_at)
    stories = report_of(store, tmp_path).stories
    assert [story.text for story in stories] == ["About Acme: 5 posts in 1 source.", "About Acme: 3 posts in 1 source."]
    assert stories[0].title.startswith("Acme price rise")
    number = int(re.findall(r"story=(\d+)", stories[0].path)[0])
    assert store.count(MentionFilter(story=number)).n == 5


def test_weeks_are_those_of_the_local_clock() -> None:
    assert last_week(NOW, UTC) == MONDAY
    assert last_week(datetime(2026, 3, 8, 23, 30, tzinfo=UTC), UTC) == date(2026, 2, 23)
    assert last_week(datetime(2026, 3, 8, 23, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin")) == MONDAY
    start, end = bounds(date(2026, 3, 23), LONDON)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(days=7) - HOUR


@pytest.mark.parametrize(
    ("monday", "title"), [(date(2026, 11, 30), "30 Nov to 6 Dec 2026"), (MONDAY, "2 to 8 Mar 2026")]
)
def test_titles(monday: date, title: str, store: Store, tmp_path: Path) -> None:
    assert report_of(store, tmp_path, monday, NOW + 60 * WEEK).title == title


def test_the_page_the_file_and_the_text(store: Store, tmp_path: Path) -> None:
    save(store, 0, 12, intents=intent_phrases(Intent.QUESTION))
    settings = replace(config(tmp_path, sources=data.SOURCES, brands=data.BRANDS), timezone=UTC)
    client = app_for(settings, store, FakeClock(NOW)).test_client()
    page = client.get("/monday").text
    assert "Week of 2 to 8 Mar 2026" in page
    assert 'href="/monday?week=2026-02-23"' in page
    assert "Week after" not in page
    assert "Week after" in client.get("/monday?week=2026-02-25").text
    file = client.get("/monday.html")
    assert file.headers["Content-Disposition"] == 'attachment; filename="wallflower-2026-03-02.html"'
    assert not re.findall(r"<(?:link|script|img)|src=|url\(", file.text)
    assert re.findall(r'href="(?!http)', file.text) == []
    lines = text_lines(report_of(store, tmp_path), "https://wall.example")
    assert lines[0].startswith("The first whole week")
    assert lines[-1].startswith(
        "To look at: 12 mentions with a question to Acme are not claimed by anybody. https://wall"
    )
    assert len(" ".join(lines).split()) < 250


@pytest.mark.parametrize("week", ["yesterday", "2026-13-01", "1999-01-04", "2026-03-16"])
def test_a_week_that_cannot_be_shown(week: str, store: Store, tmp_path: Path) -> None:
    settings = replace(config(tmp_path, sources=data.SOURCES, brands=data.BRANDS), timezone=UTC)
    answer = app_for(settings, store, FakeClock(NOW)).test_client().get(f"/monday?week={week}")
    assert answer.status_code == 400
    assert "There is no report of this week." in answer.text
    assert "/monday?week=2026-03-02" in answer.text


def test_the_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    if browser():
        assert pdf_file("<h1>Week</h1>").startswith(b"%PDF-")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PdfError, match="No Chromium was found"):
        pdf_file("<h1>Week</h1>")
