"""Tells programs what happens in a view: mentions that are new in it, that change, and that are gone.

    change log --cursor of a subscription--> changes --> events, one for each mention --> signed JSON --> next cursor

The cursor moves on only after the receiver has accepted the events, so each arrives at least once, and those of one
mention in order. A receiver that fails is tried again, less and less often, and delays no other.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from monitor.clock import Clock
from monitor.errors import NotificationError, SendError, StoreError
from monitor.http import Http
from monitor.model import Brand, Change, Mention, MentionFilter
from monitor.model.events import EventDelivery, EventKind, EventSubscription
from monitor.model.notifications import Arrival, Channel, ChannelKind
from monitor.model.saved_views import SavedView
from monitor.notifications.channels.transport import checked_key, post
from monitor.notifications.channels.webhook import signature
from monitor.notifications.flow import subscribed_filter
from monitor.notifications.matching import ViewMatcher
from monitor.notifications.vault import Vault
from monitor.store import Store

MAX_CHANGES = 200
"""Changes that one delivery covers."""
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 3, 6, 15, 60))
"""Waits after each failure in a row; the last one is repeated until it works or the subscription is removed."""
SAVE_AFTER = timedelta(seconds=30)
"""How often the cursor is saved while nothing in the view changes."""
TEXTS = ("title", "text", "author", "reply_to")
"""What is left out for a channel that others read too."""
EVENT = "view"

Describe = Callable[[Mention], Mapping[str, Any]]
log = logging.getLogger("wallflower.notifications")


@dataclass
class _Batch:
    """What one delivery says."""

    cursor: int
    events: list[dict[str, Any]] = field(default_factory=list)
    present: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


class ViewEvents:
    """Delivers the events of all subscriptions, each in a thread of its own while it has something to send."""

    def __init__(self, store: Store, http: Http, vault: Vault, clock: Clock, brands: Sequence[Brand]) -> None:
        self._store, self._http, self._vault, self._clock = store, http, vault, clock
        self.brands = tuple(brands)
        """May be replaced at any time."""
        self.describe: Describe = lambda mention: {"id": mention.id}
        """A mention as programs read it."""
        self._lock = threading.Lock()
        self._busy: dict[int, threading.Thread] = {}
        self._read_to: dict[int, tuple[int, int, datetime]] = {}
        """Subscription -> its stored cursor, the change up to which nothing was to be told, and when it was stored."""

    def dispatch(self) -> None:
        """Begin to deliver what is due, in threads. Raises StoreError."""
        last = self._store.last_change_id()
        for one in self._store.events.subscriptions():
            with self._lock:
                if one.id in self._busy or self._position(one) >= last or not self._is_due(one):
                    continue
                thread = threading.Thread(target=self._drain, args=(one.id,), name=f"events-{one.id}", daemon=True)
                self._busy[one.id] = thread
            thread.start()

    def wait(self, seconds: float) -> None:
        """Wait until the threads have ended."""
        with self._lock:
            threads = list(self._busy.values())
        for thread in threads:
            thread.join(seconds)

    def deliver_due(self) -> None:
        """Deliver everything that is due, at once. Raises StoreError."""
        for one in self._store.events.subscriptions():
            while self._is_due(one) and self._step(one.id):
                pass

    def _is_due(self, one: EventSubscription) -> bool:
        return one.next_try is None or one.next_try <= self._clock.now()

    def _position(self, one: EventSubscription) -> int:
        stored, position, _ = self._read_to.get(one.id, (one.cursor, one.cursor, one.created_at))
        return position if stored == one.cursor else one.cursor

    def _drain(self, id_: int) -> None:
        try:
            while not self._clock.stopped and self._step(id_):
                pass
        except StoreError as error:
            log.warning("Events wait, because the database cannot be used: %s", error)
        except Exception:
            log.exception("Events wait because of a bug")
        finally:
            with self._lock:
                self._busy.pop(id_, None)

    def _step(self, id_: int) -> bool:
        """Deliver the next events of a subscription; return whether there may be more to deliver at once."""
        one = next((each for each in self._store.events.subscriptions() if each.id == id_), None)
        if one is None:
            return False
        now, after = self._clock.now(), self._position(one)
        changes = self._store.changes(after, MAX_CHANGES)
        lost = self._store.first_change_id() - 1 > after
        if not changes and not lost:
            return False
        batch = self._batch(one, changes, lost=lost, now=now)
        if not batch.events:
            self._move_on(one, batch.cursor, now)
            return len(changes) == MAX_CHANGES
        started = self._clock.monotonic()
        try:
            detail = self._send(one, batch, now)
        except SendError as error:
            seconds = self._clock.monotonic() - started
            failed = EventDelivery(one.id, now, len(batch.events), False, str(error), seconds)
            wait = RETRY_AFTER[min(one.failures, len(RETRY_AFTER) - 1)]
            self._store.events.save_failed(failed, max(now + wait, error.not_before or now))
            return False
        seconds = self._clock.monotonic() - started
        delivery = EventDelivery(one.id, now, len(batch.events), True, detail, seconds)
        self._store.events.save_delivered(one.id, batch.cursor, batch.present, batch.gone, delivery)
        return len(changes) == MAX_CHANGES

    def _move_on(self, one: EventSubscription, cursor: int, now: datetime) -> None:
        """Nothing in the view changed. That is stored now and then, so that idle views cost no write."""
        stored, _, saved_at = self._read_to.get(one.id, (one.cursor, 0, one.created_at))
        if stored != one.cursor or now - saved_at >= SAVE_AFTER:
            self._store.events.save_delivered(one.id, cursor, (), (), None)
            stored, saved_at = cursor, now
        self._read_to[one.id] = (stored, cursor, saved_at)

    def _batch(self, one: EventSubscription, changes: Sequence[Change], *, lost: bool, now: datetime) -> _Batch:
        first = self._store.first_change_id()
        batch = _Batch(changes[-1].id if changes else first - 1)
        if lost:
            batch.events.append({"id": f"{one.id}-{first - 1}-lost", "event": EventKind.LOST.value, "at": _text(now)})
        last = {change.mention: change for change in changes}
        mentions = self._store.mentions(list(last))
        matching = self._matching(one, list(mentions.values()), now)
        sent = self._store.events.sent(one.id, list(last))
        for id_, change in sorted(last.items(), key=lambda item: item[1].id):
            if id_ in matching:
                kind = EventKind.CHANGED if sent.get(id_) else EventKind.NEW
                batch.events.append(_event(one, change, kind) | {"mention": dict(self.describe(mentions[id_]))})
                batch.present.append(id_)
            elif sent.get(id_) or (id_ in sent and change.id <= one.replay_until):
                reason = "deleted" if id_ not in mentions else "left_view"
                batch.events.append(_event(one, change, EventKind.DELETED) | {"mention": {"id": id_}, "reason": reason})
                batch.gone.append(id_)
        return batch

    def _matching(self, one: EventSubscription, mentions: Sequence[Mention], now: datetime) -> set[int]:
        """Those of ``mentions`` that are in the view."""
        view = next((each for each in self._store.views.everyones() if each.id == one.view), None)
        f = self.filter_of(view, now) if view else None
        if f is None or not mentions:
            return set()
        arrivals = [_arrival(mention) for mention in mentions]
        return {arrival.mention for arrival in ViewMatcher([f]).match(arrivals)[0]}

    def filter_of(self, view: SavedView, now: datetime) -> MentionFilter | None:
        """What belongs to a view; None: nothing."""
        return subscribed_filter(view, self.brands, now)

    def _send(self, one: EventSubscription, batch: _Batch, now: datetime) -> str:
        channel = next((each for each in self._store.notifications.channels() if each.id == one.channel), None)
        if channel is None or channel.kind is not ChannelKind.WEBHOOK:
            raise SendError("The channel was removed, or is no longer a program.", permanent=True)
        url, secret = self._address(channel)
        events = batch.events if channel.inside else [_without_texts(event) for event in batch.events]
        delivery = f"events-{one.id}-{batch.cursor}"
        document = {"id": delivery, "view": one.view, "sent_at": _text(now), "events": events}
        body = json.dumps(document, ensure_ascii=False).encode()
        headers = {
            "X-Hub-Signature-256": signature(secret, body),
            "X-Wallflower-Event": EVENT,
            "X-Wallflower-Delivery": delivery,
        }
        return f"The receiver answered {post(self._http, url, body, headers).status}."

    def _address(self, channel: Channel) -> tuple[str, str]:
        try:
            address = self._vault.open(channel.secret)
            return checked_key(address, "url"), checked_key(address, "secret")
        except NotificationError as error:
            raise SendError(str(error), permanent=True) from error


def _event(one: EventSubscription, change: Change, kind: EventKind) -> dict[str, Any]:
    at = _text(change.at)
    return {"id": f"{one.id}-{change.id}", "event": kind.value, "change": change.kind.value, "at": at}


def _without_texts(event: Mapping[str, Any]) -> dict[str, Any]:
    mention = {name: value for name, value in event.get("mention", {}).items() if name not in TEXTS}
    return {**event, "mention": mention} if "mention" in event else dict(event)


def _arrival(mention: Mention) -> Arrival:
    state = mention.state.name.lower()
    if state in ("unclaimed", "claimed") and (mention.hidden or mention.set_aside):
        state = "hidden" if mention.hidden else "set_aside"
    return Arrival(
        mention=mention.id,
        added_at=mention.added_at,
        post=mention.post,
        brand=mention.brand,
        rule=f"{mention.brand}@{mention.rule_version}",
        sentiment=mention.score.sentiment,
        corrected=mention.corrected,
        intent=mention.intent,
        topics=mention.topics,
        state=state,
        story=mention.story,
        imported=mention.imported,
    )


def _text(at: datetime) -> str:
    return at.isoformat()
