"""Every page in both themes, wide and narrow: axe-core, contrasts of texts and controls, and no sideways scrolling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from monitor.model import Choice, MentionFilter
from monitor.model.actions import Actor
from monitor.model.events import EventDelivery
from monitor.model.notifications import ChannelKind, NewChannel, NewSubscription
from monitor.model.people import NewAccount
from monitor.model.saved_views import NewView
from tests import mentions_data as data
from tests.browser.accessibility import check, check_widths, prepare
from tests.browser.conftest import desktop_context
from tests.browser.test_actions import PEOPLE, browser_of
from tests.config_text import config_text, feed
from tests.fake_site import RunningApp, config

pytestmark = pytest.mark.browser

LAST = 66
"""The id of the newest mention."""
LISTS = ("/mentions?view=6&q=parcel*+OR+price&sentiment=-positive", "/mentions?q=(", "/mentions?q=nothing-such")
PAGES = (
    "/mentions/99999",
    "/mentions?colour=red",
    f"/mentions/{LAST}/block",
    "/mentions/topics?range=30d",
    "/blocks",
    "/views/6/feed",
    "/compare",
    "/compare?brand=Acme&range=24h",
    "/compare?brand=Acme&brand=Globex&brand=Initech&brand=Umbrella",
    "/compare?brand=Acme&brand=Acme",
    "/monday",
    "/help/query",
    "/api",
    "/events",
    "/notifications",
    "/notifications/1",
    "/notifications/channels/1",
    "/sources",
    "/check",
    "/check/results",
    "/relevance",
    "/rules",
    "/rules/Globex",
    "/rules/Globex?text=globex+NOT+parcel*&range=all&post=globex+parcel",
    "/rules/Globex?text=globex+AND+(pickup+OR+NEAR+late)",
)
OF_PEOPLE = ("/api", "/events", "/setup", "/people", "/account", "/audit", "/notifications", "/blocks", "/relevance")
"""Pages that need accounts, or look different with them."""
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true })"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """A site on which somebody has claimed, noted, corrected, hidden and saved."""
    folder = tmp_path_factory.mktemp("checklist")
    served = RunningApp(config(folder, sources=data.SOURCES, brands=data.BRANDS)).start()
    store, now, person = served.store, served.clock.now(), Actor("local")
    for name in data.SOURCES:
        store.save_status(data.status(name, now), now)
    data.save_posts(store, now, 60)
    store.actions.claim([LAST], person, now)
    store.actions.add_note(LAST, "Called them back.", person, now)
    store.actions.correct([LAST - 1], -0.9, person, now)
    store.actions.hide([10], True, person, now)
    store.relevance.click(20, False, "local", now)
    view = store.views.add(NewView("Complaints in the north", MentionFilter(brand=Choice(("Globex",)))), None, now)
    channel = store.notifications.add_channel(NewChannel("CRM", ChannelKind.WEBHOOK, "hooks.example", b"sealed"), now)
    store.notifications.add_subscription(NewSubscription(view.id, None, channel.id), now)
    told = store.events.add(view.id, channel.id, now)
    store.events.save_delivered(told.id, told.cursor, (), (), EventDelivery(told.id, now, 3, True, "200", 0.2))
    refused = EventDelivery(told.id, now, 2, False, "hooks.example answered with 503.", 10)
    store.events.save_failed(refused, now + timedelta(minutes=1))
    yield served
    served.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = desktop_context(browser)
    yield context
    context.close()


def test_every_page_is_accessible_in_both_themes_and_fits_every_width(page: Page, served: RunningApp) -> None:
    prepare(page)
    for path in PAGES:
        page.goto(served.url + path)
        check(page)
        check_widths(page)
        assert page.evaluate("window.reports") == [], path


def test_the_chart_of_a_comparison_is_read_and_zoomed_by_keys(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/compare?brand=Acme")
    page.locator("a.slot[tabindex='0']").focus()
    page.keyboard.press("Home")
    first = page.locator("a.slot").first
    expect(first).to_be_focused()
    expect(page.locator("#bar-tip")).to_have_text(first.get_attribute("aria-label") or "")
    since = first.get_attribute("data-since") or ""
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(rf"/compare\?brand=Acme&since={since.replace(':', '%3A')}&until=[^&]+$"))
    expect(page.locator("h1")).to_contain_text("Acme")


def test_lists_and_mentions_are_accessible_with_everything_open(page: Page, served: RunningApp) -> None:
    prepare(page)
    for path in (*LISTS, f"/mentions/{LAST}", f"/mentions/{LAST - 1}"):
        page.goto(served.url + path)
        expect(page.locator("#topic-line .load")).to_have_count(0)
        check(page)
        check_widths(page)
    page.evaluate(OPEN_ALL)
    check(page)
    page.goto(f"{served.url}/mentions?view=6")
    page.evaluate(OPEN_ALL)
    check(page)
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("#selection")).to_be_visible()
    check(page)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    check(page)
    page.goto(f"{served.url}/mentions#filters")
    check(page)


def test_pages_of_people_are_accessible_signed_in_and_signed_out(
    browser: Browser, served: RunningApp, tmp_path: Path
) -> None:
    site = RunningApp(config(tmp_path)).start()
    site.config.path.write_text(config_text(8750, feed("Forum", "https://forum.example/feed.xml")), encoding="utf-8")
    for name, full_name, role in PEOPLE:
        site.store.people.add_account(NewAccount(name, full_name, role), site.clock.now(), "command line")
    site.store.people.record("priya", "changed the role of", "dana", {}, site.clock.now())
    signed_in = browser_of(browser, site, "priya")
    page = signed_in.new_page()
    prepare(page)
    for path in OF_PEOPLE:
        answer = page.goto(site.url + path)
        assert answer is not None
        assert answer.ok, path
        check(page)
        check_widths(page)
        assert page.evaluate("window.reports") == [], path
    signed_in.clear_cookies()
    page.goto(f"{site.url}/login")
    check(page)
    check_widths(page)
    signed_in.close()
    site.stop()


def test_a_phone_reaches_every_page_and_forced_colours_show_where_one_is(browser: Browser, served: RunningApp) -> None:
    context = desktop_context(browser, viewport={"width": 320, "height": 640}, forced_colors="active")
    page = context.new_page()
    page.goto(f"{served.url}/mentions")
    links = page.locator("nav.bottom-bar > :is(a, details)")
    at_the_top = page.locator(".top-bar nav a").all_text_contents()
    assert sorted(page.locator("nav.bottom-bar a").all_text_contents()) == sorted(at_the_top)
    assert links.count() == 5
    sizes = links.evaluate_all("all => all.map((a) => [a.scrollWidth <= a.clientWidth + 1, a.offsetHeight >= 44])")
    assert sizes == [[True, True]] * 5
    expect(links.first).to_have_css("border-top-width", "2px")
    page.locator(".more-pages > summary").press("Enter")
    walls = page.get_by_role("link", name="Walls")
    assert walls.bounding_box()["y"] > 0
    walls.click()
    expect(page.locator(".more-pages > summary")).to_have_css("border-top-width", "2px")
    page.goto(f"{served.url}/mentions")
    menus = page.locator(".search-row > .menu > summary").evaluate_all(
        "all => all.map((e) => e.getBoundingClientRect()).map((box) => [box.left, box.right])"
    )
    assert all(right <= left for (_, right), (left, _) in pairwise(menus)), menus
    page.goto(f"{served.url}/monday")
    edge = "e => e.getBoundingClientRect().right"
    assert page.locator("td.value").first.evaluate(edge) == page.locator("table.figures").evaluate(edge)
    page.set_viewport_size({"width": 1440, "height": 900})
    assert len(set(page.locator("td.value a").evaluate_all(f"all => all.map({edge})"))) == 1
    page.goto(f"{served.url}/mentions")
    page.keyboard.press("j")
    row = page.locator(".row").first
    assert row.evaluate("(row) => getComputedStyle(row, '::before').backgroundColor") != row.evaluate(
        "(row) => getComputedStyle(document.body).backgroundColor"
    )
    context.close()
