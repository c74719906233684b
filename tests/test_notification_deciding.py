"""When a view notifies: schedules, quiet hours, limits, incidents; nothing twice, nothing lost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product
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


def test_mentions_that_were_too_few_are_held_in_one_entry_a_day() -> None:
    alarm = replace(EACH, more_than=2, within=timedelta(minutes=10))
    around = Circumstances(LONDON, NIGHT)
    waiting, planned = decide(alarm, Waiting(), arrivals(0, 9, 18, 27, 480, 481, 482, 1500), END, around)
    assert [(f"{one.at:%d %H:%M}", one.n, one.mentions, one.held) for one in planned] == [
        ("05 00:00", 4, (1, 2, 3, 4), True),
        ("05 07:00", 3, (5, 6, 7), False),
        ("06 00:00", 1, (8,), True),
    ]
    assert (waiting.recent, waiting.n_dropped) == ((), 0)
    digest = Schedule(Frequency.HOURLY, more_than=5)
    _, left = decide(digest, replace(Waiting(), n_dropped=1, dropped=(9,), dropped_since=NOON), [], END, PLAIN)
    assert [one.subject for one in left] == ["dropped:9"]


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
    waits = at_once.n + at_once.n_dropped
    waits += len(at_once.recent) if schedule.frequency is Frequency.EACH else 0
    assert sum(one.n for one in planned) + waits == len(found)
    if at_once.n:  # only what an incident without an end holds
        assert any(span.end is None for span in around.incidents) or schedule.frequency is Frequency.WEEKLY
    for one in planned:
        assert one.at <= end
        if around.quiet is not None and not one.held:
            assert end_of_quiet(around.quiet, one.at, LONDON) is None
    assert due_at(schedule, Waiting(), around) is None


@pytest.mark.parametrize("frequency", Frequency)
def test_a_month_in_steps_sends_what_its_preview_says_for_every_choice(frequency: Frequency) -> None:
    """Of busy and quiet days, with an incident, and a change of the clocks. Steps are of seconds to days."""
    for seed, (more_than, quiet, limit) in enumerate(product((0, 2, 5), (None, NIGHT), (0, 2))):
        chance = random.Random(seed)
        minutes = sorted(chance.choice((0, 1440, 20_000, 40_000)) + chance.expovariate(1 / 900) for _ in range(150))
        month = arrivals(*minutes)
        end = month[-1].at + timedelta(days=15)
        schedule = Schedule(frequency, time(1, 30), 6, more_than, timedelta(hours=1), limit)
        incident = OpenSpan("Acme", NOON + timedelta(hours=30), NOON + timedelta(hours=40))
        around = Circumstances(LONDON, quiet, (incident,))
        waiting, sent, rest, now = Waiting(), list[Planned](), month, NOON
        while now < end:
            now = min(end, now + timedelta(minutes=chance.choice((0.5, 10, 300, 3_000))))
            part = [one for one in rest if one.at <= now]
            rest = rest[len(part) :]
            waiting, planned = decide(schedule, from_json(to_json(waiting)), part, now, around)
            sent += [one for one in planned if not one.held]
        assert sent == replay(schedule, month, end, around), schedule
        assert sent or more_than, schedule


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "2026-03-29 02:30"),  # 01:30 does not exist
        (datetime(2026, 10, 24, 12, tzinfo=UTC), "2026-10-25 01:30"),  # it exists twice: the first one
    ],
)
def test_a_time_that_the_clocks_skip_or_repeat_is_due_once(day: datetime, due: str) -> None:
    schedule = Schedule(Frequency.DAILY, time(1, 30))
    found = next_due(schedule, day, LONDON)
    assert f"{found.astimezone(LONDON):%Y-%m-%d %H:%M}" == due
    assert next_due(schedule, found, LONDON).astimezone(LONDON).date() == found.astimezone(LONDON).date() + timedelta(1)
    assert found.astimezone(LONDON).fold == 0


def test_a_clock_that_is_set_back_sends_nothing_twice_and_loses_nothing() -> None:
    ahead, back = NOON + timedelta(hours=5), NOON + timedelta(minutes=1)
    waiting, planned = decide(EACH, Waiting(), arrivals(0), ahead, PLAIN)
    waiting, more = decide(EACH, waiting, arrivals(0, 1)[1:], back, PLAIN)
    assert [one.subject for one in planned + more] == ["mention:1", "mention:2"]
    hourly = Schedule(Frequency.HOURLY)
    waiting, planned = decide(hourly, Waiting(), arrivals(0), back, PLAIN)
    waiting, more = decide(hourly, waiting, [], ahead, PLAIN)
    waiting, late = decide(hourly, waiting, arrivals(0, 1)[1:], back, PLAIN)
    _, last = decide(hourly, waiting, [], ahead + timedelta(hours=1), PLAIN)
    assert [one.mentions for one in planned + more + late + last] == [(1,), (2,)]


def test_reasons_are_stored() -> None:
    recent = ((1, NOON),)
    waiting = Waiting(
        2, NOON, (1, 2), ("Acme",), (Reason.INCIDENT,), True, recent, "2026-03-04", 2, (5,), 1, NOON, NOON
    )
    assert from_json(to_json(waiting)) == waiting
    stored = {key: value for key, value in to_json(waiting).items() if "dropped" not in key}  # type: ignore[union-attr]
    assert from_json(stored) == waiting.without_dropped(), "of a version that did not count them"
    assert from_json(None) == Waiting()
