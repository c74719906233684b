"""Hacker News: stories and comments that match the rules, including edits and deletions. No key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.model import Post
from monitor.sources._backfill import ListedPost, Page, Window
from monitor.sources._fields import Record, get_id, get_int, get_line, get_text, parse_time, response_objects
from monitor.sources._options import BaseUrl, SearchOptions
from monitor.sources._paged import SearchedSource
from monitor.text.cleaning import plain_text, safe_url

PAGE_SIZE = 200


class Options(SearchOptions):
    """Keys of Hacker News in config.toml."""

    supports_prefixes = True

    api: BaseUrl = "https://hn.algolia.com/api/v1"
    """The search API, which Algolia runs for Hacker News. Change it only for a mirror or in tests."""
    items: BaseUrl = "https://hacker-news.firebaseio.com/v0"
    """Hacker News' own API, which reports deletions."""


class Source(SearchedSource[Options]):
    """Hacker News, searched for each term."""

    max_requests = 20
    max_rechecks = 15
    rechecks_matches_only = True
    # a comment can be edited for two hours, and the search index is updated a little later
    overlap = timedelta(hours=3)

    def page(self, window: Window) -> Page:
        """A page of search results. Pages continue by time, because Algolia shows at most 1,000 results of a search."""
        end = int(window.end.timestamp())
        params = {
            "query": window.query,
            "tags": "(story,comment,poll,job)",
            "numericFilters": f"created_at_i>={int(window.since.timestamp())},created_at_i<={end}",
            "hitsPerPage": str(PAGE_SIZE),
        }
        hits = response_objects(self.http.get(f"{self.options.api}/search_by_date", params=params), "hits")
        posts = [post for hit in hits if (post := self._search_result(hit, window.until)) is not None]
        oldest = min((int(post.published_at.timestamp()) for post in posts), default=end)
        return Page(
            tuple(ListedPost(post, post.published_at) for post in posts),
            next_cursor=None if len(hits) < PAGE_SIZE else min(oldest, end - 1),
            skipped=len(hits) - len(posts),
        )

    def look_up(self, ids: Sequence[str]) -> Mapping[str, Post | None]:
        """The current items, from Hacker News' own API, one request for each."""
        found: dict[str, Post | None] = {}
        for id_ in ids:
            item = self.http.get(f"{self.options.items}/item/{id_}.json").json()
            if not isinstance(item, dict) or get_id(item, "id") != id_:
                continue
            if item.get("deleted") is True or item.get("dead") is True:
                found[id_] = None
            elif (at := parse_time(get_int(item, "time"))) is not None:
                post = self._post(
                    id_,
                    get_line(item, "title"),
                    get_text(item, "text"),
                    get_line(item, "by"),
                    at,
                    get_text(item, "url"),
                )
                found |= {id_: post} if post else {}
        return found

    def _search_result(self, hit: Record, latest: datetime) -> Post | None:
        id_, at = get_id(hit, "objectID"), parse_time(get_int(hit, "created_at_i")) or parse_time(hit.get("created_at"))
        if not id_ or at is None:
            return None
        text = get_text(hit, "comment_text") or get_text(hit, "story_text") or get_text(hit, "job_text")
        return self._post(
            id_, get_line(hit, "title"), text, get_line(hit, "author"), min(at, latest), get_text(hit, "url")
        )

    def _post(self, id_: str, title: str, text: str, author: str, at: datetime, link: str) -> Post | None:
        url = f"https://news.ycombinator.com/item?id={id_}" if id_.isdecimal() else ""
        post = Post(
            self.options.name, id_, plain_text(text), at, author=author, title=title, url=url, link=safe_url(link)
        )
        return post if post.body.strip() else None
