"""Generated feeds with the formats and sizes of real ones, the same in every run."""

from __future__ import annotations

import gzip
import html
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import NamedTuple

ENTRY_RANGE, BYTE_RANGE = (20, 50), (10_000, 60_000)
"""The least and the most entries, and bytes, of a feed."""
ENTRIES_PER_BRAND = 20
"""One entry in so many names a brand of BRANDS."""
BRANDS = ("Acme", "Globex", "Initech", "Hooli", "Umbrella")
VOCABULARY = (
    "the a of and to in for on with from by at as is was has been will new old first last year week day city "
    "council harbour market company people report says after before while because through between engine update "
    "release price water energy train school museum river bridge night morning study science health music game "
    "player season match court minister election party vote region country border storm rain summer winter garden "
    "kitchen recipe coffee software version server database kernel memory network security patch researcher "
    "developer library language café naïve façade Zürich São Málaga it\u2019s 2026 million percent growth "
    "trade bank rate worker union strike"
)
WORDS = VOCABULARY.split()
START = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)


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


def feed_format(n: int) -> str:
    """The format of feed ``n``: 60 % rss, 25 % atom, 5 % json, and 10 % one of three oddities that parsers meet."""
    if n % 20 == 17:
        return "json"
    if n % 20 == 18:
        return "atom with xml:base"
    if n % 20 == 19:
        return "rss in windows-1252" if n % 40 == 19 else "rss with a doctype"
    return "atom" if n % 20 >= 12 else "rss"


def generated_feed(n: int, host: str) -> GeneratedFeed:
    """Feed ``n`` on ``host``."""
    rng = random.Random(n)
    format_, site = feed_format(n), f"http://{host}"
    items = list(_items(rng))
    if format_ == "json":
        body, content_type = _json_feed(items, site), "application/feed+json"
    elif format_.startswith("atom"):
        body, content_type = _atom(items, site, "base" in format_), "application/atom+xml; charset=utf-8"
    else:
        body, content_type = _rss(items, site, format_, full=n % 2 == 0), "application/rss+xml"
    modified = format_datetime(START + timedelta(days=n % 100), usegmt=True) if n % 3 != 1 else ""
    etag = f'"{n:08x}-{len(body):x}"' if n % 3 != 2 else ""
    return GeneratedFeed(body, content_type, etag, modified, gzip.compress(body, 5) if n % 4 else b"", n % 4 >= 2)


def _items(rng: random.Random) -> Iterator[_Item]:
    count = rng.randint(*ENTRY_RANGE)
    each = max(60, int(0.65 * rng.randint(*BYTE_RANGE) / count) - 400)
    at = START + timedelta(minutes=rng.randint(0, 100_000))
    for n in range(count):
        lead = _words(rng, rng.randint(10, 30))
        if rng.randrange(ENTRIES_PER_BRAND) == 0:
            lead = f"{rng.choice(BRANDS)} {lead}"
        at -= timedelta(minutes=rng.randint(20, 600))
        yield _Item(n, _words(rng, rng.randint(4, 10)).title(), lead, _markup(rng, each), f"Ann {n % 7}", at)


def _words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choices(WORDS, k=count))


def _markup(rng: random.Random, size: int) -> str:
    """About ``size`` characters of HTML, as in blogs."""
    parts, length = [], 0
    while length < size:
        words = _words(rng, rng.randint(8, 40))
        link = f'<a href="/tag/{rng.randint(1, 99)}?a=1&amp;b=2">{_words(rng, 2)}</a>'
        image = f'<img src="https://img.example/{rng.randint(1, 9999)}.jpg" alt="a box"/>' if rng.random() < 0.2 else ""
        parts.append(f"<p>{words} {link} <em>{_words(rng, 3)}</em> &amp; {words[:30]}.{image}</p>\n")
        length += len(parts[-1])
    return "".join(parts)


def _rss(items: list[_Item], site: str, format_: str, full: bool) -> bytes:
    doctype = "<!DOCTYPE rss>" if "doctype" in format_ else ""
    entries = "".join(
        f"<item>\n<title>{html.escape(i.title)}</title>\n<link>{site}/{i.n}/</link>\n"
        f"<dc:creator><![CDATA[{i.author}]]></dc:creator>\n<pubDate>{format_datetime(i.at)}</pubDate>\n"
        f'<category><![CDATA[News]]></category>\n<guid isPermaLink="false">{site}/?p={i.n}</guid>\n'
        + (
            f"<description><![CDATA[{i.lead} [&#8230;]]]></description>\n"
            f"<content:encoded><![CDATA[<p>{i.lead}</p>{i.text}]]></content:encoded>\n"
            if full
            else f"<description>{html.escape(i.lead + i.text)}</description>\n"
        )
        + f"<slash:comments>{i.n}</slash:comments>\n</item>\n"
        for i in items
    )
    encoding = "windows-1252" if "1252" in format_ else "UTF-8"
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<rss version="2.0"\n'
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"\n'
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:slash="http://purl.org/rss/1.0/modules/slash/">\n'
        f'<channel><title>Site</title><atom:link href="{site}/feed" rel="self" type="application/rss+xml"/>\n'
        f"<link>{site}/</link><description>News</description><language>en</language>\n{entries}</channel></rss>\n"
    )
    return document.encode(encoding)


def _atom(items: list[_Item], site: str, has_base: bool) -> bytes:
    entries = "".join(
        f"<entry><id>tag:{site[7:]},2026:{i.n}</id><title>{html.escape(i.title)}</title>\n"
        f'<link rel="alternate" type="text/html" href="{site}/{i.n}"/><published>{i.at.isoformat()}</published>\n'
        f'<updated>{i.at.isoformat()}</updated><author><name>{i.author}</name></author><category term="news"/>\n'
        f'<summary type="text">{html.escape(i.lead)}</summary>\n'
        f'<content type="html">{html.escape(f"<p>{i.lead}</p>{i.text}")}</content></entry>\n'
        for i in items
    )
    base = f' xml:base="{site}/"' if has_base else ""
    head = f"<title>Site</title><id>{site}/</id><updated>{START.isoformat()}</updated>"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"{base}>{head}'
        f'<link rel="self" href="{site}/atom.xml"/><link href="{site}/"/>\n{entries}</feed>'
    ).encode()


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
