"""X: recent search for the rules' words, paid for by the post within a monthly budget; deletions and edits followed."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
from monitor.sources._fields import Record, identity, line, part, words
from monitor.sources._limits import KeyLimits, key_mark
from monitor.sources._options import SearchOptions
from monitor.sources._purse import MICRO, Budget, Purse, dollars
from monitor.sources._sdk import Answer, SdkSession, error_of, plainly, reset_time, wish_of
from monitor.sources._sweep import NOTHING_TO_SEARCH, Found, Page, Stretch, Sweep
from monitor.sources._terms import packed, texts
from monitor.sources._x import Follow, Seen, first_id, is_id, post_of, seen_of, time_of

SITE = "api.twitter.com"
REQUESTS, FEWEST, MOST = 10, 10, 100
"""Searches in one pass, and the posts that one may bring."""
LONGEST_QUERY = 512
KEPT_THERE = timedelta(days=7) - timedelta(minutes=5)
"""How far back recent search goes."""
OVERLAP = timedelta(seconds=30)
TOKEN_TRUSTED = timedelta(days=6)
AGAIN, TOP_UP, CAPPED = timedelta(minutes=5), timedelta(hours=6), timedelta(days=1)
"""When to try again after trouble in the middle of a pass, without credit, and at the monthly cap of the platform."""

_SIGNED = re.compile(r"[#@]\w+")
_PLAIN = re.compile(r"\w+")
_FIELDS = {"tweet_fields": ["author_id", "created_at", "edit_history_tweet_ids", "lang", "note_tweet"]}
_AUTHORS = {"expansions": ["author_id"], "user_fields": ["username"]}


class Options(SearchOptions):
    """Keys of X in config.toml."""

    how = "Make an app in the developer console of X and use the bearer token of the app."
    supports_handles = True

    budget: Annotated[Budget, Field(examples=["20 USD / month"])]
    """What may be spent in a month, such as "20 USD / month". Reading slows so that it lasts, and never exceeds it.

    It is the source's own: two with the same key may spend what both are given.
    """
    token: SecretName = "X_BEARER_TOKEN"
    """Name of the secret that holds the bearer token of an app."""
    retweets: bool = False
    """Whether plain retweets count as posts."""
    days_back: Annotated[int, Field(ge=0, le=7)] = 1
    """How many days the first look goes back; X keeps 7, and each post of them costs."""
    follow_days: Annotated[int, Field(ge=0, le=30)] = 1
    """For how many days a post is looked at again, once a day, for deletion and edits. Each look costs a post."""
    post_price: Annotated[float, Field(ge=0, le=1)] = 0.005
    """Dollars that X charges for a post that was read."""
    author_price: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Dollars that X charges for an author who came with the posts, in each answer."""

    @model_validator(mode="after")
    def _buys_an_answer(self) -> Self:
        least = FEWEST * (self.post_price + self.author_price)
        if dollars(self.budget) < least:
            raise ValueError(
                f"one with a budget of ${least:.2f} a month or more: X sends {FEWEST} posts at once at least"
            )
        return self


