"""The feed source: posts, edits, conditional requests, redirects, completeness and the time of the next pass."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.errors import BadResponse, Gone
from monitor.feeds.http_caching import conditional_headers, not_before, validators
from monitor.feeds.parser import Parser
from monitor.http import Http
from monitor.model import Batch, Post
from monitor.sources.feed import Options, Source
from tests.fake_server import Connection, Server, http_for, item, rss, serving
from tests.fakes import NOON


class FeedReader:
    """A feed source and its server. Keeps the cursor between passes, as the store does."""

    def __init__(self, server: Server, http: Http) -> None:
        self.server = server
        self.source = Source(Options(name="Forum", url=server.url + "/feed.xml"), http)
        self.cursor: Any = None
        self.now = NOON

    def publish(self, body: bytes, **headers: str) -> None:
        self.server.script = partial(Connection.answer, body=body, **{"content_type": "application/rss+xml", **headers})  # type: ignore[arg-type]

    def read(self, minutes: int = 10) -> Batch:
        batch = self.source.fetch((), self.cursor, self.now)
        self.cursor = json.loads(json.dumps(batch.cursor))
        self.now += timedelta(minutes=minutes)
        return batch

    def last_headers(self) -> Mapping[str, str]:
        return self.server.requests[-1].headers


def review(stars: str, extra: str = "") -> bytes:
    """A feed of reviews as Apple's shops write it: each text twice, the second time in a table."""
    table = (
        "&lt;table&gt;&lt;tr&gt;&lt;td&gt;Fine&lt;/td&gt;&lt;td&gt;The bell rings. Version 2.1&lt;/td&gt;&lt;/tr&gt;"
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:im="http://itunes.apple.com/rss"><entry><id>900001</id>'
        f'<title>Fine</title><content type="text">The bell rings.</content><im:rating>{stars}</im:rating>{extra}'
        f'<content type="html">{table}</content><updated>2026-03-01T10:00:00-07:00</updated></entry></feed>'
    ).encode()


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    """One child process for all tests of this file."""
    parser = Parser()
    yield parser
    parser.close()


@pytest.fixture
def reader(parser: Parser) -> Iterator[FeedReader]:
    with serving() as server:
        http = http_for(server)
        http._shared[Parser] = parser
        yield FeedReader(server, http)


def ids(batch: Batch) -> list[str]:
    return [post.external_id for post in batch.posts]


def only_post(batch: Batch) -> Post:
    [post] = batch.posts
    return post


# ---- posts


def test_an_entry_becomes_a_post(reader: FeedReader) -> None:
    reader.publish(
        rss(
            "<item><guid isPermaLink='false'>g1</guid><link>https://www.harbour.example/t/1</link>"
            "<title>Is &lt;b&gt;Acme&lt;/b&gt; down &amp;amp; out?</title><author>bea@harbour.example (Bea)</author>"
            "<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two &amp;amp; three.&lt;/p&gt;"
            "&lt;script&gt;x()&lt;/script&gt;</description><pubDate>Wed, 04 Mar 2026 10:00:00 +0100</pubDate></item>",
            head="<language>en-GB</language>",
        )
    )
    assert only_post(reader.read()) == Post(
        source="Forum",
        external_id="g1",
        text="One.\n\nTwo & three.",
        published_at=datetime(2026, 3, 4, 9, tzinfo=UTC),
        author="Bea",
        title="Is Acme down & out?",
        url="https://www.harbour.example/t/1",
        site="harbour.example",
        lang="en",
    )


