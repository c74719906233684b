"""Judge and store the posts that other programs deliver, in the thread of the request."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from monitor.collector.context import ConfiguredSource, PassContext
from monitor.collector.judge import QUIET_SECONDS, judge_or_skip
from monitor.collector.passes import BATCH_SIZE
from monitor.errors import DeliveryFailed, DeliveryRefused, StoreError
from monitor.logs import bug
from monitor.model import Delivery, Receipt, SaveResult

UNKNOWN_SOURCE = "Deliveries to sources that are not in the config are refused"


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
        StoreError if it could not be saved, DeliveryFailed after a bug of ours, which is logged. After an error, the
        same delivery can be sent again: nothing is duplicated.
        """
        receivers, context = self._current
        receiver = receivers.get(name)
        if receiver is None:
            # Takes as long as checking a signature, so that the response time does not reveal which names exist.
            hmac.digest(self._dummy_key, body, "sha256")
            context.faults.report(UNKNOWN_SOURCE, f"{name!r:.60}", level=logging.WARNING)
            raise DeliveryRefused("There is no such source.")
        now = context.now()
        try:
            delivery = receiver.parse(body, signature, now)
        except DeliveryRefused as error:
            context.faults.report(_refused(name), str(error), level=logging.WARNING)
            raise
        try:
            receipt = _save(name, delivery, now, context)
        except StoreError:
            receiver.delivery_not_stored(now)
            raise
        except Exception as error:
            receiver.delivery_not_stored(now)
            context.faults.report(_bug(name), bug(error), exc_info=True)
            raise DeliveryFailed(
                "Wallflower failed on this delivery because of a bug. Its log has the cause."
            ) from error
        context.faults.clear(_refused(name), f"{name}: deliveries are accepted again", after_seconds=QUIET_SECONDS)
        context.faults.clear(_bug(name), f"{name}: deliveries are stored again", after_seconds=QUIET_SECONDS)
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


def _refused(name: str) -> str:
    return f"{name}: deliveries are refused"


def _bug(name: str) -> str:
    return f"{name}: deliveries are refused because of a bug in Wallflower"


def _save(name: str, delivery: Delivery, now: datetime, context: PassContext) -> Receipt:
    posts, kept = delivery.posts, 0
    saved: list[SaveResult] = []
    for start in range(0, len(posts), BATCH_SIZE):
        judged_posts = judge_or_skip(posts[start : start + BATCH_SIZE], now, context.judge, context.faults)
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
