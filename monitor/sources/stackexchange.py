"""Stack Exchange: questions and answers of one of its sites that the rules look for; a free key lifts the limit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor import secrets
from monitor.errors import AuthError, BadResponse, QuotaSpent, RateLimited, Refused, SourceError
from monitor.http import Http, RateLimitStatus, Response, site_of
from monitor.model import Batch, Json, Post, Term
from monitor.sources._fields import Record, identity, line, listed_in, moment, number, part, record_of, words
from monitor.sources._limits import KeyLimits, Limit, key_mark
from monitor.sources._options import Address, SearchOptions
from monitor.sources._sweep import NOTHING_TO_SEARCH, Found, Page, Stretch, Sweep, afresh
from monitor.sources._terms import quoted, texts
from monitor.sources._watch import Watch
from monitor.text.cleaning import plain_text, safe_url

REQUESTS = 12
PAGE, IDS = 100, 100
"""Answers of a search, and posts that are asked for at once."""
OVERLAP = timedelta(hours=2)
PLENTY = timedelta(minutes=15)
"""Where passes so far apart use up no more than the quota, a round may go on at once."""
HOW = "Register at https://stackapps.com; a key needs no permission."

_WAIT = re.compile(r"available in ([0-9]{1,7}) seconds")
_KEYS = {401, 402, 403, 405, 406}
"""Errors of Stack Exchange's own numbering that tell of keys and tokens."""
_WRONG, _THROTTLED = 400, 502


class Options(SearchOptions):
    """Keys of a Stack Exchange site in config.toml."""

    how = HOW
    shortest = 2

    site: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{2,60}$"), Field(examples=["stackoverflow"])] = (
        "stackoverflow"
    )
    """As the API names it: "stackoverflow", "superuser", "serverfault", "unix" ..."""
    key: secrets.SecretName | None = None
    """Name of the secret that holds a key; with one it is 10,000 requests a day."""
    api: Address = "https://api.stackexchange.com/2.3"
    """Only a test changes it."""

    default_every = "1h"


class Source:
    """One site, searched for each term; then the found posts are asked for in full, a hundred at once."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._http = options, http

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Search for what is new, read it in full, and look again at what was found in the last two weeks."""
        kept = cursor if isinstance(cursor, dict) else {}
        queries = [quoted(text) for text in texts(terms, shortest=Options.shortest)]
        if not queries:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        talk = _Talk(self._options, self._http, now)
        sweep = Sweep(kept.get("sweep"), now, history=timedelta(days=self._options.days_back), overlap=OVERLAP)
        watch = Watch(kept.get("watch"))
        batch = sweep.run(queries, lambda stretch: self._page(talk, stretch, now), REQUESTS)
        batch = self._in_full(talk, batch)
        batch = watch.follow(batch, now, IDS, lambda ids: self._posts(talk, ids, now, whole=True))
        apart = talk.apart()
        more = batch.more and talk.wait is None and apart <= PLENTY
        return replace(
            batch,
            more=more,
            not_before=None if more else max(filter(None, (batch.not_before, talk.wait, now + apart))),
            cursor={"sweep": sweep.to_json(), "watch": watch.to_json(now)},
        )

    def reset_cursor(self, cursor: Json) -> Json:
        """Rules have changed: read history once more."""
        return afresh(cursor)

    def _page(self, talk: _Talk, stretch: Stretch, now: datetime) -> Page:
        page = stretch.on if isinstance(stretch.on, int) else 1
        params = {
            "q": stretch.query,
            "sort": "creation",
            "order": "desc",
            "fromdate": str(int(stretch.since.timestamp())),
            "todate": str(int(stretch.until.timestamp()) + 1),
            "page": str(page),
            "pagesize": str(PAGE),
        }
        answer = talk.get("search/excerpts", params)
        items = listed_in(record_of(answer), "items", answer)
        posts = [self._excerpt(item, now) for item in items]
        goes_on = record_of(answer).get("has_more") is True and bool(items)
        found = tuple(Found(post, post.published_at) for post in posts if post is not None)
        return Page(found, page + 1 if goes_on else None, set_aside=posts.count(None))

    def _excerpt(self, item: Record, now: datetime) -> Post | None:
        """What a search tells: not all of the words, nor the author."""
        answer = words(item, "item_type") == "answer"
        id_ = identity(item, "answer_id" if answer else "question_id")
        return self._made(item, id_, words(item, "body") or words(item, "excerpt"), answer, now)

    def _made(self, item: Record, id_: str, text: str, answer: bool, now: datetime) -> Post | None:
        at = moment(number(item, "creation_date"))
        if not id_.isdecimal() or at is None:
            return None
        post = Post(
            source=self._options.name,
            external_id=id_,
            text=plain_text(text),
            published_at=min(at, now),
            author=line(part(item, "owner"), "display_name"),
            # an answer bears the question's title, which its author did not write
            title="" if answer else line(item, "title"),
            url=safe_url(words(item, "link")) or self._link(id_, answer),
            site=self._options.site,
        )
        return post if post.body.strip() else None

    def _link(self, id_: str, answer: bool) -> str:
        site = self._options.site
        host = site if "." in site else f"{site}.com" if site in _OWN_DOMAIN else f"{site}.stackexchange.com"
        return f"https://{host}/{'a' if answer else 'q'}/{id_}"

    def _in_full(self, talk: _Talk, batch: Batch) -> Batch:
        """``batch`` with all words and authors; what cannot be had now is had when it is looked at again."""
        posts = {post.external_id: post for post in batch.posts}
        ids, trouble = list(posts), ""
        for start in range(0, len(ids), IDS):
            try:
                found = self._posts(talk, ids[start : start + IDS], max(p.published_at for p in batch.posts))
            except SourceError as error:
                trouble = str(error)
                break
            for id_, full in found.items():
                if full is not None:
                    title = full.title or posts[id_].title
                    posts[id_] = replace(full, title=title, published_at=posts[id_].published_at)
        return replace(batch, posts=tuple(posts.values()), note=batch.note or trouble)

    def _posts(self, talk: _Talk, ids: Sequence[str], now: datetime, whole: bool = False) -> dict[str, Post | None]:
        """These posts as they are now; one that the site does not send any more is gone.

        ``whole``: leave out questions that come without a title, for they would look edited.
        """
        params = {"filter": "withbody", "pagesize": str(IDS)}
        answer = talk.get("posts", params, ";".join(ids))
        found: dict[str, Post | None] = dict.fromkeys(ids)
        for item in listed_in(record_of(answer), "items", answer):
            id_ = identity(item, "post_id")
            if id_ in found:
                reply = words(item, "post_type") == "answer"
                post = self._made(item, id_, words(item, "body"), reply, now)
                found[id_] = post
                if post is None or (whole and not reply and not post.title):
                    del found[id_]
        return found


