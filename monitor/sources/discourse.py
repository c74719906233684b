"""Discourse forums: every public post of an instance, with its edits and deletions; no key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from monitor.errors import RateLimited
from monitor.feeds import presets
from monitor.http import Http, Response
from monitor.model import Batch, Json, Post, Term
from monitor.sources._fields import Record, identity, line, listed, moment, number, record_of, words
from monitor.sources._options import Address, HistoryOptions
from monitor.sources._sweep import Found, Page, Stretch, Sweep, afresh
from monitor.sources._watch import Watch
from monitor.text.cleaning import plain_text

REQUESTS, LOOKS = 20, 10
WINDOW = 50
"""Ids that one answer of ``posts.json`` looks at; those that are not public are missing in it."""
OVERLAP = timedelta(hours=1)
_REGULAR, _MODERATOR = 1, 2
_GONE = (403, 404, 410)


def _forum(url: str) -> str:
    return presets.root_url(url, presets.DISCOURSE_PAGES)


class Options(HistoryOptions):
    """Keys of a Discourse forum in config.toml."""

    url: Annotated[Address, AfterValidator(_forum), Field(examples=["https://forum.example"])]
    """The forum's address, such as https://forum.example."""


class Source:
    """One forum, read post by post rather than searched: its search shows 300 characters, and 50 posts a page."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._http = options, http
        self._site = (urlsplit(options.url).hostname or "").removeprefix("www.")

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Read what is new, then look again at some of the posts that may match."""
        kept = cursor if isinstance(cursor, dict) else {}
        history = timedelta(days=self._options.days_back)
        sweep = Sweep(kept.get("sweep"), now, history=history, overlap=OVERLAP)
        watch = Watch(kept.get("watch"))
        batch = sweep.run(["posts"], lambda stretch: self._page(stretch, now), REQUESTS)
        batch = watch.follow(batch, now, LOOKS, lambda ids: self._look(ids, now), terms)
        return replace(batch, cursor={"sweep": sweep.to_json(), "watch": watch.to_json(now)})

    def reset_cursor(self, cursor: Json) -> Json:
        """Rules have changed: read history once more."""
        return afresh(cursor)

    def _page(self, stretch: Stretch, now: datetime) -> Page:
        """A page goes on at its lowest id. ``before`` is inclusive, and counts ids that nobody may see."""
        before = stretch.on if isinstance(stretch.on, int) else None
        answer = self._get("posts.json", now, before=before)
        shown = listed(answer, "latest_posts")
        ids = [id_ for one in shown if (id_ := number(one, "id")) is not None and id_ > 0]
        if before and ids and min(ids) > before:
            # an old answer out of some cache: there is no way on from it
            return Page(unsure=True)
        found = [self._post(one, now) for one in shown if not before or number(one, "id") != before]
        read = [Found(post, post.published_at) for post in found if post is not None and post.body.strip()]
        past = bool(read) and max(at for _, at in read) < stretch.since
        return Page(tuple(read), None if past else _below(before, ids), set_aside=found.count(None))

    def _get(self, path: str, now: datetime, before: int | None = None, accept: tuple[int, ...] = ()) -> Response:
        params = {} if before is None else {"before": str(before)}
        answer = self._http.get(f"{self._options.url}/{path}", params=params, accept=(409, *accept))
        if answer.status == 409:
            raise RateLimited(f"{self._site} is overloaded and asks us to wait (409).", now + timedelta(minutes=5))
        return answer

    def _post(self, record: Record, now: datetime) -> Post | None:
        """None for what cannot be read; a post without words for what is not for us: hidden, deleted or a notice."""
        id_, at = identity(record, "id"), moment(record.get("created_at"))
        if not id_.isdecimal() or at is None:
            return None
        return Post(
            source=self._options.name,
            external_id=id_,
            text="" if _is_gone(record) else plain_text(words(record, "cooked") or words(record, "raw")),
            published_at=min(at, now),
            author=line(record, "username"),
            # a reply bears the thread's title, which its author did not write
            title=line(record, "topic_title") if number(record, "post_number") == 1 and not _is_gone(record) else "",
            url=f"{self._options.url}/p/{id_}",
            site=self._site,
        )

    def _look(self, ids: Sequence[str], now: datetime) -> Mapping[str, Post | None]:
        found: dict[str, Post | None] = {}
        for id_ in ids:
            answer = self._get(f"posts/{id_}.json", now, accept=_GONE)
            record = {} if answer.status in _GONE else record_of(answer)
            post = self._post(record, now)
            if answer.status in _GONE or (post is not None and _is_gone(record)):
                found[id_] = None
            elif post is not None and post.external_id == id_ and number(record, "post_number") != 1:
                # a first post comes without its title here, and would look edited
                found[id_] = post
        return found


def _below(before: int | None, ids: Sequence[int]) -> int | None:
    """Where to go on: at the lowest id of the page or, where there was none below, at the end of its window."""
    if ids and (before is None or min(ids) < before):
        return min(ids) if min(ids) > 1 else None
    return before - WINDOW + 1 if before is not None and before > WINDOW else None


def _is_gone(record: Record) -> bool:
    """Whether nobody is to read it any more, or it is a notice such as "closed this topic"."""
    kind = number(record, "post_type")
    flags = (record.get("hidden"), record.get("user_deleted"), record.get("deleted_at"))
    return any(flags) or (kind is not None and kind not in (_REGULAR, _MODERATOR))
