"""Built-in alerts: incidents, sources that are not read, faults of disk and backup, dark walls, spent budgets. Pure.

``active_alerts`` says what is wrong now. ``changes`` compares that with what was wrong before, and returns the
messages: one when something begins, one each time an incident doubles, and one when it ends, where the first was
delivered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from monitor.analysis.staleness import is_stale
from monitor.model import Health, Incident, Json, SourceStatus, StoreHealth
from monitor.model.notifications import NewMessage, OpenAlert
from monitor.notifications.wording import count, duration

ALERTS: Mapping[str, str] = MappingProxyType(
    {
        "incident": "An incident begins, doubles or ends",
        "source": "A source has not been read for too long",
        "storage": "The disk is full, or the database cannot be used",
        "backup": "The newest backup is old, or failed",
        "wall": "A wall is dark",
        "budget": "80 % of a budget is spent, or all of it",
    }
)
"""The built-in alerts and what each reports."""
START_GRACE = timedelta(minutes=5)
"""After a start, sources are read one after the other, and walls connect again."""
DARK_FOR = timedelta(minutes=3)
"""A wall that restarts is not reported."""
MAX_SINGLE_SOURCES = 3
"""If more sources than this are not read, the others share one message."""
OTHERS = "others"
LOW_SPACE = "space"
MIN_FREE_BYTES, AMPLE_FREE_BYTES = 1 << 30, 3 << 29
"""Below the first, there is an alert; it ends above the second."""
NEAR_BUDGET = 0.8
_EXPECTED = frozenset({Health.PAUSED, Health.WAITING, Health.SPENT})
"""A person paused it, it has just been added, or another alert reports it."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What alerts are computed from."""

    now: datetime
    started: datetime
    zone: tzinfo
    incidents: Sequence[Incident] = ()
    """The newest of each brand."""
    statuses: Sequence[SourceStatus] = ()
    """Of the sources of the config."""
    store: StoreHealth = field(default_factory=StoreHealth)
    backup_problem: str = ""
    dark_walls: Mapping[str, str] = field(default_factory=dict)
    """Wall -> its state, such as "Not seen since 09:12"."""
    missed: Sequence[Incident] = ()
    """Incidents that have begun and ended since the last look."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is wrong."""

    rule: str
    """A key of ALERTS."""
    subject: str
    since: datetime
    title: str
    lines: tuple[str, ...] = ()
    inside_lines: tuple[str, ...] = ()
    """What people write, for channels that are inside."""
    path: str = "/sources"
    end: str = ""
    """The title of the message when it is over; empty: none is sent."""
    level: float = 0.0
    """Of an incident: how many times as many mentions as usual, at its peak."""
    doubled: str = ""
    """The title of the message when ``level`` has doubled."""

    @property
    def key(self) -> str:
        """Identifies it among the open ones."""
        return f"{self.rule}:{self.subject}"


@dataclass(frozen=True, slots=True)
class AlertChanges:
    """What to save."""

    opened: tuple[OpenAlert, ...] = ()
    closed: tuple[OpenAlert, ...] = ()
    messages: tuple[NewMessage, ...] = ()


def active_alerts(found: Situation, grouped: Sequence[OpenAlert] = ()) -> list[Alert]:
    """What is wrong now. ``grouped``: the open alerts; sources that have one keep it, and space must become ample."""
    is_settled = found.now - found.started >= START_GRACE
    open_sources = [alert.subject for alert in grouped if alert.rule == "source"]
    return [
        *(_incident(incident, found.zone) for incident in found.incidents if incident.until is None),
        *(_sources(found, open_sources) if is_settled and found.store.can_store else ()),
        *_storage(found, was_low=any(alert.subject == LOW_SPACE for alert in grouped)),
        *([_backup(found)] if found.backup_problem else ()),
        *(_wall(name, state, found.now) for name, state in found.dark_walls.items() if is_settled),
        *(alert for status in found.statuses for alert in _budget(status, found.now)),
    ]


