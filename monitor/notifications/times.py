"""Due times, days and quiet hours in the zone of the config, also where its clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from monitor.model.notifications import Frequency, QuietHours, Schedule

DAY = timedelta(days=1)


def day_of(at: datetime, zone: tzinfo) -> str:
    """The day of a time, such as "2026-03-29"."""
    return at.astimezone(zone).date().isoformat()


def next_day(at: datetime, zone: tzinfo) -> datetime:
    """When the next day begins."""
    return _moment(at.astimezone(zone).date() + DAY, time(), zone)


def next_due(schedule: Schedule, after: datetime, zone: tzinfo) -> datetime:
    """The first time after that one at which an hourly, daily or weekly message is sent."""
    local = after.astimezone(zone)
    if schedule.frequency is Frequency.HOURLY:
        started = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return after - started + timedelta(hours=1)
    day = local.date()
    if schedule.frequency is Frequency.WEEKLY:
        day += timedelta(days=(schedule.weekday - day.weekday()) % 7)
    step = DAY if schedule.frequency is Frequency.DAILY else 7 * DAY
    found = _moment(day, schedule.at, zone)
    return found if found > after else _moment(day + step, schedule.at, zone)


def end_of_quiet(quiet: QuietHours, at: datetime, zone: tzinfo) -> datetime | None:
    """When the quiet hours end in which a time lies; None if it lies in none."""
    today = at.astimezone(zone).date()
    for day in (today - DAY, today):
        start = _moment(day, quiet.start, zone)
        end = _moment(day if quiet.start < quiet.end else day + DAY, quiet.end, zone)
        if start <= at < end:
            return end
    return None


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    """A local time in UTC. One that a change of the clocks skips is taken as if they had not changed yet."""
    return datetime.combine(day, at, zone).astimezone(UTC)
