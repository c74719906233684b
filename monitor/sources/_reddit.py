"""The two ways to read Reddit: its API through PRAW, and the feeds of an account.

Both read listings, newest first, page by page. A listing is named ``new r``, ``comments r`` or ``search r words``;
``r`` is a subreddit, several joined by +, or ``all``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from configparser import Error as ConfigParserError
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from praw import Reddit
from praw.exceptions import PRAWException
from prawcore.exceptions import PrawcoreException

from monitor.errors import AuthError, BadResponse, RateLimited
from monitor.feeds.parser import Parser
from monitor.http import Http
from monitor.model import Json, Post
from monitor.sources._fields import Record, identity, line, moment, number, part, words
from monitor.sources._limits import KeyLimits, key_mark
from monitor.sources._sdk import Answer, SdkSession, error_of, plainly, wish_of
from monitor.sources._sweep import Found, Page, Stretch
from monitor.text.cleaning import plain_text, safe_url

PAGE, MOST_LISTED = 100, 900
"""On a page; and how many Reddit lists at all (1,000, less what was deleted since)."""
SITE, API = "www.reddit.com", "oauth.reddit.com"
HOW = "Have an app approved at https://www.reddit.com/prefs/apps (kind: script), and use its id and its secret."

_FULLNAME = re.compile(r"t[13]_[0-9a-z]{1,13}")
_GONE = ("[deleted]", "[removed]", "[ removed by reddit ]", "[deleted by user]")
_LEAST_LEFT = 2.0
_FEED_AUTHOR = re.compile(r"/u/([\w-]+)")
_FEED_TAIL = re.compile(r"\s*submitted by\s+/u/\S+(?:\s+to\s+r/\S+)?\s+(?:\[link\]\s*)?\[comments\]\s*$")
_FEED_PLACE = re.compile(r"/(r/[\w-]+)/")


class Way(Protocol):
    """A way to read listings."""

    follows: bool
    """Whether it tells of deletions."""

    def begin(self, now: datetime) -> None:
        """Start a pass. Raises AuthError."""

    def page(self, stretch: Stretch) -> Page:
        """One page of a listing. Raises SourceErrors."""
        ...

    def these(self, fullnames: Sequence[str]) -> dict[str, Post | None]:
        """How these posts are now, None for those that are gone. Raises SourceErrors."""
        ...


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing by its name."""

    kind: str
    place: str
    words: str = ""

    @classmethod
    def of(cls, name: str) -> Listing:
        """What ``name`` names."""
        kind, place, *rest = name.split(" ", 2)
        return cls(kind, place, *rest)

    @property
    def path(self) -> str:
        """On the site, without a slash before it."""
        where = "" if self.place == "all" and self.kind == "search" else f"r/{self.place}/"
        return f"{where}{self.kind}"

    def params(self, stretch: Stretch) -> dict[str, str]:
        """What to ask for."""
        asked = {"limit": str(PAGE), **({"after": after} if (after := _going_on(stretch.on)[0]) else {})}
        if self.kind == "search":
            asked |= {"q": self.words, "sort": "new", "type": "link", "t": _span(stretch), "include_over_18": "on"}
            asked |= {} if self.place == "all" else {"restrict_sr": "1"}
        return asked


