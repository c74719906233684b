"""Stack Exchange: questions and answers on one of its sites that match the rules. A free key raises the daily limit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from monitor.errors import SourceError
from monitor.http import Http
from monitor.model import Batch, Post
from monitor.secrets import SecretName
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
from monitor.sources._options import BaseUrl, SearchOptions
from monitor.sources._paged import SearchedSource
from monitor.sources._stackexchange import KEY_HELP, ApiClient
from monitor.text.cleaning import plain_text, safe_url

PAGE_SIZE = 100
IDS_PER_LOOKUP = 100
MAX_INTERVAL_TO_CONTINUE = timedelta(minutes=15)
"""An unfinished round continues at once if the quota allows passes at this interval."""
_OWN_DOMAIN = {"stackoverflow", "superuser", "serverfault", "askubuntu", "stackapps"}
"""Sites that are not below stackexchange.com. They allow only English."""
_LANGUAGE_OF_SITE = re.compile(r"([a-z]{2})\.stackoverflow\b")


class Options(SearchOptions):
    """Keys of a Stack Exchange site in config.toml."""

    key_help = KEY_HELP
    min_term_chars = 2

    site: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{2,60}$"), Field(examples=["stackoverflow"])] = (
        "stackoverflow"
    )
    """As the API names it: "stackoverflow", "superuser", "serverfault", "unix" ..."""
    key: SecretName | None = None
    """Name of the secret that holds a key. With a key 10,000 requests a day are allowed."""
    api: BaseUrl = "https://api.stackexchange.com/2.3"
    """Change it only in tests."""

    default_every = "1h"


class Source(SearchedSource[Options]):
    """One site, searched for each term. Posts that were found are then requested in full, a hundred at a time."""

    max_requests = 12
    max_rechecks = IDS_PER_LOOKUP
    overlap = timedelta(hours=2)

    def __init__(self, options: Options, http: Http) -> None:
        super().__init__(options, http)
        self._client: ApiClient

    def begin_pass(self, stored: dict[str, Any]) -> None:
        """Create the client of the pass."""
        self._client = ApiClient(self.http, self.options.api, self.options.site, self.options.key, self.now)

    def page(self, window: Window) -> Page:
        """A page of search results, which show excerpts."""
        params = {
            "q": window.query,
            "sort": "creation",
            "order": "desc",
            "fromdate": str(int(window.since.timestamp())),
            "todate": str(int(window.until.timestamp()) + 1),
            "page": str(window.page_number),
            "pagesize": str(PAGE_SIZE),
        }
        response = self._client.get("search/excerpts", params)
        items = get_objects(response_object(response), "items", response)
        posts = [self._excerpt(item) for item in items]
        has_more = response_object(response).get("has_more") is True and bool(items)
        found = tuple(ListedPost(post, post.published_at) for post in posts if post is not None)
        return Page(found, window.page_number + 1 if has_more else None, skipped=posts.count(None))

    def complete_batch(self, batch: Batch) -> Batch:
        """``batch`` with complete texts and authors. If a request fails, a later lookup of these posts adds them."""
        posts = {post.external_id: post for post in batch.posts}
        ids, error_message = list(posts), ""
        for start in range(0, len(ids), IDS_PER_LOOKUP):
            try:
                found = self._current_posts(ids[start : start + IDS_PER_LOOKUP])
            except SourceError as error:
                error_message = str(error)
                break
            for id_, full in found.items():
                if full is not None:
                    title = full.title or posts[id_].title
                    posts[id_] = replace(full, title=title, published_at=posts[id_].published_at)
        return replace(batch, posts=tuple(posts.values()), note=batch.note or error_message)

    def look_up(self, ids: Sequence[str]) -> Mapping[str, Post | None]:
        """The current posts. Questions without a title in the response are left out, because they would look edited."""
        return self._current_posts(ids, require_titles=True)

    def finish_batch(self, batch: Batch) -> Batch:
        """Spread passes so that the quota lasts until the end of the day."""
        interval = self._client.interval()
        more = batch.more and self._client.not_before is None and interval <= MAX_INTERVAL_TO_CONTINUE
        waits = (batch.not_before, self._client.not_before, self.now + interval)
        return replace(batch, more=more, not_before=None if more else max(filter(None, waits)))

    def _excerpt(self, item: Record) -> Post | None:
        """A search result, which has neither the whole text nor the author."""
        is_answer = get_text(item, "item_type") == "answer"
        id_ = get_id(item, "answer_id" if is_answer else "question_id")
        return self._post(item, id_, get_text(item, "body") or get_text(item, "excerpt"), is_answer)

    def _current_posts(self, ids: Sequence[str], require_titles: bool = False) -> dict[str, Post | None]:
        """External id -> the post as it is now, None if the site no longer returns it.

        ``require_titles`` leaves out questions without a title.
        """
        response = self._client.get("posts", {"filter": "withbody", "pagesize": str(IDS_PER_LOOKUP)}, ";".join(ids))
        found: dict[str, Post | None] = dict.fromkeys(ids)
        for item in get_objects(response_object(response), "items", response):
            id_ = get_id(item, "post_id")
            if id_ in found:
                is_answer = get_text(item, "post_type") == "answer"
                post = found[id_] = self._post(item, id_, get_text(item, "body"), is_answer)
                if post is None or (require_titles and not is_answer and not post.title):
                    del found[id_]
        return found

    def _post(self, item: Record, id_: str, text: str, is_answer: bool) -> Post | None:
        at = parse_time(get_int(item, "creation_date"))
        if not id_.isdecimal() or at is None:
            return None
        post = Post(
            source=self.options.name,
            external_id=id_,
            text=plain_text(text),
            published_at=min(at, self.now),
            author=get_line(get_object(item, "owner"), "display_name"),
            # answers carry the question's title, which their authors did not write
            title="" if is_answer else get_line(item, "title"),
            url=safe_url(get_text(item, "link")) or self._post_url(id_, is_answer),
            site=self.options.site,
            lang=language_of_site(self.options.site),
        )
        return post if post.body.strip() else None

    def _post_url(self, id_: str, is_answer: bool) -> str:
        site = self.options.site
        host = site if "." in site else f"{site}.com" if site in _OWN_DOMAIN else f"{site}.stackexchange.com"
        return f"https://{host}/{'a' if is_answer else 'q'}/{id_}"


def language_of_site(site: str) -> str | None:
    """The only language in which posts are allowed on ``site``, as on "es.stackoverflow"; None if it is not known."""
    if site in _OWN_DOMAIN:
        return "en"
    found = _LANGUAGE_OF_SITE.match(site)
    return found[1] if found else None