def test_atom_with_each_type_of_text(reader: FeedReader) -> None:
    reader.publish(
        b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>T</title>
        <entry><id>tag:a.example,2026:1</id><link href="/1"/><title>1 &lt; 2 and &lt;b&gt;</title>
          <updated>2026-03-04T11:00:00Z</updated><author><name>Ann</name><email>a@a.example</email></author>
          <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hello <em>Acme</em></p></div></content>
        </entry>
        <entry><id>tag:a.example,2026:2</id><link href="https://b.example/2"/>
          <title type="html">&lt;i&gt;Two&lt;/i&gt;</title>
          <published>2026-03-04T10:00:00+01:00</published><updated>2026-03-04T11:30:00Z</updated>
          <summary>Short</summary><content type="html">&lt;p&gt;Much longer&lt;/p&gt;</content></entry></feed>"""
    )
    second, first = reader.read().posts
    assert (first.title, first.text, first.author) == ("1 < 2 and \u2039b\u203a", "Hello Acme", "Ann")
    assert (first.url, first.lang) == (reader.server.url + "/1", "de")
    assert first.published_at == datetime(2026, 3, 4, 11, tzinfo=UTC)
    assert (second.title, second.text, second.site) == ("Two", "Much longer", "b.example")
    assert second.published_at == datetime(2026, 3, 4, 9, tzinfo=UTC)


def test_rdf(reader: FeedReader) -> None:
    reader.publish(
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example/"><title>T</title></channel>
        <item rdf:about="https://a.example/1"><title>Acme</title><link>https://a.example/1</link>
        <description>Fine.</description><dc:creator>Ann</dc:creator><dc:date>2026-03-04T10:00Z</dc:date></item></rdf:RDF>"""
    )
    post = only_post(reader.read())
    assert (post.external_id, post.title, post.author, post.text) == ("https://a.example/1", "Acme", "Ann", "Fine.")
    assert post.published_at == datetime(2026, 3, 4, 10, tzinfo=UTC)


def test_json_feed(reader: FeedReader) -> None:
    items = [
        {"id": 7, "url": "/7", "title": "a < b", "content_html": "<p>Hi</p>", "date_published": "2026-03-04T10:00:00Z"},
        {"id": "8", "content_text": "I <3 Acme", "authors": [{"name": "Bo"}], "language": "fr"},
        "not an item",
        {"id": {"odd": 1}, "authors": "x", "content_text": 3},
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "language": "en", "items": items}
    reader.publish(json.dumps(feed).encode(), content_type="application/feed+json")
    batch = reader.read()
    posts = {post.external_id: post for post in batch.posts}
    assert (posts["7"].title, posts["7"].text, posts["7"].url) == ("a < b", "Hi", reader.server.url + "/7")
    assert (posts["8"].text, posts["8"].author, posts["8"].lang) == ("I <3 Acme", "Bo", "fr")
    assert batch.skipped == 1
    assert len(batch.posts) == 3


@pytest.mark.parametrize("body", [b"{", b'{"version": 1}', b"[]", b"[" * 100_000, b'{"version":"https://x.example"}'])
def test_other_json_is_not_a_feed(reader: FeedReader, body: bytes) -> None:
    reader.publish(body, content_type="application/json")
    with pytest.raises(BadResponse, match="JSON"):
        reader.read()


def test_an_entry_without_id_is_identified_by_its_link_or_a_digest(reader: FeedReader) -> None:
    plain = "<item><title>{}</title><pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate></item>"
    link = "<item><link>https://a.example/x</link><title>T</title></item>"
    reader.publish(rss(link, plain.format("A"), plain.format("B"), plain.format("A")))
    first = reader.read()
    assert len(set(ids(first))) == 3
    assert "https://a.example/x" in ids(first)
    reader.publish(rss(plain.format("B"), plain.format("A")))
    assert ids(reader.read()) == []


@pytest.mark.parametrize("guid", ["x" * 251, "a\u200b\u2028b"])
def test_an_id_that_is_too_long_or_not_printable_is_replaced_by_a_digest(reader: FeedReader, guid: str) -> None:
    reader.publish(rss(f"<item><guid isPermaLink='false'>{guid}</guid><title>T</title></item>"))
    assert re.fullmatch(r"entry:[0-9a-f]{16}", only_post(reader.read()).external_id)


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Wed, 04 Mar 2026 09:00:00 GMT", datetime(2026, 3, 4, 9, tzinfo=UTC)),
        ("Wed, 4 Mar 2026 09:00:00", datetime(2026, 3, 4, 9, tzinfo=UTC)),
        ("Wed, 04 Mar 2026 04:00:00 EST", datetime(2026, 3, 4, 9, tzinfo=UTC)),
        ("2026-03-04T09:00:00", datetime(2026, 3, 4, 9, tzinfo=UTC)),
        ("2026-03-04 09:00:00", datetime(2026, 3, 4, 9, tzinfo=UTC)),
        ("2026-03-04T14:30:00.123+05:30", datetime(2026, 3, 4, 9, tzinfo=UTC)),
        ("2026-03-04", datetime(2026, 3, 4, tzinfo=UTC)),
        ("Wed, 04 Mar 2099 09:00:00 GMT", NOON),
        ("yesterday or so", NOON),
        ("", NOON),
        ("0000-00-00T00:00:00Z", NOON),
        ("9" * 5000, NOON),
    ],
)
def test_dates(reader: FeedReader, date: str, at: datetime) -> None:
    reader.publish(rss(item(1, date=date)))
    assert only_post(reader.read()).published_at == at


