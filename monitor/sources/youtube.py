"""YouTube: videos that match the rules, and comments on them and on videos that you name. Needs a free key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor.errors import BadResponse, QuotaSpent
from monitor.http import Http, Response
from monitor.model import Batch, Json, Post, Term
from monitor.secrets import SecretName
from monitor.sources._backfill import Backfill, ListedPost, Page, Window
from monitor.sources._fields import (
    Record,
    get_id,
    get_line,
    get_object,
    get_objects,
    get_text,
    parse_time,
    response_object,
)
from monitor.sources._options import BaseUrl, SearchOptions
from monitor.sources._paged import NOTHING_TO_SEARCH, RECHECK_KEY
from monitor.sources._recheck import Recheck, may_match
from monitor.sources._terms import pack_queries, quote_phrase, search_texts
from monitor.sources._youtube import KEY_HELP, ApiClient, NotFound
from monitor.sources._youtube_quota import SearchQuota
from monitor.text.cleaning import plain_text
from monitor.text.language_codes import language_code

MAX_SEARCHES, MAX_COMMENT_PAGES = 5, 20
"""Requests in one pass."""
VIDEOS_PER_PAGE, THREADS_PER_PAGE, IDS_PER_LOOKUP = 50, 100, 50
SEARCH_OVERLAP = timedelta(hours=12)
"""The search lists a video hours after it was published."""
COMMENT_OVERLAP = timedelta(hours=1)
FOLLOW_VIDEOS_FOR = timedelta(days=14)
MAX_FOLLOWED_VIDEOS = 60
"""Found videos whose comments are read. Each costs one of 10,000 units a round."""
MAX_QUERY_CHARS = 150
SEARCHES_USED_UP = "Today's searches are used up; comments are still read."
_VideoId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{11}$")]


class Options(SearchOptions):
    """Keys of YouTube in config.toml."""

    key_help = KEY_HELP

    key: SecretName = "YOUTUBE_KEY"
    """Name of the secret that holds the API key."""
    videos: Annotated[tuple[_VideoId, ...], Field(max_length=50, examples=["aBcDeFgHiJk"])] = ()
    """Videos whose comments are always read: the 11 characters after ``v=``."""
    comments: bool = True
    """Whether to read the comments on videos that were found."""
    searches_a_day: Annotated[int, Field(ge=0, le=100_000)] = 100
    """How many searches the key allows; divide them if several sources use one key."""
    api: BaseUrl = "https://www.googleapis.com/youtube/v3"
    """Change it only in tests."""

    default_every = "30m"


class Source:
    """YouTube: two lists with separate quotas, the videos found and the comments on videos.

    One search covers several terms, and searches are spread over the day. One thread at a time reads a source, so the
    client and the time of a pass are kept on the object.
    """

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._http = options, http
        self._client: ApiClient
        self._now: datetime

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Search, read comments, then look up known posts that are due. Raises SourceErrors."""
        stored = cursor if isinstance(cursor, dict) else {}
        queries = pack_queries([quote_phrase(text) for text in search_texts(terms)], "|", MAX_QUERY_CHARS)
        if not queries and not self._options.videos:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        self._now, self._client = now, ApiClient(self._http, self._options.api, self._options.key, now)
        quota = SearchQuota(stored.get("quota"), self._options.searches_a_day, now)
        followed = _followed_videos(stored.get("followed"), now)
        has_videos = bool(followed or self._options.videos)
        videos, search_state = self._search(queries, stored.get("search"), quota, has_videos)
        if self._options.comments:
            followed |= {_id(p): int(p.published_at.timestamp()) for p in videos.posts if may_match(p, terms)}
        followed = dict(sorted(followed.items(), key=lambda item: -item[1])[:MAX_FOLLOWED_VIDEOS])
        comments, comment_state = self._read_comments([*self._options.videos, *followed], stored.get("comments"))
        self._http.traffic.record_rate_limit("YouTube's search", quota.status)
        recheck = Recheck(stored.get(RECHECK_KEY))
        batch = recheck.run(_joined(videos, comments), now, self._look_up, IDS_PER_LOOKUP, terms)
        state = {"search": search_state, "comments": comment_state, "followed": followed, "quota": quota.to_json()}
        return replace(batch, cursor={**state, RECHECK_KEY: recheck.to_json(now)})

    def _search(self, queries: Sequence[str], stored: Json, quota: SearchQuota, has_videos: bool) -> tuple[Batch, Json]:
        """(videos found, with full descriptions; state of the searches). No videos if today's searches are used up.

        Raises QuotaSpent if another source has used them up and there are no videos whose comments could be read.
        """
        if not queries:
            return Batch(complete_since=self._now), stored
        if not quota.remaining:
            return _searches_used_up(quota, queries), stored
        if not quota.is_due:
            return Batch(complete_since=quota.complete_since), stored
        backfill = self._backfill(stored, SEARCH_OVERLAP)
        try:
            batch = backfill.run(queries, partial(self._search_page, quota), min(MAX_SEARCHES, quota.remaining))
        except QuotaSpent:
            if not has_videos:
                raise
            return _searches_used_up(quota, queries), stored
        if not quota.remaining and batch.not_before:
            # comments have a separate quota, so the pass continues
            batch = replace(
                batch, not_before=None, note=SEARCHES_USED_UP, unread_since=quota.unread_since(len(queries))
            )
        if not batch.more:
            quota.schedule_next(len(queries), batch.complete_since)
        posts = self._with_descriptions(batch.posts)
        return replace(batch, posts=posts, more=batch.more and quota.remaining > 0), backfill.to_json()

    def _backfill(self, stored: Json, overlap: timedelta) -> Backfill:
        return Backfill(stored, self._now, history=timedelta(days=self._options.days_back), overlap=overlap)

    def _search_page(self, quota: SearchQuota, window: Window) -> Page:
        """A page of search results, counted in ``quota``."""
        quota.count_search()
        params = {
            "part": "snippet",
            "type": "video",
            "order": "date",
            "q": window.query,
            "publishedAfter": window.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "maxResults": str(VIDEOS_PER_PAGE),
        }
        try:
            response = self._page_response("search", params, window)
        except QuotaSpent:
            quota.use_up()
            raise
        if response is None:
            return Page(incomplete=True)
        items = get_objects(response_object(response), "items", response)
        return _page([self._video(item, get_id(get_object(item, "id"), "videoId")) for item in items], response)

    def _page_response(self, method: str, params: dict[str, str], window: Window) -> Response | None:
        """The page at the window's cursor; None if YouTube no longer accepts the page token of an earlier pass."""
        token = window.cursor if isinstance(window.cursor, str) else None
        try:
            return self._client.get(method, {**params, **({"pageToken": token} if token is not None else {})})
        except BadResponse:
            if token is None:
                raise
            return None

    def _with_descriptions(self, posts: Sequence[Post]) -> tuple[Post, ...]:
        """``posts`` with their full descriptions: a search returns only the beginning."""
        full: dict[str, Post | None] = {}
        for start in range(0, len(posts), IDS_PER_LOOKUP):
            full |= self._current_videos([_id(post) for post in posts[start : start + IDS_PER_LOOKUP]])
        return tuple(full.get(_id(post)) or post for post in posts)

    def _read_comments(self, videos: Sequence[str], stored: Json) -> tuple[Batch, Json]:
        """(comments, state of their reading)"""
        if not videos:
            return Batch(complete_since=self._now), stored
        backfill = self._backfill(stored, COMMENT_OVERLAP)
        batch = backfill.run(list(dict.fromkeys(videos)), self._comment_page, MAX_COMMENT_PAGES)
        return batch, backfill.to_json()

    def _comment_page(self, window: Window) -> Page:
        """Threads are sorted by their first comment, so later replies to old threads are not found."""
        params = {"part": "snippet,replies", "videoId": window.query, "order": "time", "textFormat": "plainText"}
        try:
            response = self._page_response("commentThreads", {**params, "maxResults": str(THREADS_PER_PAGE)}, window)
        except NotFound:
            return Page()
        if response is None:
            return Page(incomplete=True)
        threads = get_objects(response_object(response), "items", response)
        top_comments = [get_object(get_object(thread, "snippet"), "topLevelComment") for thread in threads]
        first_posts = [self._comment(comment, window.query) for comment in top_comments]
        replies = [
            _as_reply(self._comment(reply, window.query), first)
            for thread, first in zip(threads, first_posts, strict=True)
            for reply in _replies(thread)
        ]
        page = _page([*first_posts, *replies], response)
        is_past = any(post is not None and post.published_at < window.since for post in first_posts)
        return replace(page, next_cursor=None) if is_past else page

    def _look_up(self, ids: Sequence[str]) -> Mapping[str, Post | None]:
        """The current videos and comments, with one request for each kind."""
        found: dict[str, Post | None] = {}
        videos = [id_.partition("/")[2] for id_ in ids if id_.startswith("video/")]
        comments = [id_.partition("/")[2] for id_ in ids if id_.startswith("comment/")]
        if videos:
            found |= {f"video/{id_}": post for id_, post in self._current_videos(videos).items()}
        if comments:
            params = {"part": "snippet", "id": ",".join(comments), "textFormat": "plainText"}
            current = _current_posts(comments, self._client.get("comments", params), lambda c, _: self._comment(c, ""))
            found |= {f"comment/{id_}": post for id_, post in current.items()}
        return found

    def _current_videos(self, ids: Sequence[str]) -> dict[str, Post | None]:
        """Video id -> the video as it is now, None if YouTube no longer returns it."""
        params = {"part": "snippet", "id": ",".join(ids), "maxResults": str(IDS_PER_LOOKUP)}
        return _current_posts(ids, self._client.get("videos", params), self._video)

    def _video(self, item: Record, id_: str) -> Post | None:
        snippet = get_object(item, "snippet")
        at = parse_time(get_text(snippet, "publishedAt"))
        if not id_ or at is None:
            return None
        post = Post(
            source=self._options.name,
            external_id=f"video/{id_}",
            text=plain_text(get_text(snippet, "description")),
            published_at=min(at, self._now),
            author=get_line(snippet, "channelTitle"),
            title=get_line(snippet, "title"),
            url=f"https://www.youtube.com/watch?v={id_}",
            lang=language_code(get_text(snippet, "defaultLanguage") or None),
        )
        return post if post.body.strip() else None

    def _comment(self, item: Record, video_id: str) -> Post | None:
        snippet, id_ = get_object(item, "snippet"), get_id(item, "id")
        at = parse_time(get_text(snippet, "publishedAt"))
        text = plain_text(get_text(snippet, "textOriginal") or get_text(snippet, "textDisplay"))
        if not id_ or at is None or not text:
            return None
        video_id = video_id or get_id(snippet, "videoId")
        video = f"v={video_id}&" if video_id else ""
        return Post(
            source=self._options.name,
            external_id=f"comment/{id_}",
            text=text,
            published_at=min(at, self._now),
            author=get_line(snippet, "authorDisplayName").removeprefix("@"),
            url=f"https://www.youtube.com/watch?{video}lc={id_}",
        )


