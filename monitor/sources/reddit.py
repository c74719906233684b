"""Reddit: search results, and all new posts of subreddits. Needs an app's key or an account's private feeds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from monitor import secrets
from monitor.errors import BadResponse, Gone, Refused
from monitor.http import Http
from monitor.model import Batch, Json, Post, Term
from monitor.secrets import SecretName
from monitor.sources import _reddit_api as api
from monitor.sources import _reddit_feeds as feeds
from monitor.sources._backfill import Page, Window, past_epochs
from monitor.sources._options import SearchOptions
from monitor.sources._paged import SearchedSource
from monitor.sources._reddit import Listing, RedditReader
from monitor.sources._terms import pack_queries, search_texts

MAX_RECHECKS = 300
"""Known posts that a pass looks up again, a hundred at a time."""
MAX_QUERY_CHARS = 500
MAX_NOTE_CHARS = 280
_SUBREDDIT = re.compile(r"(?:\S*reddit\.com)?(?:/?r/)?([A-Za-z0-9_]{2,24})(?:/\S*)?")


def _subreddit_name(text: str) -> str:
    if not (found := _SUBREDDIT.fullmatch(text.strip())):
        raise ValueError('the name of a subreddit, such as "askreddit"')
    return found[1].lower()


Subreddits = Annotated[tuple[Annotated[str, AfterValidator(_subreddit_name)], ...], Field(max_length=25)]


class Options(SearchOptions):
    """Keys of Reddit in config.toml."""

    subreddits: Subreddits = ()
    """Subreddits of which all new submissions and comments are read, and matching ones kept."""
    search: bool = True
    """Whether to search submissions for the terms of the rules. Comments cannot be searched."""
    search_in: Subreddits = ()
    """The subreddits to search; by default all of Reddit."""
    client_id: SecretName = "REDDIT_CLIENT_ID"
    """Name of the secret that holds the id of an app."""
    client_secret: SecretName = "REDDIT_CLIENT_SECRET"
    """Name of the secret that holds the secret of that app."""
    feed_user: Annotated[str, Field(pattern=r"^[\w-]*$", max_length=30, examples=["ann"])] = ""
    """Instead of an app: the account whose private feeds are read."""
    feed_token: SecretName | None = None
    """Name of the secret that holds the token of that account's feeds."""

    @property
    def is_searched(self) -> bool:
        """False if it reads only subreddits, which bring all posts."""
        return self.search

    def required_secrets(self) -> dict[str, str]:
        """Those of an app, or the token of an account's feeds."""
        if self.feed_token is not None:
            return {self.feed_token: feeds.KEY_HELP}
        return dict.fromkeys((self.client_id, self.client_secret), api.KEY_HELP)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if bool(self.feed_user) != (self.feed_token is not None):
            raise ValueError("one with both feed_user and feed_token, or with neither")
        if not self.search and not self.subreddits:
            raise ValueError("one that reads something: name subreddits, or set search to true")
        return self


class Source(SearchedSource[Options]):
    """Reddit, read with one key."""

    max_requests = 20
    rechecks_matches_only = True
    # the search lists a submission a few minutes late
    overlap = timedelta(minutes=15)

    def __init__(self, options: Options, http: Http) -> None:
        super().__init__(options, http)
        self._reader = _new_reader(options, http)
        self.max_rechecks = MAX_RECHECKS if self._reader.reports_deletions else 0
        self._errors: dict[str, BadResponse | Gone] = {}
        """Listing -> why it could not be read."""

    def queries(self, terms: Sequence[Term]) -> Sequence[str]:
        """The names of the listings. Terms are sorted, so that the same ones make the same searches."""
        subreddits = dict.fromkeys(self.options.subreddits)
        listings = [f"{kind} {name}" for name in subreddits for kind in ("new", "comments")]
        if not self.options.search:
            return listings
        quoted = sorted(f'"{text}"' for text in search_texts(terms))
        scope = "+".join(dict.fromkeys(self.options.search_in)) or "all"
        searches = pack_queries(quoted, " OR ", MAX_QUERY_CHARS)
        return [*listings, *(f"search {scope} {query}" for query in searches)]

    def begin_pass(self, stored: dict[str, Any]) -> None:
        """Start a pass of the reader."""
        self._reader.begin(self.now)
        self._errors = {}

    def stored_backfill(self, stored: dict[str, Any]) -> Json:
        """Without times in the future: after the clock was set back, these listings are read from the beginning."""
        backfill = super().stored_backfill(stored)
        return {**backfill, "done": past_epochs(backfill.get("done"), self.now)} if isinstance(backfill, dict) else {}

    def page(self, window: Window) -> Page:
        """One page. A subreddit that cannot be read is reported at the end of the pass and does not stop the others."""
        try:
            return self._reader.page(window)
        except (BadResponse, Gone) as error:
            self._errors[window.query] = _subreddit_error(error, Listing.parse(window.query))
            return Page(failed=True)

    def complete_batch(self, batch: Batch) -> Batch:
        """``batch`` with a note on listings that could not be read. Raises the first error if none could."""
        if self._errors.keys() >= set(self.queries(self.terms)):
            raise next(iter(self._errors.values()))
        notes = dict.fromkeys(map(str, self._errors.values()))
        return replace(batch, note=" ".join(filter(None, (batch.note, *notes)))[:MAX_NOTE_CHARS])

    def look_up(self, ids: Sequence[str]) -> Mapping[str, Post | None]:
        """The current posts."""
        return self._reader.look_up(ids)


def _new_reader(options: Options, http: Http) -> RedditReader:
    if options.feed_token is not None:
        get_token = partial(secrets.get, options.feed_token, feeds.KEY_HELP)
        return feeds.FeedReader(options.name, http, options.feed_user, get_token)
    get_client_id = partial(secrets.get, options.client_id, api.KEY_HELP)
    get_client_secret = partial(secrets.get, options.client_secret, api.KEY_HELP)
    return api.ApiReader(options.name, http, get_client_id, get_client_secret)


def _subreddit_error(error: BadResponse | Gone, listing: Listing) -> BadResponse | Gone:
    """``error``, or one that names the subreddit if it does not exist or is not public."""
    if listing.subreddit == "all" or isinstance(error, Gone) or error.status not in (302, 403, 404):
        return error
    reason = "is not public" if error.status == 403 else "does not exist, or is banned"
    return Refused(f"r/{listing.subreddit} {reason}. Correct or remove it in the config.", error.sample)
