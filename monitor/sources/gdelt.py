"""GDELT: headlines of news sites all over the world that the rules look for; no key, and read when it answers."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor.errors import BadResponse, RateLimited
from monitor.http import Http, Response, retry_after
from monitor.model import Batch, Json, Post, Term
from monitor.sources._fields import Record, line, listed_in, moment, words
from monitor.sources._limits import KeyLimits
from monitor.sources._options import Address, SearchOptions
from monitor.sources._sweep import NOTHING_TO_SEARCH, Found, Page, Stretch, Sweep, afresh
from monitor.sources._terms import packed, quoted, texts
from monitor.text.cleaning import plain_text, safe_url

PAGE = 250
SHORTEST, LONGEST, MOST_TERMS = 3, 200, 10
"""Characters of a term, of a query, and terms of a query: GDELT refuses what is "too short or too long" unmeasured."""
APART = timedelta(seconds=5)
"""GDELT wants no more than one request in this time, from all sources together."""
SHORTEST_SPAN = timedelta(minutes=15)
OVERLAP = timedelta(hours=3)
_REST = timedelta(minutes=5)
_TIME = "%Y%m%d%H%M%S"
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|)')
"""A backslash with what JSON allows behind it, or by itself."""
_APART_SIGNS = re.compile(r"\s+([,.:;!?%\u2019')\]])")


class Options(SearchOptions):
    """Keys of GDELT in config.toml."""

    shortest = SHORTEST

    operators: Annotated[
        str, StringConstraints(max_length=100, pattern=r"^[\w:. -]*$"), Field(examples=["sourcelang:english"])
    ] = ""
    """Added to each search, such as ``sourcelang:english`` or ``sourcecountry:uk``."""
    api: Address = "https://api.gdeltproject.org/api/v2/doc/doc"
    """Only a test changes it."""

    default_every = "15m"


class Turns:
    """Who asked GDELT last, and when: one for all of its sources."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: tuple[str, datetime] | None = None

    def take(self, name: str, now: datetime) -> None:
        """Note that ``name`` asks now. Raises RateLimited when another source did within the last five seconds.

        A source need not wait for itself: it makes one request in a pass, and passes are further apart.
        """
        with self._lock:
            if self._last and self._last[0] != name and abs(now - self._last[1]) < APART:
                raise RateLimited("GDELT takes one request in five seconds, and was just asked.", self._last[1] + APART)
            self._last = (name, now)


class Source:
    """GDELT's search over the last three months of news. It tells headlines, not what stands below them."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._http = options, http
        self._turns, self._limits = http.shared(Turns), http.shared(KeyLimits)

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Make one request; where there is more to read, the next pass goes on there."""
        kept = cursor if isinstance(cursor, dict) else {}
        wanted = [quoted(text) for text in texts(terms, shortest=SHORTEST)]
        queries = packed(wanted, " OR ", LONGEST, MOST_TERMS)
        if not queries:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        self._limits.check(self._options.api, now)
        self._turns.take(self._options.name, now)
        sweep = Sweep(kept.get("sweep"), now, history=timedelta(days=self._options.days_back), overlap=OVERLAP)
        batch = sweep.run(queries, lambda stretch: self._page(stretch, now), 1)
        wait = now + APART if batch.more else None
        # not at once: a pass that follows would come too early
        return replace(batch, more=False, not_before=wait, cursor={"sweep": sweep.to_json()})

    def reset_cursor(self, cursor: Json) -> Json:
        """Rules have changed: read history once more."""
        return afresh(cursor)

    def _page(self, stretch: Stretch, now: datetime) -> Page:
        """A page goes on by time, for GDELT has no pages."""
        until = moment(stretch.on) if isinstance(stretch.on, int) else stretch.until
        assert until is not None
        query = f"({stretch.query})" if " OR " in stretch.query else stretch.query
        params = {
            "query": f"{query} {self._options.operators}".strip(),
            "mode": "artlist",
            "format": "json",
            "sort": "datedesc",
            "maxrecords": str(PAGE),
            "startdatetime": min(stretch.since, until - SHORTEST_SPAN).strftime(_TIME),
            "enddatetime": until.strftime(_TIME),
        }
        articles = self._articles(self._http.get(self._options.api, params=params, accept=(429,)), now)
        posts = [self._post(article, now) for article in articles]
        found = tuple(Found(post, post.published_at) for post in posts if post is not None)
        oldest = min((int(at.timestamp()) for _, at in found), default=0)
        if len(articles) < PAGE or not found or oldest > int(until.timestamp()):
            return Page(found, set_aside=posts.count(None), unsure=oldest > int(until.timestamp()))
        # more articles of one moment than an answer holds: the others cannot be had
        crowded = oldest == int(until.timestamp())
        return Page(found, oldest - 1 if crowded else oldest, set_aside=posts.count(None), unsure=crowded)

    def _articles(self, answer: Response, now: datetime) -> list[Record]:
        """GDELT answers ``{}`` when it has nothing, writes broken JSON at times, and errors as a line of text."""
        text = answer.body.decode("utf-8", "replace").strip()
        if answer.status == 429 or "limit requests" in text[:200]:
            until = retry_after(answer.headers.get("Retry-After"), now) or now + _REST
            limit = RateLimited("GDELT is overloaded and asks us to wait.", max(until, now + APART))
            raise self._limits.rest(self._options.api, limit)
        if answer.status != 200 or not text.startswith("{"):
            said = "" if text.startswith("<") else plain_text(text)[:120].rstrip(" .")
            raise BadResponse(f"GDELT does not answer with articles{': ' * bool(said)}{said}.", answer.sample)
        try:
            found = json.loads(_ESCAPE.sub(lambda found: found[0] if found[1] else "", text), strict=False)
        except (ValueError, RecursionError) as error:
            raise BadResponse("GDELT did not answer with JSON.", answer.sample) from error
        return listed_in(found, "articles", answer) if found else []

    def _post(self, article: Record, now: datetime) -> Post | None:
        url, at = safe_url(words(article, "url")), moment(words(article, "seendate"))
        title = _APART_SIGNS.sub(r"\1", line(article, "title"))
        if not url or at is None or not title:
            return None
        site = line(article, "domain").removeprefix("www.")
        return Post(self._options.name, url, "", min(at, now), title=title, url=url, site=site)
