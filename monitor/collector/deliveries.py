"""Judge and store the posts that other programs deliver, in the thread of the request."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from monitor.collector.context import ConfiguredSource, PassContext
from monitor.collector.judge import judge_or_skip
from monitor.collector.passes import BATCH_SIZE
from monitor.errors import DeliveryRefused, StoreError
from monitor.model import Delivery, Receipt, SaveResult


@runtime_checkable
class Receiver(Protocol):
    """A source that accepts deliveries."""

    def parse(self, body: bytes, signature: str, now: datetime) -> Delivery:
        """Check and parse ``body``. Raises DeliveryRefused, DeliveryError."""
        ...

    def count_stored(self, posts: int) -> None:
        """Add to the number of posts that were stored."""
        ...

    def delivery_not_stored(self, now: datetime) -> None:
        """Record that a delivery could not be stored: the next pass reports a gap since then."""
        ...


class Deliveries:
    """Accepts deliveries for the sources that implement ``Receiver``. Any thread may call it."""

    def __init__(self, sources: Sequence[ConfiguredSource], context: PassContext) -> None:
        self._dummy_key = secrets.token_bytes(32)
        self.apply(sources, context)

    def apply(self, sources: Sequence[ConfiguredSource], context: PassContext) -> None:
        """Accept deliveries for these sources from now on, with ``context`` for those that start from now on."""
        receivers = {one.name: one.source for one in sources if isinstance(one.source, Receiver)}
        self._current: tuple[Mapping[str, Receiver], PassContext] = receivers, context

    def accept(self, name: str, body: bytes, signature: str) -> Receipt:
        """Judge and save a delivery for the source ``name``; return once it is committed.

        Raises DeliveryRefused both for an unknown name and for a wrong signature, DeliveryError for a malformed body,
        StoreError if it could not be saved. After an error the same delivery can be sent again: nothing is duplicated.
        """
        receivers, context = self._current
        receiver = receivers.get(name)
        if receiver is None:
            # Takes as long as checking a signature, so that the response time does not reveal which names exist.
            hmac.digest(self._dummy_key, body, "sha256")
            raise DeliveryRefused("There is no such source.")
        now = context.now()
        delivery = receiver.parse(body, signature, now)
        try:
            receipt = _save(name, delivery, now, context)
        except StoreError:
            receiver.delivery_not_stored(now)
            raise
        context.activity.count_posts(
            name,
            deliveries=1,
            posts=receipt.posts,
            mentions=receipt.mentions,
            edited=receipt.edited,
            deleted=receipt.deleted,
            skipped=len(delivery.posts) - receipt.posts,
        )
        receiver.count_stored(receipt.posts)
        return receipt


def _save(name: str, delivery: Delivery, now: datetime, context: PassContext) -> Receipt:
    posts, kept = delivery.posts, 0
    saved: list[SaveResult] = []
    for start in range(0, len(posts), BATCH_SIZE):
        judged_posts = judge_or_skip(posts[start : start + BATCH_SIZE], now, context.judge)
        saved.append(context.store.save(name, judged_posts, now=now))
        kept += len(judged_posts)
    if delivery.deleted:
        saved.append(context.store.save(name, (), now=now, deleted=delivery.deleted))
    return Receipt(
        kept,
        mentions=sum(one.new for one in saved),
        edited=sum(one.edited for one in saved),
        deleted=sum(one.deleted for one in saved),
    )
