"""Channels that a test scripts, and the notifications of an installation without threads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitor.errors import SendError
from monitor.http import Http
from monitor.model import JudgedPost, MentionFilter
from monitor.model.notifications import (
    Channel,
    ChannelKind,
    Message,
    NewChannel,
    NewSubscription,
    Schedule,
    Subscription,
)
from monitor.model.saved_views import NewView
from monitor.notifications.alert_watch import AlertSources, AlertWatch
from monitor.notifications.channels import Outgoing
from monitor.notifications.flow import Flow
from monitor.notifications.sender import Sender
from monitor.notifications.vault import Vault
from monitor.store import Store
from tests.fake_store import BRANDS
from tests.fakes import FakeClock

LONDON = ZoneInfo("Europe/London")
EVERYTHING, EACH = MentionFilter(), Schedule()
BASE_URL = "https://wallflower.example"


@dataclass
class Inbox:
    """What arrived, by the name of the channel; ``answer`` may raise SendError or anything else."""

    answer: Callable[[Channel, Outgoing], str] = lambda channel, outgoing: "ok"
    arrived: list[tuple[str, Outgoing]] = field(default_factory=list)

    def titles(self) -> list[str]:
        """The titles of what arrived."""
        return [outgoing.text.title for _, outgoing in self.arrived]


class _Transport:
    def __init__(self, inbox: Inbox, channel: Channel) -> None:
        self._inbox, self._channel = inbox, channel

    def send(self, outgoing: Outgoing) -> str:
        said = self._inbox.answer(self._channel, outgoing)
        self._inbox.arrived.append((self._channel.name, outgoing))
        return said


class Setup:
    """Notifications over ``store``, whose parts the test runs itself."""

    def __init__(self, store: Store, clock: FakeClock | None = None, **sources: Any) -> None:
        self.store, self.clock, self.inbox = store, clock or FakeClock(), Inbox()
        store.register_brands(BRANDS, self.clock.now())
        self.sender = Sender(
            store,
            Http(self.clock),
            Vault(Path("unused")),
            self.clock,
            BASE_URL,
            lambda channel: _Transport(self.inbox, channel),
        )
        self.flow = Flow(store, BRANDS, LONDON)
        chosen = AlertSources(**({"sources": lambda: ["Forum"]} | sources))
        self.alerts = AlertWatch(store, self.clock, self.sender, chosen, LONDON, self.clock.now())

    def channel(self, name: str = "Sales", kind: ChannelKind = ChannelKind.WEBHOOK, **changes: Any) -> Channel:
        """Add a channel."""
        new = NewChannel(name, kind, "hooks.example", b"sealed", **changes)
        return self.store.notifications.add_channel(new, self.clock.now())

    def view(self, f: MentionFilter = EVERYTHING, name: str = "Everything about us") -> int:
        """Save a view; return its id."""
        return self.store.views.add(NewView(name, f), None, self.clock.now()).id

    def subscribe(
        self, channel: Channel, schedule: Schedule = EACH, view: int | None = None, owner: int | None = None
    ) -> Subscription:
        """Let a view, by default a new one, notify."""
        new = NewSubscription(self.view() if view is None else view, owner, channel.id, schedule)
        added = self.store.notifications.add_subscription(new, self.clock.now())
        self.flow.step(self.clock.now())
        return added

    def save(self, *posts: JudgedPost) -> None:
        """Save posts of "Forum"."""
        self.store.save("Forum", posts, now=self.clock.now())

    def run(self, seconds: float = 3.0) -> None:
        """Let time pass, then decide and send what is due."""
        self.clock.advance(seconds)
        while self.flow.step(self.clock.now()):
            pass
        with suppress(SendError):
            while self.sender.send_due():
                pass

    def messages(self) -> list[Message]:
        """All messages, the oldest first."""
        return self.store.notifications.messages(10_000)[::-1]
