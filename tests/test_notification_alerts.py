"""Built-in alerts: each begins once, ends only where its beginning arrived, and flapping makes no storm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import SendError
from monitor.model import FaultKind, Health, Incident, SourceStatus, Spend, StoreFault, StoreHealth
from monitor.model.notifications import MessageState
from monitor.notifications.alerts import ALERTS, Situation, active_alerts, changes
from monitor.store import Store, open_store
from monitor.store.sql.outbox import NEVER_BEGAN
from tests.fake_site import working_status
from tests.fakes import NOON
from tests.notification_setup import BASE_URL, LONDON, Setup

INCIDENT = Incident(
    "Acme", NOON, NOON, NOON, 60, 10.0, timedelta(minutes=30), 6.0, phrases=("@bob lied",), topic="refund"
)
LATER = NOON + timedelta(hours=1)
CALM = Situation(LATER, NOON, LONDON)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as store:
        yield store


@pytest.fixture
def setup(store: Store) -> Setup:
    return Setup(store)


def look(setup: Setup, seconds: float = 15.0) -> None:
    """Let time pass, look for alerts, and send."""
    setup.clock.advance(seconds)
    setup.alerts.run()
    while setup.sender.send_due():
        pass


def keep_reading(setup: Setup, *sources: str) -> None:
    now = setup.clock.now()
    for name in sources or ("Forum",):
        setup.store.save_status(working_status(now, name), now)


def titles(**changes: Any) -> list[str]:
    return [alert.title for alert in active_alerts(replace(CALM, **changes))]


def test_an_incident_begins_doubles_and_ends(setup: Setup) -> None:
    setup.channel()
    incident = setup.store.save_incident(INCIDENT)
    look(setup)
    look(setup)
    assert setup.inbox.titles() == ["Acme: an incident, far more mentions than usual"]
    text = setup.inbox.arrived[0][1].text
    assert text.lines[0] == "Since 12:00: 60 mentions within 30 minutes, 6.0 times as many as usual."
    assert "bob" not in text.body
    assert text.link == f"{BASE_URL}/mentions?brand=Acme&range=24h"
    setup.store.save_incident(replace(incident, peak=11.9))
    look(setup)
    setup.store.save_incident(replace(incident, n=130, peak=13.0))
    look(setup)
    look(setup)
    assert len(setup.inbox.arrived) == 2
    assert setup.inbox.titles()[1] == "Acme: the incident has doubled"
    assert setup.inbox.arrived[1][1].text.lines[1].startswith("Mentions are steady: the last quarter of an hour")
    setup.store.save_incident(replace(incident, until=setup.clock.now()))
    look(setup)
    look(setup)
    assert setup.inbox.titles()[2:] == ["Acme: the incident is over"]


def test_an_incident_that_begins_and_ends_between_two_looks_is_reported_once(setup: Setup, store: Store) -> None:
    early = setup.store.save_incident(replace(INCIDENT, brand="Globex", until=NOON))  # before there was a channel
    setup.clock.advance(60)
    setup.channel()
    look(setup)
    now = setup.clock.now()
    over: dict[str, Any] = {
        "seen_at": now,
        "checked_at": now + timedelta(seconds=10),
        "until": now + timedelta(seconds=10),
    }
    one = setup.store.save_incident(replace(INCIDENT, since=now - timedelta(minutes=20), **over))
    look(setup)
    look(setup)
    again = Setup(store, setup.clock)
    look(again, 3600)
    assert [message.subject.partition("@")[0] for message in setup.messages()] == [str(one.id)] * 2 != [str(early.id)]
    assert setup.inbox.titles() == ["Acme: an incident, far more mentions than usual", "Acme: the incident is over"]
    assert setup.inbox.arrived[1][1].text.lines == ("It lasted 20 minutes.",)
    assert again.inbox.arrived == []


def test_a_missed_incident_ends_only_where_its_beginning_arrived_and_a_muted_one_is_not_reported(setup: Setup) -> None:
    def answer(channel: Any, outgoing: Any) -> str:
        raise SendError("gone", permanent=True)

    setup.channel()
    setup.store.notifications.mute_alerts(["incident"])
    now = setup.clock.now()
    setup.store.save_incident(replace(INCIDENT, seen_at=now, until=now))
    look(setup)
    assert setup.messages() == []
    setup.store.notifications.mute_alerts([])
    setup.inbox.answer = answer
    globex = setup.store.save_incident(replace(INCIDENT, seen_at=now, brand="Globex", until=now))
    for seconds in (15, 25 * 3600, 15):
        look(setup, seconds)
    found = [message for message in setup.messages() if message.rule == "incident"]
    assert [(message.subject.partition("@")[0], message.state) for message in found] == [
        (str(globex.id), MessageState.FAILED), (str(globex.id), MessageState.HELD)
    ]  # fmt: skip


def test_what_people_write_is_only_for_channels_that_are_inside(setup: Setup) -> None:
    setup.channel(inside=True)
    setup.store.save_incident(INCIDENT)
    look(setup)
    assert "People write: @bob lied" in setup.inbox.arrived[0][1].text.body


def test_an_end_is_sent_only_where_the_beginning_was_delivered(setup: Setup) -> None:
    def answer(channel: Any, outgoing: Any) -> str:
        if channel.name == "Broken":
            raise SendError("no", permanent=True)
        return "ok"

    setup.inbox.answer = answer
    working, broken = setup.channel(), setup.channel("Broken")
    incident = setup.store.save_incident(INCIDENT)
    look(setup)
    assert len(setup.inbox.arrived) == 2  # the other channel was used in place of the broken one
    third = setup.channel("Late")
    setup.store.save_incident(replace(incident, until=setup.clock.now()))
    look(setup)
    assert setup.inbox.titles()[2:] == ["Acme: the incident is over"] * 2
    late = [message for message in setup.messages() if message.channel == third.id]
    assert [(message.state, message.reason) for message in late] == [(MessageState.HELD, NEVER_BEGAN)]
    assert {working.id, broken.id} == {m.channel for m in setup.messages() if m.state is MessageState.DELIVERED}


def test_an_end_waits_while_its_beginning_is_tried_again(setup: Setup) -> None:
    tries = [0]

    def answer(channel: Any, outgoing: Any) -> str:
        tries[0] += 1
        if tries[0] == 1:
            raise SendError("busy")
        return "ok"

    setup.inbox.answer = answer
    setup.channel()
    incident = setup.store.save_incident(INCIDENT)
    look(setup)
    setup.store.save_incident(replace(incident, until=setup.clock.now()))
    look(setup)
    assert setup.inbox.arrived == []
    look(setup, 60)
    assert [title.rpartition(":")[2] for title in setup.inbox.titles()] == [
        " an incident, far more mentions than usual", " the incident is over"
    ]  # fmt: skip


def test_a_source_that_is_not_read_is_reported_once(setup: Setup) -> None:
    setup.channel()
    keep_reading(setup)
    look(setup, 600)
    assert setup.inbox.arrived == []
    look(setup, 3600)
    look(setup, 3600)
    assert setup.inbox.titles() == ["Forum has not been read since 4 Mar, 12:00"]
    keep_reading(setup)
    look(setup)
    assert setup.inbox.titles()[1:] == ["Forum is read again"]


def test_nothing_is_reported_right_after_a_start_or_of_a_source_that_a_person_paused(setup: Setup) -> None:
    setup.channel()
    stale = SourceStatus("Forum", "feed", Health.BROKEN, last_success=NOON - timedelta(days=1))
    setup.store.save_status(stale, NOON)
    look(setup, 60)
    assert setup.inbox.arrived == []
    setup.store.pause_source("Forum", setup.clock.now())
    look(setup, 3600)
    assert setup.inbox.arrived == []


def test_many_sources_share_one_message() -> None:
    statuses = [working_status(NOON - timedelta(hours=5), f"S{n}") for n in range(8)]
    assert titles(statuses=statuses) == ["8 sources are not read"]
    assert len(titles(statuses=statuses[:3])) == 3
    assert titles(statuses=statuses, store=StoreHealth(alive=False)) == []


def test_disk_backup_walls_and_budgets() -> None:
    fault = StoreFault(FaultKind.DISK_FULL, NOON, "The disk is full.")
    assert titles(store=StoreHealth(fault=fault)) == ["Nothing can be stored: the disk is full"]
    assert titles(store=StoreHealth(free_bytes=500 << 20)) == ["Only 500 MB are free on the disk of the database"]
    assert titles(backup_problem="The newest is 9 days old.") == ["The backup needs attention"]
    assert titles(dark_walls={"CEO desk": "Not seen since 09:12"}) == ["The wall CEO desk is dark"]
    status = working_status(LATER, "X")
    assert titles(statuses=[replace(status, spend=Spend("2026-03", 79.0, 100.0))]) == []
    assert titles(statuses=[replace(status, spend=Spend("2026-03", 80.0, 100.0))]) == ["X has spent 80 % of its budget"]
    for figure, words in ((79.99, []), (99.99, ["X has spent 99 % of its budget"])):
        assert titles(statuses=[replace(status, spend=Spend("2026-03", figure, 100.0))]) == words
    spent = replace(status, health=Health.SPENT, spend=Spend("2026-03", 100.0, 100.0))
    assert titles(statuses=[spent]) == ["X has spent its budget and is not read until next month"]
    assert titles(statuses=[replace(spent, health=Health.WORKING, spend=Spend("2026-02", 100.0, 100.0))]) == []
    assert set(ALERTS) == {"incident", "source", "storage", "backup", "wall", "budget"}


def test_space_must_become_ample_before_the_alert_ends() -> None:
    low = replace(CALM, store=StoreHealth(free_bytes=500 << 20))
    opened = changes(active_alerts(low), [], [1], low).opened
    for free, n_closed in ((1200 << 20, 0), (2000 << 20, 1)):
        found = replace(CALM, store=StoreHealth(free_bytes=free))
        assert len(changes(active_alerts(found, opened), opened, [1], found).closed) == n_closed


def test_a_muted_alert_is_not_sent_and_a_channel_without_alerts_gets_none(setup: Setup) -> None:
    setup.channel()
    setup.channel("Quiet", alerts=False)
    setup.store.notifications.mute_alerts({"incident"})
    setup.store.save_incident(INCIDENT)
    look(setup)
    assert setup.inbox.arrived == []
    setup.store.notifications.mute_alerts(())
    look(setup)
    assert [name for name, _ in setup.inbox.arrived] == ["Sales"]


class UnstorableStore:
    """A store whose disk is full."""

    def __init__(self, store: Store) -> None:
        self._store, self.full = store, True

    def health(self) -> StoreHealth:
        fault = StoreFault(FaultKind.DISK_FULL, NOON, "The disk is full.")
        return StoreHealth(fault=fault) if self.full else StoreHealth()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_full_disk_is_reported_although_nothing_can_be_stored(setup: Setup) -> None:
    setup.channel()
    keep_reading(setup)
    full = UnstorableStore(setup.store)
    setup.alerts._store = full  # type: ignore[assignment]
    threads = []
    setup.alerts.start_thread = lambda target, *args: threads.append(target(*args))  # type: ignore[assignment]
    for _ in range(3):
        setup.clock.advance(15)
        setup.alerts.run()
    assert setup.inbox.titles() == ["Nothing can be stored: the disk is full"]
    assert setup.messages() == []
    full.full = False
    look(setup)
    look(setup)
    assert setup.inbox.titles()[1:] == ["Posts are stored again"]
    assert [message.state for message in setup.messages()] == [MessageState.DELIVERED] * 2


def test_a_wall_that_restarts_is_not_reported(store: Store) -> None:
    dark: dict[str, str] = {}
    setup = Setup(store, dark_walls=lambda: dark)
    setup.channel()
    keep_reading(setup)
    look(setup, 400)
    dark["CEO desk"] = "Not seen since 12:06"
    look(setup, 15)
    dark.clear()
    look(setup, 15)
    dark["CEO desk"] = "Not seen since 12:07"
    look(setup, 15)
    assert setup.inbox.arrived == []
    look(setup, 200)
    assert setup.inbox.titles() == ["The wall CEO desk is dark"]
