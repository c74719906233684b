"""Feeds that a site compresses, wraps, cuts off or damages: what is whole is read, and nothing is lost silently."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds import document as document_module
from monitor.feeds import repair
from monitor.feeds.document import parse_document
from monitor.feeds.entries import Feed, NotAFeed
from monitor.feeds.web_page import is_web_page
from tests.fake_server import item, rss

BASE = "https://site.example/dir/feed.xml"
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
RSS = rss(item(1), item(2), item(3)).decode()
BARE_RSS = RSS.removeprefix(DECLARATION)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>'
    + "".join(f"<entry><id>tag:{n}</id><title>E{n}</title><content>Fine.</content></entry>" for n in (1, 2, 3))
    + "</feed>"
)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rss="http://purl.org/rss/1.0/">'
    '<rss:channel rdf:about="https://a.example/"><rss:title>T</rss:title></rss:channel>'
    + "".join(f'<rss:item rdf:about="https://a.example/{n}"><rss:title>E{n}</rss:title></rss:item>' for n in (1, 2, 3))
    + "</rdf:RDF>"
)
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": str(n), "content_text": "Fine."} for n in (1, 2, 3)],
    }
)


def parse(document: str | bytes, content_type: str = "application/xml") -> Feed:
    return parse_document(document.encode() if isinstance(document, str) else document, content_type, BASE)


@pytest.mark.parametrize(
    "document",
    [
        f"{DECLARATION}<!DOCTYPE html>{BARE_RSS}",
        f"{DECLARATION}<!DOCTYPE html>{ATOM}",
        f"{DECLARATION}\n<!doctype HTML>\n{ATOM}",
        f"<!-- made by lamps --><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'x.dtd'>{RDF}",
        f"<!DOCTYPE html><?xml-stylesheet href='a>b'?>{BARE_RSS}",
        f"<!DOCTYPE html><html><body>{BARE_RSS}</body></html>",
        f"<br />\n<b>Warning</b>: in /a.php on line 3<br />\n{RSS}",
        RDF,
        RDF.replace("Fine", "A & B"),
        RDF.replace(' xmlns:rss="http://purl.org/rss/1.0/"', ""),
        RDF.replace("purl.org/rss/1.0/", "purl.org/rss/1.0"),
        RDF.replace("rss:", "r1:"),
        ATOM.replace("<", "<a:").replace("<a:/", "</a:").replace("xmlns=", "xmlns:a="),
        f"{BARE_RSS}<!-- cached --><script>x()</script>",
        gzip.compress(RSS.encode(), mtime=0),
        gzip.compress(gzip.compress(RSS.encode(), mtime=0), mtime=0),
        gzip.compress(RSS.encode()[:300], mtime=0) + gzip.compress(RSS.encode()[300:], mtime=0),
        zlib.compress(RSS.encode()),
        gzip.compress(JSON_FEED.encode(), mtime=0),
        RSS.encode("utf-16"),
        RSS.encode("utf-16-be"),
        b"\xef\xbb\xbf\n  " + RSS.encode(),
        b"\n \xef\xbb\xbf" + RSS.encode(),
        b"\xef\xbb\xbf " + JSON_FEED.encode(),
        RSS.replace("utf-8", "us-ascii").replace("fine", "f\u00efne"),
        RSS.replace("fine", "f\u00efne").encode("latin-1"),
        RSS.replace("fine", "caf&eacute;&nbsp;noir"),
        RSS.replace("fine", "f\x0bi\x00ne"),
        RSS.replace("fine", "this & that"),
        JSON_FEED.replace("]", ",]"),
    ],
    ids=lambda document: repr(document[:60]),
)
def test_all_entries_of_an_unusual_document_are_read(document: str | bytes) -> None:
    feed = parse(document)
    assert len(feed.entries) == 3
    assert not feed.breaks_off


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A lamp &#xD83D;&#xDE00;!", "A lamp \N{GRINNING FACE}!"),
        ("A lamp &#55357;&#56832;!", "A lamp \N{GRINNING FACE}!"),
        ("<![CDATA[A lamp &#xD83D;&#xDE00;!]]>", "A lamp &#128512;!"),
        ("A lamp &#xD83D;!", "A lamp !"),
        ("A lamp &#xDE00;&#xD83D;!", "A lamp !"),
        ("A &#x1F600; lamp&#8217;s", "A \N{GRINNING FACE} lamp\N{RIGHT SINGLE QUOTATION MARK}s"),
        ("A lamp &#0;&#11;&#xFFFF;&#99999999;!", "A lamp !"),
    ],
)
def test_one_character_that_xml_forbids_does_not_hide_a_feed(written: str, title: str) -> None:
    feed = parse(RSS.replace("Thread 1", written))
    assert [entry.title for entry in feed.entries] == [title, "Thread 2", "Thread 3"]


@pytest.mark.parametrize(
    ("document", "complete"),
    [
        (RSS[: RSS.rindex("<description>") + 20], 2),
        (RSS[: RSS.index("</item>") + 7], 1),
        (RSS[: RSS.rindex("</item>") + 3], 2),
        (RSS[:-6], 3),
        (ATOM[: ATOM.rindex("<content>")], 2),
        (RDF[:-20], 2),
        (RSS[: RSS.rindex("<description>")] + "<description><![CDATA[<p>The lamp</item> is", 2),
        (RSS.replace("fine", "this & that")[:-40], 2),
        (f"<!DOCTYPE html><html>{BARE_RSS[:-40]}", 2),
        (JSON_FEED[:-10], 2),
        (JSON_FEED[: JSON_FEED.rindex("{")], 2),
    ],
    ids=lambda value: repr(value)[-40:],
)
def test_the_complete_entries_of_a_document_that_breaks_off_are_read(document: str, complete: int) -> None:
    feed = parse(document)
    assert len(feed.entries) == complete
    assert feed.breaks_off


@pytest.mark.parametrize(
    "document",
    [
        RSS[: RSS.index("<item>")],
        RSS[: RSS.index("</item>")],
        ATOM[:60],
        RDF[: RDF.index("<rss:item") + 5],
        "<rss><channel><title>A",
    ],
)
def test_a_document_that_breaks_off_in_its_first_entry_is_an_error(document: str) -> None:
    with pytest.raises(NotAFeed, match="breaks off before the end of its first entry"):
        parse(document)


def test_entries_that_cannot_be_read_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_module, "parse_with_feedparser", lambda *_: Feed())
    with pytest.raises(NotAFeed, match="contains entries, but none that can be read"):
        parse("<rss><lamp><item></lamp></rss>")


@pytest.mark.parametrize(
    "document",
    ["<rss><channel><title>Quiet</title></channel></rss>", "<rss/>", '<feed xmlns="http://www.w3.org/2005/Atom"/>'],
)
def test_a_feed_without_entries_is_a_feed(document: str) -> None:
    assert parse(document) == Feed()


def test_a_feed_that_only_writes_about_entries_has_none() -> None:
    assert parse("<rss><channel><description><![CDATA[<item>]]></description><!-- <item> --></channel></rss>") == Feed()


def test_a_decompression_bomb_is_refused() -> None:
    bomb = gzip.compress(b"<rss>" + b" " * 100_000_000)
    with pytest.raises(NotAFeed, match="larger than 15 MB once it is decompressed"):
        parse(bomb)
    with pytest.raises(NotAFeed, match="larger than 15 MB"):
        parse(gzip.compress(bomb))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("<!DOCTYPE html><p>Lamps", True),
        ("<html>", True),
        ("<?xml version='1.0'?><!-- c --><html xmlns='http://www.w3.org/1999/xhtml'>", True),
        ("<!DOCTYPE html>Lamps", True),
        ("<!DOCTYPE html><rss>", False),
        ("<rss>", False),
        ("<bodyshop>", False),
    ],
)
def test_a_web_page_is_recognised_by_its_root(document: str, expected: bool) -> None:
    assert is_web_page(document.encode()) is expected


@settings(deadline=None)
@given(st.sampled_from([RSS, ATOM, RDF, JSON_FEED]), st.integers(0, 2_000))
def test_a_cut_anywhere_leaves_complete_entries_only(document: str, length: int) -> None:
    whole = {entry.id: entry for entry in parse(document).entries}
    try:
        feed = parse(document[:length])
    except NotAFeed:
        return
    assert all(whole[entry.id] == entry for entry in feed.entries)
    assert feed.breaks_off or len(feed.entries) == 3


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x1f\x8b\x08", b"x\x9c", b"<rss>", b"\xff\xfe<\0", b"<!--"]))
def test_repairs_do_not_fail(noise: bytes, start: bytes) -> None:
    document, _ = repair.in_utf8(repair.decompressed(start + noise), "")
    repair.complete_part(document)
    repair.without_doctype(document)
    repair.without_prefixes(document)
    repair.embedded_feed(document)
    repair.has_entry_tags(document)
