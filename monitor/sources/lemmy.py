"""Lemmy: posts and comments that match the rules, from every server that one instance knows. No key."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator

from monitor.errors import BadResponse, RateLimited, Refused
from monitor.feeds import presets
from monitor.http import Http, Response
from monitor.model import Json, Post, Term
from monitor.sources._backfill import ListedPost, Page, Window
from monitor.sources._fields import (
    Record,
    get_id,
    get_int,
    get_line,
    get_object,
    get_objects,
    get_text,
    parse_time,
    response_object,
)
from monitor.sources._limits import KeyLimits
from monitor.sources._options import BaseUrl, SearchOptions
from monitor.sources._paged import SearchedSource
from monitor.sources._terms import search_texts
from monitor.text.cleaning import plain_text, safe_url
from monitor.text.language_codes import language_code

PAGE_SIZE = 50
VERSION_CHECK_INTERVAL = timedelta(days=1)
"""How often an instance of version 0.19 is checked for an upgrade to 1.0."""
RATE_LIMIT_WAIT = timedelta(minutes=10)
_LIST_NAMES = {"post": "posts", "comment": "comments"}
_KINDS_BY_LETTER = {"p": "post", "c": "comment"}
"""First letter of an external id -> the kind of post."""

_LANGUAGE_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""Languages in the order of their numbers, from 1, which every instance has from the same migration of its database
(2022-06-21-123144_language-tags). Numbers added later are of languages without a code of two letters."""
_LANGUAGES = _LANGUAGE_CODES.split()


def _instance_url(url: str) -> str:
    return presets.root_url(url, ".*")


class Options(SearchOptions):
    """Keys of a Lemmy instance in config.toml."""

    min_term_chars = 2
    supports_prefixes = True

    url: Annotated[BaseUrl, AfterValidator(_instance_url)] = "https://lemmy.world"
    """The instance. A large one knows most posts of the others."""


