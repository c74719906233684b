"""When a view notifies: from its mentions to messages, or to what waits and why. Pure, and the same in every preview.

``decide`` goes through mentions and due times in the order of time. So its result does not depend on how often it is
called, and a replay of a month decides what the month itself decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from monitor.model.notifications import ArrivalTime, Frequency, QuietHours, Schedule
from monitor.notifications.times import day_of, end_of_quiet, next_day, next_due
from monitor.notifications.waiting import Reason, Waiting

MAX_SHIFTS = 50
"""How often the time of a summary is put off: by quiet hours, then by an incident, then by quiet hours again."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A message that a view causes."""

    at: datetime
    subject: str
    n: int
    """Mentions that it is about."""
    mentions: tuple[int, ...]
    """The newest of them."""
    waited_for: tuple[Reason, ...] = ()
    """Why they were held until now; empty if they were not."""
    held: bool = False
    """There were too few: it is not sent."""


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """A time in which a brand had an incident, as it was known then."""

    brand: str
    start: datetime
    end: datetime | None
    """None: it has not ended."""

    def covers(self, brand: str, at: datetime) -> bool:
        """Whether the brand has the incident at that time."""
        return brand == self.brand and self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds messages back, apart from the schedule."""

    zone: tzinfo
    quiet: QuietHours | None = None
    incidents: tuple[OpenSpan, ...] = ()


@dataclass
class _Decision:
    """The state while it is decided."""

    schedule: Schedule
    around: Circumstances
    waiting: Waiting
    planned: list[Planned] = field(default_factory=list)


def decide(
    schedule: Schedule, waiting: Waiting, arrivals: Sequence[ArrivalTime], now: datetime, around: Circumstances
) -> tuple[Waiting, list[Planned]]:
    """What is to be sent by ``now``, and what waits afterwards.

    ``arrivals``: the mentions since the last call, the oldest first. One that is older than the last call counts from
    then on.
    """
    decision = _Decision(schedule, around, waiting)
    for arrival in arrivals:
        at = arrival.at if waiting.until is None else max(arrival.at, waiting.until)
        _pass_time(decision, at)
        _add(decision, replace(arrival, at=at))
    _pass_time(decision, now)
    return replace(decision.waiting, until=max(now, waiting.until or now)), decision.planned


def due_at(schedule: Schedule, waiting: Waiting, around: Circumstances) -> datetime | None:
    """When what waits will be sent, as far as is known now; None: nothing waits, or an incident has no end yet."""
    if not waiting.n or waiting.first is None:
        return None
    at = waiting.first if schedule.frequency is Frequency.EACH else next_due(schedule, waiting.first, around.zone)
    for _ in range(MAX_SHIFTS):
        reason, until = _block(schedule, waiting, at, around)
        if reason is None:
            return at
        if until is None:
            return None
        at = until
    return at


def _pass_time(decision: _Decision, by: datetime) -> None:
    """Do what is due by then, in the order of time."""
    due = due_at(decision.schedule, decision.waiting, decision.around)
    if due is not None and due <= by:
        _drop_old(decision, due)
        _send_due(decision, due)
    _drop_old(decision, by)


def _drop_old(decision: _Decision, by: datetime) -> None:
    """Drop mentions that too few others have followed in time; plan one entry of the log a day for them."""
    is_each, within = decision.schedule.frequency is Frequency.EACH, decision.schedule.within
    while True:
        waiting = decision.waiting
        expiry = waiting.recent[0][1] + within if waiting.recent and is_each else None
        noted = next_day(waiting.dropped_since, decision.around.zone) if waiting.dropped_since else None
        if noted is not None and noted <= by and (expiry is None or noted <= expiry):
            subject = f"dropped:{waiting.dropped[-1]}"
            decision.planned.append(Planned(noted, subject, waiting.n_dropped, waiting.dropped, held=True))
            decision.waiting = waiting.without_dropped()
        elif expiry is not None and expiry <= by:
            decision.waiting = waiting.without_oldest(expiry)
        else:
            return


def _send_due(decision: _Decision, at: datetime) -> None:
    """Send what waits and is due at that time."""
    waiting = decision.waiting
    too_few = bool(decision.schedule.more_than) and not waiting.exceeded
    is_digest = decision.schedule.frequency is not Frequency.EACH
    subject = f"{'digest' if is_digest else 'summary'}:{waiting.mentions[-1]}"
    held = is_digest and too_few
    decision.planned.append(Planned(at, subject, waiting.n, waiting.mentions, waiting.reasons, held))
    decision.waiting = waiting.emptied()
    if is_digest and not held:
        _count_sent(decision, at)


def _add(decision: _Decision, arrival: ArrivalTime) -> None:
    """Send a message about a mention, or let it wait."""
    schedule, waiting = decision.schedule, decision.waiting
    if schedule.more_than:
        waiting = decision.waiting = waiting.with_recent(arrival, schedule.within, schedule.more_than + 1)
    exceeds = len(waiting.recent) > schedule.more_than
    if schedule.frequency is not Frequency.EACH:
        waiting = waiting.with_one(arrival)
        decision.waiting = replace(waiting, exceeded=waiting.exceeded or exceeds or not schedule.more_than)
        return
    if schedule.more_than and not exceeds:
        return
    units = waiting.recent if schedule.more_than else ((arrival.mention, arrival.at),)
    decision.waiting = replace(waiting, recent=())
    reason = _reason(decision, arrival)
    if reason is None:
        kind = "burst" if schedule.more_than else "mention"
        mentions = tuple(mention for mention, _ in units)
        decision.planned.append(Planned(arrival.at, f"{kind}:{mentions[-1]}", len(units), mentions))
        _count_sent(decision, arrival.at)
        return
    for mention, _ in units:
        decision.waiting = decision.waiting.with_one(replace(arrival, mention=mention), reason)


def _reason(decision: _Decision, arrival: ArrivalTime) -> Reason | None:
    """Why a message about a mention cannot be sent when it arrives."""
    if any(span.covers(arrival.brand, arrival.at) for span in decision.around.incidents):
        return Reason.INCIDENT
    return _block(decision.schedule, decision.waiting, arrival.at, replace(decision.around, incidents=()))[0]


def _block(
    schedule: Schedule, waiting: Waiting, at: datetime, around: Circumstances
) -> tuple[Reason | None, datetime | None]:
    """Why nothing can be sent at a time, and until when; (None, None) if it can."""
    if schedule.frequency is Frequency.EACH:
        for span in around.incidents:
            if span.brand in waiting.brands and span.covers(span.brand, at):
                return Reason.INCIDENT, span.end
    if around.quiet is not None and (end := end_of_quiet(around.quiet, at, around.zone)) is not None:
        return Reason.QUIET, end
    day = day_of(at, around.zone)
    if schedule.max_per_day and waiting.day == day and waiting.sent >= schedule.max_per_day:
        return Reason.LIMIT, next_day(at, around.zone)
    return None, None


def _count_sent(decision: _Decision, at: datetime) -> None:
    day = day_of(at, decision.around.zone)
    sent = decision.waiting.sent if decision.waiting.day == day else 0
    decision.waiting = replace(decision.waiting, day=day, sent=sent + 1)


def replay(
    schedule: Schedule, arrivals: Sequence[ArrivalTime], until: datetime, around: Circumstances
) -> list[Planned]:
    """What would have been sent if these mentions had arrived as they were published."""
    _, planned = decide(schedule, Waiting(), arrivals, until, around)
    return [one for one in planned if not one.held]
