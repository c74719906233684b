"""The CPU time of Wallflower's feed parser, with its child process, compared with feedparser's.

    python -m bench.parsing [FOLDER]

Parses generated feeds of usual sizes and, where FOLDER exists, the documents in it (*.xml). The default is
../shared/data/recordings/feeds, the test cases of a parser, most of them a few lines long. feedparser runs with its
default settings. Prints, for each set, the CPU seconds of both, in how many feeds both find the same entries (number,
title, link), and the ratio: feedparser's time divided by Wallflower's, so above 1, Wallflower is faster.
"""

from __future__ import annotations

import html
import io
import random
import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

import feedparser

from bench._tweets import SHARED_DATA
from monitor.errors import BadResponse
from monitor.feeds.parser import Parser
from monitor.text.cleaning import plain_text

URL, CONTENT_TYPE = "https://site.example/feed.xml", "application/xml"
FEEDS = 200
TARGET_RATIO = 3.0
PARAGRAPH = (
    '<p>Somebody wrote <a href="/about?a=1&amp;b=2">a longer text</a> about <b>Acme</b> &amp; Globex, with an image '
    '<img src="https://img.example/a.png" alt="a box"/> and a <em>point</em> to make, as people do.</p>\n'
)
Entries = list[tuple[str, str]]
"""The title and the link of each entry of a feed."""


def generated_feed(paragraphs: int, entries: int = 25, atom: bool = False) -> bytes:
    """A feed with so many paragraphs of HTML in each entry."""
    body = html.escape(PARAGRAPH * paragraphs)
    if atom:
        items = "".join(
            f'<entry><id>tag:site.example,2026:{n}</id><link href="https://site.example/{n}"/><title>Entry {n}</title>'
            f"<updated>2026-03-04T10:{n:02}:00Z</updated><author><name>Ann</name></author>"
            f'<summary>Short.</summary><content type="html">{body}</content></entry>'
            for n in range(entries)
        )
        return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{items}</feed>'.encode()
    items = "".join(
        f"<item><guid isPermaLink='false'>{n}</guid><link>https://site.example/{n}</link><title>Entry {n}</title>"
        f"<pubDate>Wed, 04 Mar 2026 10:{n:02}:00 GMT</pubDate><dc:creator>Ann</dc:creator><category>News</category>"
        f"<description>Short words about it.</description><content:encoded>{body}</content:encoded></item>"
        for n in range(entries)
    )
    spaces = "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    return f"<?xml version='1.0'?><rss version='2.0' {spaces}><channel><title>T</title>{items}</channel></rss>".encode()


def feedparser_entries(document: bytes) -> Entries:
    """The entries that feedparser finds."""
    headers = {"content-type": CONTENT_TYPE, "content-location": URL}
    feed = feedparser.parse(io.BytesIO(document), response_headers=headers)
    return [(entry.get("title", ""), entry.get("link", "")) for entry in feed.entries]


def wallflower_entries(parser: Parser) -> Callable[[bytes], Entries]:
    """A function that returns the entries our parser finds. It converts their HTML to plain text as well."""

    def parse(document: bytes) -> Entries:
        try:
            entries = parser.parse(document, CONTENT_TYPE, URL).entries
        except BadResponse:
            return []
        return [(entry.title, entry.link) for entry in entries if plain_text(entry.text) is not None]

    return parse


def timed(parse: Callable[[bytes], Entries], documents: Iterable[bytes]) -> tuple[float, list[Entries]]:
    """CPU seconds of this process, and the entries of each document."""
    before = time.process_time()
    entries = [parse(document) for document in documents]
    return time.process_time() - before, entries


def timed_wallflower(documents: Iterable[bytes]) -> tuple[float, list[Entries]]:
    """The same for our parser. The CPU time of its child process counts; the start of the child does not.

    A program starts the child only once.
    """
    before = _cpu_of_children()
    parser = Parser()
    parser.parse(generated_feed(0), CONTENT_TYPE, URL)
    parser.close()
    start = _cpu_of_children() - before
    parser = Parser()
    used, entries = timed(wallflower_entries(parser), documents)
    parser.close()
    return used + _cpu_of_children() - before - 2 * start, entries


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(name: str, documents: list[bytes]) -> float:
    """Measure one set with both parsers and print a line. Returns the ratio."""
    theirs, expected = timed(feedparser_entries, documents)
    ours, found = timed_wallflower(documents)
    same = sum(_plain(a) == _plain(b) for a, b in zip(found, expected, strict=True))
    entries = sum(map(len, expected))
    size = sum(map(len, documents)) / 1e6
    print(
        f"{name:24} {len(documents):5} feeds {entries:6} entries {size:5.1f} MB  feedparser {theirs:5.2f} s  "
        f"ours {ours:5.2f} s  ratio {theirs / ours:5.1f}  same entries in {same} of {len(documents)}"
    )
    return theirs / ours


def _plain(entries: Entries) -> Entries:
    return [(plain_text(title), link) for title, link in entries]


def main(arguments: list[str]) -> None:
    """Measure the folder and the generated feeds."""
    warnings.simplefilter("ignore")
    folder = Path(arguments[1]) if len(arguments) > 1 else SHARED_DATA / "recordings" / "feeds"
    documents = [path.read_bytes() for path in sorted(folder.rglob("*.xml"))] if folder.is_dir() else []
    if documents:
        random.Random(1).shuffle(documents)
        compare(f"recorded, {FEEDS} of them", documents[:FEEDS])
        compare("recorded, all", documents)
    compare("generated, headlines", [generated_feed(0)] * (FEEDS // 2) + [generated_feed(0, atom=True)] * (FEEDS // 2))
    usual = [generated_feed(paragraphs, atom=paragraphs % 2 == 1) for paragraphs in (0, 1, 2, 3, 5, 8, 0, 1, 2, 20)]
    ratio = compare("generated, usual", usual * (FEEDS // len(usual)))
    print(f"ratio of feedparser's time to ours, usual feeds: {ratio:.1f} (target: at least {TARGET_RATIO:g})")


if __name__ == "__main__":
    main(sys.argv)