class ApiWay:
    """Reddit's API, as an app that has no account. 100 requests a minute for all sources that use the app."""

    follows = True

    def __init__(self, source: str, http: Http, client_id: Any, client_secret: Any) -> None:
        """``client_id`` and ``client_secret`` look up the keys, and raise AuthError."""
        self._source, self._limits = source, http.shared(KeyLimits)
        self._id, self._secret = client_id, client_secret
        self._session = SdkSession(http, self._check, hidden="x-ratelimit")
        self._reddit: Reddit | None = None
        self._keys, self._limit, self._now = ("", ""), "", datetime.min

    def begin(self, now: datetime) -> None:
        """Start a pass; a key that was changed makes a new client."""
        keys = (self._id(), self._secret())
        if keys != self._keys:
            self._reddit = None
        self._keys, self._now = keys, now
        self._limit = f"reddit {key_mark(keys[0])}"
        self._session.begin(now)

    def page(self, stretch: Stretch) -> Page:
        """One page of a listing."""
        listing = Listing.of(stretch.query)
        answer = self._asked(listing.path, listing.params(stretch))
        things = _children(answer)
        posts = [post_of(thing, self._source, stretch.until) for thing in things]
        found = tuple(Found(post, post.published_at) for post in posts if isinstance(post, Post))
        gone = tuple(post for post in posts if isinstance(post, str))
        on, unsure = _next(identity(part(answer, "data"), "after"), len(things), found, stretch)
        return Page(found, on, sum(post is None for post in posts), gone, unsure)

    def these(self, fullnames: Sequence[str]) -> dict[str, Post | None]:
        """How these posts are now, by one lookup for a hundred."""
        found: dict[str, Post | None] = {}
        for start in range(0, len(fullnames), PAGE):
            wanted = fullnames[start : start + PAGE]
            things = _children(self._asked("api/info", {"id": ",".join(wanted)}))
            posts = [post_of(thing, self._source, self._now) for thing in things]
            found |= dict.fromkeys(wanted)
            found |= {post.external_id: post for post in posts if isinstance(post, Post) and post.external_id in found}
        return found

    def _asked(self, path: str, params: dict[str, str]) -> Record:
        """The JSON at ``path``. A token that was taken back meanwhile is replaced once."""
        was_used = self._reddit is not None
        try:
            return self._request(path, params)
        except AuthError:
            self._reddit = None
            if not was_used:
                raise
            self._session.begin(self._now)
            return self._request(path, params)

    def _request(self, path: str, params: dict[str, str]) -> Record:
        self._limits.check(self._limit, self._now)
        with plainly(SITE, PRAWException, PrawcoreException, ConfigParserError):
            self._reddit = self._reddit or self._connected()
            answer = self._reddit.request(method="GET", path=path, params=dict(params))
        if not isinstance(answer, dict):
            raise BadResponse("Reddit answers with something else than documented.", str(answer))
        return answer

    def _connected(self) -> Reddit:
        """A client that takes nothing from a praw.ini or from the environment: what is passed here comes first."""
        return Reddit(
            "DEFAULT",
            requestor_kwargs={"session": self._session},
            client_id=self._keys[0],
            client_secret=self._keys[1],
            user_agent="Wallflower, brand listening",
            oauth_url=f"https://{API}",
            reddit_url=f"https://{SITE}",
            short_url="https://redd.it",
            redirect_uri=None,
            refresh_token=None,
            username=None,
            password=None,
            timeout=30,
            ratelimit_seconds=0,
            window_size=600,
            check_for_updates=False,
            check_for_async=False,
        )

    def _check(self, answer: Answer) -> None:
        """Tell refusals of the key, and keep to what the headers say is left of the 100 a minute."""
        left, seconds = _float(answer.headers.get("x-ratelimit-remaining")), answer.headers.get("x-ratelimit-reset")
        reset = _after(seconds, self._now)
        if answer.status_code == 429:
            until = wish_of(answer, reset, self._now)
            raise self._limits.rest(self._limit, RateLimited("Reddit asks us to wait (429).", until))
        if left is not None and left < _LEAST_LEFT and reset is not None:
            self._limits.rest(self._limit, RateLimited("Reddit wants no more requests of this key for now.", reset))
        is_token = urlsplit(answer.url).path.endswith("/access_token")
        if answer.status_code == 401 or (
            is_token and (answer.status_code in (400, 403) or "error" in error_of(answer))
        ):
            raise AuthError(f"Reddit does not accept our key ({answer.status_code}). {HOW}")


class FeedWay:
    """The feeds of an account, which need no approval. They do not tell of deletions."""

    follows = False

    def __init__(self, source: str, http: Http, user: str, token: Any) -> None:
        """``token`` looks up the secret of the account's feeds, and raises AuthError."""
        self._source, self._http, self._user, self._token = source, http, user, token
        self._parser = http.shared(Parser)

    def begin(self, now: datetime) -> None:
        """Make sure that there is a token."""
        self._token()

    def page(self, stretch: Stretch) -> Page:
        """One page of a listing, as a feed. Reddit's feeds are told where they go on by the last entry."""
        listing = Listing.of(stretch.query)
        params = {**listing.params(stretch), "feed": self._token(), "user": self._user}
        answer = self._http.get(f"https://{SITE}/{listing.path}.rss?{urlencode(params)}")
        if answer.status != 200:
            raise BadResponse(f"{SITE} answers with {answer.status} instead of a feed.", answer.sample)
        feed = self._parser.parse(answer.body, answer.headers.get("Content-Type", ""), f"https://{SITE}/")
        posts = [self._post(entry, stretch.until) for entry in feed.entries]
        found = tuple(Found(post, post.published_at) for post in posts if post is not None)
        last = found[-1].post.external_id if found else ""
        on, unsure = _next(last, len(feed.entries), found, stretch)
        return Page(found, on, feed.skipped + len(posts) - len(found), unsure=unsure)

    def these(self, fullnames: Sequence[str]) -> dict[str, Post | None]:
        """Nothing: feeds cannot tell."""
        return {}

    def _post(self, entry: Any, latest: datetime) -> Post | None:
        # feedparser makes an address of every id
        name, at = entry.id.rpartition("/")[2], moment(entry.published)
        if not _FULLNAME.fullmatch(name) or at is None:
            return None
        is_comment, url = name.startswith("t1_"), safe_url(entry.link)
        author, place = _FEED_AUTHOR.search(entry.author), _FEED_PLACE.search(url)
        return Post(
            source=self._source,
            external_id=name,
            text=_FEED_TAIL.sub("", plain_text(entry.text)),
            published_at=min(at, latest),
            author=author[1] if author else "",
            title="" if is_comment else " ".join(plain_text(entry.title).split()),
            url=url,
            site=place[1] if place else "",
        )