class Source(SearchedSource[Options]):
    """One instance, searched for each term. Its search finds the letters anywhere, also within words.

    Since version 1.0 instances have another API (join-lemmy.org/docs/contributors/09-api-v4.html). They still answer
    requests of the old one, but without pages and order.
    """

    # instances allow 60 searches in ten minutes unless configured otherwise
    max_requests = 6
    max_rechecks = 10
    # posts from other instances may arrive late
    overlap = timedelta(hours=3)

    def __init__(self, options: Options, http: Http) -> None:
        super().__init__(options, http)
        self._host = urlsplit(options.url).hostname or ""
        self._limits = http.shared(KeyLimits)
        self._api_version, self._v3_found_at = "", 0
        """"v3", "v4" or empty while unknown; and when "v3" was last found, in epoch seconds."""

    def queries(self, terms: Sequence[Term]) -> Sequence[str]:
        """One query for each term, without quotes."""
        return search_texts(terms, min_chars=self.options.min_term_chars)

    def begin_pass(self, stored: dict[str, Any]) -> None:
        """Restore the version of the API; an old version is checked again after a day."""
        found = stored.get("api")
        version, found_at = found if isinstance(found, list) and len(found) == 2 else ("", 0)
        self._v3_found_at = found_at if type(found_at) is int else 0
        is_old = abs(self.now.timestamp() - self._v3_found_at) > VERSION_CHECK_INTERVAL.total_seconds()
        self._api_version = version if version == "v4" or (version == "v3" and not is_old) else ""

    def page(self, window: Window) -> Page:
        """A page from the API version of the instance. If that is unknown, the new version is tried first."""
        if self._api_version != "v3":
            response = self._search_v4(window)
            if response.status != 404:
                page, self._api_version = self._page_v4(response), "v4"
                return page
            self._api_version, self._v3_found_at = "v3", int(self.now.timestamp())
        return self._page_v3(window)

    def look_up(self, ids: Sequence[str]) -> Mapping[str, Post | None]:
        """The current posts and comments, one request for each."""
        found: dict[str, Post | None] = {}
        for id_ in ids:
            kind = _KINDS_BY_LETTER.get(id_[:1], "")
            if not kind:
                continue
            response = self._get(f"{self._api_version or 'v3'}/{kind}", {"id": id_[1:]}, allow_status=(400, 404))
            if response.status in (400, 404):
                found |= {id_: None} if _error_name(response) in ("not_found", f"couldnt_find_{kind}") else {}
                continue
            view = get_object(response_object(response), f"{kind}_view")
            post = self._post(kind, view)
            if post is not None and post.external_id == id_:
                found[id_] = None if _is_gone(get_object(view, kind)) else post
        return found

    def cursor_entries(self, known: Collection[str]) -> dict[str, Any]:
        """The version of the API."""
        return {"api": [self._api_version, self._v3_found_at]}

    def _search_v4(self, window: Window) -> Response:
        """Results are not sorted by time, so everything since the start of the window is requested."""
        seconds_back = int((self.now - window.since).total_seconds()) + 60
        params = {"search_term": window.query, "type_": "all", "time_range_seconds": str(seconds_back)}
        params |= {"limit": str(PAGE_SIZE)}
        params |= {"page_cursor": window.cursor} if isinstance(window.cursor, str) else {}
        return self._get("v4/search", params, allow_status=(404,))

    def _page_v4(self, response: Response) -> Page:
        """The next page is read if this one has posts or comments. Communities and people do not count."""
        found, skipped, _ = self._read_lists(response)
        record = response_object(response)
        next_page = get_text(record, "next_page")
        is_last = not any(record.get(name) for name in _LIST_NAMES.values()) or {*next_page.split(",")} <= {"", "none"}
        return Page(tuple(found), None if is_last else next_page, skipped=skipped)

    def _page_v3(self, window: Window) -> Page:
        """Up to 50 posts and 50 comments. The next page is read if one of the lists is full and recent."""
        params = {"q": window.query, "type_": "All", "sort": "New", "listing_type": "All"}
        params |= {"limit": str(PAGE_SIZE), "page": str(window.page_number)}
        found, skipped, full_lists = self._read_lists(self._get("v3/search", params))
        has_more = any(not posts or max(at for _, at in posts) >= window.since for posts in full_lists)
        return Page(tuple(found), window.page_number + 1 if has_more else None, skipped=skipped)

    def _read_lists(self, response: Response) -> tuple[list[ListedPost], int, list[list[ListedPost]]]:
        """(posts on the page, number of entries that cannot be read, those of its lists that are full)"""
        found: list[ListedPost] = []
        skipped, full_lists = 0, []
        for kind, name in _LIST_NAMES.items():
            views = get_objects(response_object(response), name, response)
            posts = [self._post(kind, view) for view in views]
            listed = [ListedPost(post, post.published_at) for post in posts if post is not None]
            skipped += posts.count(None)
            found += [entry for entry in listed if entry.post.body.strip()]
            full_lists += [listed] if len(views) >= PAGE_SIZE else []
        return found, skipped, full_lists

    def _get(self, path: str, params: Mapping[str, str], allow_status: tuple[int, ...] = ()) -> Response:
        self._limits.check(self.options.url, self.now)
        response = self.http.get(f"{self.options.url}/api/{path}", params=params, allow_status=(400, *allow_status))
        error = _error_name(response) if response.status == 400 else ""
        if error == "rate_limit_error":
            message = f"{self._host} asks us to wait (it allows few searches)."
            raise self._limits.record(self.options.url, RateLimited(message, self.now + RATE_LIMIT_WAIT))
        if response.status == 400 and 400 not in allow_status:
            detail = f": {error}" if error else ""
            raise Refused(f"{self._host} rejected the request (400{detail}).", response.sample)
        return response

    def _post(self, kind: str, view: Record) -> Post | None:
        """None for a view that cannot be read; a post without words for one that was deleted or removed."""
        record = get_object(view, kind)
        at = parse_time(get_text(record, "published") or get_text(record, "published_at"))
        id_ = get_id(record, "id")
        if not id_.isdecimal() or at is None:
            return None
        is_gone = _is_gone(record)
        post = Post(
            source=self.options.name,
            external_id=f"{kind[0]}{id_}",
            text="" if is_gone else plain_text(get_text(record, "body" if kind == "post" else "content")),
            published_at=min(at, self.now),
            author=get_line(get_object(view, "creator"), "name"),
            title="" if is_gone or kind == "comment" else get_line(record, "name"),
            url=safe_url(get_text(record, "ap_id")) or f"{self.options.url}/{kind}/{id_}",
            site=get_line(get_object(view, "community"), "name"),
            lang=_language(get_int(record, "language_id")),
            link="" if is_gone else safe_url(get_text(record, "url")),
        )
        return post if is_gone or post.body.strip() else None


def _language(id_: int | None) -> str | None:
    """The language with Lemmy's number ``id_``; None if it is undetermined (0) or has no ISO 639-1 code."""
    return language_code(_LANGUAGES[id_ - 1]) if id_ is not None and 0 < id_ <= len(_LANGUAGES) else None


def _is_gone(record: Record) -> bool:
    return record.get("deleted") is True or record.get("removed") is True


def _error_name(response: Response) -> str:
    """The name of the error in a response; empty if it is none of Lemmy's."""
    try:
        found: Json = response.json()
    except BadResponse:
        return ""
    name = get_text(found, "error") if isinstance(found, dict) else ""
    return name if name.replace("_", "").isalnum() and len(name) < 60 else ""
