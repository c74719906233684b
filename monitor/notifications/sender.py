"""Sends the messages of the outbox: retries, other channels, and the log of deliveries.

A message is sent, then marked. If the program dies in between, it is sent again. If the mark cannot be stored, it is
kept in memory and stored later, so that a full disk does not make one message a thousand.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from monitor.clock import Clock
from monitor.errors import NotificationError, SendError, StoreError
from monitor.http import Http
from monitor.model.notifications import Channel, ChannelKind, DeliveryAttempt, Message
from monitor.notifications.channels import PACE_SECONDS, Outgoing, Transport, transport
from monitor.notifications.message_counts import MessageCounts, MessageResult
from monitor.notifications.texts import Text, compose
from monitor.notifications.vault import Vault
from monitor.notifications.weekly import WEEK_FACT, ComposeReport
from monitor.store import Store

RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=3), timedelta(minutes=6))
"""Waits before the second, third and fourth try of a channel. After that, the next channel is tried."""
TRY_AGAIN_AFTER = timedelta(hours=1)
"""Wait between two tries when every channel has failed."""
MAX_PACE_SECONDS = 5.0
"""A channel whose service asks us to wait for longer is left alone until then."""
GIVE_UP_AFTER = timedelta(hours=24)
MAX_DUE = 200
MAX_THREADS = 32
"""Channels to which messages are sent at the same time. One that hangs must not delay others."""
MAX_APPRISE_THREADS = 4
"""Of them, those that use Apprise, which needs 44 MB each time."""
REMOVED = "The channel was removed."
BUG = "A bug in Wallflower kept it from being sent; the log has the details."

CreateTransport = Callable[[Channel], Transport]
log = logging.getLogger("wallflower.notifications")


class Sender:
    """Sends what is due. ``dispatch`` is called by one thread; the messages of each channel have a thread of theirs."""

    def __init__(
        self,
        store: Store,
        http: Http,
        vault: Vault,
        clock: Clock,
        base_url: str,
        create_transport: CreateTransport | None = None,
        counts: MessageCounts | None = None,
    ) -> None:
        """``base_url``: how the links in messages begin. ``create_transport``: for tests."""
        self._counts = counts or MessageCounts()
        self._store, self._http, self._vault, self._clock = store, http, vault, clock
        self.base_url = base_url
        """May be replaced at any time."""
        self.compose_report: ComposeReport = lambda week, _: Text(f"The week of {week}")
        """What writes the weekly report."""
        self._create_transport = create_transport or self._transport
        self._busy: dict[int, threading.Thread] = {}
        self._ready_at: dict[int, float] = {}
        """Channel -> when, by the monotonic clock, its service accepts the next message."""
        self._unmarked: dict[int, DeliveryAttempt] = {}
        self._lock = threading.Lock()

    def dispatch(self) -> None:
        """Begin to send what is due, in threads. Raises StoreError."""
        due = self._due_channels()
        kinds = {channel.id: channel.kind for channel in self._store.notifications.channels()} if due else {}
        for via in due:
            with self._lock:
                if via in self._busy or self._is_full(kinds, via):
                    continue
                thread = threading.Thread(target=self._drain, args=(via,), name=f"notify-{via}", daemon=True)
                self._busy[via] = thread
            thread.start()

    def send_due(self) -> int:
        """Send what is due, and return how many messages that were. Raises StoreError."""
        return sum(self._send_all(via) for via in self._due_channels())

    def wait(self, seconds: float) -> None:
        """Wait until the threads have ended."""
        with self._lock:
            threads = list(self._busy.values())
        for thread in threads:
            thread.join(seconds)

    def send_directly(self, channel: Channel, id_: str, text: Text) -> str:
        """Send a text that is not in the outbox; return what the receiver answered. Raises SendError."""
        return self._attempt(channel, Outgoing(id_, text, created_at=self._clock.now()))

    def _due_channels(self) -> list[int]:
        self._mark_late()
        if held := self._store.notifications.hold_orphans(self._clock.now()):
            kinds = {channel.id: channel.kind for channel in self._store.notifications.channels()}
            for channel in held:
                self._counts.add(kinds[channel], MessageResult.HELD)
        due = self._store.notifications.due_channels(self._clock.now())
        return [via for via in due if self._wait_seconds(via) <= MAX_PACE_SECONDS]

    def _is_full(self, kinds: Mapping[int, ChannelKind], via: int) -> bool:
        """Whether a channel has to wait until others have sent theirs."""
        busy = [kinds.get(one) for one in self._busy]
        is_apprise = kinds.get(via) is ChannelKind.APPRISE
        return len(busy) >= MAX_THREADS or (is_apprise and busy.count(ChannelKind.APPRISE) >= MAX_APPRISE_THREADS)

    def _wait_seconds(self, via: int) -> float:
        """How long the service of a channel wants no message."""
        return max(0.0, self._ready_at.get(via, 0.0) - self._clock.monotonic())

    def _drain(self, via: int) -> None:
        try:
            while self._send_all(via) and not self._clock.stopped:
                pass
        except StoreError as error:
            log.warning("Messages wait, because the database cannot be used: %s", error)
        except Exception:
            log.exception("Messages wait because of a bug")
        finally:
            with self._lock:
                del self._busy[via]

    def _send_all(self, via: int) -> int:
        """Send what is due on a channel; return how many messages that were."""
        due = self._store.notifications.due(via, self._clock.now(), MAX_DUE)
        messages = [message for message in due if message.id not in self._unmarked]
        for message in messages:
            seconds = self._wait_seconds(via)
            if seconds > MAX_PACE_SECONDS or (seconds and self._clock.wait(seconds)) or self._clock.stopped:
                return 0
            self._send(message)
        return len(messages)

    def _send(self, message: Message) -> None:
        channels = self._store.notifications.channels()
        channel = next((one for one in channels if one.id == message.via), None)
        started = self._clock.monotonic()
        attempt = DeliveryAttempt(message.id, message.via, self._clock.now(), True, "")
        try:
            if channel is None:
                raise SendError(REMOVED, permanent=True)
            self._ready_at[channel.id] = started + PACE_SECONDS.get(channel.kind, 0.0)
            detail = self._attempt(channel, self._outgoing(message, channel))
        except SendError as error:
            if channel is not None:
                self._counts.add(channel.kind, MessageResult.FAILED)
            failed = replace(attempt, succeeded=False, detail=str(error), seconds=self._clock.monotonic() - started)
            self._save_failed(message, failed, error, channels)
        else:
            self._counts.add(channel.kind, MessageResult.SENT)
            self._mark(replace(attempt, detail=detail, seconds=self._clock.monotonic() - started))

    def _attempt(self, channel: Channel, outgoing: Outgoing) -> str:
        try:
            return self._create_transport(channel).send(outgoing)
        except NotificationError as error:
            raise SendError(str(error), permanent=True) from error
        except (SendError, StoreError):
            raise
        except Exception as error:
            log.exception("A message was not sent because of a bug")
            raise SendError(BUG) from error

    def _outgoing(self, message: Message, channel: Channel) -> Outgoing:
        ids = message.facts.get("mentions")
        named = self._store.mentions(ids if isinstance(ids, list) and channel.inside else [])
        text = compose(message, self.base_url, list(named.values()), inside=channel.inside)
        if week := message.facts.get(WEEK_FACT):
            text = self.compose_report(date.fromisoformat(str(week)), channel.inside)
        facts = {key: value for key, value in message.facts.items() if key in ("n", "view", "mentions", "subject")}
        is_last = message.tries >= len(RETRY_AFTER)
        return Outgoing(str(message.id), text, message.rule, message.created_at, facts, is_last)

    def _transport(self, channel: Channel) -> Transport:
        return transport(channel.kind, self._vault.open(channel.secret), self._http)

    def _mark(self, attempt: DeliveryAttempt) -> None:
        self._unmarked[attempt.message] = attempt
        self._mark_late()

    def _mark_late(self) -> None:
        """Store what was delivered."""
        for attempt in list(self._unmarked.values()):
            self._store.notifications.save_delivered(attempt)
            self._unmarked.pop(attempt.message, None)

    def _save_failed(
        self, message: Message, failed: DeliveryAttempt, error: SendError, channels: Sequence[Channel]
    ) -> None:
        if error.not_before is not None:
            wait = (error.not_before - self._clock.now()).total_seconds()
            self._ready_at[message.via] = self._clock.monotonic() + wait
        tried = {attempt.channel for attempt in self._store.notifications.attempts([message.id])[message.id]}
        ids = [channel.id for channel in channels]
        via, tries, next_try = after_failure(message, error, ids, tried | {message.via}, self._clock.now())
        log.warning("A message to channel %s was not delivered: %s", message.via, error)
        self._store.notifications.save_failed(failed, via=via, tries=tries, next_try=next_try)


def after_failure(
    message: Message, error: SendError, channels: Sequence[int], tried: Collection[int], now: datetime
) -> tuple[int, int, datetime | None]:
    """Which channel tries next, how often it has failed so far, and when it tries; no time: nobody does any more."""
    tries, earliest = message.tries + 1, error.not_before or now
    is_soon = earliest - now <= sum(RETRY_AFTER, timedelta())
    if not error.permanent and tries <= len(RETRY_AFTER) and is_soon:
        return message.via, tries, max(now + RETRY_AFTER[tries - 1], earliest)
    if untried := [one for one in in_turn(channels, message.via) if one not in tried]:
        return untried[0], 0, now
    if now + TRY_AGAIN_AFTER > message.created_at + GIVE_UP_AFTER:
        return message.via, tries, None
    return message.channel, len(RETRY_AFTER), max(now + TRY_AGAIN_AFTER, earliest)


def in_turn(channels: Sequence[int], after: int) -> list[int]:
    """The other channels, in the order in which they are used instead of ``after``."""
    return [one for one in channels if one > after] + [one for one in channels if one < after]
