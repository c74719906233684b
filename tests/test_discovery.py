"""Discovery: the feeds that a web page links to, or that are at a common path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from monitor.errors import SourceError
from monitor.feeds.discovery import MAX_FEEDS, DiscoveredFeed, discover_feeds
from tests.fake_server import Connection, Server, http_for, item, rss, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def discover(server: Server, pages: Mapping[str, bytes]) -> list[DiscoveredFeed]:
    """What is found at the front page of a site with these pages."""

    def script(conn: Connection) -> None:
        body = pages.get(conn.request.path)
        conn.answer(404) if body is None else conn.answer(body=body)

    server.script = script
    http = http_for(server)
    try:
        return discover_feeds(f"{server.url}/", http)
    finally:
        http.close()


def page(*hrefs: str) -> bytes:
    links = (f'<link rel="alternate" type="application/rss+xml" title="T" href="{href}">' for href in hrefs)
    return f"<!doctype html><html><head>{''.join(links)}</head></html>".encode()


def test_an_address_of_a_feed_is_the_feed_itself(server: Server) -> None:
    [found] = discover(server, {"/": rss(item(1), item(2, date=""))})
    assert found.url == f"{server.url}/"
    assert found.feed is not None
    assert len(found.feed.entries) == 2
    assert found.newest == 1772618400.0


def test_each_linked_feed_is_read_or_has_an_error(server: Server) -> None:
    good, bad = discover(server, {"/": page("/good.xml", "/bad.xml"), "/good.xml": rss(item(1))})
    assert (good.url, good.title, good.error) == (f"{server.url}/good.xml", "T", "")
    assert bad.feed is None
    assert "404" in bad.error


def test_at_most_ten_linked_feeds_are_read(server: Server) -> None:
    found = discover(server, {"/": page(*(f"/{n}.xml" for n in range(15)))})
    assert len(found) == MAX_FEEDS == len(server.requests) - 1 == 10


def test_a_page_without_links_may_have_a_feed_at_a_common_path(server: Server) -> None:
    [found] = discover(server, {"/": page(), "/feed.xml": rss(item(1))})
    assert found.url == f"{server.url}/feed.xml"
    assert discover(server, {"/": page()}) == []


def test_a_page_that_cannot_be_read_is_an_error(server: Server) -> None:
    with pytest.raises(SourceError):
        discover(server, {})
