"""The recent-changes feed of a real DokuWiki: pages are written, edited and deleted, and reach our store."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.collector import poll
from monitor.feeds.discovery import discover_feeds
from monitor.model import Health, Post
from tests.ports import free_port
from tests.servers import command, http_to, running, wait_until
from tests.servers.passes import PassRunner, pass_runner

WIKI = Path("/usr/share/dokuwiki")
FOLDERS = ["attic", "cache", "index", "locks", "log", "media", "media_attic", "media_meta", "meta", "pages", "tmp"]
LOCAL = """<?php
$conf['title'] = 'Harbour wiki';
$conf['savedir'] = '{folder}/data';
$conf['useacl'] = 0;
$conf['updatecheck'] = 0;
"""
every_format = pytest.mark.parametrize("kind", ["rss", "rss1", "rss2", "atom", "atom1"])


class Wiki:
    """The DokuWiki of Debian's package, with its own pages and settings in a folder."""

    def __init__(self, folder: Path) -> None:
        if not WIKI.is_dir():
            pytest.skip("dokuwiki is not installed: run python -m tests.servers.setup")
        self._folder, self._last_write = folder, 0
        prepend = folder / "first.php"
        self.php = [command("php"), "-d", f"auto_prepend_file={prepend}"]
        (folder / "conf").mkdir()
        for name in FOLDERS:
            (folder / "data" / name).mkdir(parents=True)
        (folder / "conf" / "local.php").write_text(LOCAL.format(folder=folder))
        prepend.write_text(f"<?php define('DOKU_CONF', '{folder}/conf/');")

    def write(self, page: str, text: str, summary: str) -> None:
        """Save a page; an empty ``text`` deletes it. At most one per second, because the wiki names revisions by it."""
        wait_until(lambda: int(time.time()) > self._last_write, "the clock does not advance")
        draft = self._folder / "draft.txt"
        draft.write_text(text)
        arguments = [*self.php, str(WIKI / "bin" / "dwpage.php"), "commit", "-m", summary, str(draft), page]
        subprocess.run(arguments, check=True, capture_output=True, timeout=30)
        self._last_write = int(time.time())

    @contextmanager
    def served(self) -> Iterator[int]:
        """Serve the wiki with PHP's own web server; yields the port."""
        port = free_port()
        with running([*self.php, "-S", f"127.0.0.1:{port}", "-t", str(WIKI)], port, self._folder / "log"):
            yield port


@pytest.fixture
def wiki(tmp_path: Path) -> Wiki:
    return Wiki(tmp_path)


@contextmanager
def wiki_feed(port: int, folder: Path, options: str) -> Iterator[PassRunner]:
    # without purge the wiki caches its feed for five minutes
    with pass_runner(port, folder, f"/feed.php?purge=1&{options}") as runner:
        yield runner


def pages(found: list[Post]) -> dict[str, str]:
    """Page -> title and text."""
    return {post.url.partition("?")[2]: f"{post.title} | {post.text}" for post in found}


@every_format
def test_an_edited_page_is_one_mention_that_changes(wiki: Wiki, tmp_path: Path, kind: str) -> None:
    wiki.write("harbour:acme", "====== Acme ======\nAcme is great, they say.", "first")
    wiki.write("harbour:other", "====== Quiet ======\nNobody said anything.", "first")
    with wiki.served() as port, wiki_feed(port, tmp_path, f"type={kind}&linkto=current") as runner:
        assert pages(runner.read()) == {"id=harbour:acme": "harbour:acme - first | Acme\n\nAcme is great, they say."}
        wiki.write("harbour:acme", "====== Acme ======\nAcme is terrible after all.", "second")
        assert pages(runner.read_until("terrible")) == {
            "id=harbour:acme": "harbour:acme - second | Acme\n\nAcme is terrible after all."
        }


def test_without_linkto_each_change_is_a_separate_mention(wiki: Wiki, tmp_path: Path) -> None:
    wiki.write("harbour:acme", "Acme is great, they say.", "first")
    with wiki.served() as port, wiki_feed(port, tmp_path, "") as runner:
        assert len(runner.read()) == 1
        wiki.write("harbour:acme", "Acme is terrible after all.", "second")
        assert len(runner.read_until("terrible")) == 2


def test_a_deleted_page_stays_a_mention(wiki: Wiki, tmp_path: Path) -> None:
    """Feeds cannot report deletions. DokuWiki lists the deletion as another change, with the page's last text."""
    wiki.write("harbour:acme", "Acme is great, they say.", "first")
    with wiki.served() as port, wiki_feed(port, tmp_path, "linkto=current&content=html") as runner:
        runner.read()
        wiki.write("harbour:acme", "", "taken away")
        (page,) = runner.read_until("taken away")
        assert "great" in page.text


def test_a_broken_feed_is_reported_and_removes_no_mention(wiki: Wiki, tmp_path: Path) -> None:
    """Debian's DokuWiki fails on a deleted page in its feed of abstracts: it responds with status 200 and HTML."""
    wiki.write("harbour:acme", "Acme is great, they say.", "first")
    with wiki.served() as port, wiki_feed(port, tmp_path, "linkto=current") as runner:
        before = runner.read()
        wiki.write("harbour:acme", "", "taken away")
        runner.status = poll(runner.source, runner.status, runner.context)
        if runner.status.health is Health.WORKING:
            pytest.skip("this version of DokuWiki does not fail")
        assert "This is a web page, not a feed." in runner.status.reason
        assert runner.context.store.gaps(runner.context.now(), runner.context.now() + timedelta(seconds=1))
        wiki.write("harbour:acme", "Acme is back.", "third")
        after = runner.read_until("back")
        assert len(before) == len(after) == 1


def test_a_page_that_no_longer_names_the_brand_is_no_longer_a_mention(wiki: Wiki, tmp_path: Path) -> None:
    wiki.write("harbour:shop", "Acme is great, they say.", "first")
    wiki.write("harbour:acme", "Acme is runner too.", "first")
    with wiki.served() as port, wiki_feed(port, tmp_path, "linkto=current") as runner:
        assert len(runner.read()) == 2
        wiki.write("harbour:shop", "The harbour is great, they say.", "second")
        wait_until(lambda: len(runner.read()) == 1, "the page is still a mention")


def test_a_page_of_the_wiki_leads_to_its_feed(wiki: Wiki) -> None:
    wiki.write("start", "Acme is great, they say.", "first")
    with wiki.served() as port, http_to(port) as http:
        found = discover_feeds(f"http://127.0.0.1:{port}/doku.php?id=start", http)
    assert any("feed.php" in offer.url and offer.feed and offer.feed.entries for offer in found)
