"""Discourse: all public posts of a forum, including edits and deletions. No key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from monitor.errors import RateLimited
from monitor.feeds import presets
from monitor.http import Http, Response
from monitor.model import Post, Term
from monitor.sources._backfill import ListedPost, Page, Window
from monitor.sources._fields import (
    Record,
    get_id,
    get_int,
    get_line,
    get_object,
    get_text,
    parse_time,
    response_object,
    response_objects,
)
from monitor.sources._options import BaseUrl, HistoryOptions
from monitor.sources._paged import PagedSource
from monitor.text.cleaning import plain_text

IDS_PER_PAGE = 50
"""Ids that one request of ``posts.json`` covers; its response lacks those that are not public."""
OVERLOADED_WAIT = timedelta(minutes=5)
_REGULAR, _MODERATOR = 1, 2
"""Discourse's post types that people write; others are notices."""
_GONE = (403, 404, 410)
_QUOTED_USER = re.compile(r'<aside class="quote\b[^<>]* data-username="([^"<>]{1,100})"')


def _forum_url(url: str) -> str:
    return presets.root_url(url, presets.DISCOURSE_PAGES)


class Options(HistoryOptions):
    """Keys of a Discourse forum in config.toml."""

    url: Annotated[BaseUrl, AfterValidator(_forum_url), Field(examples=["https://forum.example"])]
    """The forum's address, such as https://forum.example."""


class Source(PagedSource[Options]):
    """One forum. It is read post by post, because its search shows 300 characters of a post and 50 posts a page."""

    max_requests = 20
    max_rechecks = 10
    rechecks_matches_only = True
    overlap = timedelta(hours=1)

    def __init__(self, options: Options, http: Http) -> None:
        super().__init__(options, http)
        self._site = (urlsplit(options.url).hostname or "").removeprefix("www.")

    def queries(self, terms: Sequence[Term]) -> Sequence[str]:
        """The forum's one list."""
        return ["posts"]

    def page(self, window: Window) -> Page:
        """A page of posts. The next one continues at its lowest id."""
        # ``before`` is inclusive, and the site counts ids that nobody may see
        before = window.cursor if isinstance(window.cursor, int) else None
        shown = response_objects(self._get("posts.json", before=before), "latest_posts")
        ids = [id_ for record in shown if (id_ := get_int(record, "id")) is not None and id_ > 0]
        if before and ids and min(ids) > before:
            # an old response from a cache, from which reading cannot continue
            return Page(incomplete=True)
        posts = [self._post(record) for record in shown if not before or get_int(record, "id") != before]
        found = [ListedPost(post, post.published_at) for post in posts if post is not None and post.body.strip()]
        is_past = bool(found) and max(at for _, at in found) < window.since
        return Page(tuple(found), None if is_past else _next_before(before, ids), skipped=posts.count(None))

    def look_up(self, ids: Sequence[str]) -> Mapping[str, Post | None]:
        """The current posts, one request for each."""
        found: dict[str, Post | None] = {}
        for id_ in ids:
            response = self._get(f"posts/{id_}.json", allow_status=_GONE)
            record = {} if response.status in _GONE else response_object(response)
            post = self._post(record)
            if response.status in _GONE or (post is not None and _is_gone(record)):
                found[id_] = None
            elif post is not None and post.external_id == id_ and get_int(record, "post_number") != 1:
                # a first post has no title here, and would look edited
                found[id_] = post
        return found

    def _get(self, path: str, before: int | None = None, allow_status: tuple[int, ...] = ()) -> Response:
        params = {} if before is None else {"before": str(before)}
        response = self.http.get(f"{self.options.url}/{path}", params=params, allow_status=(409, *allow_status))
        if response.status == 409:
            raise RateLimited(f"{self._site} is overloaded and asks us to wait (409).", self.now + OVERLOADED_WAIT)
        return response

    def _post(self, record: Record) -> Post | None:
        """None for a record that cannot be read; a post without words for one that is hidden, deleted or a notice."""
        id_, at = get_id(record, "id"), parse_time(record.get("created_at"))
        if not id_.isdecimal() or at is None:
            return None
        is_first = get_int(record, "post_number") == 1
        return Post(
            source=self.options.name,
            external_id=id_,
            text="" if _is_gone(record) else plain_text(get_text(record, "cooked") or get_text(record, "raw")),
            published_at=min(at, self.now),
            author=get_line(record, "username"),
            # replies carry the thread's title, which their authors did not write
            title=get_line(record, "topic_title") if is_first and not _is_gone(record) else "",
            url=f"{self.options.url}/p/{id_}",
            site=self._site,
            reply_to=_reply_to(record),
        )


def _next_before(before: int | None, ids: Sequence[int]) -> int | None:
    """Where to continue: at the lowest id of the page, or below the ids it covered if none of them was shown."""
    if ids and (before is None or min(ids) < before):
        return min(ids) if min(ids) > 1 else None
    return before - IDS_PER_PAGE + 1 if before is not None and before > IDS_PER_PAGE else None


def _reply_to(record: Record) -> str:
    """The user replied to. Discourse leaves it out of a post that quotes that user."""
    quoted = _QUOTED_USER.search(get_text(record, "cooked"))
    return get_line(get_object(record, "reply_to_user"), "username") or (quoted[1] if quoted else "")


def _is_gone(record: Record) -> bool:
    """Whether the post is hidden or deleted, or a notice such as "closed this topic"."""
    kind = get_int(record, "post_type")
    flags = (record.get("hidden"), record.get("user_deleted"), record.get("deleted_at"))
    return any(flags) or (kind is not None and kind not in (_REGULAR, _MODERATOR))
