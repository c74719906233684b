"""What the wall does by the clock alone, in a real Chromium whose clock the tests control."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.clock import epoch_ms
from tests.browser import measures
from tests.browser.conftest import PageErrors
from tests.browser.scripted_wall import ScriptedWall
from tests.fake_site import RunningApp
from tests.wall_states import fixtures
from tests.wall_states.parts import CLOCK, VOICES, voice

pytestmark = pytest.mark.browser

MINUTE = 60_000


def stopped(wall: ScriptedWall, name: str = "normal", path: str = "/wall", *, after_seconds: int = 600) -> Page:
    """Open the wall with a state, stop its clock so long after that, and send the state again."""
    page = wall.page
    page.clock.install(time=epoch_ms(CLOCK) / 1000)
    wall.open(name, path)
    page.clock.pause_at(epoch_ms(CLOCK) / 1000 + after_seconds)
    page.clock.run_for(6_000)
    wall.show(name)
    return page


@pytest.mark.parametrize("hour_off", [0, 1, -1])
def test_silence_is_reported_in_steps(scripted_wall: ScriptedWall, hour_off: int, page_errors: PageErrors) -> None:
    page = stopped(scripted_wall)
    canvas = page.locator(".canvas")
    page.clock.set_system_time(epoch_ms(CLOCK) / 1000 + 600 + hour_off * 3600)
    scripted_wall.fall_silent()
    page.clock.run_for(29_000)
    expect(canvas).to_have_attribute("data-trust", "live")
    page.clock.run_for(2_000)
    expect(page.locator(".proof")).to_contain_text("Reconnecting, last update 30 sec ago.")
    expect(page.locator("h1")).to_contain_text("Normal.")
    page.clock.run_for(58_000)
    expect(canvas).to_have_attribute("data-trust", "reconnecting")
    expect(page.locator(".slab")).to_have_count(0)
    page.clock.run_for(2_000)
    expect(page.locator("h1")).to_have_text("Not live. Last update 1 min ago, at 16:06. Connection lost.")
    expect(page.locator(".slab")).to_be_visible()
    expect(page.locator(".board .head")).to_have_text("As of 16:06")
    expect(page.locator(".row").first).to_contain_text("16:02")
    page.clock.fast_forward(60 * MINUTE)
    expect(canvas).to_have_attribute("data-trust", "long gone")
    expect(page.locator(".columns")).to_be_empty()
    assert page_errors == []


def test_the_first_state_after_a_silence_ends_it(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall)
    scripted_wall.fall_silent()
    page.clock.run_for(100_000)
    expect(page.locator("h1")).to_contain_text("Not live.")
    scripted_wall.answers = True
    for _ in range(12):  # until no earlier request is pending
        page.clock.run_for(5_000)
        if page.locator(".slab").count() == 0:
            break
    expect(page.locator("h1")).to_contain_text("Normal.")
    expect(page.locator(".slab")).to_have_count(0)


def test_a_connection_lost_in_an_incident_shows_what_was_last_known(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall, "incident")
    expect(page.locator(".flag")).to_be_visible()
    scripted_wall.fall_silent()
    page.clock.run_for(40_000)
    expect(page.locator(".incident .proof")).to_contain_text("Reconnecting")
    page.clock.run_for(60_000)
    expect(page.locator("h1")).to_have_text("Not live since 16:06. Last known: 6\u00d7 the usual.")
    expect(page.locator(".flag")).to_have_count(0)


@pytest.mark.parametrize("name", ["normal", "extremes", "incident", "first-run"])
def test_the_sign_of_sample_data_leaves_room_for_a_lost_connection(scripted_wall: ScriptedWall, name: str) -> None:
    page = stopped(scripted_wall, name)
    scripted_wall.show(name, sample=True)
    scripted_wall.fall_silent()
    page.clock.run_for(42_000)
    expect(page.locator(".proof")).to_contain_text("Reconnecting, last update 40 sec ago.")
    expect(page.locator(".sign")).to_be_visible()
    assert measures.outside(page) == []
    assert measures.colliding(page) == []


ROWS = [{"source": f"Source {n}", "read_at": epoch_ms(CLOCK), "wait": "", "posts": "87"} for n in range(6)]


@pytest.mark.parametrize(("name", "changes"), [("first-run", {"first_run": ROWS}), ("first-run", {}), ("french", {})])
def test_a_lost_connection_fits_beside_any_content(
    scripted_wall: ScriptedWall, name: str, changes: dict[str, object]
) -> None:
    page = stopped(scripted_wall, name)
    scripted_wall.show(name, **changes)
    scripted_wall.fall_silent()
    for seconds, trust in ((42, "reconnecting"), (60, "not live")):
        page.clock.run_for(seconds * 1000)
        expect(page.locator(".canvas")).to_have_attribute("data-trust", trust)
        expect(page.locator(".proof")).to_be_visible()
        assert measures.colliding(page) == []
        assert measures.cut(page, ".proof .line") == []
        assert measures.outside(page) == []


def test_the_label_of_a_hatch_stays_as_long_as_the_hatch(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall, "first-run")
    before = page.locator(".horizon .start").bounding_box()
    scripted_wall.fall_silent()
    page.clock.run_for(100_000)
    page.clock.fast_forward(20 * MINUTE)
    expect(page.locator(".horizon .start")).to_have_text("not listening before 09:12")
    after = page.locator(".horizon .start").bounding_box()
    assert before
    assert after
    assert after["x"] == pytest.approx(before["x"], abs=20)


def test_layouts_change_by_the_clock_even_offline(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall)
    canvas = page.locator(".canvas")
    for minutes, name in ((0, "A"), (20, "B"), (40, "A'"), (60, "B'"), (80, "A")):
        scripted_wall.show("normal", clock=epoch_ms(CLOCK) + minutes * MINUTE)
        expect(canvas).to_have_attribute("data-layout", name)
    scripted_wall.show("normal", clock=epoch_ms(CLOCK) + 20 * MINUTE, rotates=False)
    expect(canvas).to_have_attribute("data-layout", "A")
    scripted_wall.show("normal")
    scripted_wall.fall_silent()
    for name in ("B", "A'", "B'", "A"):
        page.clock.fast_forward(20 * MINUTE)
        expect(canvas).to_have_attribute("data-layout", name)


def at(seconds: float) -> int:
    """Epoch milliseconds, so long after the start of a loop of the stage."""
    return epoch_ms(CLOCK) + round(seconds * 1000)


def test_topics_are_shown_for_twelve_seconds(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall)
    for seconds, shown in ((47, 0), (49, 5), (59, 5), (61, 0)):
        scripted_wall.show("topics", clock=at(seconds))
        expect(page.locator(".topics tbody tr")).to_have_count(shown)
        expect(page.locator(".hero")).to_have_count(0 if shown else 1)


@pytest.mark.parametrize("changes", [{"night": True}, {"rotates": False}, {"dwells_until": at(55)}])
def test_topics_wait_or_stay_away(scripted_wall: ScriptedWall, changes: dict[str, object]) -> None:
    page = stopped(scripted_wall)
    for seconds in (40, 50):
        scripted_wall.show("topics", clock=at(seconds), **changes)
        expect(page.locator(".topics")).to_have_count(0)


def test_an_incident_hides_topics_and_night(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall)
    scripted_wall.show("incident", clock=at(50))
    expect(page.locator(".topics")).to_have_count(0)
    scripted_wall.show("incident", clock=at(50), night=True)
    expect(page.locator(".canvas.night")).to_have_count(0)


def test_the_orbit_steps_when_the_hero_changes(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall)
    canvas = page.locator(".canvas")
    expect(canvas).to_have_css("translate", "0px")
    scripted_wall.show("normal", clock=epoch_ms(CLOCK) + 4 * MINUTE)
    expect(canvas).to_have_css("translate", "0px")
    voices = [voice(99, "neutral", "Acme again."), *VOICES[:2]]
    json = fixtures.state(voices=tuple(voices)).json()["voices"]
    scripted_wall.show("normal", clock=epoch_ms(CLOCK) + 4 * MINUTE, voices=json)
    expect(canvas).to_have_css("translate", re.compile(r"^(8|7\.99\d*)px$"))


def test_a_replay_speeds_up_ages_and_the_axis_only(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall)
    scripted_wall.show("normal", speed=144.0)
    page.clock.run_for(10_000)
    expect(page.locator(".label.strong")).to_have_text("16:30")
    expect(page.locator(".byline")).to_contain_text("26 min")
    expect(page.locator(".canvas")).to_have_attribute("data-layout", "A")
    expect(page.locator(".canvas")).to_have_attribute("data-trust", "live")


def test_a_wall_without_a_socket_says_so_and_stays_current(
    scripted_wall: ScriptedWall, page_errors: PageErrors
) -> None:
    scripted_wall.rejection = "full"
    page = scripted_wall.page
    page.clock.install(time=epoch_ms(CLOCK) / 1000)
    scripted_wall.open("normal")
    page.clock.run_for(14_000)
    expect(page.locator(".proof .line").nth(1)).to_have_text("Too many walls: this one updates every 12 s.")
    scripted_wall.state["headline"]["text"] = "43 mentions in the last hour,"
    page.clock.run_for(14_000)
    expect(page.locator("h1")).to_contain_text("43 mentions")
    assert page_errors == []


def test_a_named_wall_requests_its_own_state(scripted_wall: ScriptedWall, site: RunningApp) -> None:
    """It is served the first wall's page: the page goes by its URL alone."""
    page = scripted_wall.page
    page.route("**/wall/reception", lambda route: route.fulfill(response=page.request.get(f"{site.url}/wall")))
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    scripted_wall.open("normal", "/wall/reception")
    assert f"{site.url}/wall/reception/state.json" in requested
    expect(page.locator("h1")).to_contain_text("Normal.")
    page.wait_for_function("() => true")
    assert scripted_wall.joined[0]["wall"] == "reception"