def _page(posts: Sequence[Post | None], response: Response) -> Page:
    token = get_text(response_object(response), "nextPageToken")
    found = tuple(ListedPost(post, post.published_at) for post in posts if post is not None)
    return Page(found, token or None, skipped=len(posts) - len(found))


def _current_posts(
    ids: Sequence[str], response: Response, make_post: Callable[[Record, str], Post | None]
) -> dict[str, Post | None]:
    """Id -> the post as it is now, None if it is missing in ``response``. Items that cannot be read are left out."""
    found: dict[str, Post | None] = dict.fromkeys(ids)
    for item in get_objects(response_object(response), "items", response):
        id_ = get_id(item, "id")
        if id_ in found:
            found[id_] = make_post(item, id_)
            if found[id_] is None:
                del found[id_]
    return found


def _as_reply(reply: Post | None, first: Post | None) -> Post | None:
    """``reply`` as one to the author of the first comment of its thread."""
    return replace(reply, reply_to=first.author) if reply is not None and first is not None else reply


def _replies(thread: Record) -> list[Record]:
    """The newest replies in a thread. YouTube includes only a few."""
    found = get_object(thread, "replies").get("comments")
    return [reply for reply in found if isinstance(reply, dict)] if isinstance(found, list) else []


def _followed_videos(stored: Json, now: datetime) -> dict[str, int]:
    """Id -> publication time in epoch seconds, of found videos that are recent enough to read their comments."""
    oldest = (now - FOLLOW_VIDEOS_FOR).timestamp()
    entries = stored.items() if isinstance(stored, dict) else ()
    return {id_: at for id_, at in entries if type(at) is int and at >= oldest}


def _id(post: Post) -> str:
    """YouTube's own id, without the kind that external ids begin with."""
    return post.external_id.partition("/")[2]


def _searches_used_up(quota: SearchQuota, queries: Sequence[str]) -> Batch:
    """The batch of a pass that cannot search: no videos; new ones stay unread until tomorrow."""
    return Batch(note=SEARCHES_USED_UP, unread_since=quota.unread_since(len(queries)))


def _joined(videos: Batch, comments: Batch) -> Batch:
    """Both as one batch, which is complete only if both are."""
    since = [at for at in (videos.complete_since, comments.complete_since) if at is not None]
    waits = [wait for wait in (videos.not_before, comments.not_before) if wait is not None]
    return Batch(
        posts=(*videos.posts, *comments.posts),
        more=(videos.more or comments.more) and comments.not_before is None,
        not_before=max(waits, default=None),
        complete_since=min(since) if len(since) == 2 else None,
        unread_since=videos.unread_since,
        skipped=videos.skipped + comments.skipped,
        note=videos.note or comments.note,
    )
