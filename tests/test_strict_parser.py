"""What real sites write in their entries: the strict parser reads it, with the same result as feedparser."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.feeds.entries import Entry, Feed
from monitor.feeds.feedparser_fallback import parse_with_feedparser
from monitor.feeds.strict_parser import parse_strictly
from monitor.text.cleaning import plain_text

BASE, XML = "https://site.example/dir/feed.xml", "application/xml"
ATOM = "http://www.w3.org/2005/Atom"
NAMESPACES = (
    'xmlns:a="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://www.rssboard.org/media-rss" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:gd="http://schemas.google.com/g/2005" '
    'xmlns:im="http://itunes.apple.com/rss" '
    'xmlns:cc="http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html" xmlns:title="urn:x"'
)
ELEMENTS = (
    "<title>One</title>",
    "<title>Two &lt;b&gt;bold&lt;/b&gt; words</title>",
    "<title>1 &lt; 2 and &amp;amp; more</title>",
    "<title/>",
    "<dc:title>Three</dc:title>",
    "<media:title>Four</media:title>",
    "<og><title>Five</title></og>",
    "<og><description>Five words</description></og>",
    "<og><image>https://img.example/5</image><url>https://site.example/5</url></og>",
    "<description>Six &lt;p&gt;six&lt;/p&gt; six</description>",
    "<description>Seven &lt; seven</description>",
    "<description/>",
    '<description type="html">Eight &amp;amp; eight</description>',
    "<summary>Nine &lt;i&gt;nine&lt;/i&gt;, nine nine</summary>",
    "<content:encoded>Ten &lt;p&gt;ten&lt;/p&gt; ten, ten</content:encoded>",
    '<content:encoded xml:lang="fr">Onze</content:encoded>',
    "<itunes:summary>Twelve &lt;twelve&gt; twelve, twelve, twelve and twelve, and one more</itunes:summary>",
    "<itunes:summary>Thirteen &amp;amp; &lt;b&gt;13&lt;/b&gt;</itunes:summary>",
    '<media:group><media:content url="u"><media:title>14</media:title></media:content>'
    "<media:description>Fourteen words, longer than others in this list, as they are on video sites</media:description>"
    "</media:group>",
    '<media:description type="plain">Fifteen &lt;b&gt;15&lt;/b&gt;</media:description>',
    '<a:content type="html" xml:lang="de" xml:base="/de/">Sechzehn &lt;b&gt;16&lt;/b&gt;</a:content>',
    '<a:summary type="text">Seventeen &lt;b&gt;17&lt;/b&gt;</a:summary>',
    '<title xml:lang="it">Diciotto</title>',
    '<post-id xmlns="com-wordpress:feed-additions:1">19</post-id>',
    "<cc:license>https://license.example/20</cc:license>",
    "<image>https://img.example/21</image>",
    "<image><url>https://img.example/21</url></image>",
    '<thumbnail url="https://img.example/22"/>',
    "<date>2026-03-04</date>",
    "<title_detail>Twenty-three</title_detail>",
    '<title:detail a="b"/>',
    "<links>24</links>",
    "<guid>https://site.example/25</guid>",
    '<guid isPermaLink="false">26</guid>',
    "<link>https://site.example/27?a=1&amp;b=2</link>",
    '<enclosure url="https://site.example/28.mp3"/>',
    "<dc:creator>Ann</dc:creator>",
    "<author>ann@site.example (Ann)</author>",
    "<pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate>",
    '<categories><category domain="x">30</category></categories>',
    "<im:rating>3</im:rating>",
    "<im:rating> </im:rating>",
)
ATOM_ELEMENTS = (
    "<title>One &lt;b&gt;1&lt;/b&gt;</title>",
    '<title type="html" xml:lang="en-US">Two &lt;b&gt;2&lt;/b&gt;</title>',
    '<author><name>Ann</name><email>ann@site.example</email><gd:image rel="x" width="16"/></author>',
    "<author><name>Ben</name><gd:extended>x</gd:extended></author>",
    '<content type="html" xml:base="https://site.example/" xml:lang="fr_FR">&lt;p&gt;Trois&lt;/p&gt;</content>',
    '<content type="xhtml" xml:lang="de"><div xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr"><p lang="it">4</p> 5'
    "</div></content>",
    "<summary>Five &lt;b&gt;5&lt;/b&gt;</summary>",
    "<media:group><media:title>6</media:title><media:description>Six &lt;6&gt; words\n\nfor it, and many more, "
    "as on video sites</media:description>"
    '<media:community><media:starRating count="1"/></media:community></media:group>',
    "<id>tag:site.example,2026:7</id>",
    '<link href="https://site.example/8"/>',
    "<updated>2026-03-04T10:00:00Z</updated>",
    "<itunes:summary>Nine &lt;b&gt;9&lt;/b&gt;</itunes:summary>",
    "<mood>10</mood>",
    "<im:rating>4</im:rating>",
    "<im:rating>11</im:rating>",
)
LANGUAGES = ("", ' xml:lang="es"', ' xml:lang=""')


def rss(elements: tuple[str, ...] | list[str], lang: str = "", language: str = "") -> bytes:
    stated = f"<language>{language}</language>" if language else ""
    return (
        f'<rss version="2.0" {NAMESPACES}><channel{lang}>{stated}<item>{"".join(elements)}</item></channel></rss>'
    ).encode()


def atom(elements: tuple[str, ...] | list[str], lang: str = "", entry_lang: str = "") -> bytes:
    return f'<feed xmlns="{ATOM}" {NAMESPACES}{lang}><entry{entry_lang}>{"".join(elements)}</entry></feed>'.encode()


def rdf(elements: tuple[str, ...] | list[str]) -> bytes:
    return (
        f'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {NAMESPACES}>'
        f"<channel/><item>{''.join(elements)}</item></r:RDF>"
    ).encode()


def as_shown(feed: Feed) -> list[Entry]:
    return [e._replace(title=plain_text(e.title), text=plain_text(e.text)) for e in feed.entries]


def assert_both_agree(document: bytes) -> None:
    strict = parse_strictly(document, XML, BASE)
    assert strict is None or as_shown(strict) == as_shown(parse_with_feedparser(document, XML, BASE)), document.decode()


_IN_ANY_ORDER = st.lists(st.sampled_from(ELEMENTS), max_size=7)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(_IN_ANY_ORDER, st.sampled_from(LANGUAGES), st.sampled_from(["", "pt"]))
def test_both_parsers_agree_on_an_item_with_any_elements(elements: list[str], lang: str, language: str) -> None:
    assert_both_agree(rss(elements, lang, language))


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(_IN_ANY_ORDER)
def test_both_parsers_agree_on_an_item_of_rss_1_with_any_elements(elements: list[str]) -> None:
    assert_both_agree(rdf(elements))


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(ATOM_ELEMENTS), max_size=7), st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES))
def test_both_parsers_agree_on_an_entry_with_any_elements(elements: list[str], lang: str, entry_lang: str) -> None:
    assert_both_agree(atom(elements, lang, entry_lang))


@pytest.mark.parametrize(
    "elements",
    [
        (
            "<title>a</title>",
            "<post-id xmlns='com-wordpress:feed-additions:1'>1</post-id>",
            "<cc:license>l</cc:license>",
        ),
        (
            "<title>a &lt;b&gt;b&lt;/b&gt;</title>",
            "<media:content><media:description>c</media:description></media:content>",
        ),
        ("<description>a</description>", "<content:encoded>b</content:encoded>", "<itunes:summary>c</itunes:summary>"),
        ("<title>a</title>", "<og><title>b</title><description>c</description><image>d</image><url>e</url></og>"),
        ("<title>a</title>", "<thumbnail>b</thumbnail>", "<dc:title>c</dc:title>", "<image><url>d</url></image>"),
    ],
)
def test_items_as_real_sites_write_them_need_no_feedparser(elements: tuple[str, ...]) -> None:
    for ordered in permutations(elements):
        if ordered[0] == elements[0] and "<image>" not in "".join(ordered[:-1]):
            assert parse_strictly(rss(ordered), XML, BASE) is not None
            assert_both_agree(rss(ordered))


@pytest.mark.parametrize("element", [*ATOM_ELEMENTS[2:], "<gd:image/>"])
def test_entries_as_real_sites_write_them_need_no_feedparser(element: str) -> None:
    document = atom(["<title>a</title>", element])
    assert parse_strictly(document, XML, BASE) is not None
    assert_both_agree(document)


@pytest.mark.parametrize(
    "declarations",
    [
        'xmlns:media="urn:x" xmlns:m="http://search.yahoo.com/mrss/"',
        'xmlns:media="http://purl.org/dc/elements/1.1/" xmlns:m="http://search.yahoo.com/mrss/"',
        'xmlns:media="urn:x" xmlns:m="urn:x"',
        'xmlns:m="http://search.yahoo.com/MRSS/" xmlns:media="urn:y"',
        'xmlns:m="http://backend.userland.com/rss2" xmlns:media="http://search.yahoo.com/mrss/"',
    ],
)
@pytest.mark.parametrize("prefix", ["media", "m"])
def test_both_parsers_agree_on_the_meaning_of_a_prefix(declarations: str, prefix: str) -> None:
    for name in ("title", "description", "creator"):
        inner = f"<{prefix}:{name}>a</{prefix}:{name}><guid>1</guid><m:x><media:title>b</media:title></m:x>"
        assert_both_agree(f"<rss {declarations}><channel><item>{inner}</item></channel></rss>".encode())


def test_both_parsers_agree_on_a_prefix_with_two_meanings() -> None:
    inner = '<x:a xmlns:x="urn:1">1</x:a><x:title xmlns:x="http://search.yahoo.com/mrss/">2</x:title><a xmlns="">3</a>'
    assert_both_agree(f"<rss><channel><item>{inner}</item></channel></rss>".encode())
