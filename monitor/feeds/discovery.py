"""Finds the feeds of a web page and reads each of them once."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from monitor.errors import BadResponse, SourceError
from monitor.feeds.entries import Feed
from monitor.feeds.parser import Parser
from monitor.feeds.web_page import FeedLink, feed_links, is_web_page
from monitor.http import Http, Response, bot_check, bot_check_message

MAX_FEEDS = 10
"""Maximum number of feeds to read from one page."""
COMMON_PATHS = ("feed/", "rss", "feed.xml", "atom.xml", "index.xml", "rss.xml")
"""Paths to try if a page links to no feed."""


@dataclass(frozen=True, slots=True)
class DiscoveredFeed:
    """A feed that was found, with its contents, or with the error if it could not be read."""

    url: str
    title: str
    feed: Feed | None
    error: str = ""

    @property
    def newest(self) -> float | None:
        """When its newest dated entry was published, in seconds since 1970."""
        entries = self.feed.entries if self.feed else ()
        return max((entry.published for entry in entries if entry.published is not None), default=None)


def discover_feeds(url: str, http: Http) -> list[DiscoveredFeed]:
    """The feed at ``url`` itself, else the feeds that the page links to, else one at a common path.

    Empty if there is none. Raises SourceErrors if ``url`` itself cannot be read.
    """
    response, parser = http.get(url), http.shared(Parser)
    if not is_web_page(response.body):
        return [DiscoveredFeed(response.moved_to or url, "", _parse(response, parser))]
    linked = [_read(link, http, parser) for link in feed_links(response.body, response.url)[:MAX_FEEDS]]
    if not linked and (product := bot_check(response.status, response.headers, response.body)):
        raise BadResponse(bot_check_message(response.label, product), response.sample)
    return linked or _at_common_path(response.url, http, parser)


def _at_common_path(page: str, http: Http, parser: Parser) -> list[DiscoveredFeed]:
    candidates = (_read(FeedLink(urljoin(page, path), ""), http, parser) for path in COMMON_PATHS)
    return next(([found] for found in candidates if found.feed is not None), [])


def _read(link: FeedLink, http: Http, parser: Parser) -> DiscoveredFeed:
    try:
        return DiscoveredFeed(link.url, link.title, _parse(http.get(link.url), parser))
    except SourceError as error:
        return DiscoveredFeed(link.url, link.title, None, str(error))


def _parse(response: Response, parser: Parser) -> Feed:
    if response.status not in (200, 203):
        raise response.unexpected("a feed")
    return parser.parse_response(response)
