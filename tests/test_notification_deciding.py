"""When a view notifies: schedules, quiet hours, limits, incidents; nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.notifications import ArrivalTime, Frequency, QuietHours, Schedule
from monitor.notifications.deciding import Circumstances, OpenSpan, Planned, decide, due_at, replay
from monitor.notifications.times import end_of_quiet, next_day, next_due
from monitor.notifications.waiting import Reason, Waiting, from_json, to_json
from tests.fakes import NOON

LONDON = ZoneInfo("Europe/London")
PLAIN = Circumstances(LONDON)
NIGHT = QuietHours(time(20, 0), time(7, 0))
EACH, DAILY = Schedule(), Schedule(Frequency.DAILY, time(8, 0))
END = NOON + timedelta(days=3)


def arrivals(*minutes: float, brand: str = "Acme") -> list[ArrivalTime]:
    return [ArrivalTime(n + 1, NOON + timedelta(minutes=m), brand) for n, m in enumerate(minutes)]


def sent(schedule: Schedule, found: Sequence[ArrivalTime], around: Circumstances = PLAIN) -> list[tuple[str, int, str]]:
    """(when, how many mentions, why they waited) of each message."""
    return [
        (f"{one.at.astimezone(LONDON):%d %H:%M}", one.n, " ".join(one.waited_for))
        for one in replay(schedule, found, END, around)
    ]


def test_each_mention_is_one_message() -> None:
    assert sent(EACH, arrivals(0, 1, 1)) == [("04 12:00", 1, ""), ("04 12:01", 1, ""), ("04 12:01", 1, "")]
    assert [one.subject for one in replay(EACH, arrivals(0, 1), END, PLAIN)] == ["mention:1", "mention:2"]


def test_hourly_daily_and_weekly_messages_sum_up() -> None:
    found = arrivals(0, 20, 59, 60, 61)
    assert sent(Schedule(Frequency.HOURLY), found) == [("04 13:00", 3, ""), ("04 14:00", 2, "")]
    assert sent(DAILY, found) == [("05 08:00", 5, "")]
    assert sent(Schedule(Frequency.WEEKLY, time(8, 0), weekday=4), found) == [("06 08:00", 5, "")]
    assert sent(Schedule(Frequency.WEEKLY, time(8, 0), weekday=0), found) == []  # on Monday, after the end


def test_quiet_hours_end_with_one_summary() -> None:
    around = Circumstances(LONDON, NIGHT)
    found = arrivals(60, 9 * 60, 12 * 60, 20 * 60)
    assert sent(EACH, found, around) == [("04 13:00", 1, ""), ("05 07:00", 2, "quiet"), ("05 08:00", 1, "")]
    assert sent(Schedule(Frequency.DAILY, time(22, 0)), found[:1], around) == [("05 07:00", 1, "")]


def test_the_rest_of_a_day_comes_in_one_summary() -> None:
    limited = replace(EACH, max_per_day=2)
    assert sent(limited, arrivals(0, 1, 2, 3, 4)) == [
        ("04 12:00", 1, ""),
        ("04 12:01", 1, ""),
        ("05 00:00", 3, "limit"),
    ]
    around = Circumstances(LONDON, NIGHT)
    assert sent(limited, arrivals(0, 1, 2), around)[-1] == ("05 07:00", 1, "limit")
    # the summary does not count towards the next day
    assert len(sent(limited, arrivals(0, 1, 2, 24 * 60, 24 * 60 + 1, 24 * 60 + 2))) == 6


def test_an_incident_silences_messages_about_its_brand() -> None:
    incident = OpenSpan("Acme", NOON + timedelta(minutes=5), NOON + timedelta(minutes=65))
    around = Circumstances(LONDON, incidents=(incident,))
    assert sent(EACH, arrivals(0, 10, 20, 70), around) == [
        ("04 12:00", 1, ""), ("04 13:05", 2, "incident"), ("04 13:10", 1, "")
    ]  # fmt: skip
    assert len(sent(EACH, arrivals(0, 10, 20, 70, brand="Globex"), around)) == 4
    assert sent(EACH, arrivals(0, 10, 20), Circumstances(LONDON, incidents=(replace(incident, end=None),))) == [
        ("04 12:00", 1, "")
    ]
    assert len(sent(Schedule(Frequency.HOURLY), arrivals(0, 10), around)) == 1


def test_only_more_than_so_many_in_a_time() -> None:
    alarm = replace(EACH, more_than=2, within=timedelta(minutes=10))
    assert sent(alarm, arrivals(0, 9, 18, 27)) == []
    assert sent(alarm, arrivals(0, 4, 9, 10, 11)) == [("04 12:09", 3, "")]
    assert sent(alarm, arrivals(0, 4, 9, 10, 11, 12)) == [("04 12:09", 3, ""), ("04 12:12", 3, "")]
    digest = replace(DAILY, more_than=2, within=timedelta(minutes=10))
    assert sent(digest, arrivals(0, 9, 18, 27)) == []
    assert sent(digest, arrivals(0, 4, 9, 600)) == [("05 08:00", 4, "")]
    _, planned = decide(digest, Waiting(), arrivals(0, 9), END, PLAIN)
    assert [(one.n, one.held) for one in planned] == [(2, True)]


@pytest.mark.parametrize(
    ("day", "hour"), [(datetime(2026, 3, 28, 12, tzinfo=UTC), 8), (datetime(2026, 10, 24, 12, tzinfo=UTC), 8)]
)
def test_the_clocks_change(day: datetime, hour: int) -> None:
    due = next_due(DAILY, day, LONDON)
    assert due.astimezone(LONDON).hour == hour
    assert due.astimezone(LONDON).date() == day.date() + timedelta(days=1)
    end = end_of_quiet(NIGHT, day + timedelta(hours=9), LONDON)
    assert end is not None
    assert end.astimezone(LONDON).time() == time(7)
    assert next_day(day, LONDON).astimezone(LONDON).time() == time(0)


SCHEDULES = st.builds(
    Schedule,
    frequency=st.sampled_from(Frequency),
    at=st.sampled_from([time(8), time(0), time(22, 30)]),
    weekday=st.integers(0, 6),
    more_than=st.sampled_from([0, 0, 1, 3]),
    within=st.sampled_from([timedelta(minutes=10), timedelta(hours=5)]),
    max_per_day=st.sampled_from([0, 1, 3]),
)
SPANS = st.lists(
    st.builds(
        lambda brand, start, length: OpenSpan(
            brand, NOON + timedelta(hours=start), None if length is None else NOON + timedelta(hours=start + length)
        ),
        st.sampled_from(["Acme", "Globex"]),
        st.integers(0, 60),
        st.sampled_from([1, 5, 30, None]),
    ),
    max_size=3,
).map(tuple)
AROUND = st.builds(Circumstances, st.just(LONDON), st.sampled_from([None, NIGHT, QuietHours(time(9), time(17))]), SPANS)
TIMES = st.lists(st.tuples(st.integers(0, 72 * 60), st.sampled_from(["Acme", "Globex"])), max_size=30)


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, AROUND, TIMES, st.lists(st.integers(0, 80 * 60), max_size=12))
def test_nothing_is_sent_twice_or_lost_and_steps_do_not_matter(
    schedule: Schedule, around: Circumstances, times: list[tuple[int, str]], stops: list[int]
) -> None:
    found = [ArrivalTime(n + 1, NOON + timedelta(minutes=m), b) for n, (m, b) in enumerate(sorted(times))]
    end = NOON + timedelta(days=30)
    at_once, planned = decide(schedule, Waiting(), found, end, around)
    stepwise: list[Planned] = []
    waiting, rest = Waiting(), list(found)
    for stop in sorted(stops):
        now = NOON + timedelta(minutes=stop)
        part = [one for one in rest if one.at <= now]
        rest = rest[len(part) :]
        waiting, more = decide(schedule, from_json(to_json(waiting)), part, now, around)
        stepwise += more
    waiting, more = decide(schedule, waiting, rest, end, around)
    assert (stepwise + more, waiting) == (planned, at_once)
    keys = [one.subject for one in planned]
    assert len(keys) == len(set(keys))
    if not schedule.more_than:
        assert sum(one.n for one in planned) + at_once.n == len(found)
    if at_once.n:  # only what an incident without an end holds
        assert any(span.end is None for span in around.incidents) or schedule.frequency is Frequency.WEEKLY
    for one in planned:
        assert one.at <= end
        if around.quiet is not None:
            assert end_of_quiet(around.quiet, one.at, LONDON) is None
    assert due_at(schedule, Waiting(), around) is None


def test_reasons_are_stored() -> None:
    waiting = Waiting(2, NOON, (1, 2), ("Acme",), (Reason.INCIDENT,), True, ((1, NOON),), "2026-03-04", 2, NOON)
    assert from_json(to_json(waiting)) == waiting
    assert from_json(None) == Waiting()
