"""Bluesky: all public posts that match the rules, live from Jetstream, including edits and deletions. No key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from monitor.errors import SourceError
from monitor.http import Http
from monitor.model import Batch, Json, Post, Term
from monitor.sources import SourceOptions
from monitor.sources._bluesky_events import (
    MIN_CURSOR_US,
    POST_COLLECTION,
    Event,
    EventParser,
    from_us,
    to_post,
    to_us,
)
from monitor.sources._options import readable_url
from monitor.streams import MAX_MESSAGE_BYTES, StreamBatch, StreamReader, WebSocketStream

HOSTS = tuple(f"wss://jetstream{n}.us-{coast}.bsky.network" for n in ("2", "1", "") for coast in ("east", "west"))
"""The servers that Bluesky runs. The last two are of version 2, which behaves the same if the others are shut down."""
REPLAY_TIME = timedelta(hours=36)
STALLED_AFTER = timedelta(minutes=2)
"""A stream without new events for this long has stalled: the network is never silent for so long."""
REWIND_US = 20_000_000
"""How far to go back when a stream is resumed, because each server has its own clock."""
MAX_REPLAY_DELAY_US = 120_000_000
"""If a replay begins later than this after the cursor, the posts in between are lost."""
BUFFER_EVENTS = 2_000
"""Events that are buffered between passes. When the buffer is full, the server has to wait."""
MAX_EVENTS = 1_000
"""Events that a pass returns; the next pass follows at once if there are more."""
CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS = 5.0, 1.0
"""How long a pass waits for the first event of a new stream, and for all that has arrived to be read."""
MAX_FINGERPRINTS = 1_000


def _host_url(address: str) -> str:
    scheme, _, rest = address.rpartition("://")
    return readable_url({"": "https", "wss": "https", "ws": "http"}.get(scheme, scheme) + "://" + rest.rstrip("/"))


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Options(SourceOptions):
    """Keys of Bluesky in config.toml."""

    hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_host_url)], ...], BeforeValidator(_as_list), Field(min_length=1)
    ] = tuple(map(_host_url, HOSTS))
    """Jetstream servers; if one fails, the next is read."""
    history: Annotated[float, Field(ge=0, le=36)] = 0.0
    """Hours of history that the first pass reads. It reads the posts of the whole network, which takes minutes."""

    default_every: ClassVar[str] = "5s"
    is_prefiltered: ClassVar[bool] = True


@dataclass(frozen=True)
class _StreamCursor:
    """The position up to which everything was read. As JSON {"time_us": int, "marks": {fingerprint: time_us}}."""

    time_us: int
    fingerprints: dict[str, int] = field(default_factory=dict)
    """Fingerprint -> time_us of the last events, which are sent again when the stream is resumed."""

    @classmethod
    def from_json(cls, cursor: Json) -> _StreamCursor | None:
        """The cursor in a result of ``to_json``; None for anything else."""
        if not isinstance(cursor, dict) or type(time_us := cursor.get("time_us")) is not int or time_us < 0:
            return None
        stored = cursor.get("marks")
        stored = stored if isinstance(stored, dict) else {}
        return cls(time_us, {fingerprint: at for fingerprint, at in stored.items() if type(at) is int})

    def to_json(self) -> Json:
        """The state to store."""
        return {"time_us": self.time_us, "marks": self.fingerprints}

    def after(self, events: StreamBatch[Event], now: datetime) -> _StreamCursor:
        """The cursor after ``events``: never before this one, and never in the future, as a server's clock may be."""
        time_us = max(self.time_us, min(events.position or 0, to_us(now)))
        # repeating the deletion of a post does no harm, but the account of a repeated deletion may be active again
        repeatable = [event for event in events.items if event.record is not None or not event.rkey]
        known = self.fingerprints | {event.fingerprint: event.time_us for event in repeatable}
        recent = sorted(((f, at) for f, at in known.items() if at > time_us - REWIND_US), key=lambda item: item[1])
        return _StreamCursor(time_us, dict(recent[-MAX_FINGERPRINTS:]))


