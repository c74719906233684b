"""App Store: the reviews of an app in chosen countries, with their stars; no key, but no more than the newest 500."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor.errors import BadResponse
from monitor.http import Http, Response, site_of
from monitor.model import Batch, Json, Post, Term
from monitor.sources._fields import Record, identity, line, listed_in, moment, number, part, record_of, words
from monitor.sources._options import Address, HistoryOptions
from monitor.sources._sweep import Found, Page, Stretch, Sweep, afresh
from monitor.text.cleaning import plain_text

REQUESTS = 20
LAST_PAGE = 10
"""Apple shows ten pages of fifty."""
OVERLAP = timedelta(days=3)
"""Pages have holes that fill up later."""
_Country = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class Options(HistoryOptions):
    """Keys of an app's reviews in config.toml.

    Reviews seldom name the app that they stand below: put ``source:"NAME"`` of this source into the brand's rule.
    """

    app: Annotated[str, StringConstraints(pattern=r"^[0-9]{5,12}$"), Field(examples=["123456789"])]
    """The number in the app's address: apps.apple.com/gb/app/acme/id123456789."""
    countries: Annotated[tuple[_Country, ...], Field(min_length=1, max_length=20, examples=["gb"])] = ("us",)
    """Which stores: two small letters each."""
    days_back: Annotated[int, Field(ge=0, le=365)] = 90
    """How many days the first look goes back."""
    api: Address = "https://itunes.apple.com"
    """Only a test changes it."""

    default_every = "1h"


class Source:
    """One app, whose newest reviews are read country by country."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._http = options, http

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Read the reviews that are new or were changed; Apple does not tell which were taken back."""
        kept = cursor if isinstance(cursor, dict) else {}
        history = timedelta(days=self._options.days_back)
        sweep = Sweep(kept.get("sweep"), now, history=history, overlap=OVERLAP)
        batch = sweep.run(self._options.countries, lambda stretch: self._page(stretch, now), REQUESTS)
        return replace(batch, cursor={"sweep": sweep.to_json()})

    def reset_cursor(self, cursor: Json) -> Json:
        """Rules have changed: read history once more."""
        return afresh(cursor)

    def _page(self, stretch: Stretch, now: datetime) -> Page:
        """An empty page is no end, for there are holes; only the age of the reviews or Apple's last page is."""
        page = stretch.on if isinstance(stretch.on, int) else 1
        way = f"{stretch.query}/rss/customerreviews/page={page}/id={self._options.app}/sortby=mostrecent/json"
        answer = self._http.get(f"{self._options.api}/{way}")
        feed = record_of(answer).get("feed")
        if not isinstance(feed, dict):
            raise BadResponse(f"{site_of(answer.url)} does not answer with reviews.", answer.sample)
        reviews = [entry for entry in _entries(feed, answer) if "im:name" not in entry]
        posts = [self._post(entry, stretch.query, now) for entry in reviews]
        found = tuple(Found(post, post.published_at) for post in posts if post is not None)
        past = any(at < stretch.since for _, at in found)
        cut = page >= LAST_PAGE and bool(found) and not past
        on = None if past or page >= _last_page(feed) else page + 1
        return Page(found, on, set_aside=posts.count(None), unsure=cut)

    def _post(self, entry: Record, country: str, now: datetime) -> Post | None:
        id_, at = identity(part(entry, "id"), "label"), moment(words(part(entry, "updated"), "label"))
        if not id_ or at is None:
            return None
        stars = number(part(entry, "im:rating"), "label")
        post = Post(
            source=self._options.name,
            external_id=id_,
            text=plain_text(words(part(entry, "content"), "label")),
            published_at=min(at, now),
            author=line(part(part(entry, "author"), "name"), "label"),
            title=line(part(entry, "title"), "label"),
            url=f"https://apps.apple.com/{country}/app/id{self._options.app}?see-all=reviews",
            site=f"apps.apple.com/{country}",
            stars=stars if stars is not None and 1 <= stars <= 5 else None,
        )
        return post if post.body.strip() else None


def _entries(feed: Record, answer: Response) -> list[Record]:
    """A feed has a list of entries, a single one by itself, or none at all."""
    entry = feed.get("entry")
    return [] if entry is None else listed_in({"entry": [entry] if isinstance(entry, dict) else entry}, "entry", answer)


def _last_page(feed: Record) -> int:
    """The number of the last page as the feed tells it in a link, else the last that there can be."""
    links = feed.get("link")
    for link in links if isinstance(links, list) else ():
        attributes = part(link, "attributes") if isinstance(link, dict) else {}
        page = words(attributes, "href").partition("/page=")[2].partition("/")[0]
        if words(attributes, "rel") == "last" and page.isdecimal() and len(page) < 4:
            return max(1, min(int(page), LAST_PAGE))
    return LAST_PAGE
