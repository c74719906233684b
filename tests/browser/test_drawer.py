"""The drawer in a real Chromium, and the place in the list, which nothing that happens may lose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from monitor.model import MentionFilter, Post
from tests import mentions_data as data
from tests.browser.conftest import PageErrors, desktop_context, site_with_mentions
from tests.fake_site import RunningApp

pytestmark = pytest.mark.browser

FOCUS = """() => {
  const at = document.activeElement;
  const row = at.closest("#rows > .row");
  return {row: row?.id ?? null, y: row ? row.getBoundingClientRect().top : null,
    drawer: !!at.closest("#drawer")};
}"""
HEIGHTS = "[...new Set([...document.querySelectorAll('.row')].map(r => r.getBoundingClientRect().height))]"
BOX = "e => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height].map(Math.round); }"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningApp]:
    with site_with_mentions(tmp_path) as served:
        yield served


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = desktop_context(browser)
    yield context
    context.close()


def focus(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(FOCUS)
    return found


def is_same_place(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one["row"] == other["row"] is not None and abs(one["y"] - other["y"]) <= 1


def expect_open(page: Page, row: int) -> None:
    """The whole mention of the row is in the drawer, whose heading has the focus."""
    id_ = page.locator(".row").nth(row).get_attribute("data-id")
    expect(page.locator(f"#drawer[data-id='{id_}'] #why")).to_be_visible()
    expect(page.locator("#drawer-heading")).to_be_focused()
    expect(page).to_have_url(re.compile(rf"/mentions/{id_}\?"))


def test_the_drawer_opens_beside_the_list_and_keys_never_lose_the_place(
    page: Page, served: RunningApp, page_errors: PageErrors
) -> None:
    page.goto(f"{served.url}/mentions")
    for _ in range(14):
        page.keyboard.press("j")
    place = focus(page)
    scrolled = page.evaluate("scrollY")
    assert place["row"]
    assert scrolled > 0
    page.keyboard.press("Enter")
    expect_open(page, 13)
    assert page.locator("#drawer").evaluate(BOX) == [940, 48, 500, 852]
    assert page.evaluate(HEIGHTS) == [75]
    assert page.evaluate("scrollY") == scrolled
    page.keyboard.press("Escape")
    assert is_same_place(focus(page), place)
    expect(page).to_have_url(f"{served.url}/mentions")
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("k")
    expect_open(page, 15)
    expect(page.locator(".row[aria-current]")).to_have_count(1)
    page.reload()
    expect_open(page, 15)
    page.keyboard.press("Escape")
    moved = focus(page)
    assert moved["row"] == page.locator(".row").nth(15).get_attribute("id")
    page.reload()
    assert is_same_place(focus(page), moved)
    page.locator(".mention-link").nth(16).click()
    expect_open(page, 16)
    page.go_back()
    expect(page.locator("#drawer")).to_be_hidden()
    page.go_forward()
    expect_open(page, 16)
    page.go_back()
    assert focus(page)["row"] == page.locator(".row").nth(16).get_attribute("id")
    assert page_errors == []
    assert page.evaluate("reports") == []


def save_new(served: RunningApp, n: int, name: str) -> None:
    """Save posts as if they had just been read, a tenth of them late."""
    now = served.clock.now()
    ages = [timedelta(hours=20) if i % 10 == 5 else timedelta() for i in range(n)]
    posts = [
        Post("Forum", f"{name}-{i}", f"Globex again, {name} {i}.", now - age, f"u{i}") for i, age in enumerate(ages)
    ]
    served.save(*(data.judged(post, data.finding("Globex", post.text, -0.4)) for post in posts))


@pytest.mark.parametrize("order", ["new", "negative"])
def test_new_rows_come_in_at_the_top_and_the_row_in_focus_stays(page: Page, served: RunningApp, order: str) -> None:
    page.goto(f"{served.url}/mentions" + ("" if order == "new" else f"?order={order}"))
    for _ in range(9):
        page.keyboard.press("j")
    expect(page.locator("#pill")).to_have_attribute("hidden", "")
    place, before = focus(page), page.locator(".row").count()
    total = 0
    for n in (5, 70, 650):
        save_new(served, n, f"wave-{n}")
        expect(page.locator("#pill .n")).to_have_text(f"{n} new")
        assert is_same_place(focus(page), place)
        page.keyboard.press("n")
        expect(page.locator("#pill")).to_be_hidden()
        total += n
        assert is_same_place(focus(page), place), n
        assert page.locator("#rows > :first-child").inner_text().startswith(f"{n} new at ")
        assert page.locator(".row").count() == before + total
        expect(page.locator("#count")).to_have_text(str(66 + total))
    if order == "new":
        page.reload()
        expect(page).to_have_url(re.compile("before="))
        expect(page.locator(".mention-link:focus")).to_have_count(1)
        assert is_same_place(focus(page), place)
    page.locator(".toggle", has=page.get_by_text("Forum", exact=True)).click()
    page.go_back()
    expect(page.locator(".mention-link:focus")).to_have_count(1)
    assert is_same_place(focus(page), place)


def test_a_list_to_which_new_rows_are_added_all_day_stays_short(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/mentions")
    page.keyboard.press("j")
    for n in (200, 220):
        save_new(served, n, f"wave-{n}")
        expect(page.locator("#pill .n")).to_have_text(f"{n} new")
        page.keyboard.press("n")
        expect(page.locator("#pill")).to_be_hidden()
        page.locator(".mention-link").first.focus()
    kept = [int(id_) for id_ in page.locator(".row").evaluate_all("rows => rows.map(row => row.dataset.id)")]
    removed = [mention.id for mention in served.store.page(MentionFilter(), limit=1_000) if mention.id not in kept]
    assert len(kept) < 450 < len(kept) + len(removed)
    page.locator(".paging a[rel=next]").click()
    expect(page).to_have_url(re.compile("before="))
    listed = [int(id_) for id_ in page.locator(".row").evaluate_all("rows => rows.map(row => row.dataset.id)")]
    assert [id_ for id_ in listed if id_ in removed] == removed[: len(set(listed) & set(removed))]
    assert listed[0] == removed[0]


def test_with_room_for_both_the_drawer_follows_the_row_until_it_is_closed(
    page: Page, served: RunningApp, page_errors: PageErrors
) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{served.url}/mentions")
    expect(page.locator("#drawer #why")).to_be_visible()
    assert page.locator("#drawer").evaluate(BOX) == [1420, 48, 500, 1032]
    assert page.locator(".list-pane").evaluate(BOX)[2] == 1176
    assert page.evaluate(SIDEWAYS) == 0
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator(".row").first).to_be_visible()
    page.set_viewport_size({"width": 1920, "height": 1080})
    place = focus(page)
    second = page.locator(".row").nth(1).get_attribute("data-id")
    expect(page.locator(f"#drawer[data-id='{second}'] #why")).to_be_visible()
    assert is_same_place(focus(page), place)
    expect(page).to_have_url(f"{served.url}/mentions")
    page.keyboard.press("Enter")
    expect_open(page, 1)
    page.keyboard.press("Escape")
    assert is_same_place(focus(page), place)
    expect(page.locator("#drawer #why")).to_be_visible()
    expect(page).to_have_url(f"{served.url}/mentions")
    page.locator("#drawer .close").click()
    expect(page.locator("#drawer")).to_be_hidden()
    assert is_same_place(focus(page), place)
    page.reload()
    assert is_same_place(focus(page), place)
    expect(page.locator("#drawer")).to_be_hidden()
    page.keyboard.press("Enter")
    expect_open(page, 1)
    page.locator(".drawer-menu summary").click()
    page.get_by_label("Keep open").check()
    page.goto(f"{served.url}/mentions")
    expect(page.locator("#drawer #why")).to_be_visible()
    assert page_errors == []


def test_on_a_phone_a_mention_is_a_page_and_back_returns_to_its_row(page: Page, served: RunningApp) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served.url}/mentions")
    link = page.locator(".mention-link").nth(12)
    link.scroll_into_view_if_needed()
    top = link.evaluate("e => e.closest('.row').getBoundingClientRect().top")
    link.click()
    expect_open(page, 12)
    assert page.evaluate("scrollY") == 0
    expect(page.locator(".row").first).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate(SIDEWAYS) == 0
    page.get_by_role("link", name="Next").click()
    expect_open_id = page.locator(".row").nth(13).get_attribute("data-id")
    expect(page).to_have_url(re.compile(rf"/mentions/{expect_open_id}\?"))
    page.get_by_role("link", name="Previous").click()
    page.go_back()
    expect(page.locator(".mention-link:focus")).to_have_count(1)
    assert focus(page)["row"] == page.locator(".row").nth(12).get_attribute("id")
    link.click()
    expect_open(page, 12)
    page.get_by_role("link", name="Back", exact=True).click()
    expect(link).to_be_focused()
    assert abs(focus(page)["y"] - top) < 844


def test_what_happens_to_an_open_mention_is_seen_in_the_drawer(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/mentions")
    expect(page.locator("#pill")).to_have_attribute("hidden", "")
    save_new(served, 1, "first")
    expect(page.locator("#pill .n")).to_have_text("1 new")
    link = page.locator(".mention-link").first
    link.click()
    expect_open(page, 0)
    id_ = int(str(page.locator(".row").first.get_attribute("data-id")))
    served.store.correct_score(id_, 0.9, served.clock.now())
    expect(page.locator("#drawer .verdict")).to_contain_text("Positive, corrected")
    served.store.delete_posts("Bluesky", ["readable-24"], served.clock.now())
    expect(page.locator("#drawer .drawer-body")).to_have_text("This post was deleted at its source.")
    expect(page.locator("#drawer-heading")).to_be_focused()
    page.reload()
    expect(page.locator("#drawer .gone")).to_contain_text("There is no such mention")
    assert page.locator(".row").count() == 50
