"""The words of messages about views. They name brands, sources and numbers, never a post or an author."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from monitor.model import Json
from monitor.model.notifications import Arrival, Frequency, Schedule
from monitor.model.saved_views import SavedView
from monitor.notifications.deciding import Planned
from monitor.notifications.waiting import Reason

_PERIODS: Mapping[Frequency, str] = MappingProxyType(
    {Frequency.HOURLY: "hour", Frequency.DAILY: "day", Frequency.WEEKLY: "week"}
)
_REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.QUIET: "quiet hours",
        Reason.LIMIT: "the limit of messages a day",
        Reason.INCIDENT: "an incident, which is reported separately",
    }
)


def view_facts(view: SavedView, schedule: Schedule, planned: Planned, newest: Arrival | None) -> dict[str, Json]:
    """What the text of a message about a view is made from. ``newest``: the last mention, if it has just arrived."""
    is_one = planned.subject.startswith("mention:")
    mentions = list(planned.mentions)
    return {
        "title": f"{view.name}: {count(planned.n, 'new mention')}",
        "lines": [_mention_line(newest)] if is_one and newest else _lines(schedule, planned),
        "path": f"/mentions/{mentions[-1]}" if is_one else f"/mentions?view={view.id}",
        "mentions": mentions,
        "n": planned.n,
        "view": view.id,
    }  # fmt: skip


def count(n: int, noun: str) -> str:
    """ "1 new mention", "1,200 new mentions" """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def duration(span: timedelta) -> str:
    """ "10 minutes", "2 hours", "3 days" """
    minutes = max(1, round(span.total_seconds() / 60))
    for unit, length in (("day", 1440), ("hour", 60)):
        if minutes % length == 0 or minutes >= 2 * length:
            return count(round(minutes / length), unit)
    return count(minutes, "minute")


def reasons(found: tuple[Reason, ...]) -> str:
    """ "quiet hours and the limit of messages a day" """
    return " and ".join(_REASONS[reason] for reason in found)


def too_few(schedule: Schedule) -> str:
    """Why a message was held."""
    if not schedule.more_than:
        return "There were too few mentions."
    return f"There were never more than {schedule.more_than:,} within {duration(schedule.within)}."


def _mention_line(arrival: Arrival) -> str:
    """ "Globex, negative, on Reddit" """
    return f"{arrival.brand}, {arrival.sentiment}, on {arrival.post.source}"


def _lines(schedule: Schedule, planned: Planned) -> list[str]:
    if planned.held:
        return ["It was not sent."]
    if planned.waited_for and schedule.frequency is Frequency.EACH:
        return [f"They waited because of {reasons(planned.waited_for)}."]
    if schedule.frequency is Frequency.EACH:
        return [f"More than {schedule.more_than} within {duration(schedule.within)}."]
    return [f"Since the last message; you get one a {_PERIODS[schedule.frequency]} at most."]
