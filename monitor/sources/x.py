"""X: recent posts that match the rules, paid per post within a monthly budget; including edits and deletions."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from tweepy import Client
from tweepy.errors import TweepyException

from monitor import secrets
from monitor.errors import AuthError, BadResponse, QuotaSpent, RateLimited, Refused, SourceError
from monitor.http import Http
from monitor.model import Batch, Json, Term
from monitor.secrets import SecretName
from monitor.sources._backfill import ListedPost, Page, Window, past_epochs
from monitor.sources._budget import MICROS_PER_DOLLAR, BudgetOption, MonthlyBudget, parse_budget
from monitor.sources._fields import Record, get_id, get_line, get_object, get_text
from monitor.sources._limits import KeyLimits, key_fingerprint
from monitor.sources._options import SearchOptions
from monitor.sources._paged import SearchedSource
from monitor.sources._sdk import SdkResponse, SdkSession, as_source_errors, error_body, reset_time, wait_until
from monitor.sources._terms import pack_queries, search_texts
from monitor.sources._x import DailyRecheck, PostVersion, is_id, min_id_at, parse_version, time_of_id, to_post

SITE = "api.twitter.com"
MIN_PAGE_SIZE, MAX_PAGE_SIZE = 10, 100
MAX_QUERY_CHARS = 512
SEARCHABLE_TIME = timedelta(days=7) - timedelta(minutes=5)
"""How far back recent search goes, with a margin."""
MAX_TOKEN_AGE = timedelta(days=6)
"""An interrupted search that is older starts over: its token may refer to a time that can no longer be searched."""
RETRY_WAIT, NO_CREDIT_WAIT, USAGE_CAP_WAIT = timedelta(minutes=5), timedelta(hours=6), timedelta(days=1)
"""When to try again after an error in the middle of a pass, without credit, and at the platform's monthly cap."""

_TAG_OR_HANDLE = re.compile(r"[#@]\w+")
_PLAIN_WORD = re.compile(r"\w+")
_FIELDS = {
    "tweet_fields": [
        *("author_id", "created_at", "edit_history_tweet_ids", "entities", "in_reply_to_user_id", "lang", "note_tweet"),
        "referenced_tweets",
    ]
}
_AUTHORS = {"expansions": ["author_id"], "user_fields": ["username"]}


