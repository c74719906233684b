"""The pages of people in Chromium: looks, contrasts, no scripts, and pages that are open when a session ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from display.access.cookies import SESSION_COOKIE
from display.access.tokens import new_token, token_hash
from monitor.model.people import NewAccount, Role
from tests.access_setup import PASSWORD, add_people
from tests.browser.accessibility import PALE_TEXTS
from tests.browser.conftest import COLLECT_CSP_REPORTS, TIMEOUT_MS
from tests.browser.looks import each_look, each_size
from tests.fake_site import RunningApp, config, judged
from tests.fakes import FakeClock

PAGES = ("/people", "/people/add", "/people/2", "/account", "/account/password", "/audit")
SIZES = ((320, 700), (390, 844), (1024, 768), (1440, 900))
SMALL_TARGETS = """
[...document.querySelectorAll('main button, main a, main input, main select, main summary, .account-menu summary')]
  .filter((e) => e.checkVisibility() && e.type !== 'hidden')
  .filter((e) => (e.type === 'checkbox' ? e.labels[0] : e).getBoundingClientRect().height < 44)
  .filter((e) => !e.closest('p') && !e.matches('.show, .initials'))
  .map((e) => e.outerHTML.slice(0, 80))
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """A site with people, one of whom has a long name."""
    served = RunningApp(config(tmp_path_factory.mktemp("people"))).start()
    served.save(judged("Acme is late."))
    add_people(served.store, FakeClock(served.clock.now()))
    long = NewAccount(
        "a.person.with.a.long.name@wallflower.example", "Maximiliane von und zu Beispiel", Role.VIEWER, "x"
    )
    served.store.people.add_account(long, served.clock.now(), "priya")
    yield served
    served.stop()


def signed_in(browser: Browser, served: RunningApp, name: str = "priya", **options: Any) -> BrowserContext:
    """A browser in which ``name`` is signed in."""
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options})
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(COLLECT_CSP_REPORTS)
    account, token = served.store.people.account(name), new_token()
    hashed = token_hash(token)
    assert account is not None
    assert hashed is not None
    served.store.people.add_session(account.id, hashed, served.clock.now(), address="", browser="", method="password")
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": served.url}])
    return context


