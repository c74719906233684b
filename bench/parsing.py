"""Compares parsing feeds with Wallflower (child process included) and with feedparser's default settings.

    python bench/parsing.py [FOLDER]

FOLDER holds feed documents (default ../shared/data/recordings/feeds, skipped if missing). Those are test cases of a
parser, most of them a few lines long, so generated feeds of typical sizes are measured as well. Prints for each set the
CPU seconds of both, the ratio, and how many documents yield the same entries (number, title, link).
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

from monitor.errors import BadResponse
from monitor.feeds.parser import Parser
from monitor.text.cleaning import plain_text

BASE, CONTENT_TYPE = "https://site.example/feed.xml", "application/xml"
FEEDS_PER_SET = 200
PARAGRAPH = (
    '<p>Somebody wrote <a href="/about?a=1&amp;b=2">a longer text</a> about <b>Acme</b> &amp; Globex, with an image '
    '<img src="https://img.example/a.png" alt="a box"/> and a <em>point</em> to make, as people do.</p>\n'
)
TitlesAndLinks = list[tuple[str, str]]


def generate_feed(paragraphs: int, entries: int = 25, atom: bool = False) -> bytes:
    """A feed with ``paragraphs`` of HTML in each entry."""
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


def parse_with_feedparser(document: bytes) -> TitlesAndLinks:
    """The entries that feedparser returns."""
    headers = {"content-type": CONTENT_TYPE, "content-location": BASE}
    found = feedparser.parse(io.BytesIO(document), response_headers=headers)
    return [(entry.get("title", ""), entry.get("link", "")) for entry in found.entries]


def parse_function(parser: Parser) -> Callable[[bytes], TitlesAndLinks]:
    """A function that parses with ``parser`` and converts the HTML to plain text, as the feed source does."""

    def parse(document: bytes) -> TitlesAndLinks:
        try:
            entries = parser.parse(document, CONTENT_TYPE, BASE).entries
        except BadResponse:
            return []
        return [(entry.title, entry.link) for entry in entries if plain_text(entry.text) is not None]

    return parse


def measure(parse: Callable[[bytes], TitlesAndLinks], documents: Iterable[bytes]) -> tuple[float, list[TitlesAndLinks]]:
    """CPU seconds of this process, and the results."""
    before = time.process_time()
    results = [parse(document) for document in documents]
    return time.process_time() - before, results


def measure_wallflower(documents: Iterable[bytes]) -> tuple[float, list[TitlesAndLinks]]:
    """The same for Wallflower, including the CPU seconds of the child process but not of its one start."""
    before = _children_cpu()
    parser = Parser()
    parser.parse(generate_feed(0), CONTENT_TYPE, BASE)
    parser.close()
    start = _children_cpu() - before
    parser = Parser()
    used, results = measure(parse_function(parser), documents)
    parser.close()
    return used + _children_cpu() - before - 2 * start, results


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(name: str, documents: list[bytes]) -> float:
    """Measure one set with both parsers and print a line; returns the ratio."""
    theirs, feedparser_results = measure(parse_with_feedparser, documents)
    mine, results = measure_wallflower(documents)
    same = sum(_plain(a) == _plain(b) for a, b in zip(results, feedparser_results, strict=True))
    entries = sum(map(len, feedparser_results))
    size = sum(map(len, documents)) / 1e6
    print(
        f"{name:24} {len(documents):5} feeds {entries:6} entries {size:5.1f} MB  feedparser {theirs:5.2f} s  "
        f"Wallflower {mine:5.2f} s  ratio {theirs / mine:5.1f}  same entries {same}/{len(documents)}"
    )
    return theirs / mine


def _plain(entries: TitlesAndLinks) -> TitlesAndLinks:
    return [(plain_text(title), link) for title, link in entries]


def main(arguments: list[str]) -> None:
    """Measure the documents in the folder and generated feeds."""
    warnings.simplefilter("ignore")
    folder = Path(arguments[1] if len(arguments) > 1 else "../shared/data/recordings/feeds")
    documents = [path.read_bytes() for path in sorted(folder.rglob("*.xml"))]
    if documents:
        random.Random(1).shuffle(documents)
        compare(f"{folder.name}: {FEEDS_PER_SET} of them", documents[:FEEDS_PER_SET])
        compare(f"{folder.name}: all", documents)
    half = FEEDS_PER_SET // 2
    compare("generated: headlines", [generate_feed(0)] * half + [generate_feed(0, atom=True)] * half)
    typical = [generate_feed(paragraphs, atom=paragraphs % 2 == 1) for paragraphs in (0, 1, 2, 3, 5, 8, 0, 1, 2, 20)]
    ratio = compare("generated: typical", typical * (FEEDS_PER_SET // len(typical)))
    print(f"ratio {ratio:.1f}  (target: at least 3)")


if __name__ == "__main__":
    main(sys.argv)