class Options(SearchOptions):
    """Keys of X in config.toml."""

    key_help = "Create an app in the developer console of X and use the app's bearer token."
    supports_handles = True

    budget: Annotated[BudgetOption, Field(examples=["20 USD / month"])]
    """What may be spent in a month, such as "20 USD / month". Reading slows down to make it last, and never exceeds it.

    Each source has its own: two sources with the same key may spend the sum of both budgets.
    """
    token: SecretName = "X_BEARER_TOKEN"
    """Name of the secret that holds the bearer token of an app."""
    retweets: bool = False
    """Whether plain retweets count as posts."""
    days_back: Annotated[int, Field(ge=0, le=7)] = 1
    """How many days to read back at the first pass. X keeps 7, and each post costs money."""
    follow_days: Annotated[int, Field(ge=0, le=30)] = 1
    """Days on which a post is looked up again to notice edits and deletions. A lookup costs as much as a post."""
    post_price: Annotated[float, Field(ge=0, le=1)] = 0.005
    """Dollars that X charges for each post read."""
    author_price: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Dollars that X charges for each author in a response."""

    @model_validator(mode="after")
    def _budget_buys_a_page(self) -> Self:
        min_budget = MIN_PAGE_SIZE * (self.post_price + self.author_price)
        if parse_budget(self.budget) < min_budget:
            reason = f"X sends at least {MIN_PAGE_SIZE} posts at once"
            raise ValueError(f"one with a budget of ${min_budget:.2f} a month or more: {reason}")
        return self


class KeyUsers:
    """Which source was the first to use each key. All sources share one."""

    def __init__(self) -> None:
        self._first_users: dict[str, str] = {}
        self._lock = threading.Lock()

    def first_user(self, key: str, name: str) -> str:
        """The name of the first source that used ``key``. If there was none, that is now ``name``."""
        with self._lock:
            return self._first_users.setdefault(key, name)


class Source(SearchedSource[Options]):
    """The recent search of one app."""

    max_requests = 10
    overlap = timedelta(seconds=30)

    def __init__(self, options: Options, http: Http) -> None:
        super().__init__(options, http)
        self._limits = http.shared(KeyLimits)
        self._first_user = http.shared(KeyUsers).first_user(options.token, options.name)
        self._session = SdkSession(http, self._check)
        self._client = Client(bearer_token="(set by the session)", return_type=dict, wait_on_rate_limit=False)
        self._client.session = self._session
        self._key_fingerprint, self._has_paid = "", False
        self._newest_ids: dict[str, str] = {}
        """Query -> newest id found."""
        self._budget: MonthlyBudget
        self._recheck: DailyRecheck

    def queries(self, terms: Sequence[Term]) -> Sequence[str]:
        """As few queries as possible. Terms are sorted, so that the same ones make the same queries."""
        suffix = "" if self.options.retweets else " -is:retweet"
        parts = sorted(_operand(text) for text in search_texts(terms, keep_signs=True))
        return [f"({query}){suffix}" for query in pack_queries(parts, " OR ", MAX_QUERY_CHARS - len(suffix) - 2)]

    def begin_pass(self, stored: dict[str, Any]) -> None:
        """Restore the budget, the newest ids and the posts to look up. Raises AuthError."""
        token = secrets.get(self.options.token, Options.key_help)
        self._key_fingerprint, self._has_paid = key_fingerprint(token), False
        self._budget = MonthlyBudget(self.options.budget, stored.get("spent"), self.now)
        self._recheck = DailyRecheck(stored.get("follow"), self.now, self.options.name, self.options.follow_days)
        newest = stored.get("newest")
        self._newest_ids = {q: id_ for q, id_ in newest.items() if is_id(id_)} if isinstance(newest, dict) else {}
        self._session.begin(self.now)
        self._session.key_headers = {"Authorization": f"Bearer {token}"}

    def stored_backfill(self, stored: dict[str, Any]) -> Json:
        """The stored state, with new queries starting where the old ones had got to: reading history costs money."""
        backfill = super().stored_backfill(stored)
        return _carried_over(backfill, self.queries(self.terms), self.now) if isinstance(backfill, dict) else None

    def reset_cursor(self, cursor: Json) -> Json:
        """``cursor`` unchanged: reading the history again would be charged again."""
        return cursor

    def page(self, window: Window) -> Page:
        """One page. An error after something was paid for ends the pass like a limit, so that it is saved."""
        price = self._price(1, 1)
        self._budget.check(price * MIN_PAGE_SIZE)
        token, since_id, newest_id = _parse_cursor(window.cursor) or ("", self._since_id(window), "0")
        affordable = self._budget.available_now // price if price else MAX_PAGE_SIZE
        page_size = max(MIN_PAGE_SIZE, min(MAX_PAGE_SIZE, affordable))
        had_paid = self._has_paid
        try:
            response = self._search(window.query, since_id, token, page_size)
        except (RateLimited, QuotaSpent):
            raise
        except SourceError as error:
            if had_paid:
                raise RateLimited(str(error), self.now + RETRY_WAIT) from error
            raise
        page, newest_id = self._parse_page(response, window), max(newest_id, _newest_id(response), key=int)
        token = get_text(get_object(response, "meta"), "next_token")
        if not token and newest_id != "0":
            self._newest_ids[window.query] = newest_id
        return replace(page, next_cursor=[token, since_id, newest_id] if token else None)

    def finish_batch(self, batch: Batch) -> Batch:
        """``batch`` with edits, deletions and spending, complete only as far back as X can be searched."""
        batch = self._recheck.run(batch, self._look_up, self.terms)
        since = max(batch.complete_since, self.now - SEARCHABLE_TIME) if batch.complete_since else None
        note = " ".join(filter(None, (batch.note, self._duplicate_note())))
        return replace(batch, complete_since=since, spend=self._budget.spend, note=note)

    def cursor_entries(self, known: Collection[str]) -> dict[str, Any]:
        """The newest ids, the spending and the posts to look up."""
        queries = self.queries(self.terms)
        newest = {query: id_ for query, id_ in self._newest_ids.items() if query in queries}
        return {"newest": newest, "spent": self._budget.to_json(), "follow": self._recheck.to_json()}

    def _duplicate_note(self) -> str:
        """A warning if another source runs the same searches: all sources search for the terms of all rules."""
        if self._first_user == self.options.name:
            return ""
        return (
            f"{self._first_user} searches for the same words with the same key, so each post is paid for twice. "
            "Remove one of the two sources."
        )

    def _search(self, query: str, since_id: str, token: str, page_size: int) -> Record:
        return self._call(
            "search/recent",
            lambda: self._client.search_recent_tweets(
                query,
                since_id=since_id,
                next_token=token or None,
                max_results=page_size,
                sort_order="recency",
                **_FIELDS,
                **_AUTHORS,
            ),
        )

    def _since_id(self, window: Window) -> str:
        """The id after which a search begins: the newest one found, or that of the last search if it is older.

        X may list a post some seconds late. Ids from before SEARCHABLE_TIME would be rejected.
        """
        oldest = self.now - SEARCHABLE_TIME
        listed = min_id_at(max(window.since, oldest))
        newest = self._newest_ids.get(window.query, listed)
        return max(min(newest, listed, key=int), min_id_at(oldest), key=int)

    def _parse_page(self, response: Record, window: Window) -> Page:
        tweets = _list(response.get("data", []), response)
        users = _list(get_object(response, "includes").get("users", []), response)
        self._budget.add(self._price(len(tweets), len(users)))
        self._has_paid = True
        authors = {get_id(user, "id"): get_line(user, "username") for user in users}
        versions = [version for tweet in tweets if (version := parse_version(tweet)) is not None]
        posts = [to_post(v, self.options.name, authors.get(v.author_id, ""), window.until) for v in versions]
        # a post from before the window is new too: X has listed it late
        times = [max(time_of_id(version.id), window.since) for version in versions]
        found = [ListedPost(post, at) for post, at in zip(posts, times, strict=True) if post.body.strip()]
        return Page(tuple(found), skipped=len(tweets) - len(versions))

    def _look_up(self, ids: Sequence[str]) -> tuple[list[PostVersion], list[str]]:
        """(the posts as they are now, the ids of those that are gone). Raises SourceErrors."""
        if self._budget.remaining < self._price(len(ids), 0):
            raise QuotaSpent("The rest of the budget is too small to check posts again.", self.now)
        response = self._call("tweets", lambda: self._client.get_tweets(list(ids), **_FIELDS))
        tweets = _list(response.get("data", []), response)
        self._budget.add(self._price(len(tweets), 0))
        versions = [version for tweet in tweets if (version := parse_version(tweet)) is not None]
        errors = _list(response.get("errors", []), response)
        gone = [get_id(error, "resource_id") or get_id(error, "value") for error in errors if _is_gone_error(error)]
        return versions, [id_ for id_ in gone if id_ in ids]

    def _call(self, endpoint: str, request: Callable[[], Any]) -> Record:
        self._limits.check(self._limit_key(endpoint), self.now)
        with as_source_errors(SITE, TweepyException):
            response = request()
        if not isinstance(response, dict) or not {"data", "meta", "errors"} & response.keys():
            raise BadResponse("X returned data in an unexpected format.", str(response))
        return response

    def _limit_key(self, endpoint: str) -> str:
        return f"x {self._key_fingerprint} {endpoint}"

    def _price(self, posts: int, authors: int) -> int:
        """The price in micro-dollars."""
        post_price = round(self.options.post_price * MICROS_PER_DOLLAR)
        return posts * post_price + authors * round(self.options.author_price * MICROS_PER_DOLLAR)

    def _check(self, response: SdkResponse) -> None:
        """Record rate limits. Raises the errors specific to X: money, both meanings of 429, a rejected key."""
        status, error = response.status_code, error_body(response)
        limit_key = self._limit_key(urlsplit(response.url).path.removeprefix("/2/tweets").strip("/") or "tweets")
        reset = reset_time(response.headers.get("x-rate-limit-reset"), self.now)
        if status == 402:
            message = "The credit at X is used up (402). Buy more in its developer console."
            raise QuotaSpent(message, self.now + NO_CREDIT_WAIT)
        if status == 429 and get_text(error, "type").endswith("usage-capped"):
            message = "X allows no more posts for now: its usage cap is reached (429)."
            raise QuotaSpent(message, self.now + USAGE_CAP_WAIT)
        if status == 429:
            until = wait_until(response, reset, self.now)
            raise self._limits.record(limit_key, RateLimited("X asks us to wait (429).", until))
        if response.headers.get("x-rate-limit-remaining") == "0" and reset is not None and reset > self.now:
            self._limits.record(limit_key, RateLimited("X allows no more requests for now.", reset))
        if status == 401 or (status == 403 and get_text(error, "reason").startswith("client")):
            raise AuthError(f"X does not accept the key {self.options.token} ({status}). {Options.key_help}")
        if status == 400:
            raise Refused(f"X rejected the search (400): {_error_detail(error)}.", _error_detail(error))


def _operand(text: str) -> str:
    """``text`` as an operand of X's search. The words OR and AND would be operators."""
    is_plain = _TAG_OR_HANDLE.fullmatch(text) or (_PLAIN_WORD.fullmatch(text) and text.upper() not in ("OR", "AND"))
    return text if is_plain else f'"{text}"'


