"""/check and /check/results in Chromium: keys, storing each answer, without scripts, looks and contrasts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.model import Answer, DrawFilter
from tests.access_setup import add_people
from tests.browser.accessibility import PALE_TEXTS
from tests.browser.looks import each_look
from tests.browser.test_people import SMALL_TARGETS, signed_in
from tests.fake_site import RunningApp, config, judged
from tests.fakes import FakeClock

SCORES = (-0.6, 0.0, 0.7, None)
TEXTS = (
    "Acme lost my parcel, again",
    "Does Acme ship to Norway?",
    "Thank you Acme, that was quick",
    "Acme liefert nicht",
)
LONG = "A very long story about Acme. " * 60 + "x" * 200
LARGE, SMALL = ((1920, 1080), (1440, 900)), ((390, 844),)


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """A site with people, 200 mentions and 60 answers."""
    served = RunningApp(config(tmp_path_factory.mktemp("check"), sources=("Forum", "Reddit"))).start()
    now = served.clock.now()
    for n in range(200):
        text = LONG if n == 7 else f"{TEXTS[n % 4]} {n}."
        at, url = now - timedelta(hours=n + 1), f"https://forum.example/t/{n}"
        served.save(judged(text, score=SCORES[n % 4], published_at=at, lang="en", author="nkeller", url=url))
    add_people(served.store, FakeClock(now))
    for _ in range(3):
        draw = served.store.checks.draw("priya", DrawFilter(), now - timedelta(days=31), now)
        assert draw is not None
        served.store.checks.save_answers(draw.id, "priya", dict.fromkeys(draw.mentions, Answer.NEGATIVE), now)
        served.store.checks.finish(draw.id, "priya", now)
    yield served
    served.stop()


def answers(served: RunningApp) -> list[str]:
    """Those of dana, in the order in which they were given."""
    return [one.answer.value for one in served.store.checks.answers() if one.person == "dana"]


def draw_twenty(page: Page, served: RunningApp) -> None:
    page.goto(f"{served.url}/check")
    page.get_by_role("button", name="Draw twenty").click()
    expect(page.locator(".to-check")).to_have_count(20)
    page.wait_for_load_state()  # keys are heard once the script has run


def test_keys_answer_one_after_the_other_and_each_answer_is_stored(browser: Browser, served: RunningApp) -> None:
    context = signed_in(browser, served, "dana")
    page = context.new_page()
    draw_twenty(page, served)
    for key in ("1", "2", "s", "0"):
        with page.expect_response("**/save"):
            page.keyboard.press(key)
    page.keyboard.press("k")
    with page.expect_response("**/save"):
        page.keyboard.press("2")
    expect(page.locator("#stored")).to_have_text("Stored.")
    expect(page.locator("#done")).to_have_text("4")
    assert sorted(answers(served)) == ["negative", "neutral", "neutral"]
    page.reload()
    assert page.locator("input:checked").count() == 4
    context.close()


def test_an_answer_that_is_not_stored_is_reported(browser: Browser, served: RunningApp) -> None:
    context = signed_in(browser, served, "dana")
    page = context.new_page()
    draw_twenty(page, served)
    page.route("**/save", lambda route: route.abort())
    page.keyboard.press("1")
    expect(page.locator("#stored")).to_have_text("Not stored. Press Save.")
    page.unroute("**/save")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved.")
    assert answers(served) == ["negative"]
    context.close()


def test_it_works_without_scripts(browser: Browser, served: RunningApp) -> None:
    context = signed_in(browser, served, "dana", java_script_enabled=False)
    page = context.new_page()
    draw_twenty(page, served)
    for fieldset in page.locator("fieldset").all():
        fieldset.locator("label").nth(2).click()
    page.get_by_role("button", name="Finish and compare").click()
    expect(page.locator(".own h2")).to_contain_text("You and Wallflower agree on")
    assert answers(served) == ["positive"] * 20
    expect(page.locator(".compared tbody tr")).to_have_count(20)
    context.close()


@pytest.mark.parametrize("sizes", [LARGE, SMALL], ids=["large", "small"])
def test_pages_fit_and_can_be_read(browser: Browser, served: RunningApp, sizes: tuple[tuple[int, int], ...]) -> None:
    context = signed_in(browser, served, "dana", has_touch=sizes == SMALL)
    page = context.new_page()
    page.goto(f"{served.url}/check")
    check_looks(page, sizes)
    draw_twenty(page, served)
    check_looks(page, sizes)
    for _ in range(20):
        page.keyboard.press("1")
    expect(page.locator("#done")).to_have_text("20")
    page.get_by_role("button", name="Finish and compare").click()
    expect(page.locator(".own h2")).to_be_visible()
    check_looks(page, sizes)
    context.close()


def check_looks(page: Page, sizes: tuple[tuple[int, int], ...]) -> None:
    for width, where in each_look(page, sizes):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        assert page.evaluate(PALE_TEXTS) == [], where
        assert page.evaluate("reports") == [], where
        if sizes == SMALL:
            assert page.evaluate(SMALL_TARGETS) == [], where
