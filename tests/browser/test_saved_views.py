"""Saved views and the completion of the search in a real Chromium: keys, two tabs, every width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from monitor.model import MentionFilter
from tests.browser.conftest import PageErrors, desktop_context, site_with_mentions
from tests.browser.test_mentions import save_post
from tests.fake_site import RunningApp

pytestmark = pytest.mark.browser

IS_INSIDE = """box => { const r = box.getBoundingClientRect();
  return r.left >= 0 && r.right <= innerWidth && r.width > 0 && document.documentElement.scrollWidth <= innerWidth }"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningApp]:
    with site_with_mentions(tmp_path) as served:
        yield served


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = desktop_context(browser)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, page_errors: PageErrors) -> Page:
    page = context.new_page()
    page_errors.listen(page)
    return page


def count_of(page: Page, name: str) -> Locator:
    return page.locator("#views a", has_text=name).locator(".n > span").first


def test_a_look_of_five_seconds_sets_the_count_to_0_in_every_tab(
    page: Page, context: BrowserContext, served: RunningApp, page_errors: PageErrors
) -> None:
    other = context.new_page()
    other.goto(f"{served.url}/mentions?view=2")
    expect(count_of(other, "Everything")).to_have_text("66")
    page.clock.install()
    page.goto(f"{served.url}/mentions")
    page.clock.run_for(4_000)
    assert served.store.views.last_looks(None).get(1) is None
    page.clock.run_for(2_000)
    expect(count_of(page, "Everything")).to_have_text("0")
    expect(count_of(other, "Everything")).to_have_text("0")
    other.close()

    save_post(served, "Globex is news.")
    expect(page.locator("#pill .n")).to_have_text("1 new", timeout=15_000)
    page.clock.run_for(3_000)
    expect(count_of(page, "Everything")).to_have_text("1")
    page.clock.run_for(8_000)
    expect(count_of(page, "Everything")).to_have_text("1")
    page.reload()
    expect(page.locator(".looked-line")).to_have_text(re.compile(r"You last looked at \d\d:\d\d\. 1 newer above"))
    assert page.locator(".row").first.evaluate("r => r.nextElementSibling.className") == "looked-line"
    page.clock.run_for(6_000)
    expect(count_of(page, "Everything")).to_have_text("0")
    assert page.locator(".looked-line").count() == 1, "nothing that is read moves"
    assert page_errors == []
    assert page.evaluate("reports") == []


def test_with_keys_alone_a_list_is_saved_opened_changed_and_updated(
    page: Page, served: RunningApp, page_errors: PageErrors
) -> None:
    page.goto(f"{served.url}/mentions?brand=Globex")
    page.keyboard.press("s")
    page.keyboard.type("Only Globex 1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"view=6$"))
    expect(page.locator("h1").first).to_have_text("Only Globex 1")
    page.wait_for_load_state()  # keys are heard once the script has run
    page.keyboard.press("2")
    expect(page).to_have_url(re.compile(r"view=2$"))
    page.wait_for_load_state()
    page.keyboard.press("6")
    expect(page).to_have_url(re.compile(r"view=6$"))
    page.locator(".toggle", has_text="Initech").click()
    expect(page).to_have_url(re.compile(r"view=6&brand=Globex&brand=Initech$"))
    page.get_by_role("button", name="Update view?").click()
    expect(page).to_have_url(re.compile(r"view=6$"))
    expect(page.locator(".view-changed")).to_have_count(0)
    view = served.store.views.get(6, None)
    assert view is not None
    assert view.filter.brand.include == ("Globex", "Initech")
    assert page_errors == []


def test_the_search_completes_fields_by_keys_and_by_mouse(
    page: Page, served: RunningApp, page_errors: PageErrors
) -> None:
    page.goto(f"{served.url}/mentions")
    field, options = page.locator("#q"), page.get_by_role("option")
    page.keyboard.press("/")
    page.keyboard.type("parcels aut")
    expect(options).to_have_text(["author:"])
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("Enter")
    expect(field).to_have_value("parcels author:")
    page.keyboard.type("MARTA")
    expect(options).to_have_text(["marta.knits"])
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_be_focused()
    page.keyboard.press("Backspace")
    expect(options).to_have_text(["marta.knits"])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(field).to_have_value("parcels author:marta.knits ")
    page.keyboard.type("lang:")
    expect(options).to_have_count(2)
    options.filter(has_text="English").click()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=parcels\+author%3Amarta.knits\+lang%3Aen$"))
    expect(page.locator(".row")).to_have_count(1)
    assert page_errors == []
    page.locator("#q").fill("source:")
    page.keyboard.press("Enter")
    expect(page.locator("#problem")).to_contain_text("Column")
    assert page.evaluate("reports") == []


@pytest.mark.parametrize("width", [1440, 1024, 390, 320])
def test_menus_of_a_view_are_inside_the_screen(page: Page, served: RunningApp, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{served.url}/mentions?view=5&brand=Globex")
    save = "#save-view" if width >= 700 else "#list-menu"
    for summary, panel in (
        (".view-menu > summary", ".view-menu > .panel"),
        (f"{save} > summary", f"{save} > .panel"),
    ):
        page.locator(summary).click()
        assert page.locator(panel).evaluate(IS_INSIDE), (width, panel)
        page.keyboard.press("Escape")
    page.locator("#q").fill("author:")
    page.locator("#q").press("End")
    page.keyboard.type("h")
    expect(page.get_by_role("option").first).to_be_visible()
    assert page.locator("#q-options").evaluate(IS_INSIDE)


def test_without_scripts_a_view_is_saved_seen_followed_and_deleted(browser: Browser, served: RunningApp) -> None:
    context = desktop_context(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/mentions?sentiment=negative")
    page.locator("#save-view > summary").click()
    page.locator("#save-view input[name=name]").fill("Grumpy")
    page.get_by_role("button", name="Save this list").click()
    expect(page.locator("h1").first).to_have_text("Grumpy")
    page.locator(".view-menu > summary").click()
    page.get_by_role("button", name="Mark all as seen").click()
    expect(count_of(page, "Grumpy")).to_have_text("0")
    page.locator(".view-menu > summary").click()
    page.get_by_role("link", name="Follow as a feed…").click()
    page.get_by_role("button", name="Make the addresses").click()
    address = page.locator("dd code").first.inner_text()
    assert page.request.get(address).status == 200
    page.get_by_role("link", name="Back to the view").click()
    page.locator(".view-menu > summary").click()
    page.locator(".confirm > summary").click()
    page.get_by_role("button", name="Delete “Grumpy”").click()
    assert [view.name for view in served.store.views.visible(None) if view.filter == MentionFilter()] == ["Everything"]
    assert "Grumpy" not in page.locator("#views").inner_text()
    context.close()
