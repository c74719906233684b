"""The recent changes of a real DokuWiki: pages that are written, edited and deleted, from its PHP to our store."""

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
from tests.servers import command, reading, running, until
from tests.servers.passes import Reader, passes

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
    """A wiki of Debian's package with pages and settings of its own; its parts stay where they are."""

    def __init__(self, folder: Path) -> None:
        if not WIKI.is_dir():
            pytest.skip("needs dokuwiki, which is not installed: python -m tests.servers.setup")
        self._folder, self._written = folder, 0
        first = folder / "first.php"
        self.php = [command("php"), "-d", f"auto_prepend_file={first}"]
        (folder / "conf").mkdir()
        for name in FOLDERS:
            (folder / "data" / name).mkdir(parents=True)
        (folder / "conf" / "local.php").write_text(LOCAL.format(folder=folder))
        first.write_text(f"<?php define('DOKU_CONF', '{folder}/conf/');")

    def write(self, page: str, text: str, why: str) -> None:
        """Save a page, as its author does, in a second of its own, by which the wiki names it; no words delete it."""
        until(lambda: int(time.time()) > self._written, "the second does not end")
        draft = self._folder / "draft.txt"
        draft.write_text(text)
        done = [*self.php, str(WIKI / "bin" / "dwpage.php"), "commit", "-m", why, str(draft), page]
        subprocess.run(done, check=True, capture_output=True, timeout=30)
        self._written = int(time.time())

    @contextmanager
    def served(self) -> Iterator[int]:
        """By PHP itself; its port."""
        port = free_port()
        with running([*self.php, "-S", f"127.0.0.1:{port}", "-t", str(WIKI)], port, self._folder / "log"):
            yield port


@pytest.fixture
def wiki(tmp_path: Path) -> Wiki:
    return Wiki(tmp_path)


@contextmanager
def reader(port: int, folder: Path, asked: str) -> Iterator[Reader]:
    # purge: the wiki keeps a feed for five minutes otherwise
    with passes(port, folder, f"/feed.php?purge=1&{asked}") as here:
        yield here


def pages(found: list[Post]) -> dict[str, str]:
    """The words of each, by its page."""
    return {post.url.partition("?")[2]: f"{post.title} | {post.text}" for post in found}


@every_format
def test_an_edited_page_is_one_mention_that_changes(wiki: Wiki, tmp_path: Path, kind: str) -> None:
    wiki.write("harbour:acme", "====== Acme ======\nAcme is great, they say.", "first")
    wiki.write("harbour:other", "====== Quiet ======\nNobody said anything.", "first")
    with wiki.served() as port, reader(port, tmp_path, f"type={kind}&linkto=current") as here:
        assert pages(here.read()) == {"id=harbour:acme": "harbour:acme - first | Acme\n\nAcme is great, they say."}
        wiki.write("harbour:acme", "====== Acme ======\nAcme is terrible after all.", "second")
        assert pages(here.until("terrible")) == {
            "id=harbour:acme": "harbour:acme - second | Acme\n\nAcme is terrible after all."
        }


def test_without_that_option_each_change_is_a_mention_of_its_own(wiki: Wiki, tmp_path: Path) -> None:
    wiki.write("harbour:acme", "Acme is great, they say.", "first")
    with wiki.served() as port, reader(port, tmp_path, "") as here:
        assert len(here.read()) == 1
        wiki.write("harbour:acme", "Acme is terrible after all.", "second")
        assert len(here.until("terrible")) == 2


def test_a_deleted_page_stays_as_the_feed_goes_on_showing_it(wiki: Wiki, tmp_path: Path) -> None:
    """A feed has no word for "gone": DokuWiki lists the deletion as one more change, with the page's last words."""
    wiki.write("harbour:acme", "Acme is great, they say.", "first")
    with wiki.served() as port, reader(port, tmp_path, "linkto=current&content=html") as here:
        here.read()
        wiki.write("harbour:acme", "", "taken away")
        (page,) = here.until("taken away")
        assert "great" in page.text


def test_the_wiki_at_its_worst_is_told_and_takes_nothing_away(wiki: Wiki, tmp_path: Path) -> None:
    """Debian's DokuWiki stumbles over a deleted page in its feed of abstracts, and says so with status 200, in HTML."""
    wiki.write("harbour:acme", "Acme is great, they say.", "first")
    with wiki.served() as port, reader(port, tmp_path, "linkto=current") as here:
        before = here.read()
        wiki.write("harbour:acme", "", "taken away")
        here.status = poll(here.watched, here.status, here.desk)
        if here.status.health is Health.WORKING:
            pytest.skip("this DokuWiki does not stumble")
        assert here.status.reason.startswith("This is a web page, not a feed.")
        assert here.desk.store.gaps(here.desk.now(), here.desk.now() + timedelta(seconds=1))
        wiki.write("harbour:acme", "Acme is back.", "third")
        after = here.until("back")
        assert len(before) == len(after) == 1


def test_a_page_that_stops_to_name_the_brand_is_no_mention_any_more(wiki: Wiki, tmp_path: Path) -> None:
    wiki.write("harbour:shop", "Acme is great, they say.", "first")
    wiki.write("harbour:acme", "Acme is here too.", "first")
    with wiki.served() as port, reader(port, tmp_path, "linkto=current") as here:
        assert len(here.read()) == 2
        wiki.write("harbour:shop", "The harbour is great, they say.", "second")
        until(lambda: len(here.read()) == 1, "it is still a mention")


def test_a_page_of_the_wiki_leads_to_its_feed(wiki: Wiki) -> None:
    wiki.write("start", "Acme is great, they say.", "first")
    with wiki.served() as port, reading(port) as http:
        found = discover_feeds(f"http://127.0.0.1:{port}/doku.php?id=start", http)
    assert any("feed.php" in offer.url and offer.feed and offer.feed.entries for offer in found)
