"""Hacker News: stories and comments that the rules look for; what is deleted or flagged dead there goes here too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.http import Http
from monitor.model import Batch, Json, Post, Term
from monitor.sources._fields import Record, identity, line, listed, moment, number, words
from monitor.sources._options import Address, SearchOptions
from monitor.sources._sweep import NOTHING_TO_SEARCH, Found, Page, Stretch, Sweep, afresh
from monitor.sources._terms import quoted, texts
from monitor.sources._watch import Watch
from monitor.text.cleaning import plain_text

REQUESTS, LOOKS = 20, 15
"""In one pass: searches, and looks at what was found before."""
PAGE = 200
OVERLAP = timedelta(hours=3)
"""A comment may be edited for two hours, and the search learns of it a little later."""


class Options(SearchOptions):
    """Keys of Hacker News in config.toml."""

    finds_beginnings = True

    api: Address = "https://hn.algolia.com/api/v1"
    """The search, which Algolia runs for Hacker News. Only a mirror or a test changes it."""
    items: Address = "https://hacker-news.firebaseio.com/v0"
    """Hacker News' own API, which tells of deletions."""


class Source:
    """Hacker News, searched for each term."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._http = options, http

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Search for what is new, then look again at some of what was found in the last two weeks."""
        kept = cursor if isinstance(cursor, dict) else {}
        queries = [quoted(text) for text in texts(terms)]
        if not queries:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        history = timedelta(days=self._options.days_back)
        sweep = Sweep(kept.get("sweep"), now, history=history, overlap=OVERLAP)
        watch = Watch(kept.get("watch"))
        batch = sweep.run(queries, self._search, REQUESTS)
        batch = watch.follow(batch, now, LOOKS, self._look, terms)
        return replace(batch, cursor={"sweep": sweep.to_json(), "watch": watch.to_json(now)})

    def reset_cursor(self, cursor: Json) -> Json:
        """Rules have changed: read history once more."""
        return afresh(cursor)

    def _search(self, stretch: Stretch) -> Page:
        """A page goes on by time, not by number, for Algolia shows no more than 1,000 of a search."""
        until = stretch.on if isinstance(stretch.on, int) else int(stretch.until.timestamp())
        params = {
            "query": stretch.query,
            "tags": "(story,comment,poll,job)",
            "numericFilters": f"created_at_i>={int(stretch.since.timestamp())},created_at_i<={until}",
            "hitsPerPage": str(PAGE),
        }
        hits = listed(self._http.get(f"{self._options.api}/search_by_date", params=params), "hits")
        posts = [post for hit in hits if (post := self._post(hit, stretch.until)) is not None]
        oldest = min((int(post.published_at.timestamp()) for post in posts), default=until)
        return Page(
            tuple(Found(post, post.published_at) for post in posts),
            on=None if len(hits) < PAGE else min(oldest, until - 1),
            set_aside=len(hits) - len(posts),
        )

    def _post(self, hit: Record, latest: datetime) -> Post | None:
        id_, at = identity(hit, "objectID"), moment(number(hit, "created_at_i")) or moment(hit.get("created_at"))
        if not id_ or at is None:
            return None
        text = words(hit, "comment_text") or words(hit, "story_text") or words(hit, "job_text")
        return self._made(id_, line(hit, "title"), text, line(hit, "author"), min(at, latest))

    def _made(self, id_: str, title: str, text: str, author: str, at: datetime) -> Post | None:
        url = f"https://news.ycombinator.com/item?id={id_}" if id_.isdecimal() else ""
        post = Post(self._options.name, id_, plain_text(text), at, author=author, title=title, url=url)
        return post if post.body.strip() else None

    def _look(self, ids: Sequence[str]) -> Mapping[str, Post | None]:
        """How these items are now, from Hacker News itself."""
        found: dict[str, Post | None] = {}
        for id_ in ids:
            answer = self._http.get(f"{self._options.items}/item/{id_}.json")
            item = answer.json()
            if not isinstance(item, dict) or identity(item, "id") != id_:
                continue
            if item.get("deleted") is True or item.get("dead") is True:
                found[id_] = None
            elif (at := moment(number(item, "time"))) is not None:
                post = self._made(id_, line(item, "title"), words(item, "text"), line(item, "by"), at)
                found |= {id_: post} if post else {}
        return found
