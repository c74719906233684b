"""The wall of a real server in a real Chromium."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from monitor.model import JudgedPost
from monitor.store import open_store
from tests.browser.conftest import PageErrors
from tests.fake_site import RunningApp, judged, working_status

pytestmark = pytest.mark.browser

HOSTILE = [
    "Acme <script>alert(1)</script><img src=x onerror=alert(2)> & <b>bold</b>",
    "Acme \u202e reversed \u202d and \u2066 isolated",
    "Acme " + "Z\u0351\u0352\u0353\u0354\u0355\u0356" * 200,
    "Acme" + "m" * 200,
    "Acme هل توقف الدفع في متجر اليوم مرة أخرى " * 3,
    "Acme לא קיבלתי את החבילה 📦 כבר שבוע 😡😡😡",
    "Acme 新車がとても良いです。" * 40,
    "Acme " + "lorem ipsum dolor sit amet " * 120,
    'Acme "><svg/onload=alert(3)> javascript:alert(4) {{ 7*7 }} ${7*7}',
]
NEXT_HERO_TIMEOUT_MS = 25_000
"""Milliseconds within which a hero has been read and the next one appears."""


def published_now(served: RunningApp, text: str, **changes: object) -> JudgedPost:
    """A mention that is published now."""
    return judged(text, published_at=served.clock.now(), **changes)  # type: ignore[arg-type]


def open_wall(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/wall")
    page.wait_for_selector(".canvas")
    page.evaluate("document.fonts.ready")


def test_a_saved_mention_is_shown(page: Page, served: RunningApp, page_errors: PageErrors) -> None:
    served.save(published_now(served, "Acme was here first."))
    open_wall(page, served)
    expect(page.locator(".hero .text")).to_have_text("Acme was here first.")
    served.save(published_now(served, "Acme did it again.", author="Nora Keller"))
    expect(page.locator("h1")).to_contain_text("2 mentions in the last hour.")
    expect(page.locator(".hero .text")).to_have_text("Acme did it again.", timeout=NEXT_HERO_TIMEOUT_MS)
    expect(page.locator(".rows .text")).to_have_text(["Acme was here first."])
    expect(page.locator(".canvas")).to_have_attribute("data-last-id", str(served.store.last_change_id()))
    assert page_errors == []


def test_hidden_and_deleted_mentions_disappear_at_once(page: Page, served: RunningApp) -> None:
    hidden = served.save(published_now(served, "Acme, hide me."))
    served.save(published_now(served, "Acme, delete me.", external_id="gone"))
    open_wall(page, served)
    expect(page.locator(".hero .text")).to_have_text("Acme, delete me.")
    served.store.delete_posts("Forum", ["gone"], served.clock.now())
    expect(page.locator(".hero .text")).to_have_text("Acme, hide me.")
    served.store.set_hidden(hidden, True, served.clock.now())
    expect(page.locator(".hero")).to_have_count(0)
    assert "hide me" not in page.content()
    expect(page.locator(".proof")).to_contain_text("1 post hidden, still counted.", timeout=60_000)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[5:17]))
def test_hostile_posts_stay_text(page: Page, served: RunningApp, page_errors: PageErrors, text: str) -> None:
    served.save(
        published_now(served, text, author="<img src=x onerror=alert(5)>", title="<iframe src=javascript:alert(6)>")
    )
    open_wall(page, served)
    expect(page.locator(".hero .text")).not_to_be_empty()
    assert page.locator("script, iframe, img, object, embed, a").count() == 1, "only our own script"
    assert page.evaluate("window.reports") == []
    assert page_errors == []


def test_the_bright_bars_are_four_and_a_gap_is_hatched(page: Page, served: RunningApp) -> None:
    moment = served.clock.now()
    served.save(*(judged(f"Acme {n}.", published_at=moment - timedelta(minutes=15 * n + 1)) for n in range(8)))
    open_wall(page, served)
    expect(page.locator(".bar.bright")).to_have_count(4)
    expect(page.locator(".bar:not(.bright)")).to_have_count(4)
    expect(page.locator(".hatch")).to_have_count(1)
    expect(page.locator(".horizon")).to_contain_text("not listening before")


def test_after_a_restart_the_wall_catches_up_without_duplicates(
    page: Page, served: RunningApp, page_errors: PageErrors
) -> None:
    served.save(published_now(served, "Acme before."))
    open_wall(page, served)
    expect(page.locator(".hero .text")).to_have_text("Acme before.")
    served.stop()
    store = open_store(served.config.database_url)
    store.save("Forum", [published_now(served, "Acme meanwhile.")], now=served.clock.now())
    store.close()
    served.start()
    expect(page.locator(".hero .text")).to_have_text("Acme meanwhile.")
    expect(page.locator(".rows .text")).to_have_text(["Acme before."])
    served.save(published_now(served, "Acme after."))
    expect(page.locator("h1")).to_contain_text("3 mentions in the last hour.")
    assert page_errors == []


def test_the_page_of_a_new_version_loads_when_the_layout_changes(page: Page, served: RunningApp) -> None:
    page.clock.install()
    open_wall(page, served)
    page.evaluate("window.old = true")
    served.stop()
    served.start(version="2")
    page.clock.run_for(15_000)
    expect(page.locator(".canvas")).to_have_attribute("data-trust", "live")
    assert page.evaluate("window.old") is True
    page.clock.fast_forward(20 * 60_000)
    expect(page.locator("#wall")).to_have_attribute("data-version", "2")
    assert page.evaluate("window.old") is None


def test_a_wall_without_a_socket_is_kept_current_over_http(page: Page, served: RunningApp) -> None:
    page.clock.install()
    served.live._most_sockets = 0
    open_wall(page, served)
    served.save(published_now(served, "Acme is fine."))
    page.clock.run_for(15_000)
    expect(page.locator(".hero .text")).to_have_text("Acme is fine.")


def test_the_first_run_lists_the_sources(page: Page, served: RunningApp) -> None:
    served.save()
    open_wall(page, served)
    expect(page.locator("h1")).to_contain_text("nothing yet. 1 of 2 sources read.")
    expect(page.locator(".first-run tbody th")).to_have_text(["Forum", "Reddit"])
    expect(page.locator(".first-run tbody tr").first).to_contain_text("none yet")


def test_left_over_sample_data_is_labelled(page: Page, served: RunningApp) -> None:
    moment = served.clock.now()
    served.store.save("Forum", [published_now(served, "Acme")], now=moment, status=working_status(moment, sample=True))
    open_wall(page, served)
    expect(page.locator(".sign")).to_have_text("Some posts here are sample data.")


def test_the_page_works_with_a_screen_reader(page: Page, served: RunningApp) -> None:
    served.save(
        published_now(served, "Acme is fine."), published_now(served, "Globex is not.", brand="Globex", score=-0.5)
    )
    open_wall(page, served)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Learning what is usual")
    expect(page.get_by_role("status")).to_contain_text("1 mention in the last hour.")
    expect(page.get_by_role("row", name="Acme")).to_be_visible()
    label = page.get_by_role("img").first.get_attribute("aria-label")
    assert "Peak: 1 mention in 15\u00a0min" in (label or "")
    assert page.evaluate("document.querySelectorAll('a, button, input, [tabindex]').length") == 0
