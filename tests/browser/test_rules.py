"""The rule editor in a real browser: the preview follows typing, by keys alone, and by buttons without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import mentions_data as data
from tests.browser.conftest import desktop_context
from tests.fake_site import RunningApp, config

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder = tmp_path_factory.mktemp("rules")
    served = RunningApp(config(folder, sources=data.SOURCES, brands=data.BRANDS)).start()
    data.save_posts(served.store, served.clock.now(), 60)
    yield served
    served.stop()


def test_the_preview_follows_what_is_typed(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/rules/Globex")
    field, result = page.get_by_label("Rule", exact=True), page.locator("#result")
    expect(result).to_contain_text("this rule found")
    field.fill("globex NOT par")
    expect(result).to_contain_text("this rule would have found")
    expect(page.locator("#rule-change")).to_contain_text("NOT par")
    field.press("End")
    field.press_sequentially("cel* OR (")
    expect(page.locator("#rule-problem")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(page.locator("#save-rule")).to_be_disabled()
    for _ in range(5):
        field.press("Backspace")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#leaving")).to_have_text("2 leaving")
    field.press_sequentially(" lang")
    page.get_by_role("option", name="lang:").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("globex NOT parcel* lang:")


def test_without_scripts_buttons_do_the_same(browser: Browser, served: RunningApp) -> None:
    context = desktop_context(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/rules/Globex")
    page.get_by_label("Rule", exact=True).fill("globex NOT parcel*")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#result")).to_contain_text("this rule would have found")
    page.get_by_role("button", name="All").click()
    expect(page.locator("#result")).to_contain_text("All time")
    expect(page.get_by_label("Rule", exact=True)).to_have_value("globex NOT parcel*")
    page.get_by_role("link", name="Undo changes").click()
    expect(page.get_by_label("Rule", exact=True)).to_have_value(data.BRANDS[1].rule)
    context.close()
