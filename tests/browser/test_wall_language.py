"""The page's own phrases and clock, in the language of its wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from monitor.config.walls import Wall
from tests.browser.scripted_wall import ScriptedWall
from tests.browser.test_wall_clock import stopped
from tests.fake_site import RunningApp, config

pytestmark = pytest.mark.browser


def test_a_lost_connection_is_reported_in_the_language_of_the_wall(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall, "german")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator(".byline .word").first).to_have_text("positiv")
    scripted_wall.fall_silent()
    page.clock.run_for(31_000)
    expect(page.locator(".proof")).to_contain_text("Verbindet neu, zuletzt vor 30 Sek.")
    page.clock.run_for(60_000)
    expect(page.locator("h1")).to_have_text("Nicht live. Zuletzt vor 1 Min., um 16:06. Verbindung verloren.")
    expect(page.locator(".board .head")).to_have_text("Stand 16:06")


def test_the_page_uses_the_walls_twelve_hour_clock(scripted_wall: ScriptedWall) -> None:
    page = stopped(scripted_wall, "english")
    expect(page.locator(".horizon .strong")).to_have_text("4:06 pm")
    scripted_wall.fall_silent()
    page.clock.run_for(100_000)
    expect(page.locator("h1")).to_contain_text("Not live. Last update 1 min ago, at 4:06 pm.")


def test_a_headline_without_room_for_its_clause_ends_with_a_full_stop(scripted_wall: ScriptedWall) -> None:
    hour = "45 mentions of Vereinigte Donaudampf… in the last hour"
    headline = {"word": "Normal.", "text": f"{hour},", "clause": "about no single topic.", "text_alone": f"{hour}."}
    scripted_wall.open("normal", headline=headline)
    expect(scripted_wall.page.locator("h1")).to_have_text(f"Normal. {hour}.")


@pytest.fixture
def german(tmp_path: Path) -> Iterator[RunningApp]:
    served = RunningApp(replace(config(tmp_path), walls=(Wall(night=None, language="de"),))).start()
    yield served
    served.stop()


def test_before_the_first_answer_the_page_uses_the_language_of_its_wall(german: RunningApp, page: Page) -> None:
    page.clock.install()
    page.route("**/state.json", lambda route: route.abort())
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    page.goto(f"{german.url}/wall")
    page.clock.run_for(6_000)
    expect(page.locator("h1")).to_contain_text("Nicht live. Der Server")
