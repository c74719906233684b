"""Looks for built-in alerts, and puts their messages into the outbox. While nothing can be stored, it sends them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from monitor.clock import Clock
from monitor.errors import SendError, StoreError
from monitor.model import Incident, SourceStatus
from monitor.model.notifications import Channel, MessageState, NewMessage, OpenAlert
from monitor.notifications.alerts import (
    DARK_FOR,
    Alert,
    Situation,
    active_alerts,
    changes,
    facts,
    message_subject,
)
from monitor.notifications.sender import Sender
from monitor.notifications.texts import Text
from monitor.store import Store

RETRY_AFTER = timedelta(minutes=3)
"""Wait before a message is sent directly again."""
REPORTED_FOR = timedelta(hours=24)
"""An incident that nobody looked at while it went on is reported up to so long after its end."""
MAX_INCIDENT_MESSAGES = 500

log = logging.getLogger("wallflower.notifications")


@dataclass(frozen=True, slots=True)
class AlertSources:
    """Where the rest of the program says what is wrong."""

    sources: Callable[[], Sequence[str]]
    """The names of the sources of the config."""
    dark_walls: Callable[[], Mapping[str, str]] = dict
    backup_problem: Callable[[], str] = str


class AlertWatch:
    """For one thread."""

    def __init__(
        self, store: Store, clock: Clock, sender: Sender, sources: AlertSources, zone: tzinfo, started: datetime
    ) -> None:
        self._store, self._clock, self._sender, self._sources = store, clock, sender, sources
        self.zone, self._started = zone, started
        self._channels: list[Channel] = []
        """As last read: they are needed when the database cannot be read."""
        self._dark_since: dict[str, datetime] = {}
        self._settled: set[int] = set()
        """Incidents that are over and were reported, or need not be."""
        self._sent: dict[str, NewMessage] = {}
        """Messages sent directly, to be stored when that is possible again."""
        self.start_thread: Callable[..., None] = _start_thread
        """Replaced in tests."""

    def run(self) -> None:
        """Look once. Raises StoreError if the database can be used but this failed."""
        health = self._store.health()
        if health.fault is not None:
            return self._send_directly(replace(self._unstorable(), store=health))
        if not health.can_store:
            return
        notifications = self._store.notifications
        self._channels = notifications.channels()
        channels = [channel.id for channel in self._channels if channel.alerts]
        before = self._with_sent(notifications.open_alerts())
        if not channels and not before:
            return
        muted = notifications.muted_alerts()
        found = self._situation()
        missed = self._missed(before, found.now)
        found = replace(found, missed=[] if "incident" in muted else missed)
        active = [alert for alert in active_alerts(found, before) if alert.rule not in muted]
        kept = [alert for alert in before if alert.rule not in muted]
        decided = changes(active, kept, channels, found)
        closed = (*decided.closed, *(alert for alert in before if alert.rule in muted))
        messages = (*self._sent.values(), *decided.messages)
        if decided.opened or closed or messages:
            notifications.save_alerts(decided.opened, closed, messages, found.now)
        self._sent.clear()
        self._settled |= {incident.id for incident in missed}

    def _situation(self) -> Situation:
        now, names = self._clock.now(), self._sources.sources()
        statuses = {status.source: status for status in self._store.statuses()}
        return Situation(
            now,
            self._started,
            self.zone,
            self._store.latest_incidents(),
            [statuses.get(name, SourceStatus(name, "")) for name in names],
            self._store.health(),
            self._sources.backup_problem(),
            self._long_dark(self._sources.dark_walls(), now),
        )

    def _missed(self, before: Sequence[OpenAlert], now: datetime) -> list[Incident]:
        """Incidents that are over and of which no message exists, although a channel could have had one."""
        ended = [one for one in self._store.incidents(now - REPORTED_FOR, now) if one.until is not None]
        known = self._settled | {int(alert.subject) for alert in before if alert.rule == "incident"}
        new = [one for one in ended if one.id not in known]
        if not new:
            return []
        messages = self._store.notifications.messages(MAX_INCIDENT_MESSAGES, rule="incident")
        reported = {message.subject.partition("@")[0] for message in messages}
        oldest = min((channel.created_at for channel in self._channels if channel.alerts), default=now)
        missed = [one for one in new if str(one.id) not in reported and one.seen_at >= oldest]
        self._settled |= {one.id for one in new} - {one.id for one in missed}
        return missed

    def _long_dark(self, dark: Mapping[str, str], now: datetime) -> dict[str, str]:
        self._dark_since = {wall: self._dark_since.get(wall, now) for wall in dark}
        return {wall: state for wall, state in dark.items() if now - self._dark_since[wall] >= DARK_FOR}

    def _unstorable(self) -> Situation:
        return Situation(self._clock.now(), self._started, self.zone)

    def _send_directly(self, found: Situation) -> None:
        """Report a fault of the database without using it."""
        if not self._channels:
            try:
                self._channels = self._store.notifications.channels()
            except StoreError:
                return
        for alert in active_alerts(found):
            for channel in self._channels:
                stored = _opened(alert)
                message = NewMessage(
                    alert.rule, message_subject(stored, "begins"), channel.id, found.now, facts(alert, alert.title),
                    MessageState.DELIVERED,
                )  # fmt: skip
                if channel.alerts and self._may_send(message):
                    self._sent[message.key] = message
                    self.start_thread(self._send, channel, alert, message)

    def _may_send(self, message: NewMessage) -> bool:
        """Whether it was not sent yet, or failed some time ago."""
        sent = self._sent.get(message.key)
        if sent is None:
            return True
        return sent.state is MessageState.FAILED and message.created_at - sent.created_at >= RETRY_AFTER

    def _send(self, channel: Channel, alert: Alert, message: NewMessage) -> None:
        text = Text(alert.title, alert.lines, f"{self._sender.base_url}{alert.path}")
        try:
            self._sender.send_directly(channel, message.key, text)
        except SendError as error:
            log.warning("The fault of the database was not reported to channel %d: %s", channel.id, error)
            failed = replace(message, state=MessageState.FAILED, reason=str(error))
            self._sent[message.key] = failed

    def _with_sent(self, stored: Sequence[OpenAlert]) -> list[OpenAlert]:
        """The open alerts, with those whose beginning was sent directly."""
        known = {alert.key for alert in stored}
        sent = {
            (message.rule, message.subject): _opened_by(message)
            for message in self._sent.values()
            if f"{message.rule}:{message.facts.get('subject')}" not in known
        }
        return [*stored, *sent.values()]


def _start_thread(target: Callable[..., None], *args: object) -> None:
    threading.Thread(target=target, args=args, name="notify-fault", daemon=True).start()


def _opened(alert: Alert) -> OpenAlert:
    return OpenAlert(alert.rule, alert.subject, alert.since, {"end": alert.end, "path": alert.path})


def _opened_by(message: NewMessage) -> OpenAlert:
    """The alert that a message sent directly has opened."""
    since = message.subject.rpartition("@")[2].partition(":")[0]
    return OpenAlert(
        message.rule,
        str(message.facts.get("subject")),
        datetime.fromtimestamp(int(since), message.created_at.tzinfo),
        {"end": "Posts are stored again", "path": "/sources"},
    )
