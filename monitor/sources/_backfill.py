"""Reads lists that are sorted newest first, such as search results, without losing or repeating a post.

A round reads each query from now back to the start of the last finished round, minus an overlap for posts that the site
lists late or that were edited. A pass makes a limited number of requests; a round that it cannot finish continues in
the next pass.

    now ......... interrupted ......... interrupted ......... start of the last round - overlap
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

from monitor.errors import QuotaSpent, RateLimited
from monitor.model import Batch, Json, Post
from monitor.sources._fields import parse_time
from monitor.sources._recheck import content_digest

MAX_SEEN_POSTS = 5_000
SEEN_MARGIN_SECONDS = 3_600
"""How long digests of seen posts are kept beyond the overlap."""
_MAX_EPOCH = 1 << 35


class ListedPost(NamedTuple):
    """A post, and the time by which the site sorts it: its publication or its last change."""

    post: Post
    sort_time: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """What one request returned."""

    posts: tuple[ListedPost, ...] = ()
    next_cursor: Json = None
    """Where the next, older page begins; None: this was the last one."""
    skipped: int = 0
    """Entries that could not be read."""
    deleted: tuple[str, ...] = ()
    """External ids of posts that are gone."""
    incomplete: bool = False
    """Whether the site may have left posts out."""
    failed: bool = False
    """Whether the query could not be read. Its progress stays the same, and the next round tries it again."""


@dataclass(frozen=True, slots=True)
class Window:
    """What to request: a query's posts from ``since`` to ``until``, beginning at ``cursor`` (None: at the newest)."""

    query: str
    since: datetime
    until: datetime
    cursor: Json

    @property
    def end(self) -> datetime:
        """The end of the next page, for sites that are paged by time: their cursors are seconds since 1970."""
        return (parse_time(self.cursor) if isinstance(self.cursor, int) else None) or self.until

    @property
    def page_number(self) -> int:
        """The next page, for sites that number their pages from 1."""
        return self.cursor if isinstance(self.cursor, int) else 1


ReadPage = Callable[[Window], Page]
"""Makes one request. Raises SourceErrors."""


@dataclass(slots=True)
class _PassResult:
    """What a pass has read so far."""

    posts: dict[str, Post] = field(default_factory=dict)
    deleted: dict[str, None] = field(default_factory=dict)
    skipped: int = 0
    requests: int = 0
    limit: RateLimited | QuotaSpent | None = None


