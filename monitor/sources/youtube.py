"""YouTube: videos that the rules look for, and the comments below them and below named videos; needs a free key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor.errors import BadResponse, QuotaSpent
from monitor.http import Http, RateLimitStatus, Response
from monitor.model import Batch, Json, Post, Term
from monitor.secrets import SecretName
from monitor.sources._fields import Record, identity, line, listed_in, moment, number, part, record_of, words
from monitor.sources._options import Address, SearchOptions
from monitor.sources._sweep import NOTHING_TO_SEARCH, Found, Page, Stretch, Sweep
from monitor.sources._terms import packed, quoted, texts
from monitor.sources._watch import Watch, may_match
from monitor.sources._youtube import HOW, NotThere, Talk, next_quota, quota_day
from monitor.text.cleaning import plain_text

SEARCHES, COMMENTS = 5, 20
"""Requests of one pass."""
PAGE, THREADS, IDS = 50, 100, 50
LATE = timedelta(hours=12)
"""The search lists a video hours after it was published."""
OVERLAP = timedelta(hours=1)
FOLLOWED_FOR = timedelta(days=14)
MOST_FOLLOWED = 60
"""Found videos whose comments are read; each costs one of 10,000 units a round."""
LONGEST = 150
USED_UP = "The searches of today are used up; comments are still read."
_Video = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{11}$")]


class Options(SearchOptions):
    """Keys of YouTube in config.toml."""

    how = HOW

    key: SecretName = "YOUTUBE_KEY"
    """Name of the secret that holds the API key."""
    videos: Annotated[tuple[_Video, ...], Field(max_length=50, examples=["aBcDeFgHiJk"])] = ()
    """Videos whose comments are read whether a search finds them or not: the 11 signs after ``v=``."""
    comments: bool = True
    """Whether the comments below the found videos are read."""
    searches_a_day: Annotated[int, Field(ge=0, le=100_000)] = 100
    """How many searches the key allows; share them out where several sources use one key."""
    api: Address = "https://www.googleapis.com/youtube/v3"
    """Only a test changes it."""

    default_every = "30m"


class Source:
    """YouTube: a search for several terms at once, spread over the day so that the quota lasts."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._http = options, http

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Search, read comments, and look again at what was found in the last two weeks."""
        kept = cursor if isinstance(cursor, dict) else {}
        queries = packed([quoted(text) for text in texts(terms)], "|", LONGEST)
        if not queries and not self._options.videos:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        talk = Talk(self._http, self._options.api, self._options.key, now)
        quota = _Quota(kept.get("quota"), self._options.searches_a_day, now)
        watch, followed = Watch(kept.get("watch")), _followed(kept.get("followed"), now)
        found, search = self._search(talk, queries, kept.get("search"), quota, now, bool(followed))
        if self._options.comments:
            followed |= {_id(p): int(p.published_at.timestamp()) for p in found.posts if may_match(p, terms)}
        followed = dict(sorted(followed.items(), key=lambda item: -item[1])[:MOST_FOLLOWED])
        said, comments = self._comments(talk, [*self._options.videos, *followed], kept.get("comments"), now)
        self._http.traffic.record_rate_limit("YouTube's search", quota.allowance)
        batch = _joined(found, said)
        batch = watch.follow(batch, now, IDS, lambda ids: self._look(talk, ids, now), terms)
        kept = {"search": search, "comments": comments, "followed": followed, "quota": quota.to_json()}
        return replace(batch, cursor={**kept, "watch": watch.to_json(now)})

    def _search(
        self, talk: Talk, queries: Sequence[str], kept: Json, quota: _Quota, now: datetime, followed: bool
    ) -> tuple[Batch, Json]:
        """What the searches bring, with full descriptions; nothing when today's are used up.

        Raises QuotaSpent where they are and there are no videos either whose comments could be read.
        """
        sweep = Sweep(kept, now, history=timedelta(days=self._options.days_back), overlap=LATE)
        if not queries:
            return Batch(complete_since=now), kept
        if not quota.left:
            return _used_up(quota, queries), kept
        if not quota.is_due:
            # a pass that only goes on with comments
            return Batch(complete_since=quota.complete_since), kept

        def read(stretch: Stretch) -> Page:
            quota.spend()
            try:
                return self._results(talk, stretch, now)
            except QuotaSpent:
                quota.use_up()
                raise

        try:
            batch = sweep.run(queries, read, min(SEARCHES, quota.left))
        except QuotaSpent:
            if not (followed or self._options.videos):
                raise
            return _used_up(quota, queries), kept
        if not quota.left and batch.not_before:
            # comments have a quota of their own
            batch = replace(batch, not_before=None, note=USED_UP, unread_since=quota.unread_since(len(queries)))
        if not batch.more:
            quota.put_off(len(queries), batch.complete_since)
        posts = self._in_full(talk, batch.posts, now)
        return replace(batch, posts=posts, more=batch.more and quota.left > 0), sweep.to_json()

    def _results(self, talk: Talk, stretch: Stretch, now: datetime) -> Page:
        params = {
            "part": "snippet",
            "type": "video",
            "order": "date",
            "q": stretch.query,
            "publishedAfter": stretch.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "maxResults": str(PAGE),
        }
        params |= {"pageToken": stretch.on} if isinstance(stretch.on, str) else {}
        try:
            answer = talk.get("search", params)
        except BadResponse:
            if "pageToken" not in params:
                raise
            # a token of an earlier pass that is not taken any more
            return Page(unsure=True)
        items = listed_in(record_of(answer), "items", answer)
        posts = [self._video(item, identity(part(item, "id"), "videoId"), now) for item in items]
        return _page(posts, answer)

    def _in_full(self, talk: Talk, posts: Sequence[Post], now: datetime) -> tuple[Post, ...]:
        """``posts`` with their whole descriptions, of which a search shows the beginning."""
        full: dict[str, Post | None] = {}
        for start in range(0, len(posts), IDS):
            full |= self._videos(talk, [_id(post) for post in posts[start : start + IDS]], now)
        return tuple(full.get(_id(post)) or post for post in posts)

    def _videos(self, talk: Talk, ids: Sequence[str], now: datetime) -> dict[str, Post | None]:
        """These videos as they are now; one that is not sent any more is gone."""
        answer = talk.get("videos", {"part": "snippet", "id": ",".join(ids), "maxResults": str(IDS)})
        return self._standing(ids, answer, now)

    def _standing(self, ids: Sequence[str], answer: Response, now: datetime) -> dict[str, Post | None]:
        found: dict[str, Post | None] = dict.fromkeys(ids)
        for item in listed_in(record_of(answer), "items", answer):
            id_ = identity(item, "id")
            if id_ in found:
                comment = "textDisplay" in part(item, "snippet") or "textOriginal" in part(item, "snippet")
                found[id_] = self._comment(item, "", now) if comment else self._video(item, id_, now)
                if found[id_] is None:
                    del found[id_]
        return found

    def _video(self, item: Record, id_: str, now: datetime) -> Post | None:
        told = part(item, "snippet")
        at = moment(words(told, "publishedAt"))
        if not id_ or at is None:
            return None
        post = Post(
            source=self._options.name,
            external_id=f"video/{id_}",
            text=plain_text(words(told, "description")),
            published_at=min(at, now),
            author=line(told, "channelTitle"),
            title=line(told, "title"),
            url=f"https://www.youtube.com/watch?v={id_}",
        )
        return post if post.body.strip() else None

    def _comments(self, talk: Talk, videos: Sequence[str], kept: Json, now: datetime) -> tuple[Batch, Json]:
        sweep = Sweep(kept, now, history=timedelta(days=self._options.days_back), overlap=OVERLAP)
        if not videos:
            return Batch(complete_since=now), kept
        batch = sweep.run(list(dict.fromkeys(videos)), lambda stretch: self._threads(talk, stretch, now), COMMENTS)
        return batch, sweep.to_json()

    def _threads(self, talk: Talk, stretch: Stretch, now: datetime) -> Page:
        """Threads come by the time of their first comment; what is answered below an old one later is not seen."""
        params = {"part": "snippet,replies", "videoId": stretch.query, "order": "time", "textFormat": "plainText"}
        params |= {"maxResults": str(THREADS)} | ({"pageToken": stretch.on} if isinstance(stretch.on, str) else {})
        try:
            answer = talk.get("commentThreads", params)
        except NotThere:
            return Page()
        except BadResponse:
            if "pageToken" not in params:
                raise
            return Page(unsure=True)
        threads = listed_in(record_of(answer), "items", answer)
        firsts = [self._comment(part(part(t, "snippet"), "topLevelComment"), stretch.query, now) for t in threads]
        below = [reply for thread in threads for reply in _replies(thread)]
        page = _page([*firsts, *(self._comment(reply, stretch.query, now) for reply in below)], answer)
        past = any(post is not None and post.published_at < stretch.since for post in firsts)
        return replace(page, on=None) if past else page

    def _comment(self, comment: Record, video: str, now: datetime) -> Post | None:
        told, id_ = part(comment, "snippet"), identity(comment, "id")
        at = moment(words(told, "publishedAt"))
        text = plain_text(words(told, "textOriginal") or words(told, "textDisplay"))
        if not id_ or at is None or not text:
            return None
        video = video or identity(told, "videoId")
        where = f"v={video}&" if video else ""
        url = f"https://www.youtube.com/watch?{where}lc={id_}"
        author = line(told, "authorDisplayName").removeprefix("@")
        return Post(self._options.name, f"comment/{id_}", text, min(at, now), author=author, url=url)

    def _look(self, talk: Talk, ids: Sequence[str], now: datetime) -> Mapping[str, Post | None]:
        found: dict[str, Post | None] = {}
        videos = [id_.partition("/")[2] for id_ in ids if id_.startswith("video/")]
        comments = [id_.partition("/")[2] for id_ in ids if id_.startswith("comment/")]
        if videos:
            found |= {f"video/{id_}": post for id_, post in self._videos(talk, videos, now).items()}
        if comments:
            params = {"part": "snippet", "id": ",".join(comments), "textFormat": "plainText"}
            standing = self._standing(comments, talk.get("comments", params), now)
            found |= {f"comment/{id_}": post for id_, post in standing.items()}
        return found


class _Quota:
    """The searches of one day: they are counted, and spread so that they last until midnight in California."""

    def __init__(self, kept: Json, allowed: int, now: datetime) -> None:
        kept = kept if isinstance(kept, dict) else {}
        self._now, self._day, self._allowed = now, quota_day(now), allowed
        self._used = max(0, number(kept, "used") or 0) if kept.get("day") == self._day else 0
        due = moment(number(kept, "due"))
        # a clock that was set back must not keep us waiting
        self.due = due if due and now < due <= now + timedelta(days=2) else None
        """When to search next; None: now."""
        self.complete_since = moment(number(kept, "since"))
        """What the last searches told of their completeness."""
        read = moment(number(kept, "read"))
        self._read = min(read, now) if read else now
        """When all was searched last; before the first time, when we began to."""

    @property
    def left(self) -> int:
        return max(0, self._allowed - self._used)

    @property
    def allowance(self) -> RateLimitStatus:
        """What is left of today's searches, as far as this source counted them."""
        return RateLimitStatus(self.left, self._allowed, next_quota(self._now))

    @property
    def is_due(self) -> bool:
        return self.due is None

    def spend(self) -> None:
        self._used += 1

    def use_up(self) -> None:
        """Note that others with the same key left nothing of today's."""
        self._used = max(self._used, self._allowed)

    def put_off(self, queries: int, complete_since: datetime | None) -> None:
        """Search again when it is time, if each query takes one request."""
        self.due = self._now + self._apart(queries) if self.left >= queries else next_quota(self._now)
        self.complete_since = complete_since
        self._read = self._now if complete_since else self._read

    def unread_since(self, queries: int) -> datetime | None:
        """Since when nothing was searched, where that is longer than between two searches of a usual day."""
        return self._read if self._now - self._read > 2 * self._apart(queries) else None

    def _apart(self, queries: int) -> timedelta:
        return timedelta(days=1) * queries / max(1, self._allowed)

    def to_json(self) -> Json:
        stamps = {"due": self.due, "since": self.complete_since, "read": self._read}
        return {"day": self._day, "used": self._used} | {k: int(v.timestamp()) for k, v in stamps.items() if v}


