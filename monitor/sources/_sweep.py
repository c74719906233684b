"""Reading lists that are sorted newest first, such as the answers of a search, without loss and without doubles.

A sweep goes, for each query, from now down to where the last finished sweep began, less an overlap for what a site
lists late or what is edited. A pass makes a bounded number of requests; a sweep that is cut goes on in the next one.

    now ......... cut (more) ......... cut (more) ......... last sweep's start - overlap
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

from monitor.errors import QuotaSpent, RateLimited
from monitor.model import Batch, Json, Post
from monitor.sources._watch import says

MOST_SEEN = 5_000
_LATEST = 1 << 35
NOTHING_TO_SEARCH = "Nothing is searched for here: no rule has a word that this site could look for."


class Found(NamedTuple):
    """A post, and the time by which the site sorts it: when it was made, or when it changed."""

    post: Post
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """What one request brought."""

    found: tuple[Found, ...] = ()
    on: Json = None
    """Where the next, older page begins; None: this was the last."""
    set_aside: int = 0
    deleted: tuple[str, ...] = ()
    unsure: bool = False
    """Whether the site may have left something out."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is asked for: one query's posts from ``since`` to ``until``, going on at ``on`` (None: at the newest)."""

    query: str
    since: datetime
    until: datetime
    on: Json


Read = Callable[[Stretch], Page]
"""Makes one request. Raises SourceErrors."""


@dataclass(slots=True)
class _Catch:
    """What a pass brought so far."""

    posts: dict[str, Post] = field(default_factory=dict)
    deleted: dict[str, None] = field(default_factory=dict)
    set_aside: int = 0
    requests: int = 0
    limit: RateLimited | QuotaSpent | None = None


