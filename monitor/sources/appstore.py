"""App Store: reviews of an app in the countries that you name, with stars. No key; at most the newest 500."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor.errors import BadResponse
from monitor.http import Response, site_of
from monitor.model import Post, Term
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
from monitor.sources._options import BaseUrl, HistoryOptions
from monitor.sources._paged import PagedSource
from monitor.text.cleaning import plain_text

LAST_PAGE = 10
"""Apple shows ten pages of fifty reviews."""
_Country = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class Options(HistoryOptions):
    """Keys of an app's reviews in config.toml.

    Reviews seldom name the app: put ``source:"NAME"``, with the name of this source, into the brand's rule.
    """

    app: Annotated[str, StringConstraints(pattern=r"^[0-9]{5,12}$"), Field(examples=["123456789"])]
    """The number in the app's address: apps.apple.com/gb/app/acme/id123456789."""
    countries: Annotated[tuple[_Country, ...], Field(min_length=1, max_length=20, examples=["gb"])] = ("us",)
    """The stores to read, as lower-case country codes."""
    days_back: Annotated[int, Field(ge=0, le=365)] = 90
    """How many days to read back at the first pass."""
    api: BaseUrl = "https://itunes.apple.com"
    """Change it only in tests."""

    default_every = "1h"


class Source(PagedSource[Options]):
    """One app. Its newest reviews are read country by country; Apple does not report deleted ones."""

    max_requests = 20
    # pages have holes that fill up later
    overlap = timedelta(days=3)

    def queries(self, terms: Sequence[Term]) -> Sequence[str]:
        """The countries."""
        return self.options.countries

    def page(self, window: Window) -> Page:
        """A page of reviews. Empty pages may be holes, so only an old review or the last page ends the reading."""
        path = f"page={window.page_number}/id={self.options.app}/sortby=mostrecent/json"
        response = self.http.get(f"{self.options.api}/{window.query}/rss/customerreviews/{path}")
        feed = response_object(response).get("feed")
        if not isinstance(feed, dict):
            raise BadResponse(f"{site_of(response.url)} did not return reviews.", response.sample)
        reviews = [entry for entry in _entries(feed, response) if "im:name" not in entry]
        posts = [self._post(entry, window.query) for entry in reviews]
        found = tuple(ListedPost(post, post.published_at) for post in posts if post is not None)
        is_past = any(at < window.since for _, at in found)
        is_last = is_past or window.page_number >= _last_page(feed)
        return Page(
            found,
            next_cursor=None if is_last else window.page_number + 1,
            skipped=posts.count(None),
            incomplete=window.page_number >= LAST_PAGE and bool(found) and not is_past,
        )

    def _post(self, entry: Record, country: str) -> Post | None:
        id_, at = get_id(get_object(entry, "id"), "label"), parse_time(get_text(get_object(entry, "updated"), "label"))
        if not id_ or at is None:
            return None
        stars = get_int(get_object(entry, "im:rating"), "label")
        post = Post(
            source=self.options.name,
            external_id=id_,
            text=plain_text(get_text(get_object(entry, "content"), "label")),
            published_at=min(at, self.now),
            author=get_line(get_object(get_object(entry, "author"), "name"), "label"),
            title=get_line(get_object(entry, "title"), "label"),
            url=f"https://apps.apple.com/{country}/app/id{self.options.app}?see-all=reviews",
            site=f"apps.apple.com/{country}",
            stars=stars if stars is not None and 1 <= stars <= 5 else None,
        )
        return post if post.body.strip() else None


def _entries(feed: Record, response: Response) -> list[Record]:
    """The entries of a feed, which has a list of them, a single one without a list, or none."""
    entry = feed.get("entry")
    if entry is None:
        return []
    return get_objects({"entry": [entry] if isinstance(entry, dict) else entry}, "entry", response)


def _last_page(feed: Record) -> int:
    """The number of the last page according to the feed's links, else LAST_PAGE."""
    links = feed.get("link")
    for link in links if isinstance(links, list) else ():
        attributes = get_object(link, "attributes") if isinstance(link, dict) else {}
        page = get_text(attributes, "href").partition("/page=")[2].partition("/")[0]
        if get_text(attributes, "rel") == "last" and page.isdecimal() and len(page) < 4:
            return max(1, min(int(page), LAST_PAGE))
    return LAST_PAGE