def test_an_undated_entry_keeps_the_time_when_it_was_first_seen(reader: FeedReader) -> None:
    reader.publish(rss(item(1, "One", date="")))
    reader.read()
    reader.publish(rss(item(1, "One, edited", date="")))
    assert only_post(reader.read()).published_at == NOON


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "https://u:p@a.example/", "http://[", ""])
def test_an_unsafe_link_is_dropped(reader: FeedReader, link: str) -> None:
    reader.publish(rss(f"<item><guid isPermaLink='false'>1</guid><title>T</title><link>{link}</link></item>"))
    assert only_post(reader.read()).url == ""


@pytest.mark.parametrize(
    ("link", "site"),
    [
        ("http://www.a.example/1", "a.example"),
        ("https://a.example:8080", "a.example"),
        ("https://a.example?q", "a.example"),
        ("https://B.example/1", "b.example"),
        ("https://\u00e9.example/", "\u00e9.example"),
    ],
)
def test_the_site_is_the_host_of_the_link(reader: FeedReader, link: str, site: str) -> None:
    reader.publish(rss(f"<item><title>x</title><link>{link}</link></item>"))
    assert only_post(reader.read()).site == site


def test_a_relative_link_is_resolved_against_the_feed(reader: FeedReader) -> None:
    reader.publish(
        rss("<item><guid isPermaLink='false'>1</guid><title>T</title><link>../t/1?a=1&amp;b=2</link></item>")
    )
    assert only_post(reader.read()).url == reader.server.url + "/t/1?a=1&b=2"


def test_an_entry_without_text_is_not_a_post(reader: FeedReader) -> None:
    reader.publish(rss("<item><guid>1</guid><description>&lt;img src='x'&gt;</description></item>", item(2)))
    assert ids(reader.read()) == ["g2"]


# ---- repeats and edits


def test_only_new_and_edited_entries_are_returned(reader: FeedReader) -> None:
    reader.publish(rss(item(2), item(1)))
    assert ids(reader.read()) == ["g2", "g1"]
    reader.publish(rss(item(3), item(2, "Acme is very good."), item(1)))
    batch = reader.read()
    assert sorted(ids(batch)) == ["g2", "g3"]
    assert next(p for p in batch.posts if p.external_id == "g2").text == "Acme is very good."
    reader.publish(rss(item(3), item(2, "Acme is very good."), item(1), head="<lastBuildDate>now</lastBuildDate>"))
    assert ids(reader.read()) == []


def test_posts_are_returned_oldest_first(reader: FeedReader) -> None:
    dates = [f"Wed, 04 Mar 2026 0{n}:00:00 GMT" for n in (3, 1, 2)]
    reader.publish(rss(*(item(n, date=date) for n, date in enumerate(dates))))
    assert ids(reader.read()) == ["g1", "g2", "g0"]


def _with_id(name: str, link: str, text: str, hour: int = 8) -> str:
    date = f"<pubDate>Wed, 04 Mar 2026 {hour:02}:00:00 GMT</pubDate>"
    return f"<item><guid isPermaLink='false'>{name}</guid><link>{link}</link><title>{text}</title>{date}</item>"


def test_two_revisions_of_an_entry_are_one_post(reader: FeedReader) -> None:
    reader.publish(rss(_with_id("a", "https://a.example/1", "new", 9), _with_id("a", "https://a.example/1", "old", 8)))
    assert only_post(reader.read()).title == "new"


def test_two_entries_with_the_same_id_stay_two_posts(reader: FeedReader) -> None:
    one, two, three = (_with_id("same", f"https://a.example/{n}", f"Text {n}", n) for n in (1, 2, 3))
    reader.publish(rss(one))
    assert ids(reader.read()) == ["same"]
    reader.publish(rss(two, one))
    [second] = ids(reader.read())
    assert second.startswith("same#")
    reader.publish(rss(three, two, one))
    [third] = ids(reader.read())
    assert len({"same", second, third}) == 3
    assert ids(reader.read()) == []