def fill_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_the_pages_fit_every_screen_with_enough_contrast(browser: Browser, served: RunningApp) -> None:
    context = signed_in(browser, served)
    page = context.new_page()
    for path in PAGES:
        page.goto(served.url + path)
        check_looks(page)
    context.clear_cookies()
    page.goto(f"{served.url}/login")
    fill_in(page, "priya", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("Name and password do not match.")
    check_looks(page)
    fill_in(page, "priya")
    expect(page).to_have_url(f"{served.url}/mentions")
    context.close()


def check_looks(page: Page) -> None:
    """The page fits, can be read and touched, and breaks no content security policy."""
    for width, where in each_look(page, SIZES):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        assert page.evaluate(PALE_TEXTS) == [], where
        assert page.evaluate("window.reports") == [], where
        if width == 390:
            assert page.evaluate(SMALL_TARGETS) == [], where


def test_what_opens_in_a_row_stays_on_the_screen(browser: Browser, served: RunningApp) -> None:
    context = signed_in(browser, served)
    page = context.new_page()
    page.goto(f"{served.url}/people")
    for width in each_size(page, ((390, 844), (800, 844), (1440, 844))):
        for row in page.locator("details.confirm").all():
            row.locator("summary").click()
            box = row.locator(".panel").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            row.locator("summary").click()
    context.close()


def test_people_are_managed_without_scripts(browser: Browser, served: RunningApp) -> None:
    context = signed_in(browser, served, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/mentions")
    page.locator(".account-menu summary").click()
    page.get_by_role("link", name="People and walls").click()
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("Name", exact=True).fill("jonas")
    page.get_by_label("Full name").fill("Jonas Ott")
    page.get_by_role("button", name="Add").click()
    password = page.locator("code.token").inner_text()
    row = page.get_by_role("row").filter(has_text="Jonas Ott")
    row.get_by_label("Role of Jonas Ott").select_option("viewer")
    row.get_by_role("button", name="Save").click()
    jonas = served.store.people.account("jonas")
    assert jonas is not None
    assert jonas.role is Role.VIEWER
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    fill_in(page, "jonas", password)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose your own password")
    page.get_by_label("Current password").fill(password)
    for label in ("New password", "New password, again"):
        page.get_by_label(label, exact=True).fill("rivers of green tea")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main").get_by_role("status")).to_contain_text("Your password was changed.")
    context.close()
    context = signed_in(browser, served, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/people")
    row = page.get_by_role("row").filter(has_text="Jonas Ott")
    row.locator("summary").click()
    row.get_by_role("button", name="Remove Jonas Ott").click()
    expect(row).to_have_count(0)
    assert served.store.people.account("jonas") is None
    context.close()


def test_a_role_is_saved_only_when_another_one_is_chosen(browser: Browser, served: RunningApp) -> None:
    context = signed_in(browser, served)
    page = context.new_page()
    page.goto(f"{served.url}/people")
    row = page.get_by_role("row").filter(has_text="Bo Lund")
    save = row.get_by_role("button", name="Save")
    expect(save).to_be_hidden()
    row.get_by_role("combobox").select_option("member")
    expect(save).to_be_visible()
    row.get_by_role("combobox").select_option("viewer")
    expect(save).to_be_hidden()
    context.close()


def test_a_password_can_be_shown_and_is_never_sent_as_text(browser: Browser, served: RunningApp) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.url}/login")
    field = page.get_by_label("Password", exact=True)
    field.fill("wrong")
    page.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_be_focused()
    page.get_by_role("button", name="Hide").click()
    expect(field).to_have_attribute("type", "password")
    context.close()


def test_an_open_page_leads_to_the_sign_in_page_when_its_session_ends(browser: Browser, served: RunningApp) -> None:
    context = signed_in(browser, served, "dana")
    page = context.new_page()
    page.goto(f"{served.url}/mentions?brand=Acme")
    expect(page.locator("#health")).to_contain_text("read")
    dana = served.store.people.account("dana")
    assert dana is not None
    served.store.people.end_sessions(dana.id, served.clock.now(), "command line")
    expect(page).to_have_url(f"{served.url}/login?next=%2Fmentions%3Fbrand%3DAcme")
    fill_in(page, "dana")
    expect(page).to_have_url(f"{served.url}/mentions?brand=Acme")
    context.close()


def test_a_page_whose_session_ends_before_it_is_live_leads_to_the_sign_in_page(
    browser: Browser, served: RunningApp
) -> None:
    """Its socket is refused, so nothing can be sent to it: as after a night in a closed laptop."""
    context = signed_in(browser, served, "dana")
    page = context.new_page()
    dana = served.store.people.account("dana")
    assert dana is not None

    def end_session(route: Route) -> None:
        served.store.people.end_sessions(dana.id, served.clock.now(), "command line")
        route.continue_()

    page.route("**/live-*.js", end_session)
    page.goto(f"{served.url}/mentions")
    expect(page).to_have_url(f"{served.url}/login?next=%2Fmentions")
    context.close()


def test_a_chosen_theme_wins_over_the_system(browser: Browser, served: RunningApp) -> None:
    context = signed_in(browser, served)
    page = context.new_page()
    page.goto(f"{served.url}/mentions")
    by_system = backgrounds(page)
    assert len(set(by_system)) == 2
    colours = {}
    for label in ("Light", "Dark", "As the system"):
        page.locator(".account-menu summary").click()
        page.get_by_role("button", name=label).click()
        page.locator(".account-menu summary").click()
        expect(page.get_by_role("button", name=label)).to_have_attribute("aria-pressed", "true")
        colours[label] = backgrounds(page)
        page.locator(".account-menu summary").click()
    assert colours == {"Light": by_system[:1] * 2, "Dark": by_system[1:] * 2, "As the system": by_system}
    context.close()


def backgrounds(page: Page) -> list[str]:
    """The colour of the page where the system is light, and where it is dark."""
    return [page.evaluate("getComputedStyle(document.body).backgroundColor") for _ in each_look(page, ((1440, 900),))]
