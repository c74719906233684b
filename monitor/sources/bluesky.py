"""Bluesky: every public post of the network as it is written, from its Jetstream; edits and deletions followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from monitor.errors import SourceError
from monitor.http import Http, check_url
from monitor.model import Batch, Json, Post, Term
from monitor.sources import SourceOptions
from monitor.sources._bluesky_events import EARLIEST, POSTS, Event, Reader, microseconds, moment, post_of
from monitor.streams import MAX_MESSAGE_BYTES, StreamBatch, StreamReader, WebSocketStream

HOSTS = tuple(f"wss://jetstream{n}.us-{coast}.bsky.network" for n in ("2", "1", "") for coast in ("east", "west"))
"""Those that Bluesky runs. The last two are of version 2, and speak as the others do where these are gone."""
REPLAY = timedelta(hours=36)
BLIND = timedelta(minutes=2)
"""The network is never silent for so long."""
REWIND_US = 20_000_000
"""How far to go back when a stream is taken up again: each host has a clock of its own."""
CLAMPED_US = 120_000_000
"""A replay that begins this much later than asked does not have what was before."""
ROOM = 2_000
"""Events that wait for a pass; beyond that the site has to."""
MOST = 1_000
"""Events of one pass; there is more at once then."""
FIRST_SECONDS, SECONDS = 5.0, 1.0
"""The longest that a pass waits for a new stream's first event, and for all that has arrived to be read."""
_MOST_MARKS = 1_000


def _host(address: str) -> str:
    scheme, _, rest = address.rpartition("://")
    url = {"": "https", "wss": "https", "ws": "http"}.get(scheme, scheme) + "://" + rest.rstrip("/")
    try:
        check_url(url)
    except SourceError as error:
        raise ValueError(str(error)) from error
    return url


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Options(SourceOptions):
    """Keys of Bluesky in config.toml."""

    hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_host)], ...], BeforeValidator(_listed), Field(min_length=1)
    ] = tuple(map(_host, HOSTS))
    """Jetstream servers; when one fails the next is read."""
    history: Annotated[float, Field(ge=0, le=36)] = 0.0
    """Hours before the first pass that are read too; a whole network's posts, so this takes minutes."""

    default_every: ClassVar[str] = "5s"
    is_prefiltered: ClassVar[bool] = True


@dataclass(frozen=True)
class _Bookmark:
    """Up to where everything was read."""

    time_us: int
    marks: dict[str, int] = field(default_factory=dict)
    """Mark -> time_us of the events returned shortly before: these come again when the stream is taken up."""

    @classmethod
    def of(cls, cursor: Json) -> _Bookmark | None:
        """What ``to_json`` gave; None for anything else."""
        if not isinstance(cursor, dict) or type(time_us := cursor.get("time_us")) is not int or time_us < 0:
            return None
        marks = cursor.get("marks")
        marks = marks if isinstance(marks, dict) else {}
        return cls(time_us, {mark: at for mark, at in marks.items() if type(at) is int})

    def to_json(self) -> Json:
        """For the database."""
        return {"time_us": self.time_us, "marks": self.marks}

    def after(self, taken: StreamBatch[Event], now: datetime) -> _Bookmark:
        """With what was taken; never before this one, and not in a future that a lying clock tells of."""
        time_us = max(self.time_us, min(taken.position or 0, microseconds(now)))
        # a departure that came again would take along what its author, come back since, has written
        once = [event for event in taken.items if event.record is not None or not event.rkey]
        marks = self.marks | {event.mark: event.time_us for event in once}
        young = sorted(((m, at) for m, at in marks.items() if at > time_us - REWIND_US), key=lambda one: one[1])
        return _Bookmark(time_us, dict(young[-_MOST_MARKS:]))