def test_a_server_that_never_answers_is_reported(scripted_wall: ScriptedWall) -> None:
    scripted_wall.answers = False
    scripted_wall.page.goto(f"{scripted_wall.url}/wall")
    expect(scripted_wall.page.locator("h1")).to_have_text(
        "Not live. The server has not answered yet. This wall keeps trying.", timeout=10_000
    )
    scripted_wall.state = fixtures.states()["normal"].json()
    scripted_wall.answers = True
    expect(scripted_wall.page.locator("h1")).to_contain_text("Normal.", timeout=10_000)


def test_a_program_that_does_not_load_leaves_a_clear_message(page: Page, site: RunningApp) -> None:
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{site.url}/wall")
    words = page.locator(".unstarted")
    expect(words).to_be_hidden()
    page.evaluate("document.getAnimations().forEach((a) => a.finish())")
    expect(words).to_be_visible()
    expect(words).to_contain_text("This browser is too old for the wall, or could not load its program.")


def test_a_browser_that_is_too_old_says_so_at_once(page: Page, site: RunningApp) -> None:
    page.add_init_script("delete AbortSignal.timeout")
    page.goto(f"{site.url}/wall")
    expect(page.locator(".unstarted")).to_be_visible()
    expect(page.locator(".canvas")).to_have_count(0)


