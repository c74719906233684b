"""Lemmy: posts and comments that the rules look for, as one instance knows them from all others; no key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from monitor.errors import BadResponse, RateLimited, Refused
from monitor.feeds import presets
from monitor.http import Http, Response
from monitor.model import Batch, Json, Post, Term
from monitor.sources._fields import Record, identity, line, listed_in, moment, part, record_of, words
from monitor.sources._limits import KeyLimits
from monitor.sources._options import Address, SearchOptions
from monitor.sources._sweep import NOTHING_TO_SEARCH, Found, Page, Stretch, Sweep, afresh
from monitor.sources._terms import texts
from monitor.sources._watch import Watch
from monitor.text.cleaning import plain_text, safe_url

REQUESTS, LOOKS = 6, 10
"""In one pass. Instances let 60 searches through in ten minutes unless told otherwise."""
PAGE = 50
OVERLAP = timedelta(hours=3)
"""What other instances send may arrive late."""
NEW_VERSION_EACH = timedelta(days=1)
"""How often an instance of version 0.19 is asked whether it has become one of 1.0."""
_LISTS = {"post": "posts", "comment": "comments"}
_LETTERS = {"p": "post", "c": "comment"}


def _instance(url: str) -> str:
    return presets.root_url(url, ".*")


class Options(SearchOptions):
    """Keys of a Lemmy instance in config.toml."""

    shortest = 2
    finds_beginnings = True

    url: Annotated[Address, AfterValidator(_instance)] = "https://lemmy.world"
    """The instance; a large one knows what is written on the others."""


class Source:
    """One instance, searched for each term. Its search finds letters anywhere, also within words.

    From version 1.0 on an instance has another API (join-lemmy.org/docs/contributors/09-api-v4.html). It answers to the
    old one too, but there it knows neither pages nor an order.
    """

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._http = options, http
        self._host = urlsplit(options.url).hostname or ""
        self._limits = http.shared(KeyLimits)
        self._api, self._old_at = "", 0
        """"v3", "v4" or empty while that is not known; and when it was last found to be "v3", epoch seconds."""

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Search for what is new, then look again at some of what was found in the last two weeks."""
        kept = cursor if isinstance(cursor, dict) else {}
        queries = texts(terms, shortest=Options.shortest)
        if not queries:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        self._remember(kept.get("api"), now)
        history = timedelta(days=self._options.days_back)
        sweep = Sweep(kept.get("sweep"), now, history=history, overlap=OVERLAP)
        watch = Watch(kept.get("watch"))
        batch = sweep.run(queries, lambda stretch: self._page(stretch, now), REQUESTS)
        batch = watch.follow(batch, now, LOOKS, lambda ids: self._look(ids, now))
        api = [self._api, self._old_at]
        return replace(batch, cursor={"sweep": sweep.to_json(), "watch": watch.to_json(now), "api": api})

    def reset_cursor(self, cursor: Json) -> Json:
        """Rules have changed: read history once more."""
        return afresh(cursor)

    def _remember(self, kept: Json, now: datetime) -> None:
        """Which API the instance was found to have; an old one is doubted after a day."""
        api, at = kept if isinstance(kept, list) and len(kept) == 2 else ("", 0)
        self._old_at = at if type(at) is int else 0
        doubted = abs(now.timestamp() - self._old_at) > NEW_VERSION_EACH.total_seconds()
        self._api = api if api == "v4" or (api == "v3" and not doubted) else ""

    def _page(self, stretch: Stretch, now: datetime) -> Page:
        """A page of the API that the instance has; the new one is tried first where that is not known."""
        if self._api != "v3":
            answer = self._new_search(stretch, now)
            if answer.status != 404:
                page, self._api = self._new_page(answer, now), "v4"
                return page
            self._api, self._old_at = "v3", int(now.timestamp())
        return self._old_page(stretch, now)

    def _new_search(self, stretch: Stretch, now: datetime) -> Response:
        """It knows no order by time, so all of the time that is asked for is read."""
        back = int((now - stretch.since).total_seconds()) + 60
        params = {"search_term": stretch.query, "type_": "all", "time_range_seconds": str(back), "limit": str(PAGE)}
        params |= {"page_cursor": stretch.on} if isinstance(stretch.on, str) else {}
        return self._get("v4/search", params, now, accept=(404,))

    def _new_page(self, answer: Response, now: datetime) -> Page:
        """It goes on while it brings posts or comments; where people and communities go on alone it does not."""
        read, missed, _ = self._read(answer, now)
        found = record_of(answer)
        on = words(found, "next_page")
        ends = not any(found.get(name) for name in _LISTS.values()) or {*on.split(",")} <= {"", "none"}
        return Page(tuple(read), None if ends else on, set_aside=missed)

    def _old_page(self, stretch: Stretch, now: datetime) -> Page:
        """A page holds up to 50 posts and 50 comments; it goes on while one of both is full and young enough."""
        page = stretch.on if isinstance(stretch.on, int) else 1
        params = {"q": stretch.query, "type_": "All", "sort": "New", "listing_type": "All"}
        answer = self._get("v3/search", {**params, "limit": str(PAGE), "page": str(page)}, now)
        read, missed, full = self._read(answer, now)
        goes_on = any(not found or max(at for _, at in found) >= stretch.since for found in full)
        return Page(tuple(read), page + 1 if goes_on else None, set_aside=missed)

    def _read(self, answer: Response, now: datetime) -> tuple[list[Found], int, list[list[Found]]]:
        """What is on a page, how much of it cannot be read, and each of its lists that is full."""
        read: list[Found] = []
        missed, full = 0, []
        for kind, name in _LISTS.items():
            views = listed_in(record_of(answer), name, answer)
            posts = [self._post(kind, view, now) for view in views]
            found = [Found(post, post.published_at) for post in posts if post is not None]
            missed += posts.count(None)
            read += [one for one in found if one.post.body.strip()]
            full += [found] if len(views) >= PAGE else []
        return read, missed, full

    def _get(self, path: str, params: Mapping[str, str], now: datetime, accept: tuple[int, ...] = ()) -> Response:
        self._limits.check(self._options.url, now)
        answer = self._http.get(f"{self._options.url}/api/{path}", params=params, accept=(400, *accept))
        trouble = _error(answer) if answer.status == 400 else ""
        if trouble == "rate_limit_error":
            told = f"{self._host} asks us to wait (it lets few searches through)."
            raise self._limits.rest(self._options.url, RateLimited(told, now + timedelta(minutes=10)))
        if answer.status == 400 and 400 not in accept:
            raise Refused(f"{self._host} refuses what we ask for (400{': ' * bool(trouble)}{trouble}).", answer.sample)
        return answer

    def _post(self, kind: str, view: Record, now: datetime) -> Post | None:
        """None for what cannot be read; a post without words for what its author or a moderator took away."""
        said = part(view, kind)
        at = moment(words(said, "published") or words(said, "published_at"))
        id_ = identity(said, "id")
        if not id_.isdecimal() or at is None:
            return None
        gone = _is_gone(said)
        text = "" if gone else plain_text(words(said, "body" if kind == "post" else "content"))
        url = safe_url(words(said, "ap_id")) or f"{self._options.url}/{kind}/{id_}"
        post = Post(
            source=self._options.name,
            external_id=f"{kind[0]}{id_}",
            text=text,
            published_at=min(at, now),
            author=line(part(view, "creator"), "name"),
            title="" if gone or kind == "comment" else line(said, "name"),
            url=url,
            site=line(part(view, "community"), "name"),
        )
        return post if gone or post.body.strip() else None

    def _look(self, ids: Sequence[str], now: datetime) -> Mapping[str, Post | None]:
        found: dict[str, Post | None] = {}
        for id_ in ids:
            kind = _LETTERS.get(id_[:1], "")
            if not kind:
                continue
            answer = self._get(f"{self._api or 'v3'}/{kind}", {"id": id_[1:]}, now, accept=(400, 404))
            if answer.status in (400, 404):
                found |= {id_: None} if _error(answer) in ("not_found", f"couldnt_find_{kind}") else {}
                continue
            view = part(record_of(answer), f"{kind}_view")
            post = self._post(kind, view, now)
            if post is not None and post.external_id == id_:
                found[id_] = None if _is_gone(part(view, kind)) else post
        return found


def _is_gone(said: Record) -> bool:
    return said.get("deleted") is True or said.get("removed") is True


def _error(answer: Response) -> str:
    """The name of the error that an instance answers with; empty when it is none of Lemmy's."""
    try:
        found = answer.json()
    except BadResponse:
        return ""
    name = words(found, "error") if isinstance(found, dict) else ""
    return name if name.replace("_", "").isalnum() and len(name) < 60 else ""
