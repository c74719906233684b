"""The part of the Store protocol about notifications: channels, subscriptions, the outbox and built-in alerts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.model import Json, MentionFilter
from monitor.model.notifications import (
    Arrivals,
    ArrivalTime,
    Channel,
    DeliveryAttempt,
    Message,
    NewChannel,
    NewMessage,
    NewReportSubscription,
    NewSubscription,
    OpenAlert,
    QuietHours,
    ReportSubscription,
    Schedule,
    Subscription,
)


@dataclass(frozen=True, slots=True)
class NotificationStep:
    """What one step through the change log decided; saved in one transaction."""

    last_change: int
    """Up to which change mentions were matched."""
    states: Mapping[int, Json] = field(default_factory=dict)
    """Subscription -> its new state, for those that changed."""
    matched: Mapping[int, Collection[int]] = field(default_factory=dict)
    """Subscription -> mentions that it has notified of, or will."""
    messages: Sequence[NewMessage] = ()


class ChannelStore(Protocol):
    """Channels. Methods that change one raise NotificationError if that is not possible."""

    def channels(self) -> list[Channel]:
        """All channels, in the order in which they were added. A message goes to the next one if its own fails."""

    def add_channel(self, new: NewChannel, now: datetime) -> Channel:
        """Add a channel."""

    def change_channel(self, id: int, changed: NewChannel) -> None:
        """Change everything that people can choose. A channel that failed is tried again."""

    def remove_channel(self, id: int, successor: int | None = None) -> bool:
        """Remove a channel; return whether there was one.

        What uses it uses ``successor`` from now on, and the log keeps its messages; alerts that wait are held, because
        each channel that gets alerts has its own. Without a successor, all of this is removed with it.
        """


class SubscriptionStore(Protocol):
    """Subscriptions, and the quiet hours of people."""

    def subscriptions(self) -> list[Subscription]:
        """All subscriptions, the oldest first."""

    def add_subscription(self, new: NewSubscription, now: datetime) -> Subscription:
        """Add a subscription; raises NotificationError if its channel was removed."""

    def change_subscription(self, id: int, channel: int, schedule: Schedule, is_on: bool) -> None:
        """Change a subscription; what waits is kept. Raises NotificationError if it or the channel was removed."""

    def remove_subscription(self, id: int) -> bool:
        """Remove a subscription; return whether there was one. Messages that were sent stay in the log."""

    def report_subscriptions(self) -> list[ReportSubscription]:
        """Who gets the weekly report, the oldest first."""

    def add_report_subscription(self, new: NewReportSubscription, now: datetime) -> ReportSubscription:
        """Send the weekly report to somebody; raises NotificationError if the channel was removed."""

    def remove_report_subscription(self, id: int) -> bool:
        """Send it no longer; return whether there was such a subscription."""

    def quiet_hours(self) -> dict[int | None, QuietHours]:
        """Account (None: the user of a machine without accounts) -> quiet hours, for those that have any."""

    def set_quiet_hours(self, account: int | None, hours: QuietHours | None) -> None:
        """Set or, with None, remove the quiet hours of a person."""

    def matching_times(self, mentions: MentionFilter, limit: int) -> list[ArrivalTime]:
        """The newest ``limit`` mentions that a filter selects, the oldest first. Raises QueryError."""


class FlowStore(Protocol):
    """What the worker that turns new mentions into messages reads and saves."""

    def last_change(self) -> int | None:
        """Up to which change mentions were matched; None: never yet."""

    def arrivals(self, after: int, limit: int) -> Arrivals:
        """The mentions that at most ``limit`` changes after that one stored, edited or judged."""

    def already_matched(self, subscription: int, mentions: Sequence[int]) -> set[int]:
        """Those of ``mentions`` that a subscription has notified of, or will."""

    def save_step(self, step: NotificationStep, now: datetime) -> int:
        """Save a step; return how many messages are new. Those with a known key are left out."""

    def open_alerts(self) -> list[OpenAlert]:
        """Built-in alerts whose cause is not over."""

    def save_alerts(
        self, opened: Sequence[OpenAlert], closed: Sequence[OpenAlert], messages: Sequence[NewMessage], now: datetime
    ) -> int:
        """Save which alerts began or changed, and which ended, with their messages, in one transaction."""

    def muted_alerts(self) -> frozenset[str]:
        """The built-in alerts that people switched off, by name."""

    def mute_alerts(self, names: Collection[str]) -> None:
        """Replace them."""


class OutboxStore(Protocol):
    """Messages on their way, and the log of deliveries."""

    def due_channels(self, now: datetime) -> list[int]:
        """The channels with messages to be sent now, the longest due first."""

    def due(self, channel: int, now: datetime, limit: int) -> list[Message]:
        """The messages that a channel has to send now, the oldest first.

        One that requires another message waits until that was delivered.
        """

    def hold_orphans(self, now: datetime) -> list[int]:
        """Hold messages that require one that is not delivered and will not be; return the channel of each."""

    def waiting_messages(self) -> dict[int, int]:
        """Channel -> how many messages it has to send, now or later; those without any are missing."""

    def next_due(self) -> datetime | None:
        """When the next message is to be sent; None without any."""

    def save_delivered(self, attempt: DeliveryAttempt) -> None:
        """Record that a message was delivered, which ends a failure of its channel."""

    def save_failed(self, attempt: DeliveryAttempt, *, via: int, tries: int, next_try: datetime | None) -> None:
        """Record that an attempt failed, and which channel tries again when; None: the message failed for good."""

    def record_test(self, channel: int, problem: str, now: datetime) -> None:
        """Record how the test of a channel ended; an empty ``problem``: well, so what waits for it is due at once."""

    def messages(self, limit: int, *, before: int | None = None, rule: str = "", unsent: bool = False) -> list[Message]:
        """The newest messages with an id below ``before``, the newest first; with ``rule``, only those it caused.

        ``unsent``: only those that wait, are held, or failed.
        """

    def message(self, id: int) -> Message | None:
        """One message."""

    def attempts(self, messages: Sequence[int]) -> dict[int, list[DeliveryAttempt]]:
        """Message -> its attempts, the oldest first."""

    def forget(self, before: datetime) -> int:
        """Delete messages and matches from before that time, except messages that wait; return how many messages."""


class NotificationStore(ChannelStore, SubscriptionStore, FlowStore, OutboxStore, Protocol):
    """``Store.notifications``. Errors and times are those of ``Store``."""
