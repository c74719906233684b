"""Reads Reddit through its API, with PRAW, as an app without an account."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from configparser import Error as ConfigParserError
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from praw import Reddit
from praw.exceptions import PRAWException
from prawcore.exceptions import PrawcoreException

from monitor.errors import AuthError, BadResponse, RateLimited
from monitor.http import Http
from monitor.model import Post
from monitor.sources._backfill import ListedPost, Page, Window
from monitor.sources._fields import Record, get_id, get_int, get_line, get_object, get_text, parse_time
from monitor.sources._limits import KeyLimits, key_fingerprint
from monitor.sources._reddit import FULLNAME, PAGE_SIZE, SITE, Listing, next_page
from monitor.sources._sdk import SdkResponse, SdkSession, as_source_errors, error_body, wait_until
from monitor.text.cleaning import safe_url

API_HOST = "oauth.reddit.com"
KEY_HELP = "Get an app approved at https://www.reddit.com/prefs/apps (kind: script), and use its id and its secret."
MIN_REMAINING_REQUESTS = 2.0
"""With fewer requests left, all sources of the key wait for the next minute."""
MAX_RESET_SECONDS = 3_600
_GONE = ("[deleted]", "[removed]", "[ removed by reddit ]", "[deleted by user]")


class ApiReader:
    """Reads listings through the API. All sources of an app share its 100 requests a minute."""

    reports_deletions = True

    def __init__(
        self, source: str, http: Http, get_client_id: Callable[[], str], get_client_secret: Callable[[], str]
    ) -> None:
        """The two functions look up the keys, and raise AuthError."""
        self._source, self._limits = source, http.shared(KeyLimits)
        self._get_client_id, self._get_client_secret = get_client_id, get_client_secret
        self._session = SdkSession(http, self._check, hidden_prefix="x-ratelimit")
        self._reddit: Reddit | None = None
        self._keys, self._limit_key, self._now = ("", ""), "", datetime.min

    def begin(self, now: datetime) -> None:
        """Start a pass, with a new client if the keys have changed. Raises AuthError."""
        keys = (self._get_client_id(), self._get_client_secret())
        if keys != self._keys:
            self._reddit = None
        self._keys, self._now = keys, now
        self._limit_key = f"reddit {key_fingerprint(keys[0])}"
        self._session.begin(now)

    def page(self, window: Window) -> Page:
        """One page of a listing."""
        listing = Listing.parse(window.query)
        response = self._get(listing.path, listing.params(window))
        things = _children(response)
        parsed = [parse_thing(thing, self._source, window.until) for thing in things]
        found = tuple(ListedPost(post, post.published_at) for post in parsed if isinstance(post, Post))
        after = get_id(get_object(response, "data"), "after")
        next_cursor, is_cut_off = next_page(after, len(things), found, window)
        gone = tuple(fullname for fullname in parsed if isinstance(fullname, str))
        return Page(found, next_cursor, skipped=parsed.count(None), deleted=gone, incomplete=is_cut_off)

    def look_up(self, fullnames: Sequence[str]) -> Mapping[str, Post | None]:
        """The current posts, requested a hundred at a time."""
        found: dict[str, Post | None] = {}
        for start in range(0, len(fullnames), PAGE_SIZE):
            wanted = fullnames[start : start + PAGE_SIZE]
            things = _children(self._get("api/info", {"id": ",".join(wanted)}))
            posts = [parse_thing(thing, self._source, self._now) for thing in things]
            found |= dict.fromkeys(wanted)
            found |= {post.external_id: post for post in posts if isinstance(post, Post) and post.external_id in found}
        return found

    def _get(self, path: str, params: dict[str, str]) -> Record:
        """The JSON at ``path``. If the token was rejected, the request is repeated once with a new one."""
        had_token = self._reddit is not None
        try:
            return self._request(path, params)
        except AuthError:
            self._reddit = None
            if not had_token:
                raise
            self._session.begin(self._now)
            return self._request(path, params)

    def _request(self, path: str, params: dict[str, str]) -> Record:
        self._limits.check(self._limit_key, self._now)
        with as_source_errors(SITE, PRAWException, PrawcoreException, ConfigParserError):
            self._reddit = self._reddit or self._new_client()
            response = self._reddit.request(method="GET", path=path, params=dict(params))
        if not isinstance(response, dict):
            raise BadResponse("Reddit returned data in an unexpected format.", str(response))
        return response

    def _new_client(self) -> Reddit:
        """A client that ignores praw.ini and the environment, because every setting is passed here."""
        return Reddit(
            "DEFAULT",
            requestor_kwargs={"session": self._session},
            client_id=self._keys[0],
            client_secret=self._keys[1],
            user_agent="Wallflower, brand listening",
            oauth_url=f"https://{API_HOST}",
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

    def _check(self, response: SdkResponse) -> None:
        """Record what remains of the 100 requests a minute. Raises RateLimited and AuthError."""
        remaining = _to_float(response.headers.get("x-ratelimit-remaining"))
        reset = _reset_time(response.headers.get("x-ratelimit-reset"), self._now)
        if response.status_code == 429:
            until = wait_until(response, reset, self._now)
            raise self._limits.record(self._limit_key, RateLimited("Reddit asks us to wait (429).", until))
        if remaining is not None and remaining < MIN_REMAINING_REQUESTS and reset is not None:
            limit = RateLimited("Reddit allows no more requests with this key for now.", reset)
            self._limits.record(self._limit_key, limit)
        is_token_request = urlsplit(response.url).path.endswith("/access_token")
        if response.status_code == 401 or (
            is_token_request and (response.status_code in (400, 403) or "error" in error_body(response))
        ):
            raise AuthError(f"Reddit does not accept our key ({response.status_code}). {KEY_HELP}")


def parse_thing(thing: Any, source: str, latest: datetime) -> Post | str | None:
    """The post in a "thing" of the API; the fullname of a post that is gone; None for anything else."""
    data = get_object(thing, "data") if isinstance(thing, dict) else {}
    name, at = _fullname(thing, data), parse_time(get_int(data, "created_utc"))
    if not name or at is None:
        return None
    is_comment = name.startswith("t1_")
    text = get_text(data, "body" if is_comment else "selftext")
    title = "" if is_comment else get_line(data, "title")
    if _is_gone(data, text, title):
        return name
    author, subreddit = get_line(data, "author"), get_line(data, "subreddit")
    post = Post(
        source=source,
        external_id=name,
        text=text.strip(),
        published_at=min(at, latest),
        author="" if author.lower() in _GONE else author,
        title=title,
        url=safe_url(f"https://{SITE}{_permalink(name, data, subreddit)}"),
        site=f"r/{subreddit}" if subreddit else "",
        reply_to=_reply_to(data),
        repost=_is_plain_crosspost(data, title, author),
        link="" if is_comment or data.get("is_self") is True else safe_url(get_text(data, "url")),
    )
    return post if post.body.strip() else None


def _reply_to(data: Record) -> str:
    """The author of the submission that a comment answers. Reddit does not name the author of another comment."""
    author = get_line(data, "link_author") if get_text(data, "parent_id").startswith("t3_") else ""
    return "" if author.lower() in _GONE else author


def _is_plain_crosspost(data: Record, title: str, author: str) -> bool:
    """Whether a submission repeats somebody else's one under its title."""
    originals = data.get("crosspost_parent_list")
    original = originals[0] if isinstance(originals, list) and originals else None
    if not isinstance(original, dict) or get_text(data, "selftext").strip():
        return False
    return get_line(original, "title") == title and get_line(original, "author") != author


