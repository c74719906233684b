"""Feed parsing: our way, child process and all, beside bare feedparser with its default settings.

    python bench/parsing.py [FOLDER]

FOLDER holds real feed documents (default ../shared/data/recordings/feeds); made-up feeds of usual sizes are measured
beside them: the folder's documents are a parser's test cases, most of them a few lines long. Prints, for each set, the
CPU seconds of both, the ratio, and whether both tell the same entries (number, title, link).
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

BASE, TYPE = "https://site.example/feed.xml", "application/xml"
FEEDS = 200
PARAGRAPH = (
    '<p>Somebody wrote <a href="/about?a=1&amp;b=2">a longer text</a> about <b>Acme</b> &amp; Globex, with an image '
    '<img src="https://img.example/a.png" alt="a box"/> and a <em>point</em> to make, as people do.</p>\n'
)
Seen = list[tuple[str, str]]


def made_up(paragraphs: int, entries: int = 25, atom: bool = False) -> bytes:
    """A feed of the usual size, with so many paragraphs of HTML in each entry."""
    body = html.escape(PARAGRAPH * paragraphs)
    if atom:
        told = "".join(
            f'<entry><id>tag:site.example,2026:{n}</id><link href="https://site.example/{n}"/><title>Entry {n}</title>'
            f"<updated>2026-03-04T10:{n:02}:00Z</updated><author><name>Ann</name></author>"
            f'<summary>Short.</summary><content type="html">{body}</content></entry>'
            for n in range(entries)
        )
        return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{told}</feed>'.encode()
    told = "".join(
        f"<item><guid isPermaLink='false'>{n}</guid><link>https://site.example/{n}</link><title>Entry {n}</title>"
        f"<pubDate>Wed, 04 Mar 2026 10:{n:02}:00 GMT</pubDate><dc:creator>Ann</dc:creator><category>News</category>"
        f"<description>Short words about it.</description><content:encoded>{body}</content:encoded></item>"
        for n in range(entries)
    )
    spaces = "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    return f"<?xml version='1.0'?><rss version='2.0' {spaces}><channel><title>T</title>{told}</channel></rss>".encode()


def bare(document: bytes) -> Seen:
    """What feedparser tells."""
    headers = {"content-type": TYPE, "content-location": BASE}
    found = feedparser.parse(io.BytesIO(document), response_headers=headers)
    return [(entry.get("title", ""), entry.get("link", "")) for entry in found.entries]


def ours(parser: Parser) -> Callable[[bytes], Seen]:
    """What we tell, HTML turned into plain text included."""

    def parse(document: bytes) -> Seen:
        try:
            entries = parser.parse(document, TYPE, BASE).entries
        except BadResponse:
            return []
        return [(entry.title, entry.link) for entry in entries if plain_text(entry.text) is not None]

    return parse


def timed(parse: Callable[[bytes], Seen], documents: Iterable[bytes]) -> tuple[float, list[Seen]]:
    """CPU seconds of this process, and what was told."""
    before = time.process_time()
    told = [parse(document) for document in documents]
    return time.process_time() - before, told


def with_child(documents: Iterable[bytes]) -> tuple[float, list[Seen]]:
    """The same for our way: the child's CPU seconds count too, its start (once in a program's life) does not."""
    before = _children()
    parser = Parser()
    parser.parse(made_up(0), TYPE, BASE)
    parser.close()
    start = _children() - before
    parser = Parser()
    used, told = timed(ours(parser), documents)
    parser.close()
    return used + _children() - before - 2 * start, told


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(name: str, documents: list[bytes]) -> float:
    """Measure one set both ways, print a line, and give the ratio."""
    theirs, told_bare = timed(bare, documents)
    mine, told = with_child(documents)
    same = sum(_plain(a) == _plain(b) for a, b in zip(told, told_bare, strict=True))
    entries = sum(map(len, told_bare))
    size = sum(map(len, documents)) / 1e6
    print(
        f"{name:24} {len(documents):5} feeds {entries:6} entries {size:5.1f} MB  feedparser {theirs:5.2f} s  "
        f"ours {mine:5.2f} s  ratio {theirs / mine:5.1f}  same entries {same}/{len(documents)}"
    )
    return theirs / mine


def _plain(seen: Seen) -> Seen:
    return [(plain_text(title), link) for title, link in seen]


def main(arguments: list[str]) -> None:
    """Measure the folder and the made-up feeds."""
    warnings.simplefilter("ignore")
    folder = Path(arguments[1] if len(arguments) > 1 else "../shared/data/recordings/feeds")
    documents = [path.read_bytes() for path in sorted(folder.rglob("*.xml"))]
    if documents:
        random.Random(1).shuffle(documents)
        compare(f"{folder.name}: {FEEDS} of them", documents[:FEEDS])
        compare(f"{folder.name}: all", documents)
    compare("made up: headlines", [made_up(0)] * (FEEDS // 2) + [made_up(0, atom=True)] * (FEEDS // 2))
    usual = [made_up(paragraphs, atom=paragraphs % 2 == 1) for paragraphs in (0, 1, 2, 3, 5, 8, 0, 1, 2, 20)]
    ratio = compare("made up: usual", usual * (FEEDS // len(usual)))
    print(f"ratio {ratio:.1f}  (wanted: at least 3)")


if __name__ == "__main__":
    main(sys.argv)