class Source:
    """The stream of the whole network. A thread reads it between the passes, for as long as the program runs."""

    def __init__(self, options: Options, http: Http) -> None:
        self._name, self._hosts, self._history = options.name, options.hosts, timedelta(hours=options.history)
        self._http = http
        self._parser = EventParser()
        self._reader: StreamReader[Event] | None = None
        self._host = 0
        """Index of the current host, modulo the number of hosts."""
        self._last_cursor: Json = None
        """The cursor of the last batch."""
        self._repeated_until = 0
        """The position up to which the stream has repeated events from before the cursor, in microseconds."""
        self._last_progress: datetime | None = None
        """When a pass last saw something new."""

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """What has arrived since the last pass, oldest first. The first pass connects and resumes at ``cursor``.

        If ``cursor`` is not that of the last batch, that batch was not saved, and is read again. Raises SourceErrors
        whose ``unread_since`` is the time of the last event, because the passes over a stalled stream read nothing.
        """
        self._parser.set_terms(terms)
        before = _StreamCursor.from_json(cursor)
        try:
            return self._read(before, cursor, now)
        except SourceError as error:
            error.unread_since = from_us(before.time_us) if before else None
            raise

    def _read(self, before: _StreamCursor | None, cursor: Json, now: datetime) -> Batch:
        reader = self._reader
        resumed = reader is None or reader.is_exhausted or cursor != self._last_cursor
        if reader is None or resumed:
            events = self._resume(before, now)
        else:
            events = reader.take(MAX_EVENTS, READ_TIMEOUT_SECONDS)
        repeats = self._repeats(before, events)
        if not (resumed or repeats or _has_progress(before, events)) and self._is_stalled(now):
            self._host += 1
            resumed, events = True, self._resume(before, now)
            repeats = self._repeats(before, events)
        if _has_progress(before, events):
            self._last_progress = now
        elif resumed and not repeats:
            self._check_stream(before, events, now)
        return self._batch(before, events, resumed, now)

    def _resume(self, before: _StreamCursor | None, now: datetime) -> StreamBatch[Event]:
        """Connect again and take the first events. Raises SourceErrors."""
        if self._reader is not None:
            self._host += self._reader.is_exhausted
            self._disconnect()
        self._last_progress, self._repeated_until = self._last_progress or now, 0
        self._reader = StreamReader(self._connect(before, now), self._parser.parse, BUFFER_EVENTS)
        return self._reader.take(MAX_EVENTS, CONNECT_TIMEOUT_SECONDS, wait_for_first=True)

    def close(self) -> None:
        """End the stream. Called after the last pass."""
        self._disconnect()

    def _disconnect(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _repeats(self, before: _StreamCursor | None, events: StreamBatch[Event]) -> bool:
        """Whether the stream began long before the cursor and approaches it. Version 2 may begin an hour earlier."""
        position = events.position or 0
        if before is None or not self._repeated_until < position < before.time_us - REWIND_US:
            return False
        self._repeated_until = position
        return True

    def _connect(self, before: _StreamCursor | None, now: datetime) -> WebSocketStream:
        """A stream from the first host that accepts the connection. Raises SourceError if none does."""
        start = before.time_us if before else to_us(now - self._history) if self._history else None
        query = f"wantedCollections={POST_COLLECTION}&maxMessageSizeBytes={MAX_MESSAGE_BYTES}"
        query += f"&cursor={start - REWIND_US}" if start and start - REWIND_US >= MIN_CURSOR_US else ""
        for attempt in range(len(self._hosts)):
            url = f"{self._hosts[self._host % len(self._hosts)]}/subscribe?{query}"
            try:
                return WebSocketStream.connect(self._http, url, max_silence=STALLED_AFTER.total_seconds())
            except SourceError as error:
                self._host += 1
                if len(self._hosts) == 1:
                    raise
                if attempt + 1 == len(self._hosts):
                    raise SourceError(f"None of the {len(self._hosts)} servers can be read. {error}") from error
        raise AssertionError("there is at least one host")

    def _is_stalled(self, now: datetime) -> bool:
        return self._last_progress is not None and now - self._last_progress > STALLED_AFTER

    def _check_stream(self, before: _StreamCursor | None, events: StreamBatch[Event], now: datetime) -> None:
        """Raise SourceError if a new stream sends nothing new although there must be new events."""
        error = events.error if events.position is None else None
        is_behind = before is not None and now - from_us(before.time_us) > STALLED_AFTER
        if error is None and (self._is_stalled(now) or is_behind):
            error = SourceError("Bluesky's stream has stalled: nothing new arrived for two minutes.")
        if error is not None:
            self._host += 1
            self._disconnect()
            raise error

    def _batch(self, before: _StreamCursor | None, events: StreamBatch[Event], resumed: bool, now: datetime) -> Batch:
        after = (before or _StreamCursor(0)).after(events, now) if events.position is not None else before
        self._last_cursor = after.to_json() if after else None
        known = before.fingerprints if before else {}
        start = before.time_us - REWIND_US if before else 0
        new = [event for event in events.items if event.time_us >= start and event.fingerprint not in known]
        posts, deleted, deleted_prefixes = self._changes(new, now)
        since, note = _complete_since(before, events.first_position if resumed else None)
        return Batch(
            posts=posts,
            cursor=self._last_cursor,
            deleted=deleted,
            deleted_prefixes=deleted_prefixes,
            more=events.more,
            complete_since=min(since, now) if since else None,
            skipped=events.unparsed,
            note=note,
        )

    def _changes(
        self, events: Sequence[Event], now: datetime
    ) -> tuple[tuple[Post, ...], tuple[str, ...], tuple[str, ...]]:
        """(posts as they are after ``events``, ids of deleted posts, id prefixes of accounts that are gone)"""
        posts: dict[str, Post] = {}
        deleted: dict[str, None] = {}
        deleted_prefixes: dict[str, None] = {}
        for event in events:
            id_, post = event.external_id, to_post(event, self._name, now) if event.record is not None else None
            if not event.rkey:
                posts = {known: post for known, post in posts.items() if not known.startswith(id_)}
                deleted_prefixes[id_] = None
                continue
            posts.pop(id_, None)
            deleted.pop(id_, None)
            if post is not None:
                posts[id_] = post
            elif event.record is None:
                deleted[id_] = None
        return tuple(posts.values()), tuple(deleted), tuple(deleted_prefixes)


def _has_progress(before: _StreamCursor | None, events: StreamBatch[Event]) -> bool:
    """Whether ``events`` extend beyond the cursor."""
    return events.position is not None and (before is None or events.position > before.time_us)


def _complete_since(before: _StreamCursor | None, first_us: int | None) -> tuple[datetime | None, str]:
    """(since when everything was read, a note if posts were lost). ``first_us``: where a resumed stream began.

    Jetstream does not report that it no longer has what was requested: its stream simply begins later.
    """
    if before is None:
        return None, ""
    if first_us is None or first_us - before.time_us <= MAX_REPLAY_DELAY_US:
        return from_us(before.time_us), ""
    lost = f"{from_us(before.time_us):%d %b %H:%M} to {from_us(first_us):%d %b %H:%M} UTC"
    hours = f"{REPLAY_TIME.total_seconds() / 3600:.0f} hours"
    return from_us(first_us), f"Posts from {lost} are lost: Bluesky replays only the last {hours}."