def _fullname(thing: Any, data: Record) -> str:
    name = get_text(data, "name") or f"{thing.get('kind')}_{get_id(data, 'id')}" if isinstance(thing, dict) else ""
    return name if FULLNAME.fullmatch(name) else ""


def _is_gone(data: Record, text: str, title: str) -> bool:
    fields = (text.strip().lower(), title.strip().lower())
    return any(field in _GONE for field in fields) or bool(get_text(data, "removed_by_category"))


def _permalink(name: str, data: Record, subreddit: str) -> str:
    if (link := get_text(data, "permalink")).startswith("/"):
        return link
    is_comment = name.startswith("t1_")
    thread = get_text(data, "link_id").removeprefix("t3_") if is_comment else name.removeprefix("t3_")
    return f"/r/{subreddit}/comments/{thread}/_/{name.removeprefix('t1_') if is_comment else ''}"


def _children(response: Record) -> list[Any]:
    found = get_object(response, "data").get("children")
    if not isinstance(found, list):
        raise BadResponse("Reddit did not return a listing.", str(response))
    return found


def _to_float(value: str | None) -> float | None:
    try:
        return float(value or "")
    except ValueError:
        return None


def _reset_time(seconds: str | None, now: datetime) -> datetime | None:
    """The time in ``seconds`` from ``now``, at most an hour; None if it is not a number."""
    found = _to_float(seconds)
    if found is None or math.isnan(found):
        return None
    return now.astimezone(UTC) + timedelta(seconds=min(max(found, 0), MAX_RESET_SECONDS))
