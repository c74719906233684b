"""The weekly report as a message: to whom, when, and of which week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo

from monitor.model.notifications import Frequency, NewMessage, ReportSubscription, Schedule
from monitor.notifications.texts import Text
from monitor.notifications.times import next_due
from monitor.store import Store

SENT_LATE = timedelta(days=3)
"""A program that did not run when a report was due sends it so much later."""
WEEK_FACT = "week"
"""The fact of a message that names the Monday of its week; its text is computed when it is sent."""

ComposeReport = Callable[[date, bool], Text]
"""(the Monday of a week, whether members only read it) -> the report."""


class WeeklyReports:
    """Puts a message for each report that is due into the outbox, once."""

    def __init__(self, store: Store, zone: tzinfo) -> None:
        self._store = store
        self.zone = zone
        """May be replaced at any time."""
        self._created: dict[int, str] = {}

    def run(self, now: datetime) -> None:
        """Add what is due. Raises StoreError."""
        subscriptions = self._store.notifications.report_subscriptions()
        due = {one.id: message for one in subscriptions if (message := self._due(one, now))}
        if due:
            self._store.notifications.save_alerts([], [], list(due.values()), now)
        # only once they are stored; the store ignores a key that it knows, so this only saves the look-up
        self._created |= {id_: message.subject for id_, message in due.items()}

    def _due(self, subscription: ReportSubscription, now: datetime) -> NewMessage | None:
        schedule = Schedule(Frequency.WEEKLY, subscription.at, subscription.weekday)
        at = next_due(schedule, max(subscription.created_at, now - SENT_LATE), self.zone)
        week = f"week:{last_week(at, self.zone).isoformat()}"
        if at > now or self._created.get(subscription.id) == week:
            return None
        monday = week.removeprefix("week:")
        facts = {"title": f"The week of {monday}", "path": f"/monday?week={monday}", WEEK_FACT: monday}
        return NewMessage(f"report:{subscription.id}", week, subscription.channel, now, facts)


def last_week(at: datetime, zone: tzinfo) -> date:
    """The Monday of the last week that was over at that time."""
    today = at.astimezone(zone).date()
    return today - timedelta(days=today.weekday() + 7)