class Payers:
    """Which source was the first of each key."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._lock = threading.Lock()

    def first(self, key: str, name: str) -> str:
        """The name of the first source that uses ``key``; ``name`` where there is none before."""
        with self._lock:
            return self._first.setdefault(key, name)


class Source:
    """One app's recent search."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._limits = options, http.shared(KeyLimits)
        self._first = http.shared(Payers).first(options.token, options.name)
        self._session = SdkSession(http, self._check)
        self._client = Client(bearer_token="(put in later)", return_type=dict, wait_on_rate_limit=False)
        self._client.session = self._session
        self._key, self._now, self._paid = "", datetime.min, False
        self._newest: dict[str, str] = {}
        self._purse = Purse(options.budget, None, datetime(1, 1, 1, tzinfo=UTC))

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Search for what is new as far as the money goes, then look again at what was found a day ago."""
        kept = cursor if isinstance(cursor, dict) else {}
        queries = self._queries(terms)
        if not queries:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        self._begin(kept, now)
        sweep = Sweep(
            _carried(kept.get("sweep"), queries, now),
            now,
            history=timedelta(days=self._options.days_back),
            overlap=OVERLAP,
        )
        batch = sweep.run(queries, self._search, REQUESTS)
        follow = Follow(kept.get("follow"), now, self._options.name, self._options.follow_days)
        batch = follow.look(batch, self._lookup, terms)
        since = max(batch.complete_since, now - KEPT_THERE) if batch.complete_since else None
        newest = {query: id_ for query, id_ in self._newest.items() if query in queries}
        state = {"sweep": sweep.to_json(), "newest": newest, "spent": self._purse.to_json(), "follow": follow.to_json()}
        note = " ".join(filter(None, (batch.note, self._paid_twice())))
        return replace(batch, cursor=state, complete_since=since, spend=self._purse.spend, note=note)

    def _paid_twice(self) -> str:
        """What to say where another source searches for the same: the rules are those of all."""
        if self._first == self._options.name:
            return ""
        return f"{self._first} searches for the same with the same key, so each post is paid for twice: take one out."

    def _begin(self, kept: dict[str, Any], now: datetime) -> None:
        token = secrets.get(self._options.token, Options.how)
        self._key, self._now = key_mark(token), now
        self._purse, self._paid = Purse(self._options.budget, kept.get("spent"), now), False
        newest = kept.get("newest")
        self._newest = {q: id_ for q, id_ in newest.items() if is_id(id_)} if isinstance(newest, dict) else {}
        self._session.begin(now)
        self._session.keys = {"Authorization": f"Bearer {token}"}

    def _queries(self, terms: Sequence[Term]) -> list[str]:
        """As few queries as possible, in the order of the alphabet, so that the same terms make the same ones."""
        without = "" if self._options.retweets else " -is:retweet"
        parts = sorted(_operand(text) for text in texts(terms, signs=True))
        return [f"({query}){without}" for query in packed(parts, " OR ", LONGEST_QUERY - len(without) - 2)]

    def _search(self, stretch: Stretch) -> Page:
        """One page. Trouble after something was paid for ends the pass as a limit does, for that is to be saved."""
        each = self._price(1, 1)
        self._purse.check(each * FEWEST)
        token, since_id, newest = _going_on(stretch.on) or ("", self._since_id(stretch), "0")
        most = max(FEWEST, min(MOST, self._purse.free // each)) if each else MOST
        paid = self._paid
        try:
            answer = self._asked(
                "search/recent",
                lambda: self._client.search_recent_tweets(
                    stretch.query,
                    since_id=since_id,
                    next_token=token or None,
                    max_results=most,
                    sort_order="recency",
                    **_FIELDS,
                    **_AUTHORS,
                ),
            )
        except (RateLimited, QuotaSpent):
            raise
        except SourceError as error:
            if paid:
                raise RateLimited(str(error), self._now + AGAIN) from error
            raise
        page, newest = self._page(answer, stretch), max(newest, _newest(answer), key=int)
        token = words(part(answer, "meta"), "next_token")
        if not token and newest != "0":
            self._newest[stretch.query] = newest
        return replace(page, on=[token, since_id, newest] if token else None)

    def _since_id(self, stretch: Stretch) -> str:
        """After which id a search begins: the newest that was found, or one of the time when we last searched.

        The earlier of the two, for X may list a post some seconds late; but nothing that X does not keep.
        """
        listed = first_id(max(stretch.since, self._now - KEPT_THERE))
        newest = self._newest.get(stretch.query, listed)
        return max(min(newest, listed, key=int), first_id(self._now - KEPT_THERE), key=int)

    def _page(self, answer: Record, stretch: Stretch) -> Page:
        tweets = _listed(answer.get("data", []), answer)
        users = _listed(part(answer, "includes").get("users", []), answer)
        self._purse.pay(self._price(len(tweets), len(users)))
        self._paid = True
        authors = {identity(user, "id"): line(user, "username") for user in users}
        found = [seen for tweet in tweets if (seen := seen_of(tweet)) is not None]
        posts = [post_of(seen, self._options.name, authors.get(seen.author_id, ""), stretch.until) for seen in found]
        # all of them count as of this stretch: what X lists late is older than it, and news all the same
        times = [max(time_of(seen.id), stretch.since) for seen in found]
        news = [Found(post, at) for post, at in zip(posts, times, strict=True) if post.body.strip()]
        return Page(tuple(news), set_aside=len(tweets) - len(found))

    def _lookup(self, ids: Sequence[str]) -> tuple[list[Seen], list[str]]:
        """These posts as they are now, and the ids of those that are gone. Raises SourceErrors."""
        cost = self._price(len(ids), 0)
        if self._purse.left < cost:
            raise QuotaSpent("Nothing of the budget is left for that.", self._now)
        answer = self._asked("tweets", lambda: self._client.get_tweets(list(ids), **_FIELDS))
        tweets = _listed(answer.get("data", []), answer)
        self._purse.pay(self._price(len(tweets), 0))
        found = [seen for tweet in tweets if (seen := seen_of(tweet)) is not None]
        errors = _listed(answer.get("errors", []), answer)
        gone = [identity(error, "resource_id") or identity(error, "value") for error in errors if _tells_gone(error)]
        return found, [id_ for id_ in gone if id_ in ids]

    def _asked(self, endpoint: str, ask: Any) -> Record:
        self._limits.check(f"x {self._key} {endpoint}", self._now)
        with plainly(SITE, TweepyException):
            answer = ask()
        if not isinstance(answer, dict) or not {"data", "meta", "errors"} & answer.keys():
            raise BadResponse("X answers with something else than documented.", str(answer))
        return answer

    def _price(self, posts: int, authors: int) -> int:
        """Micro-dollars."""
        return posts * round(self._options.post_price * MICRO) + authors * round(self._options.author_price * MICRO)

    def _check(self, answer: Answer) -> None:
        """Tell the platform's own refusals: money, the two meanings of 429, a key that it does not take."""
        status, error = answer.status_code, error_of(answer)
        endpoint = urlsplit(answer.url).path.removeprefix("/2/tweets").strip("/") or "tweets"
        key = f"x {self._key} {endpoint}"
        reset = reset_time(answer.headers.get("x-rate-limit-reset"), self._now)
        if status == 402:
            raise QuotaSpent("The credit at X is used up (402). Buy more in its developer console.", self._now + TOP_UP)
        if status == 429 and words(error, "type").endswith("usage-capped"):
            raise QuotaSpent("X lets us read no more for now: the usage cap is reached (429).", self._now + CAPPED)
        if status == 429:
            until = wish_of(answer, reset, self._now)
            raise self._limits.rest(key, RateLimited("X asks us to wait (429).", until))
        if answer.headers.get("x-rate-limit-remaining") == "0" and reset is not None and reset > self._now:
            self._limits.rest(key, RateLimited("X wants no more requests for now.", reset))
        if status == 401 or (status == 403 and words(error, "reason").startswith("client")):
            raise AuthError(f"X does not accept the key {self._options.token} ({status}). {Options.how}")
        if status == 400:
            raise Refused(f"X does not take this search (400): {_detail(error)}.", _detail(error))