def _page(posts: Sequence[Post | None], answer: Response) -> Page:
    token = words(record_of(answer), "nextPageToken")
    found = tuple(Found(post, post.published_at) for post in posts if post is not None)
    return Page(found, token or None, set_aside=len(posts) - len(found))


def _replies(thread: Record) -> list[Record]:
    """The newest answers below a thread's first comment, of which YouTube sends a few along."""
    found = part(thread, "replies").get("comments")
    return [reply for reply in found if isinstance(reply, dict)] if isinstance(found, list) else []


def _followed(kept: Json, now: datetime) -> dict[str, int]:
    """The found videos whose comments are read, with the second in which each was published."""
    oldest = (now - FOLLOWED_FOR).timestamp()
    entries = kept.items() if isinstance(kept, dict) else ()
    return {id_: at for id_, at in entries if type(at) is int and at >= oldest}


def _id(post: Post) -> str:
    return post.external_id.partition("/")[2]


def _used_up(quota: _Quota, queries: Sequence[str]) -> Batch:
    """Nothing more is searched today; new videos go unread meanwhile."""
    return Batch(note=USED_UP, unread_since=quota.unread_since(len(queries)))


def _joined(found: Batch, said: Batch) -> Batch:
    """Videos and comments as one batch, which is as complete as the less complete of both."""
    since = [at for at in (found.complete_since, said.complete_since) if at is not None]
    waits = [wait for wait in (found.not_before, said.not_before) if wait is not None]
    return Batch(
        posts=(*found.posts, *said.posts),
        more=(found.more or said.more) and said.not_before is None,
        not_before=max(waits, default=None),
        complete_since=min(since) if len(since) == 2 else None,
        unread_since=found.unread_since,
        set_aside=found.set_aside + said.set_aside,
        note=found.note or said.note,
    )