def test_after_a_rule_change_all_entries_come_again_with_the_same_ids(reader: FeedReader) -> None:
    one, two = (_with_id("same", f"https://a.example/{n}", f"Text {n}", n) for n in (1, 2))
    undated = "<item><guid>u</guid><title>Undated</title></item>"
    reader.publish(rss(one, undated))
    first = reader.read().posts
    reader.publish(rss(two, one, undated))
    first = (*first, *reader.read().posts)
    for _ in range(2):
        reader.cursor = json.loads(json.dumps(reader.source.reset_cursor(reader.cursor)))
        again = reader.read().posts
        assert {(post.external_id, post.published_at) for post in again} == {
            (post.external_id, post.published_at) for post in first
        }
    assert ids(reader.read()) == []


def test_a_feed_of_thousands_is_truncated_with_a_note(reader: FeedReader) -> None:
    reader.publish(rss(*(item(n) for n in range(2_500))))
    batch = reader.read()
    assert len(batch.posts) == 2_000
    assert "2,000" in batch.note
    assert len(json.dumps(batch.cursor)) < 150_000


# ---- requests


def test_both_validators_are_sent_and_a_304_is_a_success(reader: FeedReader) -> None:
    reader.publish(rss(item(1)), etag='W/"1"', last_modified="Wed, 04 Mar 2026 11:00:00 GMT")
    reader.read()
    reader.server.script = partial(Connection.answer, status=304, cache_control="max-age=3600")
    batch = reader.read()
    assert reader.last_headers()["if-none-match"] == 'W/"1"'
    assert reader.last_headers()["if-modified-since"] == "Wed, 04 Mar 2026 11:00:00 GMT"
    assert (batch.posts, batch.complete_since) == ((), NOON)
    assert batch.not_before == NOON + timedelta(minutes=70)
    reader.read()
    assert reader.last_headers()["if-none-match"] == 'W/"1"'


def test_validators_with_expires_0_are_ignored(reader: FeedReader) -> None:
    reader.publish(rss(item(1)), etag='"1"', expires="0")
    reader.read()
    reader.read()
    assert "if-none-match" not in reader.last_headers()


@pytest.mark.parametrize("value", ['"a\x00"', '"\x7f"', '\x1f"a"', '\x85"a"', '"a\n b"', '"a\r b"'])
def test_a_validator_that_cannot_be_sent_back_is_left_out(reader: FeedReader, value: str) -> None:
    body = rss(item(1))
    head = f"HTTP/1.1 200 OK\r\nETag: {value}\r\nLast-Modified: {value}\r\nContent-Length: {len(body)}\r\n\r\n"
    reader.server.script = partial(Connection.send, data=head.encode("latin-1") + body)
    assert len(reader.read().posts) == 1
    assert reader.read().posts == ()
    assert not any(c < " " or c == "\x7f" for c in reader.last_headers().get("if-none-match", ""))


def test_validators_are_sent_back_unchanged() -> None:
    assert conditional_headers('W/"\xc3\xa9 \t1"', "") == {"If-None-Match": 'W/"\xc3\xa9 \t1"'}
    assert conditional_headers("", "yesterday") == {"If-Modified-Since": "yesterday"}


def test_validators_are_limited_in_length() -> None:
    assert validators({"ETag": "x" * 5_000, "Last-Modified": "y" * 5_000}) == ("x" * 1_000, "y" * 1_000)


def test_every_hundredth_pass_fetches_the_whole_feed(reader: FeedReader) -> None:
    reader.publish(rss(item(1)), etag='"1"')
    reader.read()
    conditional = []
    for _ in range(200):
        reader.read()
        conditional.append("if-none-match" in reader.last_headers())
    assert conditional.count(False) == 2


@pytest.mark.parametrize("version", [{"etag": '"1"'}, {"last_modified": "Wed, 04 Mar 2026 11:00:00 GMT"}])
def test_validators_that_hid_news_are_not_sent_again(reader: FeedReader, version: dict[str, str]) -> None:
    reader.publish(rss(item(1)), **version)
    reader.read()
    reader.read()
    assert {"if-none-match", "if-modified-since"} & reader.last_headers().keys()
    reader.publish(rss(item(2), item(1)), **version)
    assert len(reader.read().posts) == 1
    for _ in range(2):
        assert reader.read().posts == ()
        assert not {"if-none-match", "if-modified-since"} & reader.last_headers().keys()