class Sweep:
    """The state of all queries of a source.

    As JSON {"done": {query: epoch}, "from": {query: epoch}, "under_way": {query: [epoch, on]}, "todo": [query],
    "since": epoch, "unsure": bool, "seen": {id: [mark, epoch]}}. A round is over when each query was read down once;
    it may take several passes. Until a query is done once, it is read from where its history began when it was new.
    """

    def __init__(self, kept: Json, now: datetime, *, history: timedelta, overlap: timedelta) -> None:
        """``kept`` is what ``to_json`` gave, or anything; ``history`` is how far back a new query looks."""
        kept = kept if isinstance(kept, dict) else {}
        self._now, self._history, self._overlap = now, history, overlap
        # a clock that was set back must not leave a query in a time to come
        self._done = {query: min(at, int(now.timestamp())) for query, at in _numbers(kept.get("done")).items()}
        oldest = int((now - history).timestamp())
        self._from = {query: min(at, oldest) for query, at in _numbers(kept.get("from")).items()}
        self._under_way = _pairs(kept.get("under_way"), (int, object))
        self._seen = _pairs(kept.get("seen"), (str, int))
        todo = kept.get("todo")
        self._todo = [query for query in todo if isinstance(query, str)] if isinstance(todo, list) else []
        self._unsure = kept.get("unsure") is True
        self._round_since = _numbers({"since": kept.get("since")}).get("since")

    def run(self, queries: Sequence[str], read: Read, requests: int) -> Batch:
        """Read until the round is over or ``requests`` (two or more) were made; the cursor is left to ``to_json``.

        A limit met after something was read ends the pass well, with the site's wish; met at once it is raised.
        """
        self._take_up(queries)
        catch = _Catch()
        while self._todo and catch.limit is None and catch.requests < requests:
            if self._read_down(self._todo[0], read, requests, catch):
                self._todo.pop(0)
        return Batch(
            posts=tuple(sorted(catch.posts.values(), key=lambda post: post.published_at)),
            deleted=tuple(catch.deleted),
            more=bool(self._todo) and catch.limit is None,
            not_before=catch.limit.not_before if catch.limit else None,
            complete_since=None if self._todo or self._unsure else datetime.fromtimestamp(self._round_since or 0, UTC),
            set_aside=catch.set_aside,
            note=str(catch.limit) if catch.limit else "",
        )

    def to_json(self) -> dict[str, Any]:
        """What is to be kept."""
        floor = min(self._done.values(), default=0) - self._overlap.total_seconds() - 3600
        young = sorted((item for item in self._seen.items() if item[1][1] >= floor), key=lambda item: -item[1][1])
        return {
            "done": self._done,
            "from": self._from,
            "under_way": self._under_way,
            "todo": self._todo,
            "since": self._round_since,
            "unsure": self._unsure,
            "seen": dict(young[:MOST_SEEN]),
        }

    def _take_up(self, queries: Sequence[str]) -> None:
        """Go on with the round that was cut, less the queries that nobody asks any more; else begin another."""
        wanted = dict.fromkeys(queries)
        self._done = {query: at for query, at in self._done.items() if query in wanted}
        begun = {query: int((self._now - self._history).timestamp()) for query in wanted}
        self._from = {query: self._from.get(query, at) for query, at in begun.items() if query not in self._done}
        self._under_way = {query: e for query, e in self._under_way.items() if query in wanted and 0 <= e[0] < _LATEST}
        left = [query for query in self._todo if query in wanted]
        self._todo = [*left, *(q for q in wanted if q not in self._done and q not in left)] if left else list(wanted)
        if not left or self._round_since is None:
            self._unsure = False
            self._round_since = int(min(map(self._since, wanted), default=self._now).timestamp())

    def _since(self, query: str) -> datetime:
        if query in self._done:
            return datetime.fromtimestamp(self._done[query], UTC) - self._overlap
        return datetime.fromtimestamp(self._from[query], UTC)

    def _read_down(self, query: str, read: Read, requests: int, catch: _Catch) -> bool:
        """Go on with one query until it is read down; False when the pass is over before."""
        begun, on = self._under_way.pop(query, [int(self._now.timestamp()), None])
        since, until, before = self._since(query), datetime.fromtimestamp(begun, UTC), None
        while catch.requests < requests:
            try:
                page = read(Stretch(query, since, until, on))
            except (RateLimited, QuotaSpent) as limit:
                if not catch.requests:
                    raise
                catch.limit = limit
                break
            catch.requests += 1
            self._take(page, since, catch)
            ids = [post.external_id for post, _ in page.found]
            if page.on is None or page.on == on or (ids and ids == before):
                self._done[query] = min(begun, int(self._now.timestamp()))
                self._from.pop(query, None)
                return True
            on, before = page.on, ids
        if on is not None:
            self._under_way[query] = [begun, on]
        return False

    def _take(self, page: Page, since: datetime, catch: _Catch) -> None:
        """Keep what is new or edited; what is older than the stretch was read before, and only shares the page."""
        catch.set_aside += page.set_aside
        catch.deleted.update(dict.fromkeys(page.deleted))
        self._unsure = self._unsure or page.unsure
        for post, at in page.found:
            if at < since:
                continue
            mark = says(post)
            if self._seen.get(post.external_id, ("",))[0] != mark:
                catch.posts[post.external_id] = post
            self._seen[post.external_id] = [mark, int(at.timestamp())]


def afresh(cursor: Json) -> Json:
    """A source's ``cursor`` whose ``sweep`` reads once more what its history goes back, and what is not read yet."""
    if not isinstance(cursor, dict) or not isinstance(kept := cursor.get("sweep"), dict):
        return cursor
    return {**cursor, "sweep": {"from": {**_numbers(kept.get("from")), **_numbers(kept.get("done"))}}}


def _numbers(kept: Any) -> dict[str, int]:
    entries = kept.items() if isinstance(kept, dict) else ()
    return {query: at for query, at in entries if type(at) is int and 0 <= at < _LATEST}


def _pairs(kept: Any, kinds: tuple[type, type]) -> dict[str, list[Any]]:
    """The entries that are lists of two, of these types."""
    entries = cast("Any", kept.items() if isinstance(kept, dict) else ())
    return {key: e for key, e in entries if isinstance(e, list) and len(e) == 2 and all(map(isinstance, e, kinds))}
