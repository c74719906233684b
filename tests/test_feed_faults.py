"""What the feed source makes of sites that do not behave: changing ids, cut-off feeds, checks, moves, wrong links."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from monitor.errors import BadResponse, Refused
from monitor.feeds.parser import Parser
from monitor.model import Batch, Post
from monitor.sources.feed import FULL_FETCH_INTERVAL, Options, Source
from tests.fake_server import Connection, Script, Server, http_for, item, rss, serving
from tests.fakes import NOON

CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><script>_cf_chl_opt={};</script>"


class Site:
    """A feed source and its server, with the cursor between passes."""

    def __init__(self, server: Server, parser: Parser) -> None:
        self.server = server
        http = http_for(server)
        http._shared[Parser] = parser
        self.source = Source(Options(name="Forum", url=server.url + "/feed.xml"), http)
        self.cursor: Any = None
        self.now = NOON

    def read(self, body: bytes | None = None, script: Script | None = None) -> Batch:
        """One pass, ten minutes after the last, in which the server returns ``body`` or runs ``script``."""
        if body is not None:
            script = partial(Connection.answer, body=body, content_type="application/rss+xml")
        self.server.script = script or self.server.script
        batch = self.source.fetch((), self.cursor, self.now)
        self.cursor = json.loads(json.dumps(batch.cursor))
        self.now += timedelta(minutes=10)
        return batch

    def paths(self) -> list[str]:
        """The paths of all requests."""
        return [request.path for request in self.server.requests]


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser()
    yield parser
    parser.close()


@pytest.fixture
def site(parser: Parser) -> Iterator[Site]:
    with serving() as server:
        yield Site(server, parser)


def only_post(site: Site, entry: str, head: str = "") -> Post:
    [post] = site.read(rss(entry, head=head)).posts
    return post


# ---- identity and links


def test_stories_with_another_guid_and_link_at_each_poll_are_read_once(site: Site) -> None:
    stored: dict[str, str] = {}
    for run in range(3):
        entries = [
            f"<item><guid isPermaLink='false'>CB{run}{n}</guid><link>https://news.google.com/rss/articles/CB{run}{n}?oc=5"
            f"</link><title>Story {n} - The Lamp</title><pubDate>Wed, 04 Mar 2026 10:0{n}:00 GMT</pubDate><description>"
            f'&lt;a href="https://news.google.com/CB{run}{n}"&gt;Story {n}&lt;/a&gt;&amp;nbsp;The Lamp</description>'
            "</item>"
            for n in range(5)
        ]
        batch = site.read(rss(*entries))
        stored |= {post.external_id: post.title for post in batch.posts}
        assert batch.complete_since is not None or run == 0
    assert len(stored) == 5


def test_the_link_and_site_of_a_google_alert_are_those_of_the_publisher(site: Site) -> None:
    post = only_post(
        site,
        "<item><guid isPermaLink='false'>tag:google.com,2013:alerts/1</guid><title>A lamp</title><link>https://www.google.com"
        "/url?rct=j&amp;sa=t&amp;url=https://www.pinterest.com/pin/1/%3Futm_source%3Dx&amp;ct=ga&amp;usg=A</link></item>",
    )
    assert (post.url, post.site) == ("https://www.pinterest.com/pin/1/", "pinterest.com")
    assert post.external_id == "tag:google.com,2013:alerts/1"


def test_fifteen_episodes_with_one_link_are_fifteen_posts(site: Site) -> None:
    episodes = [
        f"<item><title>Episode {n}</title><link>https://cast.example/</link>"
        f"<pubDate>{n:02} Feb 2026 10:00:00 GMT</pubDate></item>"
        for n in range(1, 16)
    ]
    batch = site.read(rss(*episodes))
    assert len({post.external_id for post in batch.posts}) == 15
    assert site.read(rss(*episodes, head="<ttl>5</ttl>")).posts == ()


def test_a_link_with_spaces_is_escaped(site: Site) -> None:
    entry = "<item><title>A lamp</title><link> https://a.example/a lamp?q=a|b </link></item>"
    post = only_post(site, entry)
    assert (post.url, post.external_id) == ("https://a.example/a%20lamp?q=a%7Cb", "https://a.example/a lamp?q=a|b")


@pytest.mark.parametrize("rest", ["", "<lamp/>", "& "])
def test_the_original_link_replaces_that_of_feedburner(site: Site, rest: str) -> None:
    entry = (
        "<item xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'><title>A lamp</title>"
        f"<link>http://feedproxy.google.com/~r/lamps/1</link>{rest}"
        "<feedburner:origLink>https://a.example/1?utm_source=feedburner</feedburner:origLink></item>"
    )
    post = only_post(site, entry)
    assert (post.url, post.external_id) == ("https://a.example/1", "http://feedproxy.google.com/~r/lamps/1")


def test_boilerplate_is_not_text(site: Site) -> None:
    description = (
        "&lt;p&gt;Bright.&lt;/p&gt;&lt;p&gt;The post &lt;a&gt;A lamp&lt;/a&gt; appeared first on Acme.&lt;/p&gt;"
    )
    assert (
        only_post(site, f"<item><title>A lamp</title><description>{description}</description></item>").text == "Bright."
    )


# ---- documents that break off


def test_a_feed_that_breaks_off_is_read_with_a_note_that_stays(site: Site) -> None:
    body = rss(item(3), item(2), item(1))
    cut = body[: body.rindex(b"<pubDate>")]
    batch = site.read(cut)
    assert len(batch.posts) == 2
    assert batch.note == "This feed breaks off: 2 entries are complete and read, the rest is missing."
    assert site.read(cut).note == batch.note
    assert site.read(body).note == ""


def test_entries_that_a_cut_off_feed_may_have_lost_are_a_gap(site: Site) -> None:
    site.read(rss(*(item(n) for n in range(9, 0, -1))))
    later = rss(*(item(n) for n in range(40, 30, -1)))
    batch = site.read(later[: later.rindex(b"<item>")])
    assert batch.unread_since == NOON
    assert batch.note


def test_a_cut_off_feed_that_begins_with_its_oldest_entries_stays_a_gap(site: Site) -> None:
    oldest_first = rss(*(item(n, date=f"Wed, 04 Mar 2026 0{n}:00:00 GMT") for n in range(1, 6)))
    cut = oldest_first[: oldest_first.rindex(b"<item>")]
    assert site.read(cut).unread_since == NOON
    assert site.read(cut).unread_since == NOON


def test_a_feed_that_breaks_off_before_its_first_entry_is_an_error(site: Site) -> None:
    with pytest.raises(BadResponse, match=r"127\.0\.0\.1:\d+: This feed breaks off before the end of its first entry"):
        site.read(rss(item(1))[:150])


# ---- checks, moves and waits


@pytest.mark.parametrize("content_type", ["text/html", "application/rss+xml"])
def test_a_check_for_browsers_with_status_200_is_named(site: Site, content_type: str) -> None:
    with pytest.raises(BadResponse, match=r"checks whether its visitors use a browser \(Cloudflare\)"):
        site.read(script=partial(Connection.answer, body=CHALLENGE, content_type=content_type))


def test_a_check_for_browsers_with_status_403_is_named(site: Site) -> None:
    with pytest.raises(Refused, match=r"checks whether its visitors use a browser \(Cloudflare\)"):
        site.read(script=partial(Connection.answer, status=403, body=CHALLENGE))


def test_a_feed_about_checks_for_browsers_is_read(site: Site) -> None:
    assert len(site.read(rss(item(1, "Just a moment... _cf_chl_opt: verify you are human"))).posts) == 1


def test_a_message_names_the_site_and_its_redirect(site: Site) -> None:
    def script(conn: Connection) -> None:
        if conn.request.path == "/feed.xml":
            conn.answer(302, location="/login?next=/feed.xml")
        else:
            conn.answer(body=b"<!DOCTYPE html><html>Log in</html>")

    with pytest.raises(BadResponse) as caught:
        site.read(script=script)
    host = site.server.host
    assert str(caught.value).startswith(
        f"{host} (redirected to http://{host}/login?…): This is a web page, not a feed."
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            b"<html><head><title>Log in &amp;\n go</title></head><form><input type='password'></form></html>",
            'Its title is "Log in & go". It asks for a password: use an address of the feed that works without',
        ),
        (b'<html><form action="https://consent.google.com/save"></form></html>', "feed. The site asks its visitors to"),
        (b"<html><title>Site for sale</title></html>", 'Its title is "Site for sale". Look for a link named RSS'),
        (b'{"error": {"code": 401, "message": "Bad key."}}', 'but not a JSON Feed. It says: "Bad key".'),
        (b'[{"detail": "Slow down"}]', 'but not a JSON Feed. It says: "Slow down".'),
        (b'{"ok": true}', "This is JSON, but not a JSON Feed."),
        (b"null", "This is not a feed."),
    ],
)
def test_a_message_says_what_the_site_sent_instead_of_a_feed(site: Site, body: bytes, expected: str) -> None:
    with pytest.raises(BadResponse) as caught:
        site.read(script=partial(Connection.answer, body=body))
    assert expected in str(caught.value)


def test_a_compression_that_nobody_asked_for_is_named(site: Site) -> None:
    with pytest.raises(BadResponse, match="The site compresses it with br"):
        site.read(script=partial(Connection.answer, body=b"\x8b\x05\x80\x1f\xd3\x11\x22", content_encoding="br"))


def moving(new: bytes, old: bytes | None = None) -> Script:
    """Answers /new.xml with ``new``, and /feed.xml with ``old`` or a permanent redirect."""

    def script(conn: Connection) -> None:
        if conn.request.path == "/new.xml":
            conn.answer(body=new)
        elif old is not None:
            conn.answer(body=old)
        else:
            conn.answer(301, location="/new.xml")

    return script


def test_a_permanent_redirect_to_an_empty_feed_is_not_kept(site: Site) -> None:
    site.read(rss(item(1)))
    batch = site.read(script=moving(rss()))
    assert "has no entries there" in batch.note
    assert "/new.xml" in batch.note
    batch = site.read(script=moving(rss(), old=rss(item(2), item(1))))
    assert [post.title for post in batch.posts] == ["Thread 2"]
    assert batch.note == ""
    assert site.paths() == ["/feed.xml", "/feed.xml", "/new.xml", "/feed.xml"]


def test_a_new_address_that_becomes_empty_leads_back_at_once(site: Site) -> None:
    site.read(script=moving(rss(item(1))))
    batch = site.read(script=moving(rss(), old=rss(item(2), item(1))))
    assert [post.title for post in batch.posts] == ["Thread 2"]


def test_the_configured_address_is_tried_again_after_a_move(site: Site) -> None:
    site.read(script=moving(rss(item(1))))
    for _ in range(FULL_FETCH_INTERVAL - 2):
        site.read(script=moving(rss(item(1)), old=rss(item(2))))
    assert site.paths()[2:] == ["/new.xml"] * (FULL_FETCH_INTERVAL - 2)
    batch = site.read()
    assert [post.title for post in batch.posts] == ["Thread 2"]
    assert batch.note == ""


def test_a_wait_that_is_cut_short_is_noted(site: Site) -> None:
    script = partial(Connection.answer, body=rss(item(1)), cache_control="max-age=31536000")
    batch = site.read(script=script)
    assert batch.note == "The site asks for one request every 365 days. Wallflower makes one a day."
    assert batch.not_before == NOON + timedelta(days=1)


def test_a_compressed_feed_without_its_header_is_read(site: Site) -> None:

    assert len(site.read(gzip.compress(rss(item(1), item(2)))).posts) == 2