def _operand(text: str) -> str:
    """``text`` as X's search takes it; its own words OR and AND would mean something else."""
    is_plain = _SIGNED.fullmatch(text) or (_PLAIN.fullmatch(text) and text.upper() not in ("OR", "AND"))
    return text if is_plain else f'"{text}"'


def _going_on(on: Json) -> tuple[str, str, str] | None:
    """Out of a cursor: the token of the next page, the since_id it was made with, the newest id on earlier pages."""
    if not isinstance(on, list) or len(on) != 3 or not isinstance(on[0], str):
        return None
    return (on[0], on[1], on[2]) if is_id(on[1]) and is_id(on[2]) else None


def _newest(answer: Record) -> str:
    """The newest id among the posts of ``answer``; "0" without any."""
    found = [seen_of(tweet) for tweet in _listed(answer.get("data", []), answer)]
    return max((seen.id for seen in found if seen is not None), key=int, default="0")


def _carried(kept: Json, queries: Sequence[str], now: datetime) -> Json:
    """The state of a sweep for ``queries``: a new one begins where the old ones were, for history costs money.

    A search that was cut days ago begins anew: what its token stands for may be past what X keeps.
    """
    if not isinstance(kept, dict):
        return None
    done, under_way = kept.get("done"), kept.get("under_way")
    # a time to come is one that a wrong clock made
    done = (
        {q: at for q, at in done.items() if type(at) is int and at <= now.timestamp()} if isinstance(done, dict) else {}
    )
    begun = dict.fromkeys(queries, min(done.values())) if done else {}
    begins = kept.get("from")
    first = [at for at in begins.values() if type(at) is int] if isinstance(begins, dict) else []
    fresh = (now - TOKEN_TRUSTED).timestamp()
    going = under_way.items() if isinstance(under_way, dict) else ()
    trusted = {query: e for query, e in going if isinstance(e, list) and e and type(e[0]) is int and e[0] > fresh}
    return {
        **kept,
        "done": {**begun, **done},
        "from": dict.fromkeys(queries, min(first)) if first else {},
        "under_way": trusted,
    }


def _listed(found: Any, answer: Record) -> list[Any]:
    if not isinstance(found, list):
        raise BadResponse("X answers with something else than a list of posts.", str(answer))
    return found


def _tells_gone(error: Any) -> bool:
    """Whether it says that a post is not there, or no longer for everybody."""
    kind = words(error, "type") if isinstance(error, dict) else ""
    return kind.endswith(("resource-not-found", "not-authorized-for-resource"))


def _detail(error: Record) -> str:
    """What X says is wrong with a request, in its words."""
    errors = error.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    said = words(first, "message") or words(error, "detail") or "it does not say why"
    return " ".join(said.split())[:150].rstrip(".")