def post_of(thing: Any, source: str, latest: datetime) -> Post | str | None:
    """The post in a thing of the API; the fullname of one that is gone; None for what is no post."""
    data = part(thing, "data") if isinstance(thing, dict) else {}
    name, at = _fullname(thing, data), moment(number(data, "created_utc"))
    if not name or at is None:
        return None
    text = words(data, "body") if name.startswith("t1_") else words(data, "selftext")
    title = "" if name.startswith("t1_") else line(data, "title")
    if _is_gone(data, text, title):
        return name
    author, place = line(data, "author"), line(data, "subreddit")
    post = Post(
        source=source,
        external_id=name,
        text=text.strip(),
        published_at=min(at, latest),
        author="" if author.lower() in _GONE else author,
        title=title,
        url=safe_url(f"https://{SITE}{_permalink(name, data, place)}"),
        site=f"r/{place}" if place else "",
    )
    return post if post.body.strip() else None


def _fullname(thing: Any, data: Record) -> str:
    name = words(data, "name") or f"{thing.get('kind')}_{identity(data, 'id')}" if isinstance(thing, dict) else ""
    return name if _FULLNAME.fullmatch(name) else ""


def _is_gone(data: Record, text: str, title: str) -> bool:
    said = (text.strip().lower(), title.strip().lower())
    return any(each in _GONE for each in said) or bool(words(data, "removed_by_category"))


def _permalink(name: str, data: Record, place: str) -> str:
    if (link := words(data, "permalink")).startswith("/"):
        return link
    thread = words(data, "link_id").removeprefix("t3_") if name.startswith("t1_") else name.removeprefix("t3_")
    return f"/r/{place}/comments/{thread}/_/{name.removeprefix('t1_') if name.startswith('t1_') else ''}"


def _children(answer: Record) -> list[Any]:
    found = part(answer, "data").get("children")
    if not isinstance(found, list):
        raise BadResponse("Reddit answers with something else than a listing.", str(answer))
    return found


def _going_on(on: Json) -> tuple[str, int]:
    """Out of a cursor: after which fullname a listing goes on, and how many stood before."""
    if isinstance(on, list) and len(on) == 2 and isinstance(on[0], str) and type(on[1]) is int:
        return on[0], on[1]
    return "", 0


def _next(after: str, listed: int, found: Sequence[Found], stretch: Stretch) -> tuple[Json, bool]:
    """Where a listing goes on, and whether it ended before it was read down: Reddit lists a thousand, no more."""
    before = _going_on(stretch.on)[1]
    oldest = min((each.at for each in found), default=stretch.until)
    if listed and oldest < stretch.since:
        return None, False
    if after and listed:
        return [after, before + listed], False
    return None, before + listed >= MOST_LISTED


def _span(stretch: Stretch) -> str:
    """How far back a search is to look, in the words of Reddit."""
    back = stretch.until - stretch.since
    spans = {"day": timedelta(hours=23), "week": timedelta(days=6), "month": timedelta(days=27)}
    return next((name for name, span in spans.items() if back <= span), "year" if back < timedelta(days=360) else "all")


def _float(value: str | None) -> float | None:
    try:
        return float(value or "")
    except ValueError:
        return None


def _after(seconds: str | None, now: datetime) -> datetime | None:
    """``seconds`` to go from ``now``, an hour at most; None for what is no number."""
    found = _float(seconds)
    return (
        None if found is None or found != found else now.astimezone(UTC) + timedelta(seconds=min(max(found, 0), 3600))
    )
