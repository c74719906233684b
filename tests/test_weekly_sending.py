"""The weekly report as a message: once a week, at the chosen time, and the same as the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from monitor.errors import NotificationError, StoreError
from monitor.http import Http
from monitor.model import Incident, JudgedPost, Post
from monitor.model.notifications import MessageState, NewReportSubscription
from monitor.notifications.channels.mail import MailTransport
from monitor.notifications.weekly import WeeklyReports
from monitor.store import Store
from monitor.text.near_duplicates import signatures
from tests import mentions_data as data
from tests.fake_site import app_for, config
from tests.fakes import FakeClock
from tests.notification_setup import LONDON, Setup

FRIDAY = datetime(2026, 3, 6, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = data.new_store(tmp_path, FRIDAY)
    yield store
    store.close()


class Reports(Setup):
    """A channel that gets the report, and what arrived there."""

    def __init__(self, store: Store, **changes: object) -> None:
        super().__init__(store, FakeClock(FRIDAY))
        self.sales = self.channel(**changes)
        new = NewReportSubscription(None, self.sales.id, 0, time(8))
        self.subscription = store.notifications.add_report_subscription(new, FRIDAY)
        self.reports = WeeklyReports(store, LONDON)

    def at(self, now: datetime) -> list[str]:
        """The titles of what has arrived by then."""
        self.clock.advance((now - self.clock.now()).total_seconds())
        self.reports.run(self.clock.now())
        self.sender.send_due()
        return self.inbox.titles()


def test_it_arrives_once_a_week_at_the_chosen_time(store: Store) -> None:
    reports = Reports(store)
    assert reports.at(MONDAY - HOUR / 60) == []
    assert reports.at(MONDAY) == ["The week of 2026-03-02"]
    assert reports.at(MONDAY + HOUR) == ["The week of 2026-03-02"]
    reports.reports = WeeklyReports(store, LONDON)  # as after a restart
    assert reports.at(MONDAY + DAY) == ["The week of 2026-03-02"]
    assert reports.at(MONDAY + WEEK) == ["The week of 2026-03-02", "The week of 2026-03-09"]
    # summer time began on 29 March
    assert len(reports.at(MONDAY + 3 * WEEK - HOUR - HOUR / 60)) == 2
    assert reports.at(MONDAY + 3 * WEEK - HOUR)[2:] == ["The week of 2026-03-23"]


def test_a_program_that_was_off_sends_it_up_to_three_days_late(store: Store) -> None:
    reports = Reports(store)
    assert reports.at(MONDAY + 3 * DAY + HOUR) == []
    assert reports.at(MONDAY + WEEK + 2 * DAY) == ["The week of 2026-03-09"]


def test_a_report_that_could_not_be_stored_is_stored_by_the_next_run(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = Reports(store)

    def fail(*_: object) -> int:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(store.notifications, "save_alerts", fail)
        with pytest.raises(StoreError):
            reports.at(MONDAY)
    assert reports.at(MONDAY + HOUR) == ["The week of 2026-03-02"]


def test_who_asks_for_it_after_its_time_gets_the_next_one(store: Store) -> None:
    reports = Reports(store)
    store.notifications.remove_report_subscription(reports.subscription.id)
    store.notifications.add_report_subscription(NewReportSubscription(None, reports.sales.id), MONDAY + HOUR)
    assert reports.at(MONDAY + 2 * HOUR) == []
    assert reports.at(MONDAY + WEEK) == ["The week of 2026-03-09"]


def test_a_removed_channel_takes_it_along(store: Store) -> None:
    reports = Reports(store)
    assert store.notifications.report_subscriptions() == [reports.subscription]
    store.notifications.remove_channel(reports.sales.id)
    assert store.notifications.report_subscriptions() == []
    assert not store.notifications.remove_report_subscription(reports.subscription.id)
    with pytest.raises(NotificationError):
        store.notifications.add_report_subscription(NewReportSubscription(None, reports.sales.id), FRIDAY)


@pytest.mark.parametrize("inside", [True, False])
def test_the_mail_is_the_page_without_words_of_posts_for_outsiders(store: Store, tmp_path: Path, inside: bool) -> None:
    reports = Reports(store, inside=inside)
    for number in range(4):
        text = "Acme price rise upsets loyal customers across the whole country today"
        post = Post("Forum", str(number), text, FRIDAY - number * HOUR, f"author{number}", lang="en")
        judged = JudgedPost(post, (data.finding("Acme", text, 0.0),), signatures([text])[0])
        store.save("Forum", [judged], now=FRIDAY)
    over = FRIDAY + HOUR
    store.save_incident(Incident("Acme", FRIDAY, FRIDAY, over, 20, 2.0, HOUR, 6.0, topic="the price rise", until=over))
    settings = replace(config(tmp_path, sources=data.SOURCES, brands=data.BRANDS), timezone=UTC)
    app = app_for(settings, store, reports.clock)
    reports.sender.compose_report = app.extensions["notifications"].sender.compose_report
    assert reports.at(MONDAY) == ["Week of 2 to 8 Mar 2026"]
    ((_, sent),) = reports.inbox.arrived
    mail = MailTransport(
        {"host": "mail.example", "sender": "w@acme.example", "to": ["a@acme.example"]}, Http(reports.clock)
    )
    plain, page = mail.message(sent).iter_parts()
    for part in (plain.get_content(), page.get_content()):
        assert "Acme had an incident on Friday" in part
        assert ("price rise" in part) is inside
        assert "author" not in part
        assert "4 posts in 1 source" in part
    assert page.get_content_type() == "text/html"
    assert 'href="http' in page.get_content()
    assert store.notifications.messages(10)[0].state is MessageState.DELIVERED


def test_people_ask_for_it_and_stop_it_on_the_page(store: Store, tmp_path: Path) -> None:
    clock = FakeClock(FRIDAY)
    settings = replace(config(tmp_path, sources=data.SOURCES, brands=data.BRANDS), timezone=UTC)
    client = app_for(settings, store, clock).test_client()
    assert "There is no channel yet." in client.get("/monday").text
    channel = Setup(store, clock).channel("Our mail")
    form = {"weekday": "4", "at": "7:30", "channel": str(channel.id)}
    for wrong in ({"at": "soon"}, {"weekday": "7"}, {"channel": "x"}, {"channel": "99"}):
        answer = client.post("/monday/subscribe", data=form | wrong)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert client.post("/monday/subscribe", data=form).status_code == 303
    assert "Every Friday at 07:30 to Our mail." in client.get("/monday").text
    (one,) = store.notifications.report_subscriptions()
    for _ in range(2):
        assert client.post(f"/monday/subscriptions/{one.id}/remove").status_code == 303
    assert store.notifications.report_subscriptions() == []