class Source:
    """The stream. It is read between the passes by a thread, which goes on as long as the program."""

    def __init__(self, options: Options, http: Http) -> None:
        self._name, self._hosts, self._history = options.name, options.hosts, timedelta(hours=options.history)
        self._http = http
        self._reader = Reader()
        self._tap: StreamReader[Event] | None = None
        self._host = 0
        self._left: Json = None
        self._replayed = 0
        """Up to where the stream repeated what lies before the cursor."""
        self._moved: datetime | None = None
        """When something new came last, as far as passes saw it."""

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """What has arrived since the last pass, oldest first; at first it connects, and goes on where ``cursor`` says.

        A cursor other than the last one returned means that what was returned was not saved: it is read again.
        Passes over a stream that stood still brought nothing, so trouble reaches back to what came last.
        """
        self._reader.look_for(terms)
        mark = _Bookmark.of(cursor)
        try:
            return self._read(mark, cursor, now)
        except SourceError as error:
            error.unread_since = moment(mark.time_us) if mark else None
            raise

    def _read(self, mark: _Bookmark | None, cursor: Json, now: datetime) -> Batch:
        tap = self._tap
        resumed = tap is None or tap.is_exhausted or cursor != self._left
        taken = self._resume(mark, now) if tap is None or resumed else tap.take(MOST, SECONDS)
        repeats = self._repeats(mark, taken)
        if not (resumed or repeats or _goes_on(mark, taken)) and self._is_blind(now):
            self._host += 1
            resumed, taken = True, self._resume(mark, now)
            repeats = self._repeats(mark, taken)
        if _goes_on(mark, taken):
            self._moved = now
        elif resumed and not repeats:
            self._check(mark, taken, now)
        return self._batch(mark, taken, resumed, now)

    def _resume(self, mark: _Bookmark | None, now: datetime) -> StreamBatch[Event]:
        """Connect anew and take what comes first. Raises SourceErrors."""
        if self._tap is not None:
            self._host += self._tap.is_exhausted
            self._tap.close()
            self._tap = None
        self._moved, self._replayed = self._moved or now, 0
        self._tap = StreamReader(self._connect(mark, now), self._reader.read, ROOM)
        return self._tap.take(MOST, FIRST_SECONDS, wait_for_first=True)

    def _repeats(self, mark: _Bookmark | None, taken: StreamBatch[Event]) -> bool:
        """Whether the stream began long before what was asked for, and comes nearer: version 2 may, by an hour."""
        position = taken.position or 0
        if mark is None or not self._replayed < position < mark.time_us - REWIND_US:
            return False
        self._replayed = position
        return True

    def _connect(self, mark: _Bookmark | None, now: datetime) -> WebSocketStream:
        """A stream from the first host that gives one. Raises the error of the only host, or one for all of them."""
        asked = mark.time_us if mark else microseconds(now - self._history) if self._history else None
        query = f"wantedCollections={POSTS}&maxMessageSizeBytes={MAX_MESSAGE_BYTES}"
        query += f"&cursor={asked - REWIND_US}" if asked and asked - REWIND_US >= EARLIEST else ""
        for tried in range(len(self._hosts)):
            url = f"{self._hosts[self._host % len(self._hosts)]}/subscribe?{query}"
            try:
                return WebSocketStream.connect(self._http, url, max_silence=BLIND.total_seconds())
            except SourceError as error:
                self._host += 1
                if len(self._hosts) == 1:
                    raise
                if tried + 1 == len(self._hosts):
                    raise SourceError(f"None of the {len(self._hosts)} servers can be read. {error}") from error
        raise AssertionError("there is a host")

    def _is_blind(self, now: datetime) -> bool:
        return self._moved is not None and now - self._moved > BLIND

    def _check(self, mark: _Bookmark | None, taken: StreamBatch[Event], now: datetime) -> None:
        """Raise SourceError where a new stream brings nothing new though there must be something."""
        trouble = taken.error if taken.position is None else None
        if trouble is None and (self._is_blind(now) or (mark is not None and now - moment(mark.time_us) > BLIND)):
            trouble = SourceError("Bluesky's stream stands still: nothing new came for two minutes.")
        if trouble is not None:
            self._host += 1
            assert self._tap is not None
            self._tap.close()
            self._tap = None
            raise trouble

    def _batch(self, mark: _Bookmark | None, taken: StreamBatch[Event], resumed: bool, now: datetime) -> Batch:
        after = (mark or _Bookmark(0)).after(taken, now) if taken.position is not None else mark
        self._left = after.to_json() if after else None
        known = mark.marks if mark else {}
        asked = mark.time_us - REWIND_US if mark else 0
        news = [event for event in taken.items if event.time_us >= asked and event.mark not in known]
        posts, deleted, left = self._told(news, now)
        since, note = _complete_since(mark, taken.first_position if resumed else None)
        return Batch(
            posts=posts,
            cursor=self._left,
            deleted=deleted,
            deleted_below=left,
            more=taken.more,
            complete_since=min(since, now) if since else None,
            set_aside=taken.unparsed,
            note=note,
        )

    def _told(
        self, events: Sequence[Event], now: datetime
    ) -> tuple[tuple[Post, ...], tuple[str, ...], tuple[str, ...]]:
        """The posts as they are after ``events``, the ids of those that are gone, and those of authors who are."""
        posts: dict[str, Post] = {}
        deleted: dict[str, None] = {}
        left: dict[str, None] = {}
        for event in events:
            id_, post = event.external_id, post_of(event, self._name, now) if event.record is not None else None
            if not event.rkey:
                posts = {known: post for known, post in posts.items() if not known.startswith(id_)}
                left[id_] = None
                continue
            posts.pop(id_, None)
            deleted.pop(id_, None)
            if post is not None:
                posts[id_] = post
            elif event.record is None:
                deleted[id_] = None
        return tuple(posts.values()), tuple(deleted), tuple(left)


def _goes_on(mark: _Bookmark | None, taken: StreamBatch[Event]) -> bool:
    """Whether ``taken`` leads beyond ``mark``."""
    return taken.position is not None and (mark is None or taken.position > mark.time_us)


def _complete_since(mark: _Bookmark | None, first: int | None) -> tuple[datetime | None, str]:
    """From when on everything was read, and what to say where that is later than where we had stopped.

    Jetstream does not tell that it has not got what was asked for: the stream simply begins later.
    """
    if mark is None:
        return None, ""
    if first is None or first - mark.time_us <= CLAMPED_US:
        return moment(mark.time_us), ""
    lost = f"{moment(mark.time_us):%d %b %H:%M} to {moment(first):%d %b %H:%M} UTC"
    hours = f"{REPLAY.total_seconds() / 3600:.0f} hours"
    return moment(first), f"Posts from {lost} are lost: Bluesky repeats the last {hours} only."