class Backfill:
    """The progress of each query of a source.

    As JSON {"done": {query: epoch}, "from": {query: epoch}, "under_way": {query: [epoch, cursor]}, "todo": [query],
    "since": epoch, "unsure": bool, "seen": {external id: [digest, epoch]}}. A round ends when each query has been read
    once, which may take several passes. ``from`` holds the start of a new query's history, which must not move forward
    before the query has been read completely once.
    """

    def __init__(self, stored: Json, now: datetime, *, history: timedelta, overlap: timedelta) -> None:
        """``stored``: a result of ``to_json``; invalid parts are ignored. ``history``: what a new query reads."""
        stored = stored if isinstance(stored, dict) else {}
        self._now, self._history, self._overlap = now, history, overlap
        # if the clock was set back, stored times may be in the future
        self._done = {query: min(at, int(now.timestamp())) for query, at in _epochs(stored.get("done")).items()}
        oldest = int((now - history).timestamp())
        self._from = {query: min(at, oldest) for query, at in _epochs(stored.get("from")).items()}
        self._under_way = _pairs(stored.get("under_way"), (int, object))
        self._seen = _pairs(stored.get("seen"), (str, int))
        todo = stored.get("todo")
        self._todo = [query for query in todo if isinstance(query, str)] if isinstance(todo, list) else []
        self._incomplete = stored.get("unsure") is True
        self._round_since = _epochs({"since": stored.get("since")}).get("since")

    def run(self, queries: Sequence[str], read_page: ReadPage, max_requests: int) -> Batch:
        """Read until the round is over or ``max_requests`` (two or more) were made. The batch has no cursor.

        RateLimited and QuotaSpent end the pass and become its ``not_before``, except at the first request: there they
        are raised.
        """
        self._continue_round(queries)
        result = _PassResult()
        while self._todo and result.limit is None and result.requests < max_requests:
            if self._read_query(self._todo[0], read_page, max_requests, result):
                self._todo.pop(0)
        is_complete = not (self._todo or self._incomplete)
        return Batch(
            posts=tuple(sorted(result.posts.values(), key=lambda post: post.published_at)),
            deleted=tuple(result.deleted),
            more=bool(self._todo) and result.limit is None,
            not_before=result.limit.not_before if result.limit else None,
            complete_since=datetime.fromtimestamp(self._round_since or 0, UTC) if is_complete else None,
            skipped=result.skipped,
            note=str(result.limit) if result.limit else "",
        )

    def to_json(self) -> dict[str, Any]:
        """The state to store."""
        oldest = min(self._done.values(), default=0) - self._overlap.total_seconds() - SEEN_MARGIN_SECONDS
        recent = sorted((item for item in self._seen.items() if item[1][1] >= oldest), key=lambda item: -item[1][1])
        return {
            "done": self._done,
            "from": self._from,
            "under_way": self._under_way,
            "todo": self._todo,
            "since": self._round_since,
            "unsure": self._incomplete,
            "seen": dict(recent[:MAX_SEEN_POSTS]),
        }

    def _continue_round(self, queries: Sequence[str]) -> None:
        """Continue the unfinished round, without queries that are no longer wanted, or begin a new round."""
        wanted = dict.fromkeys(queries)
        self._done = {query: at for query, at in self._done.items() if query in wanted}
        starts = {query: int((self._now - self._history).timestamp()) for query in wanted}
        self._from = {query: self._from.get(query, at) for query, at in starts.items() if query not in self._done}
        self._under_way = {
            query: entry for query, entry in self._under_way.items() if query in wanted and 0 <= entry[0] < _MAX_EPOCH
        }
        left = [query for query in self._todo if query in wanted]
        self._todo = [*left, *(q for q in wanted if q not in self._done and q not in left)] if left else list(wanted)
        if not left or self._round_since is None:
            self._incomplete = False
            self._round_since = int(min(map(self._since, wanted), default=self._now).timestamp())

    def _since(self, query: str) -> datetime:
        if query in self._done:
            return datetime.fromtimestamp(self._done[query], UTC) - self._overlap
        return datetime.fromtimestamp(self._from[query], UTC)

    def _read_query(self, query: str, read_page: ReadPage, max_requests: int, result: _PassResult) -> bool:
        """Read the pages of one query. False if the pass ended before the query did."""
        started, cursor = self._under_way.pop(query, [int(self._now.timestamp()), None])
        since, until = self._since(query), datetime.fromtimestamp(started, UTC)
        ids_before: list[str] | None = None
        while result.requests < max_requests:
            try:
                page = read_page(Window(query, since, until, cursor))
            except (RateLimited, QuotaSpent) as limit:
                if not result.requests:
                    raise
                result.limit = limit
                break
            result.requests += 1
            self._collect(page, since, result)
            ids = [post.external_id for post, _ in page.posts]
            # some sites repeat a page or a cursor, which would never end
            if page.failed or page.next_cursor is None or page.next_cursor == cursor or (ids and ids == ids_before):
                self._finish_query(query, started, page.failed)
                return True
            cursor, ids_before = page.next_cursor, ids
        if cursor is not None:
            self._under_way[query] = [started, cursor]
        return False

    def _finish_query(self, query: str, started: int, failed: bool) -> None:
        self._from.pop(query, None)
        if not failed:
            self._done[query] = min(started, int(self._now.timestamp()))

    def _collect(self, page: Page, since: datetime, result: _PassResult) -> None:
        """Keep posts that are new or edited. Those before ``since`` were read earlier and only share the page."""
        result.skipped += page.skipped
        result.deleted.update(dict.fromkeys(page.deleted))
        self._incomplete = self._incomplete or page.incomplete or page.failed
        for post, at in page.posts:
            if at < since:
                continue
            digest = content_digest(post)
            if self._seen.get(post.external_id, ("",))[0] != digest:
                result.posts[post.external_id] = post
            self._seen[post.external_id] = [digest, int(at.timestamp())]


def reset_history(stored: dict[str, Any]) -> dict[str, Any]:
    """The state of a Backfill that reads the history of all queries again."""
    return {"from": {**_epochs(stored.get("from")), **_epochs(stored.get("done"))}}


def past_epochs(stored: Json, now: datetime) -> dict[str, int]:
    """The entries {query: epoch} up to ``now``. Later ones were stored while a clock ran ahead."""
    entries = stored.items() if isinstance(stored, dict) else ()
    return {query: at for query, at in entries if type(at) is int and at <= now.timestamp()}


def _epochs(stored: Any) -> dict[str, int]:
    entries = stored.items() if isinstance(stored, dict) else ()
    return {query: at for query, at in entries if type(at) is int and 0 <= at < _MAX_EPOCH}


def _pairs(stored: Any, types: tuple[type, type]) -> dict[str, list[Any]]:
    """The entries that are lists of two values of these types."""
    entries = cast("Any", stored.items() if isinstance(stored, dict) else ())
    return {key: e for key, e in entries if isinstance(e, list) and len(e) == 2 and all(map(isinstance, e, types))}
