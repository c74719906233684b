"""Notifications: channels, what people subscribed to, and the messages that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from monitor.model.mentions import Intent, Sentiment
from monitor.model.posts import UNDATED, Json, Post

NEWS_AGE = timedelta(hours=24)
"""A post that was published longer before it was read is history: nobody is notified of it."""


class ChannelKind(StrEnum):
    """How messages are sent."""

    MAIL = "mail"
    SLACK = "slack"
    TEAMS = "teams"
    MATTERMOST = "mattermost"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    WEBHOOK = "webhook"
    """A program of one's own, which receives signed JSON."""
    APPRISE = "apprise"
    """Any other service that the library Apprise knows."""


@dataclass(frozen=True, slots=True)
class NewChannel:
    """A channel to be added, or what an existing one is to become."""

    name: str
    """Unique regardless of case."""
    kind: ChannelKind
    shown: str
    """What people may see of its address: a host, the recipients of mail."""
    secret: bytes = field(repr=False)
    """Its address, with passwords and tokens, encrypted; see ``notifications.vault``."""
    inside: bool = False
    """Only members of the organisation read it: messages may quote posts and name authors."""
    alerts: bool = True
    """Whether it gets the built-in alerts."""


@dataclass(frozen=True, slots=True)
class Channel(NewChannel):
    """Where messages are sent."""

    id: int = 0
    created_at: datetime = UNDATED
    failing_since: datetime | None = None
    """None: the last message was delivered, or none was sent yet."""
    problem: str = ""
    """Why the last message was not delivered."""


class Frequency(StrEnum):
    """How often a view notifies."""

    EACH = "each"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a view notifies. Times of day are those of the config's time zone."""

    frequency: Frequency = Frequency.EACH
    at: time = time(8, 0)
    """When daily and weekly messages are sent."""
    weekday: int = 0
    """Of weekly messages; 0 is Monday."""
    more_than: int = 0
    """Only if there are more mentions than this ``within`` such a time; 0: always."""
    within: timedelta = timedelta(hours=1)
    max_per_day: int = 0
    """What exceeds it is summed up in one message at the end of the day; 0: no limit."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A time of day at which a person gets no messages about views; what arrives is summed up afterwards."""

    start: time
    end: time
    """Earlier than ``start`` if they include midnight."""


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """A view that is to notify a person."""

    view: int
    """Id of the saved view."""
    owner: int | None
    """Id of the person's account; None: whoever uses a machine without accounts."""
    channel: int
    schedule: Schedule = Schedule()


@dataclass(frozen=True, slots=True)
class Subscription(NewSubscription):
    """A view that notifies a person through a channel."""

    id: int = 0
    is_on: bool = True
    created_at: datetime = UNDATED
    state: Json = None
    """What waits to be sent, as ``notifications.deciding`` encodes it."""


@dataclass(frozen=True, slots=True)
class NewReportSubscription:
    """A person who is to get the weekly report."""

    owner: int | None
    """Id of the person's account; None: whoever uses a machine without accounts."""
    channel: int
    weekday: int = 0
    """0 is Monday."""
    at: time = time(8, 0)
    """In the config's time zone."""


@dataclass(frozen=True, slots=True)
class ReportSubscription(NewReportSubscription):
    """A person who gets the weekly report."""

    id: int = 0
    created_at: datetime = UNDATED


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mention as it was stored, or as it became when it was judged again."""

    mention: int
    added_at: datetime
    post: Post
    brand: str
    rule: str
    """``brand@version``"""
    sentiment: Sentiment
    corrected: bool = False
    intent: Intent = Intent.NONE
    topics: tuple[str, ...] = ()
    """The topics of the config that its post fits."""
    state: str = "unclaimed"
    """A value of ``MentionFilter.state``."""
    story: int | None = None
    imported: bool = False
    is_first: bool = True
    """False: a change of a mention that had been stored before."""

    @property
    def is_news(self) -> bool:
        """Whether it is worth a message: neither imported nor read long after it was published."""
        published = self.post.published_at
        return not self.imported and (published == UNDATED or self.added_at - published <= NEWS_AGE)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What the change log has after an id."""

    last_change: int
    arrivals: tuple[Arrival, ...]
    is_complete: bool = True
    """False: there is more to read."""


class MessageState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    HELD = "held"
    """It is not sent; ``Message.reason`` says why."""
    FAILED = "failed"
    """No channel accepted it."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be sent. It contains no text of a post: that is read when it is sent, if the channel may show it."""

    rule: str
    """What caused it: "view:7", or the name of a built-in alert."""
    subject: str
    """What it is about: "mention:123", "incident:5"."""
    channel: int
    created_at: datetime
    facts: Mapping[str, Json] = field(default_factory=dict)
    """What its text is made from."""
    state: MessageState = MessageState.WAITING
    reason: str = ""
    requires: str = ""
    """The key of a message without which this one makes no sense; empty: none."""

    @property
    def key(self) -> str:
        """There is one message with this key, ever."""
        return f"{self.rule}|{self.channel}|{self.subject}"


@dataclass(frozen=True, slots=True)
class Message(NewMessage):
    """A message in the outbox."""

    id: int = 0
    via: int = 0
    """The channel that sends it: another one than ``channel`` if that failed."""
    tries: int = 0
    """Failed ones of ``via`` so far."""
    next_try: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt to send a message."""

    message: int
    channel: int
    at: datetime
    succeeded: bool
    detail: str
    """What the receiver answered, or why it did not arrive, for people."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """A built-in alert whose cause is not over."""

    rule: str
    """Its kind: "incident", "source", "storage"."""
    subject: str
    """What it is about: "5", the name of a source."""
    since: datetime
    facts: Mapping[str, Json] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Identifies it among the open ones."""
        return f"{self.rule}:{self.subject}"


@dataclass(frozen=True, slots=True)
class ArrivalTime:
    """A stored mention for the preview of a subscription: when it was published, and its brand."""

    mention: int
    at: datetime
    brand: str
