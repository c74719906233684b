"""Reddit: search, and the newest submissions and comments of subreddits; with an app's key or an account's feeds."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from monitor import secrets
from monitor.errors import BadResponse, Gone, Refused
from monitor.http import Http
from monitor.model import Batch, Json, Term
from monitor.secrets import SecretName
from monitor.sources._options import SearchOptions
from monitor.sources._reddit import HOW, ApiWay, FeedWay, Listing, Way
from monitor.sources._sweep import NOTHING_TO_SEARCH, Page, Stretch, Sweep, afresh
from monitor.sources._terms import packed, texts
from monitor.sources._watch import Watch

REQUESTS, LOOKS = 20, 300
"""In one pass: pages of listings, and posts found before that are looked at again, a hundred at a time."""
LONGEST_QUERY = 500
OVERLAP = timedelta(minutes=15)
"""The search learns of a submission some minutes late."""
_SUBREDDIT = re.compile(r"(?:\S*reddit\.com)?(?:/?r/)?([A-Za-z0-9_]{2,24})(?:/\S*)?")
_HOW_FEED = "It stands in the addresses at https://www.reddit.com/prefs/feeds, after feed= ."


def _subreddit(text: str) -> str:
    if not (found := _SUBREDDIT.fullmatch(text.strip())):
        raise ValueError('the name of a subreddit, such as "askreddit"')
    return found[1].lower()


Subreddits = Annotated[tuple[Annotated[str, AfterValidator(_subreddit)], ...], Field(max_length=25)]


class Options(SearchOptions):
    """Keys of Reddit in config.toml."""

    subreddits: Subreddits = ()
    """Whose newest submissions and comments are all read, and matched here."""
    search: bool = True
    """Whether submissions are searched for the rules' words. Comments cannot be searched."""
    search_in: Subreddits = ()
    """Where to search; without it in all of Reddit."""
    client_id: SecretName = "REDDIT_CLIENT_ID"
    """Name of the secret that holds the id of an app."""
    client_secret: SecretName = "REDDIT_CLIENT_SECRET"
    """Name of the secret that holds the secret of that app."""
    feed_user: Annotated[str, Field(pattern=r"^[\w-]*$", max_length=30, examples=["ann"])] = ""
    """Instead of an app: the account whose feeds are read."""
    feed_token: SecretName | None = None
    """Name of the secret that holds the token of that account's feeds."""

    @property
    def is_searched(self) -> bool:
        """Unless only subreddits are read, which bring all there is."""
        return self.search

    def required_secrets(self) -> dict[str, str]:
        """Those of an app, or the one of an account's feeds."""
        if self.feed_token is not None:
            return {self.feed_token: _HOW_FEED}
        return dict.fromkeys((self.client_id, self.client_secret), HOW)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.feed_user) != (self.feed_token is not None):
            raise ValueError("one with both feed_user and feed_token, or with neither")
        if not self.search and not self.subreddits:
            raise ValueError("one that reads something: name subreddits, or let search be true")
        return self


class Source:
    """Reddit through one key."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options = options
        self._way = _way(options, http)
        self._troubles: dict[str, BadResponse | Gone] = {}

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Read down what is new in each listing, then look again at some posts of the last two weeks."""
        listings = self._listings(terms)
        if not listings:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        kept = cursor if isinstance(cursor, dict) else {}
        self._way.begin(now)
        self._troubles = {}
        history = timedelta(days=self._options.days_back)
        before = _trusted(kept.get("sweep"), now)
        sweep = Sweep(before, now, history=history, overlap=OVERLAP)
        batch = sweep.run(listings, self._page, REQUESTS)
        if self._troubles.keys() >= set(listings):
            raise next(iter(self._troubles.values()))
        told = dict.fromkeys(map(str, self._troubles.values()))
        batch = replace(batch, note=" ".join(filter(None, (batch.note, *told)))[:280])
        watch = Watch(kept.get("watch"))
        if self._way.follows:
            batch = watch.follow(batch, now, LOOKS, self._way.these, terms)
        after = _with_unread(sweep.to_json(), before, self._troubles)
        gone = tuple(dict.fromkeys(batch.deleted))
        return replace(batch, deleted=gone, cursor={"sweep": after, "watch": watch.to_json(now)})

    def reset_cursor(self, cursor: Json) -> Json:
        """Rules have changed: read history once more."""
        return afresh(cursor)

    def _listings(self, terms: Sequence[Term]) -> list[str]:
        """Their names. Terms are sorted, so that the same ones make the same searches."""
        named = [f"{kind} {name}" for name in dict.fromkeys(self._options.subreddits) for kind in ("new", "comments")]
        if not self._options.search:
            return named
        quoted = sorted(f'"{text}"' for text in texts(terms))
        place = "+".join(dict.fromkeys(self._options.search_in)) or "all"
        return [*named, *(f"search {place} {query}" for query in packed(quoted, " OR ", LONGEST_QUERY))]

    def _page(self, stretch: Stretch) -> Page:
        """One page; a subreddit that cannot be read is told, and does not stop the others."""
        try:
            return self._way.page(stretch)
        except (BadResponse, Gone) as error:
            listing = Listing.of(stretch.query)
            self._troubles[stretch.query] = _told(error, listing)
            return Page(unsure=True)


def _way(options: Options, http: Http) -> Way:
    if options.feed_token is not None:
        token = partial(secrets.get, options.feed_token, _HOW_FEED)
        return FeedWay(options.name, http, options.feed_user, token)
    return ApiWay(
        options.name,
        http,
        partial(secrets.get, options.client_id, HOW),
        partial(secrets.get, options.client_secret, HOW),
    )


def _trusted(kept: Json, now: datetime) -> dict[str, Any]:
    """The state of a sweep without times to come, which a wrong clock made: these listings are read anew."""
    if not isinstance(kept, dict):
        return {}
    done = kept.get("done")
    times = done.items() if isinstance(done, dict) else ()
    return {**kept, "done": {name: at for name, at in times if type(at) is int and at <= now.timestamp()}}


def _with_unread(after: dict[str, Any], before: dict[str, Any], unread: Collection[str]) -> dict[str, Any]:
    """The state ``after`` a pass in which some listings could not be read: they are where they were ``before``."""
    read = {name: at for name, at in after["done"].items() if name not in unread}
    return {**after, "done": {**read, **{name: at for name, at in before.get("done", {}).items() if name in unread}}}


def _told(error: BadResponse | Gone, listing: Listing) -> BadResponse | Gone:
    """``error`` in words that name the subreddit, for one that is not there or not open."""
    words = str(error)
    if listing.place == "all" or isinstance(error, Gone) or not any(f"({code})" in words for code in (302, 403, 404)):
        return error
    why = "is closed to us" if "(403)" in words else "does not exist, or is banned"
    return Refused(f"r/{listing.place} {why}. Correct or remove it in the config.", error.sample)
