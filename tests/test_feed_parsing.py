"""Parsing: the fast way tells what feedparser tells, and nothing that a stranger sends harms more than one child."""

from __future__ import annotations

import contextlib
import html
import io
import os
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import feedparser
import psutil
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.errors import BadResponse
from monitor.feeds import parser as parsing
from monitor.feeds.entries import MAX_ENTRIES, Entry, Feed, NotAFeed, absolute
from monitor.feeds.loose import read_loosely
from monitor.feeds.parser import Parser
from monitor.feeds.reading import read
from monitor.feeds.wellformed import read_wellformed
from monitor.text.cleaning import plain_text
from tests.fake_server import item, rss

BASE = "https://site.example/dir/feed.xml"
XML = "application/xml"


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser()
    yield parser
    parser.close()


def seen(feed: Feed) -> list[Entry]:
    """Entries as readers see them."""
    return [e._replace(title=plain_text(e.title), text=plain_text(e.text)) for e in feed.entries]


# ---- the same entries


@pytest.fixture(scope="module")
def corpus(shared_data: Path) -> list[Path]:
    return sorted(path for path in (shared_data / "recordings" / "feeds").rglob("*.xml"))


def test_on_feedparsers_corpus_the_fast_way_tells_what_feedparser_tells(corpus: list[Path]) -> None:
    taken = 0
    for path in corpus:
        document = path.read_bytes()
        fast = read_wellformed(document, XML, BASE)
        if fast is not None:
            taken += 1
            assert seen(fast) == seen(read_loosely(document, XML, BASE)), path.name
    assert taken > 800


def test_on_its_corpus_we_tell_what_bare_feedparser_tells(corpus: list[Path]) -> None:
    refused, titles, links = [], [], []
    for path in corpus:
        document = path.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            bare = feedparser.parse(
                io.BytesIO(document), response_headers={"content-type": XML, "content-location": BASE}
            )
        try:
            ours = read(document, XML, BASE)
        except NotAFeed:
            refused += [path.name] if bare.entries else []
            continue
        assert len(ours.entries) == len(bare.entries), path.name
        for mine, theirs in zip(ours.entries, bare.entries, strict=True):
            titles += [path.name] if plain_text(mine.title) != plain_text(theirs.get("title", "")) else []
            links += [path.name] if mine.link != theirs.get("link", "") else []
    assert refused == ["entity_in_doctype.xml"]
    assert links == []
    # titles of plain text that look like HTML: feedparser does not say that they are none, ours keep what was written
    assert sorted(titles) == [
        "entry_title_base64.xml",
        "entry_title_base64_2.xml",
        "entry_title_content_mode_base64.xml",
        "entry_title_crazy.xml",
        "entry_title_text_plain_brackets.xml",
        "entry_title_text_plain_brackets.xml",
    ]


_WORDS = st.text(alphabet="abc <>&\"'é\u00a0\u0093Ã©中😀\n", max_size=30)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(_WORDS, _WORDS, _WORDS, st.sampled_from(["html", "text", "xhtml", ""]), st.booleans())
def test_both_ways_tell_the_same_of_any_words(title: str, text: str, author: str, kind: str, atom: bool) -> None:
    told = [html.escape(part) for part in (title, text, author)]
    if atom:
        typed = f' type="{kind}"' if kind else ""
        inner = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{told[1]}</p></div>' if kind == "xhtml" else told[1]
        document = (
            f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>{told[0]}</title>'
            f"<author><name>{told[2]}</name></author><content{typed}>{inner}</content></entry></feed>"
        ).encode()
    else:
        document = rss(
            f"<item><title>{told[0]}</title><description>{told[1]}</description><author>{told[2]}</author></item>"
        )
    fast = read_wellformed(document, XML, BASE)
    assert fast is not None or (not atom and "<" in title)
    assert fast is None or seen(fast) == seen(read_loosely(document, XML, BASE))