_OWN_DOMAIN = {"stackoverflow", "superuser", "serverfault", "askubuntu", "stackapps"}


class _Talk:
    """The requests of one pass: what the site says of backing off and of the quota is kept to."""

    def __init__(self, options: Options, http: Http, now: datetime) -> None:
        self._options, self._http, self._now = options, http, now
        self._key = secrets.get(options.key, HOW) if options.key else ""
        self._limits = http.shared(KeyLimits)
        self._name = f"{options.api} {key_mark(self._key)}"
        self._made, self._left = 0, 0
        self.wait: datetime | None = None
        """When the site wants to be asked again at the earliest, as far as it said anything."""

    def get(self, method: str, params: Mapping[str, str], ids: str = "") -> Response:
        """The answer. Raises SourceErrors, also before asking where any source with this key was told to wait."""
        for kept_to in ("", method):
            self._limits.check(f"{self._name} {kept_to}", self._now)
        asked = {**params, "site": self._options.site} | ({"key": self._key} if self._key else {})
        path = f"{self._options.api}/{method}" + (f"/{ids}" if ids else "")
        answer = self._http.get(path, params=asked, accept=(400,))
        self._made += 1
        if answer.status == 400:
            raise self._refusal(answer, method)
        self._note_limits(method, record_of(answer))
        return answer

    def apart(self) -> timedelta:
        """How far apart passes of as many requests as this one are to be, so that the day's quota lasts."""
        return (_midnight(self._now) - self._now) * self._made / self._left if self._left else timedelta(0)

    def _note_limits(self, method: str, found: Record) -> None:
        if (backoff := number(found, "backoff")) is not None and 0 < backoff < 1_000_000:
            until = self._now + timedelta(seconds=backoff)
            self._limit(method, RateLimited(f"Stack Exchange asks us to wait for {backoff} seconds.", until))
        self._left = number(found, "quota_remaining") or 0
        allowed = RateLimitStatus(self._left, number(found, "quota_max"), _midnight(self._now))
        self._http.traffic.record_rate_limit(site_of(self._options.api), allowed)
        if number(found, "quota_remaining") == 0:
            self._limit("", QuotaSpent(self._spent(), _midnight(self._now)))

    def _limit(self, method: str, limit: Limit) -> None:
        self._limits.rest(f"{self._name} {method}", limit)
        self.wait = max(filter(None, (self.wait, limit.not_before)))

    def _spent(self) -> str:
        more = "" if self._key else " With a free key it is 10,000: put its name into the config as key."
        return f"The requests that Stack Exchange allows in a day are used up.{more}"

    def _refusal(self, answer: Response, method: str) -> SourceError:
        """The error that stands in an answer of status 400, where Stack Exchange puts all of its own."""
        found = record_of(replace(answer, status=200))
        error, says = number(found, "error_id"), words(found, "error_message")
        if error == _THROTTLED:
            seconds = _WAIT.search(says)
            if seconds:
                spent = QuotaSpent(self._spent(), self._now + timedelta(seconds=int(seconds[1])))
                return self._limits.rest(f"{self._name} ", spent)
            until = self._now + timedelta(minutes=10)
            asked = RateLimited("Stack Exchange asks us to wait (we asked too fast).", until)
            return self._limits.rest(f"{self._name} {method}", asked)
        if error in _KEYS or (self._key and "key" in says):
            return AuthError(f"Stack Exchange refuses the key {self._options.key}. {HOW}")
        told = secrets.redact(plain_text(says)[:120].rstrip(" ."), self._key)
        kind = Refused if error == _WRONG else BadResponse
        return kind(f"{site_of(answer.url)} refuses what we ask for: {told or 'no reason given'}.")


def _midnight(now: datetime) -> datetime:
    """The next one in UTC, when the quota starts anew."""
    return datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
