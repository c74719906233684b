"""The Mentions page in a real Chromium: live updates, keyboard shortcuts, no scripts, and hostile posts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from monitor.model import JudgedPost, Post
from tests import mentions_data as data
from tests.browser.accessibility import PALE_TEXTS
from tests.browser.conftest import PageErrors, desktop_context, site_with_mentions
from tests.browser.looks import each_look, each_size
from tests.fake_site import RunningApp

pytestmark = pytest.mark.browser

TOPS = "[...document.querySelectorAll('.row')].map(r => [r.id, r.getBoundingClientRect().top])"
HEIGHTS = "[...document.querySelectorAll('.row')].map(r => r.getBoundingClientRect().height)"
LABEL_BOXES = """[...document.querySelectorAll('.plot text:not(.gap-label)')].map(t => t.getBoundingClientRect())
  .filter(box => box.width).map(box => [box.left, box.right]).sort((a, b) => a[0] - b[0])"""
SIZES = [(1440, 900), (1024, 768), (390, 844), (320, 640)]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningApp]:
    with site_with_mentions(tmp_path) as served:
        yield served


@pytest.fixture
def page(browser: Browser, page_errors: PageErrors) -> Iterator[Page]:
    context = desktop_context(browser)
    page = context.new_page()
    page_errors.listen(page)
    yield page
    context.close()


def save_post(served: RunningApp, text: str, brand: str = "Globex", name: str = "live") -> int:
    """Save a post as if it had just been read; returns the id of its mention."""
    return served.save(judged_post(served, text, brand, name))


def judged_post(served: RunningApp, text: str, brand: str = "Globex", name: str = "live") -> JudgedPost:
    return data.judged(Post("Forum", name, text, served.clock.now(), "someone"), data.finding(brand, text, -0.4))


def edge(bar: Locator, name: str) -> str:
    """A time of a bar of the chart, as in an address."""
    return quote(str(bar.get_attribute(f"data-{name}")))


def wait_until_live(page: Page, served: RunningApp) -> None:
    """Wait until the pill has counted a first post, which shows that the connection is open."""
    expect(page.locator("#pill")).to_have_attribute("hidden", "")
    page.wait_for_function("performance.getEntriesByType('resource').length > 0")
    save_post(served, "Globex first.", name="first")
    expect(page.locator("#pill .n")).to_have_text("1 new")


def test_what_is_to_be_known_of_a_judgement_is_whole(page: Page, served: RunningApp) -> None:
    mention = save_post(served, "Globex never answers the phone.")
    served.store.correct_score(mention, -0.9, served.clock.now())
    page.goto(f"{served.url}/mentions")
    label = page.locator(f"#m{mention} .sentiment .label")
    expect(label).to_have_text("Negative, corrected")
    for width in each_size(page, ((390, 900), (1024, 900), (1440, 900))):
        assert label.evaluate("l => [l.scrollWidth - l.clientWidth, l.scrollHeight - l.clientHeight]") == [0, 0]
        if width > 600:
            assert set(page.evaluate(HEIGHTS)) == {75}


def test_the_labels_of_the_chart_are_whole_and_apart(page: Page, served: RunningApp) -> None:
    now = served.clock.now()
    old = Post("Forum", "old", "Globex of old.", datetime(2014, 6, 1, tzinfo=UTC))
    month = Post("Forum", "month", "Globex.", now - timedelta(days=29))
    found = [data.judged(post, data.finding("Globex", post.text, 0.0)) for post in (old, month)]
    served.store.save("Forum", found, now=now, imported=True)
    for range_name in ("24h", "7d", "30d", "all"):
        page.goto(f"{served.url}/mentions?range={range_name}")
        for width in each_size(page, ((390, 900), (768, 900), (1100, 900), (1366, 900), (1920, 900))):
            # below 1920 the drawer that was open beside the list closes, and only then is the list alone on a phone
            page.wait_for_function(f"{LABEL_BOXES}.length >= 2")
            boxes = page.evaluate(LABEL_BOXES)
            assert boxes[0][0] >= 8
            assert boxes[-1][1] <= width - 8
            assert all(right + 2 <= left for (_, right), (left, _) in pairwise(boxes)), (range_name, width, boxes)


def test_a_span_of_the_chart_is_selected_by_dragging_and_by_keys(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/mentions?range=24h")
    expect(page.locator("#topic-line .load")).to_have_count(0)
    bars, tip = page.locator("#plot a.slot"), page.locator("#bar-tip")
    bars.nth(10).hover()
    expect(tip).to_have_text(str(bars.nth(10).get_attribute("aria-label")))
    page.mouse.down()
    bars.nth(20).hover()
    expect(page.locator("a.slot.selected")).to_have_count(11)
    since, until = edge(bars.nth(10), "since"), edge(bars.nth(20), "until")
    page.mouse.up()
    page.wait_for_url(f"{served.url}/mentions?since={since}&until={until}")
    assert page.locator("#plot a.slot[tabindex='0']").count() == 1

    page.goto(f"{served.url}/mentions?range=24h&brand=Globex")
    count = bars.count()
    bars.last.focus()
    expect(tip).to_have_text(str(bars.last.get_attribute("aria-label")))
    page.keyboard.press("ArrowLeft")
    expect(bars.nth(count - 2)).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("a.slot.selected")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator("a.slot.selected")).to_have_count(0)
    page.keyboard.press("Shift+ArrowLeft")
    since, until = edge(bars.nth(count - 5), "since"), edge(bars.nth(count - 4), "until")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}/mentions?brand=Globex&since={since}&until={until}")


def test_a_notice_has_the_margins_of_the_page(page: Page, served: RunningApp) -> None:
    now = served.clock.now()
    served.store.save_status(data.status("Old samples", now, sample=True), now)
    for width, padding in ((390, "16px"), (1366, "20px")):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{served.url}/mentions")
        notice = page.locator(".notice-bar")
        expect(notice).to_have_css("padding-left", padding)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_filters_are_chosen_by_clicks_and_are_in_the_address(
    page: Page, served: RunningApp, page_errors: PageErrors
) -> None:
    page.goto(f"{served.url}/mentions")
    page.locator(".toggle", has_text="Globex").click()
    expect(page).to_have_url(f"{served.url}/mentions?brand=Globex")
    page.locator(".toggle", has_text="Negative").click()
    expect(page).to_have_url(f"{served.url}/mentions?brand=Globex&sentiment=negative")
    assert set(page.locator(".row .brand").all_inner_texts()) == {"Globex"}
    page.get_by_role("searchbox").fill("parcels")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served.url}/mentions?q=parcels&brand=Globex&sentiment=negative")
    expect(page.locator(".found")).to_have_text("parcels")
    page.locator(".chips .chip", has_text="Negative").click()
    expect(page).to_have_url(f"{served.url}/mentions?q=parcels&brand=Globex")
    page.go_back()
    expect(page.locator(".chips .chip")).to_have_count(2)
    assert page_errors == []
    assert page.evaluate("reports") == []


def test_new_mentions_wait_in_the_pill_and_nothing_moves(
    page: Page, served: RunningApp, page_errors: PageErrors
) -> None:
    page.goto(f"{served.url}/mentions")
    wait_until_live(page, served)
    page.locator(".mention-link").nth(3).focus()
    before = page.evaluate(TOPS)
    for i in range(4):
        save_post(served, f"Globex again, {i}.", name=f"more-{i}")
    save_post(served, "Acme too.", "Acme", "acme")
    expect(page.locator("#pill .n")).to_have_text("6 new")
    assert page.evaluate(TOPS) == before
    held = page.evaluate(
        "[document.activeElement.closest('.row').id, document.activeElement.getBoundingClientRect().top]"
    )
    page.keyboard.press("n")
    expect(page.locator(".new-divider")).to_contain_text("6 new at ")
    expect(page.locator("#pill")).to_be_hidden()
    expect(page.locator("#count")).to_have_text("72")
    after = page.evaluate(
        "[document.activeElement.closest('.row').id, document.activeElement.getBoundingClientRect().top]"
    )
    assert after[0] == held[0]
    assert abs(after[1] - held[1]) <= 1
    assert page_errors == []


def test_the_pill_counts_only_mentions_that_match_the_filters(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/mentions?brand=Globex")
    wait_until_live(page, served)
    save_post(served, "Acme is filtered out.", "Acme", "acme")
    save_post(served, "Globex is.", name="globex")
    expect(page.locator("#pill .n")).to_have_text("2 new")
    page.locator("#pill").click()
    expect(page.locator("#count")).to_have_text("21")


def test_a_post_deleted_at_its_source_leaves_the_page_at_once(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/mentions")
    wait_until_live(page, served)
    before = page.evaluate(TOPS)
    served.store.delete_posts("Bluesky", ["readable-24"], served.clock.now())
    expect(page.locator(".row.deleted")).to_have_count(1)
    assert "We are done with" not in page.inner_text("#rows")
    assert page.evaluate(TOPS) == before


def test_after_an_outage_the_pill_counts_the_missed_mentions(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/mentions")
    wait_until_live(page, served)
    served.stop()
    served.start()
    for i in range(3):
        save_post(served, f"Globex while away, {i}.", name=f"away-{i}")
    expect(page.locator("#pill .n")).to_have_text("4 new", timeout=30_000)


def test_shortcuts_move_open_and_return(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/mentions")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".row").nth(1).locator(".mention-link")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="marta.knits on Bluesky")).to_be_visible()
    page.wait_for_load_state()  # shortcuts work once the script has run
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="brewlab_ops")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    expect(page.locator(".row")).to_have_count(50)
    page.wait_for_load_state()
    page.keyboard.press("/")
    page.keyboard.type("n?j")
    expect(page.get_by_role("searchbox")).to_have_value("n?j")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Turn single-key shortcuts off").check()
    page.keyboard.press("Escape")
    page.reload()
    focused = page.evaluate("document.activeElement.id")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == focused


def test_an_invalid_search_keeps_the_list_and_the_caret(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/mentions?q=globex")
    field = page.get_by_role("searchbox")
    field.fill("globex AND (pickup OR NEAR late)")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("Column 23")
    page.wait_for_load_state()
    expect(field).to_be_focused()
    assert field.evaluate("f => f.selectionStart") == 22
    expect(page.locator(".previous-results")).to_contain_text("for globex")
    wrong, text = page.locator(".squiggle").bounding_box(), field.bounding_box()
    assert wrong
    assert text
    assert text["x"] < wrong["x"] < text["x"] + text["width"]
    page.keyboard.type("x")
    expect(page.locator(".squiggle")).to_have_count(0)


TEXT_BOX = """(e) => {
  const range = document.createRange();
  range.selectNodeContents(e);
  return range.getBoundingClientRect().toJSON();
}"""


def test_counts_end_at_the_edge_of_their_table(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/mentions?q=zeppelin")
    table = page.locator(".relaxed").bounding_box()
    assert table
    right = page.locator(".relaxed .n").first.evaluate(TEXT_BOX)["right"]
    assert right == pytest.approx(table["x"] + table["width"], abs=0.5)


def test_the_text_above_earlier_results_is_not_indented_on_a_phone(browser: Browser, served: RunningApp) -> None:
    context = desktop_context(browser, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{served.url}/mentions?q=globex+OR")
    assert page.locator(".previous-results").evaluate(TEXT_BOX)["left"] == pytest.approx(16, abs=0.5)
    assert page.locator("#problem").evaluate("(e) => e.getBoundingClientRect().left") == pytest.approx(16, abs=0.5)
    context.close()


def test_everything_works_without_scripts(browser: Browser, served: RunningApp) -> None:
    context = desktop_context(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/mentions")
    page.locator(".toggle", has=page.get_by_text("Forum", exact=True)).click()
    page.get_by_role("searchbox").fill("number")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{served.url}/mentions?q=number&source=Forum")
    page.get_by_role("link", name="not Unscored").click()
    expect(page.locator("#count")).to_have_text("48")
    page.locator(".row .author").first.click()
    expect(page).to_have_url(re.compile(r"q=number&source=Forum&author=user\d&sentiment=-unscored$"))
    assert page.locator("#count").inner_text() == page.locator(".facet .on .n").last.inner_text()
    page.goto(f"{served.url}/mentions?q=number&source=Forum")
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".row")).to_have_count(10)
    page.get_by_role("link", name="Newer").click()
    page.locator(".mention-link").first.click()
    expect(page.get_by_role("heading", name="Why it is here")).to_be_visible()
    page.get_by_role("link", name="Close").click()
    page.locator("summary", has_text="Last 7 days").click()
    page.get_by_role("link", name="Last 30 days").click()
    expect(page.locator("summary", has_text="Last 30 days")).to_be_visible()
    page.get_by_role("searchbox").fill("(")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("Column 1")
    expect(page.locator(".previous-results")).to_contain_text("60 mentions for number")
    context.close()


def test_hostile_posts_move_no_other_row_and_run_nothing(
    page: Page, served: RunningApp, page_errors: PageErrors
) -> None:
    for i, text in enumerate(data.HOSTILE):
        save_post(served, text, "Acme", f"hostile-{i}")
    page.goto(f"{served.url}/mentions?brand=Acme")
    assert set(page.evaluate(HEIGHTS)) == {75}
    assert page.locator("main img, main script").count() == 0
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".mention-link").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[-1][0]
    assert page_errors == []
    assert page.evaluate("reports") == []


def test_every_text_has_enough_contrast(page: Page, served: RunningApp) -> None:
    for path in (
        "/mentions?q=parcel*+OR+price&brand=Globex",
        "/mentions/66",
        "/mentions?q=(",
        "/mentions?q=nothing-such",
    ):
        page.goto(served.url + path)
        for _, where in each_look(page, ((1440, 900),)):
            assert page.evaluate(PALE_TEXTS) == [], where
