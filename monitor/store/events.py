"""The part of the Store protocol about events: who receives those of which view, and what was delivered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from monitor.model.events import EventDelivery, EventSubscription


class EventStore(Protocol):
    """``Store.events``. Errors and times are those of ``Store``."""

    def subscriptions(self) -> list[EventSubscription]:
        """All subscriptions, the oldest first."""

    def add(self, view: int, channel: int, now: datetime) -> EventSubscription:
        """Deliver what happens in a view from now on. Raises NotificationError if the channel was removed."""

    def remove(self, id: int) -> bool:
        """Deliver nothing more; return whether there was such a subscription."""

    def replay(self, id: int, since: datetime) -> int:
        """Deliver everything since then again; return how many changes these are at most.

        The change log reaches back to its first change only.
        """

    def sent(self, id: int, mentions: Collection[int]) -> Mapping[int, bool]:
        """For those of ``mentions`` that the receiver was told of: whether it believes them to be in the view."""

    def save_delivered(
        self, id: int, cursor: int, present: Collection[int], gone: Collection[int], delivery: EventDelivery | None
    ) -> None:
        """Move on to ``cursor``, after the receiver was told of mentions in the view, and of some that are not.

        Without ``delivery``, there was nothing to tell.
        """

    def save_failed(self, delivery: EventDelivery, next_try: datetime) -> None:
        """Record that a delivery failed."""

    def deliveries(self, id: int, limit: int) -> list[EventDelivery]:
        """The newest attempts, the newest first."""

    def forget(self, before: datetime) -> None:
        """Delete from before that time: attempts, and mentions that the receiver was told are gone."""
