"""Reads Reddit through the private feeds of an account, which need no approval. They do not report deletions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import unescape
from urllib.parse import urlencode

from monitor.feeds.boilerplate import without_boilerplate
from monitor.feeds.entries import Entry
from monitor.feeds.parser import Parser
from monitor.http import Http
from monitor.model import Post
from monitor.sources._backfill import ListedPost, Page, Window
from monitor.sources._fields import parse_time
from monitor.sources._reddit import FULLNAME, SITE, Listing, next_page
from monitor.text.cleaning import plain_text, safe_url

KEY_HELP = "It follows feed= in the addresses at https://www.reddit.com/prefs/feeds."
_AUTHOR = re.compile(r"/u/([\w-]+)")
_SUBREDDIT = re.compile(r"/(r/[\w-]+)/")
_LINK = re.compile(r'<a href="([^"]+)">\[link\]</a>')


class FeedReader:
    """Reads listings as feeds."""

    reports_deletions = False

    def __init__(self, source: str, http: Http, user: str, get_token: Callable[[], str]) -> None:
        """``get_token`` looks up the token of the account's feeds, and raises AuthError."""
        self._source, self._http, self._user, self._get_token = source, http, user, get_token
        self._parser = http.shared(Parser)

    def begin(self, now: datetime) -> None:
        """Check that there is a token. Raises AuthError."""
        self._get_token()

    def page(self, window: Window) -> Page:
        """One page of a listing. A feed continues after its last entry."""
        listing = Listing.parse(window.query)
        params = {**listing.params(window), "feed": self._get_token(), "user": self._user}
        response = self._http.get(f"https://{SITE}/{listing.path}.rss?{urlencode(params)}")
        if response.status != 200:
            raise response.unexpected("a feed")
        feed = self._parser.parse_response(response, f"https://{SITE}/")
        posts = [self._post(entry, window.until) for entry in feed.entries]
        found = tuple(ListedPost(post, post.published_at) for post in posts if post is not None)
        last = found[-1].post.external_id if found else ""
        next_cursor, is_cut_off = next_page(last, len(feed.entries), found, window)
        return Page(found, next_cursor, skipped=feed.skipped + posts.count(None), incomplete=is_cut_off)

    def look_up(self, fullnames: Sequence[str]) -> Mapping[str, Post | None]:
        """Return nothing: feeds cannot be asked for single posts."""
        return {}

    def _post(self, entry: Entry, latest: datetime) -> Post | None:
        # feedparser resolves each id to an address
        name, at = entry.id.rpartition("/")[2], parse_time(entry.published)
        if not FULLNAME.fullmatch(name) or at is None:
            return None
        is_comment, url = name.startswith("t1_"), safe_url(entry.link)
        author, subreddit = _AUTHOR.search(entry.author), _SUBREDDIT.search(url)
        link = None if is_comment else _LINK.search(entry.text)
        return Post(
            source=self._source,
            external_id=name,
            text=without_boilerplate(plain_text(entry.text), ""),
            published_at=min(at, latest),
            author=author[1] if author else "",
            title="" if is_comment else " ".join(plain_text(entry.title).split()),
            url=url,
            site=subreddit[1] if subreddit else "",
            link=safe_url(unescape(link[1])) if link else "",
        )
