"""Posts with scripts, markup and dangerous links: what each kind of source reads, and what Chromium makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import cycle
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from monitor.collector import Judge
from monitor.model import JudgedPost, Post
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from tests import sites
from tests.browser.conftest import PageErrors
from tests.fake_server import Connection, Script, item, rss
from tests.fake_site import BRANDS, RunningApp, config, judged
from tests.fakes import NOON
from tests.sites import MORNING, FakePost
from tests.test_cleaning import ATTACKS
from tests.test_sources import fetch_all, reading

BAD_LINK = "javascript://harbour.example/%0Aalert(1)"
KINDS = [*sites.kinds(), "feed"]
OUR_OTHER_TAGS = ("MARK", "TIME", "OL", "UL", "LI")
"""What a page has for some posts."""
TAGS = "[...new Set([...document.querySelectorAll('*')].map((e) => e.tagName))]"
HANDLERS = """[...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => a.name.startsWith('on')))
  .map((e) => e.outerHTML)"""
FOREIGN_LINKS = """['href', 'src', 'action', 'formaction'].flatMap((name) =>
  [...document.querySelectorAll(`[${name}]`)].map((e) => new URL(e.getAttribute(name), document.baseURI).href))
  .filter((link) => !/^https?:/.test(link))"""


def hostile(record: Any, payload: str) -> Any:
    """A record of a site's API with ``payload`` in every name and BAD_LINK for every address."""
    if isinstance(record, dict):
        # an address is also the id of a status in the Fediverse
        return {key: value if key == "uri" else hostile(value, payload) for key, value in record.items()}
    if isinstance(record, list):
        return [hostile(value, payload) for value in record]
    if not isinstance(record, str):
        return record
    if record.startswith("https://harbour.example"):
        return BAD_LINK
    return record + payload if record.lstrip("@").startswith(("writer", "Thread", "A question")) else record


def site_of(kind: str) -> Script:
    """A site with a post for each of ATTACKS, which is in its text; names contain any of them."""
    names = cycle(ATTACKS)
    if kind == "feed":
        entries = [feed_item(number, payload.replace("]]>", "")) for number, payload in enumerate(ATTACKS)]
        return partial(Connection.answer, body=rss(*entries), content_type="application/rss+xml")
    posts = [
        FakePost(number, f"Acme number {number} {payload}", MORNING + timedelta(minutes=number))
        for number, payload in enumerate(ATTACKS, start=1)
    ]
    site: Script = sites.module(kind).Site(posts, alter=lambda record: hostile(record, next(names)))
    return site


def feed_item(number: int, payload: str) -> str:
    """An item with ``payload`` in its title and text, and BAD_LINK."""
    entry = item(number, f"<![CDATA[Acme number {number} {payload}]]>")
    title = f"<![CDATA[Thread {number} {payload}]]>"
    return entry.replace("https://harbour.example/", BAD_LINK).replace(f"Thread {number}", title)


def read_by(kind: str) -> list[Post]:
    """What a source reads from its hostile site."""
    with reading(kind, site_of(kind)) as (source, _):
        posts, _ = fetch_all(source, None, NOON)
    return [replace(post, source="Forum", external_id=f"{kind} {post.external_id}") for post in posts]


@pytest.fixture(scope="module")
def judged_posts() -> list[JudgedPost]:
    judge = Judge(Matcher(BRANDS), Scorer(BRANDS))
    with pytest.MonkeyPatch.context() as patch:
        for name, secret in sites.SECRETS.items():
            patch.setenv(name, secret)
        posts = {kind: read_by(kind) for kind in KINDS}
    assert {kind: len(found) >= len(ATTACKS) for kind, found in posts.items()} == dict.fromkeys(KINDS, True)
    return judge.judge([one for found in posts.values() for one in found], NOON)


@pytest.fixture
def served(tmp_path: Any) -> Iterator[RunningApp]:
    served = RunningApp(config(tmp_path)).start()
    yield served
    served.stop()


def save_now(served: RunningApp, posts: list[JudgedPost]) -> None:
    now = served.clock.now()
    served.save(*(replace(one, post=replace(one.post, published_at=now)) for one in posts))


def problems(page: Page, address: str, expected_tags: set[str], ready: str) -> list[str]:
    """What is on a page that no harmless post brings there."""
    page.goto(address)
    expect(page.locator(ready).first).to_be_visible()
    return [*set(page.evaluate(TAGS)) - expected_tags, *page.evaluate(HANDLERS), *page.evaluate(FOREIGN_LINKS)]


def test_what_strangers_write_is_only_text(
    page: Page, served: RunningApp, page_errors: PageErrors, judged_posts: list[JudgedPost]
) -> None:
    harmless = judged("Acme is fine.", title="A title", author="ann", url="https://harbour.example/1")
    save_now(served, [harmless, judged("Acme is fine.", external_id="2", score=None)])
    places = {"/mentions?range=all": "#notes", "/mentions/1": "article, main", "/wall": ".hero .text"}
    tags = {}  # with those of the first mention, which opens beside the list at this width
    for path, ready in places.items():
        page.goto(served.url + path)
        expect(page.locator(ready).first).to_be_visible()
        tags[path] = {*page.evaluate(TAGS), *OUR_OTHER_TAGS}
    mentioning = [one for one in judged_posts if one.findings]
    assert len(mentioning) > len(KINDS) * len(ATTACKS) / 2
    save_now(served, mentioning)
    last = served.store.last_mention_id()
    found = []
    for number in range(3, last, max(1, last // 10)):
        found += problems(page, f"{served.url}/mentions/{number}", tags["/mentions/1"], places["/mentions/1"])
    address = f"{served.url}/mentions?range=all"
    while address:
        found += problems(page, address, tags["/mentions?range=all"], "#notes")
        older = page.locator("a.button[rel=next]")
        address = served.url + str(older.first.get_attribute("href")) if older.count() else ""
    found += problems(page, f"{served.url}/wall", tags["/wall"], places["/wall"])
    assert sorted(set(found)) == []
    assert page_errors == []
    assert page.evaluate("window.reports") == []