def test_a_browser_without_javascript_says_so(browser: Browser, site: RunningApp) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/wall")
    expect(page.locator(".unstarted")).to_be_visible(timeout=15_000)
    context.close()


def test_one_scene_fades_out_before_the_next_fades_in(browser: Browser, site: RunningApp) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="no-preference")
    wall = ScriptedWall(context.new_page(), site.url)
    # After a longer silence it would fade to "not live", and its stopped clock would never pass the time of a fade.
    page = stopped(wall, after_seconds=60)
    wall.send("normal", clock=epoch_ms(CLOCK) + 20 * MINUTE)
    expect(page.locator(".frame.leaving .canvas")).to_have_attribute("data-layout", "A")
    page.clock.run_for(400)
    expect(page.locator(".canvas")).to_have_attribute("data-layout", "B")
    expect(page.locator(".frame.leaving")).to_have_count(0)
    context.close()


def test_pairing_counts_down_and_moves_with_each_code(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall, "pairing")
    expect(page.locator(".next")).to_have_text("A new code appears in 4 min.")
    expect(page.locator(".code")).to_have_attribute("aria-label", "K7M 4QX")
    before = page.locator(".code").bounding_box()
    scripted_wall.show("pairing", pairing={"code": ["ACD", "EFG"], "expires_at": epoch_ms(CLOCK) + 9 * MINUTE})
    after = page.locator(".code").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) > 15.5 * 20 * 0.6
