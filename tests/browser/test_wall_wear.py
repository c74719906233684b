"""What a plasma screen bears: how bright the wall is, and what of it stays lit when its zones change places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import measures
from tests.browser.scripted_wall import ScriptedWall
from tests.wall_states import fixtures

pytestmark = pytest.mark.browser

SLOT = 1_200_000
LAYOUTS = range(4)
LIT, BOTH = 0.12, 0.02
"""How much of the screen is brighter than .2 at most, and how much before and after a change too."""
DAY, INCIDENT, NIGHT = 0.08, 0.13, 0.015
"""Mean relative luminance at most."""
CODES = (["K7M", "4QX"], ["8CD", "EFG"])
UNBROUGHT = ("pairing", "first-run")
"""No data is there yet, so none that is made up."""
FULL = ("normal", "busy", "extremes", "incident", "long-incident", "partly-blind", "english")
"""Which show most; the sign of made-up data comes on top."""


@pytest.fixture(scope="module")
def small(wall: ScriptedWall) -> Iterator[ScriptedWall]:
    """The least screen: half the work of measuring it."""
    wall.page.set_viewport_size({"width": 1366, "height": 768})
    yield wall
    wall.page.set_viewport_size({"width": 1920, "height": 1080})


def drawn(wall: ScriptedWall, name: str, layout: int = 0, **changes: Any) -> str:
    """A picture of a state in a layout; pairing has another code, and another place, in each."""
    clock = fixtures.states()[name].clock + layout * SLOT
    if name == "pairing":
        changes["pairing"] = {"code": CODES[layout % 2], "expires_at": clock + 240_000 + layout % 2 * 300_000}
    wall.say(name, **{"clock": clock, **changes})
    wall.settle()
    return measures.picture(wall.page)


def most(name: str) -> float:
    """Mean luminance that a state may have."""
    return {"incident": INCIDENT, "long-incident": INCIDENT, "night": NIGHT}.get(name, DAY)


@pytest.mark.parametrize("sample", [False, True])
def test_little_is_lit_both_before_and_after_a_change_of_layout(small: ScriptedWall, meter: Page, sample: bool) -> None:
    for name in FULL if sample else fixtures.states():
        found = measures.wear(meter, [drawn(small, name, layout, sample=sample) for layout in LAYOUTS])
        for layout, picture in zip(LAYOUTS, found, strict=True):
            where = f"{name} in layout {layout}: {picture}"
            assert most(name) / 4 < picture["mean"] < most(name), where
            assert 0.01 < picture["lit"] < LIT, where
            assert picture["both"] < BOTH, where


@pytest.mark.parametrize("sample", [False, True])
def test_the_night_is_dark_whatever_the_state(small: ScriptedWall, meter: Page, sample: bool) -> None:
    calm = [name for name, state in fixtures.states().items() if state.incident is None]
    names = [name for name in calm if name != "pairing" and not (sample and name in UNBROUGHT)]
    drawn(small, "night", night=True)
    small.page.evaluate("Promise.allSettled(document.getAnimations().map((a) => a.finished))")
    pictures = []
    for name in names:
        pictures.append(drawn(small, name, night=True, sample=sample))
        assert measures.faint(small.page) == [], name
    for name, picture in zip(names, measures.wear(meter, pictures), strict=True):
        above = 0.0005 if sample and name == "partly-blind" else 0  # for the reason that stands above the sign
        assert 0.005 < picture["mean"] < NIGHT + above, name


@pytest.mark.parametrize("name", ["normal", "sample", "incident", "long-incident", "night"])
def test_a_large_screen_wears_no_more(wall: ScriptedWall, meter: Page, name: str) -> None:
    wall.page.set_viewport_size({"width": 1920, "height": 1080})
    for picture in measures.wear(meter, [drawn(wall, name, layout) for layout in (0, 1)]):
        assert most(name) / 4 < picture["mean"] < most(name)
        assert picture["lit"] < LIT
        assert picture["both"] < BOTH


def test_a_brighter_flag_would_be_found(wall: ScriptedWall, meter: Page) -> None:
    """As bright as the red of pages, of which a third of the screen would be lit."""
    root = "document.documentElement.style"
    wall.page.evaluate(f"{root}.setProperty('--red', '#ee4436')")
    (picture,) = measures.wear(meter, [drawn(wall, "incident")])
    wall.page.evaluate(f"{root}.removeProperty('--red')")
    assert picture["lit"] > 0.3
    assert picture["mean"] < INCIDENT


def test_the_flag_is_bright_enough_beside_black(wall: ScriptedWall) -> None:
    wall.say("incident")
    red = wall.page.locator(".flag").evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert measures.luminance(red) < 0.2
    assert measures.contrast(red, "rgb(0, 0, 0)") > 4.8
    assert wall.page.locator(".bar.hot").last.evaluate("(e) => getComputedStyle(e).fill") == red
