"""Wear of a plasma screen: how bright the wall is, and how much stays lit when the layout changes."""

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
MAX_LIT, MAX_LIT_TWICE = 0.12, 0.02
"""How much of the screen may be brighter than .2, and how much both before and after a change of layout."""
DAY, INCIDENT, NIGHT = 0.08, 0.13, 0.015
"""The highest mean relative luminance."""
CODES = (["K7M", "4QX"], ["8CD", "EFG"])
WITHOUT_DATA = ("pairing", "first-run")
"""States without data, and so without sample data."""
FULLEST = ("normal", "busy", "extremes", "incident", "long-incident", "partly-blind", "english")
"""States that show the most; measured with the sign of sample data too."""


@pytest.fixture(scope="module")
def small(wall: ScriptedWall) -> Iterator[ScriptedWall]:
    """The smallest screen takes half the time to measure."""
    wall.page.set_viewport_size({"width": 1366, "height": 768})
    yield wall
    wall.page.set_viewport_size({"width": 1920, "height": 1080})


def drawn(wall: ScriptedWall, name: str, layout: int = 0, **changes: Any) -> str:
    """A screenshot of a state in a layout; pairing has another code and position in each."""
    clock = fixtures.states()[name].clock + layout * SLOT
    if name == "pairing":
        changes["pairing"] = {"code": CODES[layout % 2], "expires_at": clock + 240_000 + layout % 2 * 300_000}
    wall.show(name, **{"clock": clock, **changes})
    wall.page.evaluate("document.getAnimations().forEach((a) => a instanceof CSSTransition && a.finish())")
    wall.settle()
    return measures.picture(wall.page)


def max_luminance(name: str) -> float:
    """The highest mean luminance of a state."""
    return {"incident": INCIDENT, "long-incident": INCIDENT, "night": NIGHT}.get(name, DAY)


@pytest.mark.parametrize("sample", [False, True])
def test_little_stays_lit_when_the_layout_changes(small: ScriptedWall, meter: Page, sample: bool) -> None:
    for name in FULLEST if sample else fixtures.states():
        found = measures.wear(meter, [drawn(small, name, layout, sample=sample) for layout in LAYOUTS])
        for layout, picture in zip(LAYOUTS, found, strict=True):
            where = f"{name} in layout {layout}: {picture}"
            assert max_luminance(name) / 4 < picture["mean"] < max_luminance(name), where
            assert 0.01 < picture["lit"] < MAX_LIT, where
            assert picture["both"] < MAX_LIT_TWICE, where


@pytest.mark.parametrize("sample", [False, True])
def test_every_state_is_dark_at_night(small: ScriptedWall, meter: Page, sample: bool) -> None:
    calm = [name for name, state in fixtures.states().items() if state.incident is None]
    names = [name for name in calm if name != "pairing" and not (sample and name in WITHOUT_DATA)]
    drawn(small, "night", night=True)
    small.page.evaluate("Promise.allSettled(document.getAnimations().map((a) => a.finished))")
    pictures = []
    for name in names:
        pictures.append(drawn(small, name, night=True, sample=sample))
        assert measures.faint(small.page) == [], name
    for name, picture in zip(names, measures.wear(meter, pictures), strict=True):
        above = 0.0005 if sample and name == "partly-blind" else 0  # for the reason above the sign
        assert 0.005 < picture["mean"] < NIGHT + above, name


@pytest.mark.parametrize("name", ["normal", "sample", "incident", "long-incident", "night"])
def test_a_large_screen_wears_no_more_than_a_small_one(wall: ScriptedWall, meter: Page, name: str) -> None:
    wall.page.set_viewport_size({"width": 1920, "height": 1080})
    for picture in measures.wear(meter, [drawn(wall, name, layout) for layout in (0, 1)]):
        assert max_luminance(name) / 4 < picture["mean"] < max_luminance(name)
        assert picture["lit"] < MAX_LIT
        assert picture["both"] < MAX_LIT_TWICE


def test_the_measure_finds_a_flag_that_is_too_bright(wall: ScriptedWall, meter: Page) -> None:
    """With the red of the pages, a third of the screen would be lit."""
    root = "document.documentElement.style"
    wall.page.evaluate(f"{root}.setProperty('--red', '#ee4436')")
    (picture,) = measures.wear(meter, [drawn(wall, "incident")])
    wall.page.evaluate(f"{root}.removeProperty('--red')")
    assert picture["lit"] > 0.3
    assert picture["mean"] < INCIDENT


def test_the_flag_is_bright_enough_beside_black(wall: ScriptedWall) -> None:
    wall.show("incident")
    red = wall.page.locator(".flag").evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert measures.luminance(red) < 0.2
    assert measures.contrast(red, "rgb(0, 0, 0)") > 4.8
    assert wall.page.locator(".bar.hot").last.evaluate("(e) => getComputedStyle(e).fill") == red
