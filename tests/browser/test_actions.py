"""Two people work on the same mentions in two browsers, with keys alone; what one does, the other sees at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from display.access.cookies import SESSION_COOKIE
from display.access.tokens import new_token, token_hash
from monitor.model.people import NewAccount, Role
from tests.browser.accessibility import PALE_TEXTS
from tests.browser.conftest import PageErrors, desktop_context
from tests.browser.looks import each_look
from tests.fake_site import RunningApp, config, judged

pytestmark = pytest.mark.browser

PEOPLE = (("priya", "Priya Nair", Role.ADMIN), ("dana", "Dana Kim", Role.MEMBER), ("bo", "Bo Lund", Role.VIEWER))
ROWS = "#rows > .row"
TOPS = "[...document.querySelectorAll('#rows > .row')].map(row => Math.round(row.getBoundingClientRect().top))"
DRAFT = "Call them on Monday."


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningApp]:
    """Six mentions, and three people."""
    site = RunningApp(config(tmp_path)).start()
    now = site.clock.now()
    for name, full_name, role in PEOPLE:
        site.store.people.add_account(NewAccount(name, full_name, role), now, "command line")
    posts = [
        judged(f"acme {n}", external_id=str(n), score=-0.75, author="bob", published_at=now - n * timedelta(hours=1))
        for n in range(6)
    ]
    site.save(*posts)
    yield site
    site.stop()


def browser_of(browser: Browser, site: RunningApp, name: str, **options: object) -> BrowserContext:
    """A browser in which ``name`` is signed in."""
    account, token, now = site.store.people.account(name), new_token(), site.clock.now()
    assert account is not None
    hashed = token_hash(token)
    assert hashed is not None
    site.store.people.add_session(account.id, hashed, now, address="", browser="", method="password")
    context = desktop_context(browser, **{"viewport": {"width": 1440, "height": 900}, **options})
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": site.url}])
    return context


def opened(context: BrowserContext, site: RunningApp, errors: PageErrors, path: str = "/mentions?range=all") -> Page:
    page = context.new_page()
    errors.listen(page)
    page.goto(site.url + path)
    expect(page.locator(ROWS).first).to_be_visible()
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def row(page: Page, n: int):  # type: ignore[no-untyped-def]
    """The row of the post "acme n"."""
    return page.locator(ROWS).filter(has=page.get_by_text(f"acme {n}", exact=True))


def test_two_people_work_on_the_same_mentions_with_keys(
    browser: Browser, site: RunningApp, page_errors: PageErrors
) -> None:
    contexts = [browser_of(browser, site, name) for name in ("dana", "priya", "bo")]
    dana, priya, bo = (opened(context, site, page_errors) for context in contexts)
    priya.goto(site.url + "/mentions/1?range=all")
    tops = priya.evaluate(TOPS)

    # A claim is seen in the row and in the drawer, and nothing moves. Who is slower learns who was faster.
    press(dana, "j", "c")
    expect(row(dana, 0)).to_contain_text("Claimed by you")
    expect(priya.locator("#actions")).to_contain_text("Claimed by Dana Kim")
    expect(row(priya, 0).locator(".claimed-by")).to_have_text("Claimed by Dana Kim")
    expect(row(bo, 0)).to_contain_text("Claimed by Dana Kim")
    assert priya.evaluate(TOPS) == tops
    assert bo.locator("#selection, .row-actions, .select").count() == 0
    late = contexts[1].new_page()
    late.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    late.goto(site.url + "/mentions?range=all")
    press(dana, "j", "c")
    expect(row(priya, 1)).to_contain_text("Claimed by Dana Kim")
    press(late, "j", "j", "c")
    expect(row(late, 1).locator(".row-problem")).to_have_text("Dana Kim claimed this just now.")
    late.close()
    press(dana, "k")

    # Correcting and noting in the drawer; a half-written note survives what the other does, and a reload.
    press(dana, "Enter")
    expect(dana.locator("#note-text")).to_be_visible()
    press(dana, "e", "Enter")
    expect(dana.locator("#sentiment")).to_contain_text("Corrected by you, was \N{MINUS SIGN}0.75")
    press(dana, "m")
    dana.keyboard.type(DRAFT)
    priya.goto(site.url + "/mentions/1?range=all")
    expect(priya.locator("#sentiment")).to_contain_text("Corrected by Dana Kim, was \N{MINUS SIGN}0.75")
    priya.locator(".segments button[value=neutral]").click()
    expect(dana.locator("#sentiment")).to_contain_text("Corrected by Priya Nair")
    assert dana.locator("#note-text").input_value() == DRAFT
    dana.reload()
    expect(dana.locator("#note-text")).to_have_value(DRAFT)
    dana.locator("#note-text").press("Control+Enter")
    expect(priya.locator("#note-list")).to_contain_text(DRAFT)
    expect(dana.locator("#note-text")).to_have_value("")
    dana.locator("#note-text").fill("x" * 2001)
    dana.locator("#note-text").press("Control+Enter")
    expect(dana.locator("#note-form .field-problem")).to_contain_text("This one has 2,001.")
    dana.locator("#note-text").fill("")

    # Hiding moves on to the next row; the hidden one stays as a line until it is undone.
    press(dana, "Escape", "Escape")
    press(dana, "j", "j", "h")
    expect(row(dana, 3).locator(".mention-link")).to_be_focused()
    expect(dana.locator(".left-list")).to_have_text("Hidden. Undo u")
    expect(priya.locator(".left-list")).to_have_text("Hidden.")
    press(dana, "u")
    expect(row(dana, 2)).to_be_visible()
    expect(row(priya, 2)).to_be_visible()
    expect(dana.locator(".left-list")).to_have_count(0)

    # Several at once, and undone from another page.
    press(dana, "x", "Shift+J")
    expect(dana.locator(".selected-count")).to_have_text("2 selected:")
    press(dana, "r")
    expect(dana.locator(".left-list")).to_have_text(["Not relevant. Undo u"] * 2)
    expect(dana.locator("#selection")).to_be_hidden()
    expect(bo.locator(".left-list")).to_have_text(["Not relevant."] * 2)
    dana.goto(site.url + "/sources")
    press(dana, "u")
    expect(dana.locator(".undone-note")).to_have_text("Undone: marking as not relevant (2 mentions).")
    expect(bo.locator(".left-list")).to_have_count(0)

    # A deleted post leaves every screen.
    site.store.delete_posts("Forum", ["0"], site.clock.now())
    expect(priya.locator("#drawer-heading")).to_contain_text("deleted")
    assert page_errors == []
    for context in contexts:
        context.close()


def test_without_scripts_and_at_every_size(browser: Browser, site: RunningApp, page_errors: PageErrors) -> None:
    plain = browser_of(browser, site, "dana", java_script_enabled=False)
    page = opened(plain, site, page_errors)
    for n in (0, 1):
        row(page, n).locator(".select input").check()
    page.locator("#selection").get_by_role("button", name="Hide").click()
    expect(page.locator(ROWS)).to_have_count(4)
    page.locator(".mention-link").first.click()
    page.locator("#actions").get_by_role("button", name="Claim").click()
    page.get_by_role("textbox", name="Add a note").fill(DRAFT)
    page.get_by_role("button", name="Save note").click()
    page.get_by_role("button", name="Positive").click()
    expect(page.locator("#drawer")).to_contain_text("Corrected by you")
    page.locator("#actions .undo-line button").click()
    expect(page.locator("#drawer")).not_to_contain_text("Corrected by you")
    expect(page.locator("#drawer")).to_contain_text(DRAFT)
    page.locator(".menu.block summary").click()
    page.get_by_role("link", name="What a block would hide").click()
    expect(page.locator("main")).to_contain_text("Hides 4 mentions from the last 30 days and all future ones.")
    page.get_by_role("button", name="Block this author").click()
    plain.close()

    scripted = browser_of(browser, site, "priya")
    page = opened(scripted, site, page_errors, "/mentions?range=all&state=hidden")
    page.locator(".mention-link").first.click()
    page.locator(ROWS).nth(1).hover()
    page.locator(".select input").nth(1).check()
    for path in ("", "/blocks"):
        if path:
            page.goto(site.url + path)
        for _, look in each_look(page, ((1440, 900), (390, 844))):
            assert page.evaluate(PALE_TEXTS) == [], look
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, look
    page.get_by_role("button", name="Unblock").click()
    expect(page.locator("main")).to_contain_text("Nothing is blocked.")
    assert page.evaluate("reports") == []
    assert page_errors == []
    scripted.close()
