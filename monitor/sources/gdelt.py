"""GDELT: headlines from news sites worldwide that match the rules. No key; the service is often overloaded."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from monitor.errors import BadResponse, RateLimited
from monitor.http import Http, Response, retry_after
from monitor.model import Batch, Post, Term
from monitor.sources._backfill import ListedPost, Page, Window
from monitor.sources._fields import Record, get_line, get_objects, get_text, parse_time
from monitor.sources._limits import KeyLimits
from monitor.sources._options import BaseUrl, SearchOptions
from monitor.sources._paged import SearchedSource
from monitor.sources._terms import pack_queries
from monitor.text.cleaning import plain_text, safe_url
from monitor.text.language_codes import language_of_name

PAGE_SIZE = 250
MIN_TERM_CHARS, MAX_QUERY_CHARS, MAX_QUERY_TERMS = 3, 200, 10
"""GDELT rejects queries that are "too short or too long" and does not document its limits."""
MIN_SPACING = timedelta(seconds=5)
"""GDELT accepts one request in this time, from all sources together."""
MIN_TIME_SPAN = timedelta(minutes=15)
OVERLOADED_WAIT = timedelta(minutes=5)
_TIME_FORMAT = "%Y%m%d%H%M%S"
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|)')
"""A backslash with an escape that JSON allows, or a stray backslash."""
_SPACE_BEFORE_PUNCTUATION = re.compile(r"\s+([,.:;!?%\u2019')\]])")


class Options(SearchOptions):
    """Keys of GDELT in config.toml."""

    min_term_chars = MIN_TERM_CHARS

    operators: Annotated[
        str, StringConstraints(max_length=100, pattern=r"^[\w:. -]*$"), Field(examples=["sourcelang:english"])
    ] = ""
    """Operators added to each search, such as ``sourcelang:english`` or ``sourcecountry:uk``."""
    api: BaseUrl = "https://api.gdeltproject.org/api/v2/doc/doc"
    """Change it only in tests."""

    default_every = "15m"


class RateLimiter:
    """Spaces out the requests of different GDELT sources, which share one instance."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: tuple[str, datetime] | None = None

    def acquire(self, name: str, now: datetime) -> None:
        """Record a request of the source ``name``. Raises RateLimited if another source made one just before.

        A source does not wait for itself: it makes one request in a pass, and its passes are further apart.
        """
        with self._lock:
            if self._last and self._last[0] != name and abs(now - self._last[1]) < MIN_SPACING:
                not_before = self._last[1] + MIN_SPACING
                raise RateLimited(
                    "GDELT accepts one request every 5 seconds, and another source has used it.", not_before
                )
            self._last = (name, now)


class Source(SearchedSource[Options]):
    """GDELT's search over the last three months of news. It returns headlines without the articles' text."""

    # one request in a pass: the next pass continues where this one stopped
    max_requests = 1
    overlap = timedelta(hours=3)

    def __init__(self, options: Options, http: Http) -> None:
        super().__init__(options, http)
        self._rate_limiter, self._limits = http.shared(RateLimiter), http.shared(KeyLimits)

    def queries(self, terms: Sequence[Term]) -> Sequence[str]:
        """As few queries as possible, each with several terms."""
        return pack_queries(super().queries(terms), " OR ", MAX_QUERY_CHARS, MAX_QUERY_TERMS)

    def begin_pass(self, stored: dict[str, Any]) -> None:
        """Check the limits before the request."""
        self._limits.check(self.options.api, self.now)
        self._rate_limiter.acquire(self.options.name, self.now)

    def page(self, window: Window) -> Page:
        """A page of articles. GDELT has no pages, so they continue by time."""
        end = window.end
        articles = self._articles(self.http.get(self.options.api, params=self._params(window), allow_status=(429,)))
        posts = [self._post(article) for article in articles]
        found = tuple(ListedPost(post, post.published_at) for post in posts if post is not None)
        oldest = min((int(at.timestamp()) for _, at in found), default=0)
        if len(articles) < PAGE_SIZE or not found or oldest > int(end.timestamp()):
            return Page(found, skipped=posts.count(None), incomplete=oldest > int(end.timestamp()))
        # more articles of one second than a page holds: the others cannot be requested
        is_crowded = oldest == int(end.timestamp())
        return Page(found, oldest - 1 if is_crowded else oldest, skipped=posts.count(None), incomplete=is_crowded)

    def finish_batch(self, batch: Batch) -> Batch:
        """Wait before the next request: a pass that follows at once would come too early."""
        return replace(batch, more=False, not_before=self.now + MIN_SPACING if batch.more else None)

    def _params(self, window: Window) -> dict[str, str]:
        # GDELT rejects brackets around a single term
        query = f"({window.query})" if " OR " in window.query else window.query
        return {
            "query": f"{query} {self.options.operators}".strip(),
            "mode": "artlist",
            "format": "json",
            "sort": "datedesc",
            "maxrecords": str(PAGE_SIZE),
            "startdatetime": min(window.since, window.end - MIN_TIME_SPAN).strftime(_TIME_FORMAT),
            "enddatetime": window.end.strftime(_TIME_FORMAT),
        }

    def _articles(self, response: Response) -> list[Record]:
        """GDELT returns ``{}`` when it has nothing, sometimes broken JSON, and errors as a line of text."""
        text = response.body.decode("utf-8", "replace").strip()
        if response.status == 429 or "limit requests" in text[:200]:
            until = retry_after(response.headers.get("Retry-After"), self.now) or self.now + OVERLOADED_WAIT
            limit = RateLimited("GDELT is overloaded and asks us to wait.", max(until, self.now + MIN_SPACING))
            raise self._limits.record(self.options.api, limit)
        if response.status != 200 or not text.startswith("{"):
            detail = "" if text.startswith("<") else plain_text(text)[:120].rstrip(" .")
            raise BadResponse(f"GDELT did not return articles{': ' * bool(detail)}{detail}.", response.sample)
        try:
            found = json.loads(_ESCAPE.sub(lambda match: match[0] if match[1] else "", text), strict=False)
        except (ValueError, RecursionError) as error:
            raise BadResponse("GDELT did not return valid JSON.", response.sample) from error
        return get_objects(found, "articles", response) if found else []

    def _post(self, article: Record) -> Post | None:
        url, at = safe_url(get_text(article, "url")), parse_time(get_text(article, "seendate"))
        title = _SPACE_BEFORE_PUNCTUATION.sub(r"\1", get_line(article, "title"))
        if not url or at is None or not title:
            return None
        site = get_line(article, "domain").removeprefix("www.")
        lang = language_of_name(get_line(article, "language"))
        return Post(self.options.name, url, "", min(at, self.now), title=title, url=url, site=site, lang=lang)
