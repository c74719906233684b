"""The measures of the Mentions page, the order of its parts, and the size of what a finger has to hit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import desktop_context, site_with_mentions
from tests.fake_site import RunningApp

pytestmark = pytest.mark.browser

LAST = 66
"""The id of the newest mention."""
BOX = "(e) => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; }"
COLUMNS = "(e) => getComputedStyle(e).gridTemplateColumns.split(' ').map(parseFloat)"
TYPE = "(e) => { const s = getComputedStyle(e); return [s.fontSize, s.lineHeight, s.fontWeight].map(parseFloat); }"
SMALL_TARGETS = """() => {
  const shown = (e) => e.checkVisibility({visibilityProperty: true}) && !e.closest(".visually-hidden, .skip, .slot");
  const size = (e, name) => {
    const around = (part) => { const s = getComputedStyle(e, part);
      return s.content !== "none" && s.position === "absolute" ? parseFloat(s[name]) || 0 : 0; };
    return Math.max(e.getBoundingClientRect()[name], around("::before"), around("::after"));
  };
  return [...document.querySelectorAll("a, button, summary, textarea, label.select")]
    .filter((e) => shown(e) && (size(e, "width") < 43.5 || size(e, "height") < 43.5))
    .map((e) => `${e.className.baseVal ?? e.className} ${e.textContent.trim().slice(0, 30)}`);
}"""
OVERLAPS = """() => {
  const texts = [...document.querySelectorAll(".legend > :is(span, a, details), .plot .gap-label")]
    .filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect()).sort((a, b) => a.left - b.left);
  return texts.slice(1).filter((box, i) => box.left < texts[i].right + 2).length;
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder: Path = tmp_path_factory.mktemp("layout")
    with site_with_mentions(folder) as served:
        yield served


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = desktop_context(browser)
    yield context
    context.close()


def box(page: Page, selector: str) -> list[float]:
    """Left, top, width and height of the first such element."""
    return page.locator(selector).first.evaluate(BOX)  # type: ignore[no-any-return]


def near(values: Any) -> Any:
    """Two pixels more or less do not show."""
    return pytest.approx(values, abs=2)


def test_the_list_and_the_drawer_have_the_measures_of_the_design(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/mentions?view=1")
    expect(page.locator("#topic-line .load")).to_have_count(0)
    heights = {".top-bar": 48, ".search-row": 48, ".field": 36, ".head": 30, ".plot": 95, ".list thead": 38, ".row": 75}
    assert {part: box(page, part)[3] for part in heights} == near(heights)
    assert [box(page, ".rail")[2], box(page, ".initials")[2]] == near([244, 28])
    assert [box(page, ".saved-views a")[3], box(page, ".toggle")[3]] == near([26, 24])
    first = page.locator(".row").first
    assert first.evaluate(COLUMNS)[:2] + first.evaluate(COLUMNS)[3:] == near([118, 92, 140])
    assert box(page, ".list thead")[1] <= 264, "the chart and the topics leave the list its place"
    assert box(page, "[aria-labelledby=f-source] .toggle")[1] < 800, "what is said about errors is not in the way"
    types = {"h1": [16, 22, 600], ".mention-link": [14, 20, 400], ".meta": [12, 18, 400], ".tag": [11, 15, 500],
             ".row > .brand": [13, 18, 600], ".list thead tr": [11.5, 16, 500]}  # fmt: skip
    assert {part: page.locator(part).first.evaluate(TYPE) for part in types} == types

    page.goto(f"{served.url}/mentions/{LAST}")
    assert [box(page, ".drawer")[2], box(page, ".row")[3]] == near([500, 75])
    columns = page.locator(".row").first.evaluate(COLUMNS)
    assert columns[:2] + columns[3:] == near([18, 84, 54])
    assert box(page, ".correct .ask")[1] + 9 == near(box(page, ".correct .segments")[1] + 15), "on one line"
    assert box(page, "#note-text")[1] + 36 < box(page, ".drawer-foot")[1], "notes are above the fold"
    page.locator("#list-menu > summary").click()
    expect(page.locator("#list-menu").get_by_text("CSV, for a spreadsheet")).to_be_visible()
    for width in (1280, 1100, 700, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERLAPS) == 0, width


def test_a_phone_shows_the_list_early_and_its_targets_can_be_hit(browser: Browser, served: RunningApp) -> None:
    context = desktop_context(browser, viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(f"{served.url}/mentions?view=1")
    expect(page.locator("#topic-line .load")).to_have_count(0)
    assert page.locator(".search-row > :visible").count() == 3, "the search, Filters, and one menu below them"
    assert box(page, ".row")[1] < 330
    assert page.evaluate(SMALL_TARGETS) == []
    page.locator(".view-menu > summary").click()
    page.locator(".other-views a").nth(1).click()
    expect(page.locator("h1")).to_have_text("Us, negative")
    page.locator(".filters-button").click()
    page.get_by_role("link", name="24 h").click()
    expect(page.locator(".times a[aria-current]")).to_have_text("24 h")
    assert page.evaluate(SMALL_TARGETS) == []
    page.goto(f"{served.url}/mentions/{LAST}")
    assert page.evaluate(SMALL_TARGETS) == []
    expect(page.locator(".bottom-bar")).to_be_hidden()
    assert box(page, ".drawer-head")[1] == 0
    foot = box(page, ".drawer-foot")
    assert foot[1] + foot[3] == near(844)
    context.close()