def _parse_cursor(cursor: Json) -> tuple[str, str, str] | None:
    """(token of the next page, since_id of the search, newest id on earlier pages)"""
    if not isinstance(cursor, list) or len(cursor) != 3 or not isinstance(cursor[0], str):
        return None
    return (cursor[0], cursor[1], cursor[2]) if is_id(cursor[1]) and is_id(cursor[2]) else None


def _newest_id(response: Record) -> str:
    """The newest id in ``response``; "0" if it has no posts."""
    versions = [parse_version(tweet) for tweet in _list(response.get("data", []), response)]
    return max((version.id for version in versions if version is not None), key=int, default="0")


def _carried_over(stored: dict[str, Any], queries: Sequence[str], now: datetime) -> dict[str, Any]:
    """The state of a Backfill for ``queries``: new ones begin where the oldest of the stored ones were.

    Interrupted searches older than MAX_TOKEN_AGE are dropped.
    """
    done = past_epochs(stored.get("done"), now)
    starts = stored.get("from")
    first = [at for at in starts.values() if type(at) is int] if isinstance(starts, dict) else []
    under_way = stored.get("under_way")
    oldest_token = (now - MAX_TOKEN_AGE).timestamp()
    entries = under_way.items() if isinstance(under_way, dict) else ()
    valid = {q: e for q, e in entries if isinstance(e, list) and e and type(e[0]) is int and e[0] > oldest_token}
    return {
        **stored,
        "done": {**(dict.fromkeys(queries, min(done.values())) if done else {}), **done},
        "from": dict.fromkeys(queries, min(first)) if first else {},
        "under_way": valid,
    }


def _list(found: Any, response: Record) -> list[Any]:
    if not isinstance(found, list):
        raise BadResponse("X did not return a list of posts.", str(response))
    return found


def _is_gone_error(error: Any) -> bool:
    """Whether the error means that a post does not exist, or is no longer public."""
    kind = get_text(error, "type") if isinstance(error, dict) else ""
    return kind.endswith(("resource-not-found", "not-authorized-for-resource"))


def _error_detail(error: Record) -> str:
    """X's own description of what is wrong with a request, at most 150 characters."""
    errors = error.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    detail = get_text(first, "message") or get_text(error, "detail") or "no reason given"
    return " ".join(detail.split())[:150].rstrip(".")