def changes(
    active: Sequence[Alert], before: Sequence[OpenAlert], channels: Sequence[int], found: Situation
) -> AlertChanges:
    """What began, doubled and ended, with a message for each of ``channels``."""
    known = {alert.key: alert for alert in before}
    opened, messages = list[OpenAlert](), list[NewMessage]()
    for alert in active:
        stored = known.get(alert.key)
        if stored is None:
            opened.append(OpenAlert(alert.rule, alert.subject, alert.since, _open_facts(alert)))
            messages += _messages(alert, opened[-1], "begins", alert.title, channels, found.now)
        elif alert.level and alert.level >= 2 * float(_number(stored.facts.get("level")) or alert.level):
            opened.append(replace(stored, facts={**stored.facts, "level": alert.level}))
            messages += _messages(alert, stored, f"x{alert.level:.1f}", alert.doubled, channels, found.now)
        elif stored.facts.get("lines") != list(alert.lines) and alert.subject == OTHERS:
            opened.append(replace(stored, facts=_open_facts(alert)))
    still = {alert.key for alert in active}
    closed = [alert for alert in before if alert.key not in still and not _is_unknown(alert, found)]
    messages += [message for alert in closed for message in _end_messages(alert, channels, found)]
    messages += [message for incident in found.missed for message in _missed_messages(incident, channels, found)]
    return AlertChanges(tuple(opened), tuple(closed), tuple(messages))


def message_subject(alert: OpenAlert, event: str) -> str:
    """The subject of a message: the alert, when it began, and what happened."""
    return f"{alert.subject}@{round(alert.since.timestamp())}:{event}"


def facts(alert: Alert, title: str) -> dict[str, Json]:
    """What the text of a message is made from."""
    return {
        "title": title,
        "lines": list(alert.lines),
        "inside_lines": list(alert.inside_lines),
        "path": alert.path,
        "subject": alert.subject,
    }


def _messages(
    alert: Alert, stored: OpenAlert, event: str, title: str, channels: Sequence[int], now: datetime
) -> list[NewMessage]:
    subject = message_subject(stored, event)
    begin = message_subject(stored, "begins") if event != "begins" else ""
    return [
        NewMessage(alert.rule, subject, channel, now, facts(alert, title), requires=_key(alert.rule, channel, begin))
        for channel in channels
    ]


def _missed_messages(incident: Incident, channels: Sequence[int], found: Situation) -> list[NewMessage]:
    """The beginning and the end of an incident that nobody looked at while it went on."""
    alert = _incident(incident, found.zone)
    stored = OpenAlert(alert.rule, alert.subject, alert.since, _open_facts(alert))
    begin = _messages(alert, stored, "begins", alert.title, channels, found.now)
    return [*begin, *_end_messages(stored, channels, replace(found, incidents=(incident,)))]


def _ended_at(alert: OpenAlert, found: Situation) -> datetime:
    """When the cause of an alert was over: an incident knows; others were seen to be over now."""
    ids = {str(incident.id): incident.until for incident in found.incidents} if alert.rule == "incident" else {}
    return ids.get(alert.subject) or found.now


def _end_messages(alert: OpenAlert, channels: Sequence[int], found: Situation) -> list[NewMessage]:
    title, begin = str(alert.facts.get("end") or ""), message_subject(alert, "begins")
    if not title or (alert.rule == "source" and not _has_source(alert, found)):
        return []
    lasted = f"It lasted {duration(_ended_at(alert, found) - alert.since)}."
    stored: dict[str, Json] = {
        "title": title,
        "lines": [lasted],
        "path": alert.facts.get("path") or "",
        "subject": alert.subject,
    }
    return [
        NewMessage(
            alert.rule, message_subject(alert, "ends"), channel, found.now, stored,
            requires=_key(alert.rule, channel, begin),
        )
        for channel in channels
    ]  # fmt: skip


def _key(rule: str, channel: int, subject: str) -> str:
    return f"{rule}|{channel}|{subject}" if subject else ""


def _open_facts(alert: Alert) -> dict[str, Json]:
    return {
        "title": alert.title,
        "end": alert.end,
        "path": alert.path,
        "level": alert.level,
        "lines": list(alert.lines),
    }


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _has_source(alert: OpenAlert, found: Situation) -> bool:
    """Whether the source of an alert is still in the config, and not paused."""
    return alert.subject == OTHERS or any(
        status.source == alert.subject and status.health is not Health.PAUSED for status in found.statuses
    )


def _is_unknown(alert: OpenAlert, found: Situation) -> bool:
    """Whether nobody can say now if the cause of an alert is over."""
    is_starting = found.now - found.started < START_GRACE
    if alert.rule == "source":
        return is_starting or not found.store.can_store
    return alert.rule == "wall" and is_starting


