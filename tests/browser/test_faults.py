"""A wall and pages that are open while nothing can be stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from display.wall_state.i18n import catalogue
from monitor.config.walls import Wall
from monitor.model import FaultKind, StoreFault
from tests.browser.conftest import PageErrors
from tests.fake_site import RunningApp, config, judged

pytestmark = pytest.mark.browser

SIZES = ((1920, 1080), (1366, 768), (390, 844))


def begin_fault(served: RunningApp, kind: FaultKind, monkeypatch: pytest.MonkeyPatch, since: datetime) -> None:
    health = replace(served.store.health(), fault=StoreFault(kind, since, "It cannot be written."))
    monkeypatch.setattr(served.store, "health", lambda: health)


def test_open_screens_name_a_fault_at_once_and_take_it_back(
    context: BrowserContext, served: RunningApp, page_errors: PageErrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = served.clock.now()
    served.save(judged("Acme is fine.", published_at=now))
    wall, mentions, sources = (context.new_page() for _ in range(3))
    for page, path in ((wall, "/wall"), (mentions, "/mentions"), (sources, "/sources")):
        page.goto(f"{served.url}{path}")
    expect(wall.locator(".canvas")).to_have_attribute("data-trust", "live")
    words = f"Cannot store since {now.astimezone(served.config.timezone):%H:%M}: the disk is full"
    with monkeypatch.context() as full:
        begin_fault(served, FaultKind.DISK_FULL, full, now)
        expect(wall.locator("h1")).to_contain_text(f"Blind. {words}.")
        expect(wall.locator(".canvas")).to_contain_text("No source is being read.")
        expect(mentions.locator("#health")).to_contain_text(words)
        expect(sources.locator("h1")).to_have_text(words, timeout=15_000)
        expect(sources.locator(".source .label").first).to_have_text("Waiting")
    expect(wall.locator("h1")).not_to_contain_text("Cannot store")
    expect(mentions.locator("#health")).to_contain_text("source")
    assert page_errors == []


@pytest.fixture
def in_three_languages(tmp_path: Path) -> Iterator[RunningApp]:
    """A site with a wall in each language, called by its code."""
    walls = tuple(Wall(name=code, language=code, night=None) for code in catalogue())
    served = RunningApp(replace(config(tmp_path), walls=walls)).start()
    yield served
    served.stop()


def test_the_cause_is_on_walls_of_every_size_and_language_even_where_the_time_is_long(
    context: BrowserContext, in_three_languages: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = in_three_languages
    served.save(judged("Acme is fine.", published_at=served.clock.now()))
    pages = {code: context.new_page() for code in catalogue()}
    for code, page in pages.items():
        page.goto(f"{served.url}/wall/{code}")
        expect(page.locator(".canvas")).to_have_attribute("data-trust", "live")
    for kind in FaultKind:
        begin_fault(served, kind, monkeypatch, served.clock.now() - timedelta(days=2))
        for code, page in pages.items():
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                expect(page.locator("h1")).to_contain_text(catalogue()[code].fault_causes[kind][1:])
