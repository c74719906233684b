"""Generated feeds with the formats, markup and sizes of real ones, the same in every run."""

from __future__ import annotations

import gzip
import html
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import NamedTuple

from bench._feeds_markup import BRANDS, markup, words

ENTRIES, ENTRIES_OF_ARCHIVE = 30, 260
HTML_RANGE = (1_000, 8_000)
"""The least and the most characters of HTML of an entry."""
FEEDS_PER_ARCHIVE = 50
"""One feed in so many has ENTRIES_OF_ARCHIVE entries, which are more than 1 MB."""
ENTRIES_PER_BRAND = 20
"""One entry in so many names a brand of BRANDS."""
START = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
_KINDS = (
    *("blog",) * 6,
    *("news",) * 3,
    "podcast",
    *("newsletter",) * 2,
    *("hosted atom",) * 3,
    *("static atom",) * 2,
    "json",
    "xhtml atom",
    "old rss",
)
"""The kinds of 20 feeds in a row."""
_STYLES = {"newsletter": "newsletter", "hosted atom": "styled", "static atom": "plain", "xhtml atom": "plain"}
_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"\n'
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"\n'
    'xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"\n'
)


class GeneratedFeed(NamedTuple):
    """A feed as a site serves it. ``etag`` and ``modified`` are empty if the site sends none."""

    body: bytes
    content_type: str
    etag: str
    modified: str
    compressed: bytes
    """The body in gzip, for clients that accept it; empty if the site does not compress."""
    chunked: bool


class _Item(NamedTuple):
    n: int
    title: str
    lead: str
    text: str
    author: str
    at: datetime


def feed_kind(n: int) -> str:
    """The kind of feed ``n``, one of _KINDS."""
    return _KINDS[n % len(_KINDS)]


def generated_feed(n: int, host: str) -> GeneratedFeed:
    """Feed ``n`` on ``host``."""
    rng, kind, site = random.Random(n), feed_kind(n), f"http://{host}"
    count = ENTRIES_OF_ARCHIVE if n % FEEDS_PER_ARCHIVE == FEEDS_PER_ARCHIVE // 2 else ENTRIES
    items = list(_items(rng, count, _STYLES.get(kind, "blog")))
    if kind == "json":
        body, content_type = _json_feed(items, site), "application/feed+json"
    elif kind.endswith("atom"):
        body, content_type = _atom(items, site, kind), "application/atom+xml; charset=utf-8"
    else:
        body, content_type = _rss(items, site, kind, odd=n % 2 == 1), "application/rss+xml"
    modified = format_datetime(START + timedelta(days=n % 100), usegmt=True) if n % 3 != 1 else ""
    etag = f'"{n:08x}-{len(body):x}"' if n % 3 != 2 else ""
    return GeneratedFeed(body, content_type, etag, modified, gzip.compress(body, 5) if n % 4 else b"", n % 4 >= 2)


def _items(rng: random.Random, count: int, style: str) -> Iterator[_Item]:
    at = START + timedelta(minutes=rng.randint(0, 100_000))
    for n in range(count):
        lead = words(rng, rng.randint(10, 30))
        if rng.randrange(ENTRIES_PER_BRAND) == 0:
            lead = f"{rng.choice(BRANDS)} {lead}"
        at -= timedelta(minutes=rng.randint(20, 600))
        title = words(rng, rng.randint(4, 10)).title()
        yield _Item(n, title, lead, markup(rng, style, rng.randint(*HTML_RANGE)), f"Ann {n % 7}", at)


def _rss(items: list[_Item], site: str, kind: str, odd: bool) -> bytes:
    """RSS 2.0. ``odd``: the second of two variants that real sites write."""
    encoding = "windows-1252" if kind == "old rss" and odd else "UTF-8"
    doctype = "<!DOCTYPE rss>" if kind == "old rss" and not odd else ""
    is_newer = kind == "podcast" or (kind == "news" and odd)
    media = "http://www.rssboard.org/media-rss" if is_newer else "http://search.yahoo.com/mrss/"
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<rss version="2.0"\n{_NAMESPACES}xmlns:media="{media}">\n'
        f'<channel><title>Site</title><atom:link href="{site}/feed" rel="self" type="application/rss+xml"/>\n'
        f"<link>{site}/</link><description>News</description><language>en</language>\n"
        f"{''.join(_rss_item(item, site, kind, odd) for item in items)}</channel></rss>\n"
    )
    return document.encode(encoding, "xmlcharrefreplace")


