"""Marking mentions, and what is set aside, in a real browser: wide and narrow, light and dark, without scripts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.model import Brand
from tests.browser.accessibility import PALE_TEXTS
from tests.browser.conftest import PageErrors, desktop_context
from tests.browser.looks import each_look, each_size
from tests.fake_site import RunningApp, config, judged
from tests.fake_store import set_aside

pytestmark = pytest.mark.browser

SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"
HEIGHTS = "[...document.querySelectorAll('.row')].map(r => r.getBoundingClientRect().height)"
TARGETS = "[...document.querySelectorAll('.actions .button, .meta .action')].map(b => b.getBoundingClientRect().height)"


def fill(served: RunningApp) -> None:
    """Clicks enough for a proposal, a mention that a click has brought back, and thirty that are set aside."""
    now = served.clock.now()
    trees = [judged(f"acme orchard {n}", external_id=f"tree {n}") for n in range(9)]
    served.save(*trees, *(judged(f"acme balance {n}", external_id=f"bank {n}") for n in range(12)))
    for id_ in range(1, 22):
        served.store.relevance.click(id_, id_ > 9, "local", now)
    long = "acme " + "orchard harvest and a word that goes on " * 9
    posts = [judged(f"{long}{n}", external_id=f"new {n}", published_at=now - n * timedelta(hours=1)) for n in range(30)]
    served.save(*posts)
    set_aside(served.store, "Acme", now)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_mention_is_marked_undone_and_brought_back(browser: Browser, served: RunningApp, javascript: bool) -> None:
    fill(served)
    context = desktop_context(browser, java_script_enabled=javascript)
    page = context.new_page()
    page.goto(served.url + "/mentions?range=all")
    expect(page.locator(".left-out")).to_have_text("30 set aside, still counted. Show them")
    expect(page.locator("#count")).to_have_text("42")
    page.get_by_role("link", name="Show them").click()
    expect(page.locator(".row")).to_have_count(30)
    page.locator(".row").first.get_by_role("button", name="It is about Acme").click()
    expect(page.locator(".row")).to_have_count(29)
    page.locator(".mention-link").first.click()
    expect(page.locator("#relevance")).to_contain_text("Set aside: probably not about Acme.")
    page.locator("#actions").get_by_role("button", name="Not relevant").click()
    expect(page.locator("#relevance")).to_contain_text("says that it is not relevant.")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#relevance")).not_to_contain_text("says")
    page.get_by_role("link", name="Close").click()
    expect(page.locator(".row:not(.left-list)")).to_have_count(28)
    context.close()


def test_a_list_is_worked_through_with_keys_alone(page: Page, served: RunningApp) -> None:
    now = served.clock.now()
    served.save(*(judged(f"acme {n}", external_id=str(n), published_at=now - n * timedelta(hours=1)) for n in range(4)))
    page.goto(served.url + "/mentions?range=all")
    expect(page.locator(".row")).to_have_count(4)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator(".row:not(.left-list)")).to_have_count(3)
    focused = page.locator(".row .mention-link:focus")
    expect(focused).to_have_text("acme 2")
    # With the focus in the drawer, or nowhere, work goes on with the next row, too.
    page.keyboard.press("Enter")
    expect(page.locator("#relevance")).to_be_visible()
    page.keyboard.press("h")
    expect(focused).to_have_text("acme 3")
    expect(page.locator("#drawer .full-text")).to_have_text("acme 3")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(focused).to_have_text("acme 0")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("c")
    expect(page.locator(".row").first).to_contain_text("Claimed by you")
    page.keyboard.press("r")
    expect(page.locator(".left-list")).to_have_count(3)
    expect(focused).to_have_text("acme 3")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("r")
    expect(page.locator(".row:not(.left-list)")).to_have_count(0)
    assert served.store.relevance.brands()[0].irrelevant == 3
    # A reload shows what came meanwhile. A narrow screen shows one mention after the other.
    page.set_viewport_size({"width": 1000, "height": 800})
    served.save(*(judged(f"acme {n}", external_id=str(n), published_at=now) for n in (7, 8)))
    page.goto(served.url + "/mentions?range=all")
    page.locator(".mention-link").first.click()
    expect(page.locator("#drawer .full-text")).to_have_text("acme 8")
    page.keyboard.press("r")
    expect(page.locator("#drawer .full-text")).to_have_text("acme 7")
    expect(page.locator("#drawer-heading")).to_be_focused()


def test_a_page_that_is_open_loses_what_is_set_aside_from_its_wall(page: Page, served: RunningApp) -> None:
    served.save(judged("acme orchard", published_at=served.clock.now()))
    page.goto(served.url + "/wall")
    expect(page.locator(".hero, .voices").first).to_contain_text("acme orchard")
    set_aside(served.store, "Acme", served.clock.now())
    expect(page.locator("body")).to_contain_text("1 post set aside, still counted.")
    expect(page.locator("body")).not_to_contain_text("acme orchard")


def test_every_text_is_legible_and_nothing_scrolls_sideways(
    page: Page, served: RunningApp, page_errors: PageErrors
) -> None:
    fill(served)
    lists = ("/mentions?range=all", "/mentions?state=set_aside&range=all")
    for path in (*lists, "/mentions/22", "/mentions/1", "/relevance"):
        page.goto(served.url + path)
        for details in page.locator(".proposal").all():
            details.locator("summary").click()
        for width, where in each_look(page, ((1920, 900), (390, 900))):
            assert page.evaluate(PALE_TEXTS) == [], where
            assert page.evaluate(SIDEWAYS) <= 0, where
            assert width < 1000 or len(set(page.evaluate(HEIGHTS))) <= 1, where
            assert all(height >= 24 for height in page.evaluate(TARGETS)), where
            assert page.evaluate("reports") == []
    assert page_errors == []


@pytest.mark.parametrize("name", ["Globex", "The Extraordinarily Long Name of a Brand of Kettles and Toasters"])
def test_the_buttons_name_the_brand_keep_apart_and_fit(page: Page, tmp_path: Path, name: str) -> None:
    served = RunningApp(config(tmp_path, brands=[Brand("Acme", "acme", ours=True), Brand(name, "globex")])).start()
    served.save(judged("globex is fine", brand=name))
    set_aside(served.store, name, served.clock.now())
    sizes, label = ((1440, 900), (390, 900)), f"It is about {name}"
    page.set_viewport_size({"width": 1440, "height": 900})  # no drawer beside the list
    page.goto(f"{served.url}/mentions?range=all&state=set_aside")
    for width in each_size(page, sizes):
        action = page.get_by_role("button", name=label).bounding_box()
        assert action is not None
        assert action["x"] + action["width"] <= width
        assert page.evaluate(SIDEWAYS) == 0
    page.goto(f"{served.url}/mentions/1")
    page.locator("#actions [data-key=r]").click()
    buttons = page.locator(".relevance form .button")
    expect(buttons).to_have_text(["Take it back", label])
    for width in each_size(page, sizes):
        a, b = buttons.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
        assert b["x"] - a["x"] - a["width"] >= 8 or b["y"] - a["y"] - a["height"] >= 8
        assert b["x"] + b["width"] <= width - 8
        assert page.evaluate(SIDEWAYS) == 0
    served.stop()