def _incident(incident: Incident, zone: tzinfo) -> Alert:
    since = f"{incident.since.astimezone(zone):%H:%M}"
    usual = "far more than usual" if incident.has_low_baseline else f"{incident.multiple:.1f} times as many as usual"
    what = "negative mentions" if incident.negative else "mentions"
    line = f"Since {since}: {count(incident.n, 'mention')} within {duration(incident.window)}, {usual}."
    trend = f"Mentions are {incident.trend}: the last quarter of an hour compared with the one before."
    topic = [f"Topic: {incident.topic}"] if incident.topic else []
    phrases = [f"People write: {', '.join(incident.phrases)}"] if incident.phrases else []
    return Alert(
        "incident", str(incident.id), incident.since, f"{incident.brand}: an incident, far more {what} than usual",
        (line, trend), (*topic, *phrases), f"/mentions?brand={quote(incident.brand)}&range=24h",
        f"{incident.brand}: the incident is over", max(incident.peak, incident.multiple),
        f"{incident.brand}: the incident has doubled",
    )  # fmt: skip


def _sources(found: Situation, open_sources: Sequence[str]) -> list[Alert]:
    stale = [s for s in found.statuses if s.health not in _EXPECTED and is_stale(s, found.now, found.started)]
    known = [status for status in stale if status.source in open_sources]
    new = [status for status in stale if status.source not in open_sources]
    room = max(0, MAX_SINGLE_SOURCES - len(known)) if OTHERS not in open_sources else 0
    room = 0 if len(new) > MAX_SINGLE_SOURCES else room
    alerts = [_source(status, found) for status in (*known, *new[:room])]
    if others := new[room:]:
        names = ", ".join(sorted(status.source for status in others))
        title = f"{count(len(others), 'source')} {'is' if len(others) == 1 else 'are'} not read"
        end = "The sources that were not read are read again"
        alerts.append(Alert("source", OTHERS, found.now, title, (names,), end=end))
    return alerts


def _source(status: SourceStatus, found: Situation) -> Alert:
    since = status.read_since or found.started
    local = since.astimezone(found.zone)
    title = f"{status.source} has not been read since {local.day} {local:%b, %H:%M}"
    lines = (status.reason,) if status.reason else ()
    return Alert("source", status.source, since, title, lines, end=f"{status.source} is read again")


def _storage(found: Situation, *, was_low: bool) -> Iterable[Alert]:
    fault, free = found.store.fault, found.store.free_bytes
    enough = AMPLE_FREE_BYTES if was_low else MIN_FREE_BYTES
    if fault is not None:
        yield Alert(
            "storage", fault.kind, fault.since, f"Nothing can be stored: {fault.cause}", (fault.advice,),
            end="Posts are stored again",
        )  # fmt: skip
    elif free is not None and free < enough:
        title = f"Only {free // (1 << 20):,} MB are free on the disk of the database"
        advice = "Free some space: when the disk is full, nothing can be stored."
        yield Alert("storage", LOW_SPACE, found.now, title, (advice,), end="There is enough space on the disk again")


def _backup(found: Situation) -> Alert:
    return Alert(
        "backup",
        "backup",
        found.now,
        "The backup needs attention",
        (found.backup_problem,),
        end="There is a new backup",
    )


def _wall(name: str, state: str, now: datetime) -> Alert:
    return Alert("wall", name, now, f"The wall {name} is dark", (f"{state}. Is it switched on?",), path="/walls",
                 end=f"The wall {name} shows mentions again")  # fmt: skip


def _budget(status: SourceStatus, now: datetime) -> Iterable[Alert]:
    spend = status.spend
    if spend is None or spend.budget <= 0 or spend.month != f"{now:%Y-%m}":
        return
    share, since = spend.spent / spend.budget, datetime(now.year, now.month, 1, tzinfo=now.tzinfo)
    figures = f"${spend.spent:,.2f} of ${spend.budget:,.2f} in {now:%B}"
    if share >= NEAR_BUDGET and share < 1:
        title = f"{status.source} has spent {int(100 * share)} % of its budget"
        yield Alert("budget", f"{status.source} {spend.month} 80", since, title, (figures,))
    if share >= 1 or status.health is Health.SPENT:
        title = f"{status.source} has spent its budget and is not read until next month"
        yield Alert("budget", f"{status.source} {spend.month} spent", since, title, (figures,))
