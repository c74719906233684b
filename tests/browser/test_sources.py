"""The Sources page in a real browser: wide and narrow, light and dark, with and without scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from playwright.sync_api import Browser, Page, expect

from monitor.model import Health, Spend
from tests.browser.accessibility import PALE_TEXTS
from tests.browser.conftest import PageErrors, desktop_context
from tests.browser.looks import each_look
from tests.fake_site import RunningApp, judged, working_status

HOUR = timedelta(hours=1)
LONG_REASON = (
    "The Python package Mastodon.py, which this kind of source needs, is not installed or cannot be used. "
    "Run `pip install Mastodon.py` in the environment of Wallflower, then restart it."
)


def fill(served: RunningApp) -> None:
    """Forum works and costs money; Reddit is broken."""
    now = served.clock.now()
    soon = now + timedelta(minutes=9)
    spend = Spend(f"{now:%Y-%m}", 38.2, 60.0)
    served.save(*(judged(f"acme {n}", published_at=now - n * HOUR) for n in range(40)))
    served.store.save_status(working_status(now, spend=spend, next_check=soon), now)
    broken = working_status(
        now - 4 * HOUR, "Reddit", health=Health.BROKEN, reason=LONG_REASON, failures=9, since=now - 4 * HOUR
    )
    served.store.save_status(replace(broken, next_check=soon), now)
    served.store.open_gap("Reddit", now - 4 * HOUR, "Down.", now)


def test_a_source_is_paused_and_resumed_in_its_row(page: Page, served: RunningApp, page_errors: PageErrors) -> None:
    fill(served)
    page.goto(served.url + "/sources")
    forum = page.locator("#source-0")
    forum.get_by_role("button", name="Pause").click()
    expect(forum.locator(".label")).to_have_text("Paused")
    page.get_by_role("button", name="Resume Forum").click()
    expect(forum.locator(".label")).to_have_text("Working")
    forum.get_by_role("button", name="Check now").click()
    expect(forum.locator(".next")).to_have_text("now")
    assert page_errors == []
    assert page.evaluate("reports") == []


def test_the_page_refreshes_itself(page: Page, served: RunningApp) -> None:
    fill(served)
    page.goto(served.url + "/sources")
    expect(page.locator("h1")).to_have_text("1 of 2 sources are being read")
    served.store.save_status(working_status(served.clock.now(), "Reddit"), served.clock.now())
    expect(page.locator("h1")).to_have_text("All 2 sources are being read", timeout=15_000)
    expect(page.locator("#health")).to_contain_text("All 2 sources read")


def test_a_wall_is_showing_while_a_screen_is_connected(browser: Browser, page: Page, served: RunningApp) -> None:
    fill(served)
    screen = desktop_context(browser, viewport={"width": 1366, "height": 768})
    wall = screen.new_page()
    wall.goto(served.url + "/wall")
    expect(wall.locator(".headline")).to_be_visible()
    sentence = wall.locator(".headline b").inner_text()
    page.goto(served.url + "/sources")
    row = page.locator(".wall-row")
    expect(row.locator(".label")).to_have_text("Showing", timeout=15_000)
    expect(row).to_contain_text("1366 \N{MULTIPLICATION SIGN} 768", timeout=15_000)
    expect(row.locator(".detail")).to_contain_text(f"“{sentence}")
    screen.close()
    expect(row.locator(".label")).to_contain_text("Not seen since", timeout=15_000)
    expect(row.locator(".detail")).to_contain_text(f"Last shown: “{sentence}")
    assert page.locator(".system dt").all_inner_texts() == [
        *("Version", "Database", "SQLite"),
        *("Saving", "Reading", "Watching", "Screens", "Languages", "Learning", "Backups"),
    ]


def test_everything_works_without_scripts(browser: Browser, served: RunningApp) -> None:
    fill(served)
    context = desktop_context(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(served.url + "/mentions")
    page.locator("nav").first.get_by_role("link", name="Sources").click()
    page.locator("#source-0").get_by_role("button", name="Pause").click()
    expect(page.locator("#source-0 .label")).to_have_text("Paused")
    assert served.store.source_request("Forum").paused_at
    context.close()


def test_the_page_fits_every_screen_with_enough_contrast(page: Page, served: RunningApp) -> None:
    fill(served)
    page.goto(served.url + "/sources")
    for width, where in each_look(page, ((320, 700), (390, 844), (700, 900), (1280, 800), (1920, 1080))):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        assert page.evaluate(PALE_TEXTS) == [], where
        if width == 390:
            heights = page.evaluate(
                "[...document.querySelectorAll('.action')].map((e) => e.getBoundingClientRect().height)"
            )
            assert min(heights) >= 44, where


def test_each_value_on_a_phone_has_its_label_and_each_label_a_value(browser: Browser, served: RunningApp) -> None:
    fill(served)
    context = desktop_context(browser, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(served.url + "/sources")
    advice = page.locator(".to-do").first
    assert advice.evaluate("(e) => getComputedStyle(e, '::before').content") == '"What to do"'
    expect(page.locator(".wall-row .when")).to_be_visible()
    version = page.locator(".wall-row .page")
    expect(version).to_be_empty()
    expect(version).to_be_hidden()
    context.close()