_BASES = st.sampled_from(
    ["", "", "/up/", "sub/", "http://other.example/x", "javascript:x", "//h/", "http://[", "\u00e9"]
)
_LINKS = st.sampled_from(["http://site.example/1", "1", "/1?a=b#c", "//h/1", "../1", "http://site.example/a;b?#"])
_HEADS = st.sampled_from(
    [
        '<?xml version="1.0" encoding="{}"?>',
        "<?xml version='1.0' encoding='{}' standalone='yes' ?>\n",
        '<?xml version="1.0" encoding="{}"?>\n<!DOCTYPE rss>\n',
        '<?xml version="1.0" encoding="{}"?><!DOCTYPE rss PUBLIC "-//Netscape//DTD" "http://n.example/rss.dtd">',
        '<?xml version="1.0" encoding="{}"?>\n<!DOCTYPE rss SYSTEM "rss.dtd" [ <!ELEMENT a ANY> ]>\n',
        '<?xml version="1.0"\nencoding = "{}" ?>',
    ]
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(_WORDS, _HEADS, st.sampled_from(["windows-1252", "ISO-8859-1", "utf-8"]), st.sampled_from([XML, "text/xml", ""]))
def test_both_ways_tell_the_same_behind_any_head(words: str, head: str, encoding: str, content_type: str) -> None:
    told = html.escape(words).replace("中", "&eacute;")
    body = f"<rss><channel><item><title>x{told}</title><author>{told}</author><guid>1</guid></item></channel></rss>"
    document = (head.format(encoding) + body).encode(encoding, "xmlcharrefreplace")
    fast = read_wellformed(document, content_type, BASE)
    assert fast is None or seen(fast) == seen(read_loosely(document, content_type, BASE))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(_BASES, _BASES, _BASES, _LINKS, st.booleans())
def test_both_ways_see_links_from_the_same_base(root: str, entry: str, text: str, link: str, atom: bool) -> None:
    bases = [f' xml:base="{base}"' if base else "" for base in (root, entry, text)]
    if atom:
        document = (
            f'<feed xmlns="http://www.w3.org/2005/Atom"{bases[0]}><entry{bases[1]}><id>{link}</id>'
            f'<title{bases[2]}>a</title><link href="{link}"/><content type="html"{bases[2]}>'
            "&lt;a href='1'&gt;b&lt;/a&gt;</content></entry></feed>"
        )
    else:
        document = (
            f"<rss><channel{bases[0]}><item{bases[1]}><guid>{link}</guid><title>a</title>"
            f"<description{bases[2]}>b</description></item></channel></rss>"
        )
    fast = read_wellformed(document.encode(), XML, BASE)
    assert fast is not None
    assert seen(fast) == seen(read_loosely(document.encode(), XML, BASE))


_BLANKS = st.sampled_from(["", " ", "#", "?", "1", "http://site.example/1"])


@given(_BLANKS, _BLANKS, _BLANKS)
def test_both_ways_tell_the_same_of_addresses_that_are_none(first: str, second: str, id_: str) -> None:
    atom, inner = "http://www.w3.org/2005/Atom", f"<title>a</title><guid>{id_}</guid>"
    for document in (
        f'<feed xmlns="{atom}"><entry><id>{id_}</id><link href="{first}"/><link href="{second}"/></entry></feed>',
        f'<feed xmlns="{atom}"><entry><link href="{first}"/><link rel="enclosure" href="{second}"/></entry></feed>',
        f'<rss><channel><item>{inner}<link>{first}</link><enclosure url="{second}"/></item></channel></rss>',
        f'<rss xmlns:a="{atom}"><channel><item>{inner}<a:link href="{first}"/><link>{second}</link></item></channel>'
        "</rss>",
    ):
        fast = read_wellformed(document.encode(), XML, BASE)
        assert fast is None or seen(fast) == seen(read_loosely(document.encode(), XML, BASE))


_PARTS = [
    "http://",
    "https://",
    "//",
    "/",
    "a.example",
    "www.",
    ":80",
    "x",
    "..",
    ".",
    "?",
    "#",
    ";",
    "&",
    "%20",
    "é",
    " ",
]


@given(
    st.lists(st.sampled_from(_PARTS), max_size=9).map("".join) | _LINKS, st.sampled_from([BASE, "http://b.example", ""])
)
@example("https://a.example/x?a=1", BASE)
def test_links_are_joined_as_the_standard_library_joins_them(link: str, base: str) -> None:
    try:
        wanted = urljoin(base, link.strip()) if link else ""
    except ValueError:
        wanted = ""
    assert absolute(base, link) == wanted


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300), st.sampled_from([b"", b"<rss><channel><item>", b"<feed>", b"{", b"\xff\xfe<\0"]))
def test_no_document_raises_anything_but_not_a_feed(noise: bytes, start: bytes) -> None:
    try:
        read(start + noise, XML, BASE)
    except NotAFeed:
        return


@pytest.mark.parametrize(
    ("content_type", "declared", "encoding"),
    [
        ("application/xml", "iso-8859-1", "iso-8859-1"),
        ("application/xml; charset=iso-8859-1", "utf-8", "iso-8859-1"),
        ("text/xml", "utf-8", "utf-8"),
        ("text/xml", "windows-1251", "windows-1251"),
        ("application/xml", "utf-8", "windows-1252"),
        ("application/xml; charset=utf-8", "iso-8859-1", "utf-8"),
        ("application/xml; charset=no-such-charset", "utf-8", "utf-8"),
        ("application/xml", "utf-16", "utf-16"),
        ("text/html", "utf-8", "utf-8"),
        ("", "utf-8", "utf-8"),
    ],
)
def test_wrong_and_missing_charsets(content_type: str, declared: str, encoding: str) -> None:
    word = "Привет" if "1251" in encoding else "Café Zürich"
    document = (
        f'<?xml version="1.0" encoding="{declared}"?><rss><channel><item><title>{word}</title></item></channel></rss>'
    )
    [entry] = read(document.encode(encoding), content_type, BASE).entries
    assert entry.title == word


# ---- hostile documents


def test_a_parser_reads_one_document_after_another(parser: Parser) -> None:
    for n in range(3):
        [entry] = parser.parse(rss(item(n)), XML, BASE).entries
        assert entry.id == f"g{n}"