def _rss_item(item: _Item, site: str, kind: str, odd: bool) -> str:
    full = f"<p>{item.lead}</p>\n{item.text}"
    if kind == "news":
        extra = (
            f'<description>{html.escape(full)}</description>\n<media:content url="{site}/{item.n}.jpg" medium="image">'
            f"<media:credit>Ann</media:credit><media:description>{item.lead[:60]}</media:description></media:content>\n"
            f"<thumbnail>{site}/{item.n}.jpg</thumbnail>\n"
        )
    elif kind == "podcast":
        extra = (
            f"<description><![CDATA[{full}]]></description>\n<content:encoded><![CDATA[{full}]]></content:encoded>\n"
            f'<enclosure url="{site}/{item.n}.mp3" length="12345" type="audio/mpeg"/>'
            f"<itunes:duration>1:02</itunes:duration><itunes:summary>{item.lead}</itunes:summary><itunes:title>{html.escape(item.title)}</itunes:title>\n"
        )
    else:
        post_id = f'<post-id xmlns="com-wordpress:feed-additions:1">{item.n}</post-id>\n' if odd else ""
        extra = (
            f"<description><![CDATA[{item.lead} [&#8230;]]]></description>\n"
            f"<content:encoded><![CDATA[{full}]]></content:encoded>\n"
            f"<wfw:commentRss>{site}/{item.n}/feed/</wfw:commentRss><slash:comments>{item.n}</slash:comments>\n{post_id}"
        )
    return (
        f"<item>\n<title>{html.escape(item.title)}</title>\n<link>{site}/{item.n}/</link>\n"
        f"<dc:creator><![CDATA[{item.author}]]></dc:creator>\n<pubDate>{format_datetime(item.at)}</pubDate>\n"
        f'<category><![CDATA[News]]></category>\n<guid isPermaLink="false">{site}/?p={item.n}</guid>\n{extra}</item>\n'
    )


def _atom(items: list[_Item], site: str, kind: str) -> bytes:
    base = f' xml:base="{site}/"' if kind == "xhtml atom" else ""
    head = f"<title>Site</title><id>{site}/</id><updated>{START.isoformat()}</updated>"
    document = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"{base}\n'
        f'xmlns:gd="http://schemas.google.com/g/2005" xmlns:thr="http://purl.org/syndication/thread/1.0">{head}'
        f'<link rel="self" href="{site}/atom.xml"/><link href="{site}/"/>\n'
        f"{''.join(_atom_entry(item, site, kind) for item in items)}</feed>"
    )
    return document.encode()


def _atom_entry(item: _Item, site: str, kind: str) -> str:
    full, image, language = f"<p>{item.lead}</p>\n{item.text}", "", ""
    if kind == "hosted atom":
        image = f'<gd:image rel="http://schemas.google.com/g/2005#thumbnail" width="16" src="{site}/a.gif"/>'
    elif kind == "static atom":
        language = f' xml:base="{site}/" xml:lang="en"'
    if kind == "xhtml atom":
        text = html.unescape(item.text.replace("&lt;", "").replace("&amp;", ""))
        content = (
            f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{item.lead}</p>{text}</div></content>'
        )
    else:
        content = f'<content type="html"{language}>{html.escape(full)}</content>'
    return (
        f"<entry><id>tag:{site[7:]},2026:{item.n}</id><title>{html.escape(item.title)}</title>\n"
        f'<link rel="alternate" type="text/html" href="{site}/{item.n}"/><published>{item.at.isoformat()}</published>\n'
        f"<updated>{item.at.isoformat()}</updated><author><name>{item.author}</name>{image}</author>"
        f'<category term="news"/><thr:total>3</thr:total>\n<summary type="text">{html.escape(item.lead)}</summary>\n'
        f"{content}</entry>\n"
    )


def _json_feed(items: list[_Item], site: str) -> bytes:
    entries = [
        {
            "id": f"{site}/{i.n}",
            "url": f"{site}/{i.n}",
            "title": i.title,
            "content_html": f"<p>{i.lead}</p>{i.text}",
            "date_published": i.at.isoformat(),
            "authors": [{"name": i.author}],
        }
        for i in items
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Site", "home_page_url": site, "items": entries}
    return json.dumps(feed).encode()
