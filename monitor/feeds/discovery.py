"""The feeds that a page offers, each of them read once."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from monitor.errors import BadResponse, SourceError
from monitor.feeds.entries import Feed
from monitor.feeds.parser import Parser
from monitor.feeds.webpage import Link, is_web_page, links_named
from monitor.http import Http, Response, redact

MOST = 10
"""Feeds of one page that are read."""
USUAL = ("feed/", "rss", "feed.xml", "atom.xml", "index.xml", "rss.xml")
"""Where a page's feed often is when it names none."""


@dataclass(frozen=True, slots=True)
class DiscoveredFeed:
    """A feed that was found, and what it holds; or why it could not be read."""

    url: str
    title: str
    feed: Feed | None
    error: str = ""

    @property
    def newest(self) -> float | None:
        """When its newest entry was published, in seconds since 1970, as far as entries tell."""
        entries = self.feed.entries if self.feed else ()
        return max((entry.published for entry in entries if entry.published is not None), default=None)


def discover_feeds(url: str, http: Http) -> list[DiscoveredFeed]:
    """The feeds at ``url``: itself, else those that the page names, else what stands at the usual places.

    Empty where there is none. Raises SourceErrors where ``url`` itself cannot be read.
    """
    answer, parser = http.get(url), http.shared(Parser)
    if not is_web_page(answer.body):
        return [DiscoveredFeed(answer.moved_to or url, "", _parsed(answer, parser))]
    named = [_read(link, http, parser) for link in links_named(answer.body, answer.url)[:MOST]]
    return named or _usual(answer.url, http, parser)


def _usual(page: str, http: Http, parser: Parser) -> list[DiscoveredFeed]:
    tried = (_read(Link(urljoin(page, place), ""), http, parser) for place in USUAL)
    return next(([offer] for offer in tried if offer.feed is not None), [])


def _read(link: Link, http: Http, parser: Parser) -> DiscoveredFeed:
    try:
        return DiscoveredFeed(link.url, link.title, _parsed(http.get(link.url), parser))
    except SourceError as error:
        return DiscoveredFeed(link.url, link.title, None, str(error))


def _parsed(answer: Response, parser: Parser) -> Feed:
    if answer.status not in (200, 203):
        raise BadResponse(f"{redact(answer.url)} answers with {answer.status}.", answer.sample)
    return parser.parse(answer.body, answer.headers.get("Content-Type", ""), answer.url)