def test_200_000_items_are_cut_in_time(parser: Parser) -> None:
    document = rss("<item><title>x</title><guid>1</guid></item>" * 200_000)
    feed = parser.parse(document, XML, BASE)
    assert (len(feed.entries), feed.truncated) == (MAX_ENTRIES, True)


def test_200_000_items_that_are_not_well_formed_are_cut_too(parser: Parser) -> None:
    document = rss("<item><title>x & y</title><guid>1</guid></item>" * 200_000)
    feed = parser.parse(document, XML, BASE)
    assert (len(feed.entries), feed.truncated) == (MAX_ENTRIES, True)


@pytest.mark.parametrize("tag", ["author", "dc:creator", "managingEditor"])
@pytest.mark.parametrize("wrap", ["{}", "<![CDATA[{}]]>"])
def test_a_long_author_is_cut_before_it_costs(tag: str, wrap: str) -> None:
    broken = "<title>a & b</title>"  # so that feedparser gets it
    author = wrap.format("a" * 200_000)
    document = rss(f"<item>{broken}<{tag}>{author}</{tag}></item>")
    began = time.process_time()
    [entry] = read(document, XML, BASE).entries
    assert time.process_time() - began < 5, "this took feedparser minutes"
    assert len(entry.author) <= 300


@pytest.mark.parametrize(
    "document",
    [
        b"<a>" * 300_000,
        b"<rss><channel>" + b"<item>" * 100_000,
        b"<rss " + b"a='1' " * 100_000 + b"><channel/></rss>",
        rss("<item><title>" + "&amp;" * 500_000 + "</title></item>"),
        rss("<item><description>" + "&lt;div&gt;" * 200_000 + "</description></item>"),
        rss("<item><author>" * 20_000),
        rss("<item><title>" + "<" * 300_000),
        b"<!DOCTYPE " * 100_000,
        b"<!DOCTYPE a [" + b"<!--" * 100_000 + b"]><rss/>",
        b"<rss><channel>" + b"<x:item " * 100_000,
        b"<?xml " * 100_000,
        b"{" * 1_000_000,
        b"[" * 1_000_000,
        b"\0" * 1_000_000,
        b"<html>" + b"<link " * 100_000,
        b"<html>" + b"<link rel=alternate " * 50_000 + b">",
        b"<html>" + b'<link "' * 50_000,
        b"<html><link " + b"'\"" * 100_000,
        b"<html>" + b"<!--" * 50_000,
        b"\xff\xfe" + "<rss>".encode("utf-16-le") * 50_000,
    ],
    ids=lambda d: repr(d[:24]),
)
def test_no_shape_of_document_hangs_or_breaks_us(document: bytes) -> None:
    parser = Parser(patience=4)
    with contextlib.suppress(BadResponse):
        parser.parse(document, XML, BASE)
    [entry] = parser.parse(rss(item(1)), XML, BASE).entries
    parser.close()
    assert entry.id == "g1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_of_its_own_are_refused(encoding: str) -> None:
    document = '<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><item><title>&a;</title></item></channel></rss>'
    with pytest.raises(NotAFeed, match="entities"):
        read(document.encode(encoding), XML, BASE)


def test_words_about_entities_and_an_old_doctype_are_no_reason_to_refuse() -> None:
    doctype = b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    body = rss("<item><title>On <![CDATA[<!DOCTYPE and <!ENTITY]]></title></item>").partition(b"?>")[2]
    assert len(read(doctype + body, XML, BASE).entries) == 1


# ---- the child


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_a_child_that_is_too_slow_is_killed_and_the_next_document_gets_another() -> None:
    parser = Parser(patience=0.0)
    before = _children()
    with pytest.raises(BadResponse, match="takes longer than 0 seconds"):
        parser.parse(rss(item(1)), XML, BASE)
    assert _children() == before
    parser._patience = 10
    assert len(parser.parse(rss(item(1)), XML, BASE).entries) == 1
    parser.close()
    assert _children() == before


def test_a_child_that_dies_is_replaced(parser: Parser) -> None:
    parser.parse(rss(item(1)), XML, BASE)
    assert parser._child
    parser._child.kill()
    parser._child.wait()
    assert len(parser.parse(rss(item(1)), XML, BASE).entries) == 1


def test_a_large_document_gives_its_memory_back(parser: Parser) -> None:
    parser.parse(rss(item(1, "x" * 2_000_000)), XML, BASE)
    assert parser._child is None


def test_the_child_gets_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALLFLOWER_CANARY", "canary")
    parser = Parser()
    parser.parse(rss(item(1)), XML, BASE)
    assert parser._child
    environment = Path(f"/proc/{parser._child.pid}/environ")
    if environment.exists():
        assert b"canary" not in environment.read_bytes()
    parser.close()


def test_a_failure_of_the_program_itself_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing.sys, "executable", "/bin/false" if os.path.exists("/bin/false") else "false")
    with pytest.raises(BadResponse, match="breaks the program"):
        Parser().parse(rss(item(1)), XML, BASE)
