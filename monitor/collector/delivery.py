"""``Deliveries``: posts that are brought to us are judged and stored at once, in the thread of whoever brings them."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from monitor.collector.passes import BATCH, ConfiguredSource, PassContext, judged_alone_if_need_be
from monitor.errors import DeliveryRefused
from monitor.model import Delivery, Receipt, Saved


@runtime_checkable
class Receiver(Protocol):
    """A source that takes deliveries."""

    def open(self, body: bytes, signature: str, now: datetime) -> Delivery:
        """What ``body`` brings. Raises DeliveryRefused, DeliveryError."""
        ...

    def stored(self, posts: int) -> None:
        """Note that so many posts were stored."""
        ...


class Deliveries:
    """Stores what is brought to the sources that take deliveries. Any thread may bring something."""

    def __init__(self, watched: Sequence[ConfiguredSource], desk: PassContext) -> None:
        self._desk = desk
        self._receivers = {one.name: one.source for one in watched if isinstance(one.source, Receiver)}
        self._no_key = secrets.token_bytes(32)

    def accept(self, name: str, body: bytes, signature: str) -> Receipt:
        """Judge and save what is brought to the source ``name``; return when it is committed.

        Raises DeliveryRefused for an unknown name and a wrong signature alike, DeliveryError for what is no delivery,
        StoreError when it could not be saved: then it may be brought again, and nothing is doubled.
        """
        receiver = self._receivers.get(name)
        if receiver is None:
            hmac.digest(self._no_key, body, "sha256")  # as long as a signature takes, so that time tells nothing
            raise DeliveryRefused("There is no such source.")
        now = self._desk.now()
        delivery = receiver.open(body, signature, now)
        receipt = self._save(name, delivery, now)
        receiver.stored(receipt.posts)
        return receipt

    def _save(self, name: str, delivery: Delivery, now: datetime) -> Receipt:
        desk, posts, kept = self._desk, delivery.posts, 0
        saved: list[Saved] = []
        for start in range(0, len(posts), BATCH):
            judged = judged_alone_if_need_be(posts[start : start + BATCH], now, desk.judge)
            saved.append(desk.store.save(name, judged, now=now))
            kept += len(judged)
        if delivery.deleted:
            saved.append(desk.store.save(name, (), now=now, deleted=delivery.deleted))
        new, edited, deleted = (sum(getattr(s, what) for s in saved) for what in ("new", "edited", "deleted"))
        return Receipt(kept, new, edited, deleted)