def test_a_cursor_of_an_older_version_keeps_its_state(reader: FeedReader) -> None:
    reader.publish(rss(item(1)), etag='"1"')
    reader.read()
    old = {name: value for name, value in reader.cursor.items() if name != "validators_unreliable"}
    reader.cursor = {**old, "untold": True}
    assert reader.read().posts == ()
    assert "if-none-match" not in reader.last_headers()


def test_a_changed_document_with_the_same_entries_does_not_discredit_validators(reader: FeedReader) -> None:
    reader.publish(rss(item(1)), etag='"1"')
    reader.read()
    reader.publish(rss(item(1), head="<ttl>5</ttl>"), etag='"1"')
    reader.read()
    reader.publish(rss(item(2), item(1)), etag='"2"', last_modified="Wed, 04 Mar 2026 11:00:00 GMT")
    reader.read()
    reader.publish(rss(item(3), item(2), item(1)), etag='"3"', last_modified="Wed, 04 Mar 2026 11:00:00 GMT")
    reader.read()
    reader.read()
    assert reader.last_headers()["if-none-match"] == '"3"'


def test_an_unchanged_body_is_not_parsed(reader: FeedReader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.publish(rss(item(1)))
    reader.read()
    monkeypatch.setattr(Parser, "parse", lambda *_: pytest.fail("parsed"))
    batch = reader.read()
    assert (batch.posts, batch.complete_since) == ((), NOON)


def test_a_permanent_redirect_is_remembered_and_reported(reader: FeedReader) -> None:
    new = partial(Connection.answer, body=rss(item(1)), content_type="application/rss+xml")
    reader.server.script = lambda conn: (
        conn.answer(301, location="/new.xml?key=canary") if conn.request.path == "/feed.xml" else new(conn)
    )
    batch = reader.read()
    assert "moved permanently" in batch.note
    assert "canary" not in batch.note
    batch = reader.read()
    assert [r.path for r in reader.server.requests] == ["/feed.xml", "/new.xml?key=canary", "/new.xml?key=canary"]
    assert "moved permanently" in batch.note
    # an address corrected in the config starts over
    reader.source = Source(Options(name="Forum", url=reader.server.url + "/new.xml"), reader.source._http)
    assert reader.read().note == ""


@pytest.mark.parametrize(
    "there", [(404, b""), (410, b""), (200, b"<!doctype html><html>This domain is for sale</html>")]
)
def test_an_undone_redirect_leads_back_to_the_configured_address(reader: FeedReader, there: tuple[int, bytes]) -> None:
    feed = rss(item(1))
    reader.server.script = lambda conn: (
        conn.answer(301, location="/new.xml") if conn.request.path == "/feed.xml" else conn.answer(body=feed)
    )
    reader.read()
    back = rss(item(1), item(2))
    reader.server.script = lambda conn: (
        conn.answer(body=back) if conn.request.path == "/feed.xml" else conn.answer(there[0], there[1])
    )
    batch = reader.read()
    assert [post.title for post in batch.posts] == ["Thread 2"]
    assert batch.note == ""
    reader.read()
    assert [request.path for request in reader.server.requests[2:]] == ["/new.xml", "/feed.xml", "/feed.xml"]


def test_a_redirect_to_a_gone_feed_raises_gone(reader: FeedReader) -> None:
    reader.server.script = lambda conn: (
        conn.answer(301, location="/new.xml") if conn.request.path == "/feed.xml" else conn.answer(body=rss(item(1)))
    )
    reader.read()
    reader.server.script = lambda conn: (
        conn.answer(301, location="/new.xml") if conn.request.path == "/feed.xml" else conn.answer(410)
    )
    with pytest.raises(Gone):
        reader.read()


def test_a_temporary_redirect_is_not_remembered(reader: FeedReader) -> None:
    new = partial(Connection.answer, body=rss(item(1)), content_type="application/rss+xml")
    reader.server.script = lambda conn: (
        conn.answer(302, location="/new.xml") if conn.request.path == "/feed.xml" else new(conn)
    )
    assert reader.read().note == ""
    reader.read()
    assert reader.server.requests[2].path == "/feed.xml"


def test_a_410_raises_gone(reader: FeedReader) -> None:
    reader.server.script = partial(Connection.answer, status=410)
    with pytest.raises(Gone, match="permanently gone"):
        reader.read()


def test_the_error_for_a_web_page_contains_its_feed(reader: FeedReader) -> None:
    page = (
        b"<!DOCTYPE html><html><head><link rel='alternate' type='application/atom+xml' href='/real.atom'></head></html>"
    )
    reader.publish(page, content_type="text/html; charset=utf-8")
    with pytest.raises(BadResponse, match=r"web page, not a feed.*/real\.atom"):
        reader.read()


@pytest.mark.parametrize("url", ["ftp://a.example/f", "a.example/feed", "https://u:p@a.example/", "https://a\\b/", ""])
def test_an_invalid_address_is_a_config_error(url: str) -> None:
    with pytest.raises(ValidationError, match="cannot be read"):
        Options(name="Forum", url=url)


# ---- completeness, and the time of the next pass


def test_a_pass_is_complete_if_the_feed_overlaps_the_previous_one(reader: FeedReader) -> None:
    reader.publish(rss(*(item(n) for n in range(9, 0, -1))))
    assert reader.read().complete_since is None
    reader.publish(rss(*(item(n) for n in range(12, 3, -1))))
    assert reader.read().complete_since == NOON
    reader.publish(rss(*(item(n) for n in range(40, 31, -1))))
    assert reader.read().complete_since is None


def test_a_pinned_entry_is_not_an_overlap(reader: FeedReader) -> None:
    reader.publish(rss(*(item(n) for n in (1, 9, 8, 7, 6))))
    reader.read()
    reader.publish(rss(*(item(n) for n in (1, 39, 38, 37, 36))))
    assert reader.read().complete_since is None


@pytest.mark.parametrize(
    ("headers", "ttl", "minutes"),
    [
        ({}, 0, None),
        ({}, 60, 60),
        ({"Cache-Control": "max-age=600"}, 0, 10),
        ({"Cache-Control": "public, max-age=600, must-revalidate", "Age": "300"}, 0, 5),
        ({"Cache-Control": "max-age=600"}, 60, 60),
        ({"Cache-Control": "max-age=999999999"}, 0, 1440),
        ({"Cache-Control": "s-maxage=600"}, 0, None),
        ({"Cache-Control": "no-cache"}, 0, None),
        ({"Cache-Control": "max-age=0", "Expires": "Wed, 04 Mar 2026 13:00:00 GMT"}, 0, None),
        ({"Expires": "Wed, 04 Mar 2026 13:00:00 GMT"}, 0, 60),
        ({"Expires": "Wed, 04 Mar 2026 03:30:00 GMT", "Date": "Wed, 04 Mar 2026 03:00:00 GMT"}, 0, 30),
        ({"Expires": "0"}, 0, None),
        ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0, None),
        ({"Retry-After": "120"}, 0, 2),
        ({"Retry-After": "Wed, 04 Mar 2026 12:05:00 GMT"}, 0, 5),
        ({}, 10**7, 1440),
    ],
)
def test_the_earliest_next_pass_follows_caching_headers_and_ttl(
    headers: dict[str, str], ttl: int, minutes: int | None
) -> None:
    expected = None if minutes is None else NOON + timedelta(minutes=minutes)
    assert not_before(headers, ttl, NOON) == expected


def test_the_ttl_also_applies_to_passes_without_parsing(reader: FeedReader) -> None:
    reader.publish(rss(item(1), head="<ttl>45</ttl>"))
    assert reader.read().not_before == NOON + timedelta(minutes=45)
    assert reader.read().not_before == NOON + timedelta(minutes=55)


@pytest.mark.parametrize("extra", ["", '<content type="text" base="">x</content>'], ids=["strict", "feedparser"])
def test_a_review_has_its_stars_and_its_text_once(reader: FeedReader, extra: str) -> None:
    reader.publish(review("2", extra))
    (first,) = reader.read().posts
    assert (first.stars, first.title, first.text) == (2, "Fine", "The bell rings.")
    reader.publish(review("5", extra))
    (edited,) = reader.read().posts
    assert (edited.stars, edited.external_id) == (5, first.external_id)
    reader.publish(review("0", extra))
    (without,) = reader.read().posts
    assert without.stars is None
