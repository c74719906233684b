"""How the wall looks, in every state and at three sizes, measured in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import measures
from tests.browser.conftest import PageErrors
from tests.browser.scripted_wall import ScriptedWall
from tests.wall_states import fixtures
from tests.wall_states.parts import VOICES, voice

pytestmark = pytest.mark.browser

SIZES = {"1366x768": (1366, 768, 14.222), "1920x1080": (1920, 1080, 20.0), "3840x2160": (3840, 2160, 40.0)}
LAYOUTS_AT = {14: (3,), 20: (0, 1), 40: (2,)}
"""Which layouts are measured at which size; together they are all measured."""
SLOT = 1_200_000
ZONES = ".headline, .horizon, .columns, .stage, .board-and-proof, .board, .board tr, .board td, .board th, .proof"


@pytest.fixture(params=SIZES)
def rem(request: Any, wall: ScriptedWall) -> Iterator[float]:
    """Each size in turn, and 1920 x 1080 afterwards."""
    width, height, rem = SIZES[request.param]
    wall.page.set_viewport_size({"width": width, "height": height})
    yield rem
    wall.page.set_viewport_size({"width": 1920, "height": 1080})


def in_layout(name: str, layout: int) -> dict[str, int]:
    """The changes that make a state appear in a layout."""
    return {"clock": fixtures.states()[name].clock + layout * SLOT}


def test_every_state_is_legible_and_within_the_safe_area(wall: ScriptedWall, rem: float) -> None:
    for name in fixtures.states():
        for layout in LAYOUTS_AT[round(rem)]:
            wall.show(name, **in_layout(name, layout))
            wall.settle()
            found = measures.texts(wall.page)
            where = f"{name} in layout {layout}"
            assert found["rem"] == pytest.approx(rem, abs=0.01)
            assert [t for t in found["texts"] if t["size"] < 1.599] == [], where
            assert measures.outside(wall.page) == [], where
            assert measures.scrolls(wall.page) == [0, 0], where
            assert measures.faint(wall.page) == [], where


def test_what_must_be_read_at_a_glance_is_large(wall: ScriptedWall, rem: float) -> None:
    for name in fixtures.states():
        wall.show(name)
        sizes = wall.page.evaluate(
            "[...document.querySelectorAll('h1, .ours .share')].map((e) => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert sizes, name
        assert min(sizes) >= 4.8 * rem - 0.1, name


def test_every_state_is_legible_at_night(wall: ScriptedWall) -> None:
    for name in fixtures.states():
        wall.show(name, night=True)
        assert measures.faint(wall.page) == [], name


def test_no_text_moves_a_neighbour(wall: ScriptedWall, rem: float) -> None:
    board = fixtures.states()["extremes"].json()["board"]
    wall.show("normal", board=board)
    before = measures.boxes(wall.page, ZONES)
    for texts in zip(fixtures.CORPUS.items(), reversed(fixtures.CORPUS.items()), strict=True):
        voices = [
            asdict(voice(50 + n, "negative", text, text, 3, place=text[:28], near_duplicates=n * 40))
            for n, (_, text) in enumerate((*texts, texts[0]))
        ]
        wall.show("normal", board=board, voices=voices)
        wall.settle()
        assert measures.boxes(wall.page, ZONES) == before, texts[0][0]
        assert measures.outside(wall.page) == [], texts[0][0]
        assert measures.scrolls(wall.page) == [0, 0], texts[0][0]


def hero_of(wall: ScriptedWall, text: str) -> dict[str, Any]:
    """How a text is set as the hero: its size, its lines, and whether it is whole."""
    wall.show("normal", voices=[asdict(v) for v in (voice(70, "neutral", text), *VOICES[1:])])
    wall.settle()
    return wall.page.locator(".hero .text").evaluate(  # type: ignore[no-any-return]
        """(e) => {
          const line = parseFloat(getComputedStyle(e).lineHeight);
          const box = e.getBoundingClientRect().height;
          const size = e.closest(".hero").className.split(" ")[1];
          const rows = document.querySelectorAll(".row").length;
          return { size, lines: box / line, whole: e.scrollHeight <= box + 1, rows };
        }"""
    )


def test_the_hero_takes_the_largest_size_that_fits(wall: ScriptedWall) -> None:
    corpus = fixtures.CORPUS
    medium = (
        "My parcel has been on its way for a week now, and nobody at Acme answers. Does anyone know what is going on?"
    )
    long, longest, short = (hero_of(wall, text) for text in (corpus["280"], corpus["3000"], medium))
    assert (long["size"], long["whole"], long["rows"]) == ("small", True, 1)
    assert (longest["size"], longest["whole"], longest["rows"]) == ("small", False, 1)
    assert (short["size"], short["whole"], short["rows"]) == ("middle", True, 2)
    for name, text in corpus.items():
        lines = hero_of(wall, text)["lines"]
        assert lines == pytest.approx(round(lines), abs=0.02), f"half a line of {name}"


def test_the_dom_never_has_more_than_three_mentions(wall: ScriptedWall) -> None:
    for name in fixtures.states():
        wall.show(name)
        assert wall.page.locator(".hero, .row").count() <= 3, name


def test_marks_differ_in_shape_without_any_colour(wall: ScriptedWall, meter: Page) -> None:
    wall.show("normal")
    wall.settle()
    marks = {}
    for row in wall.page.locator(".board tbody tr").all():
        svg = row.locator(".mark svg")
        box = svg.bounding_box()
        assert box
        marks[row.locator("th").inner_text()] = meter.evaluate(
            "(png) => shape(png)", measures.picture(wall.page, clip=box)
        )
    wall.show("incident")
    marks["incident"] = meter.evaluate(
        "(png) => shape(png)", measures.picture(wall.page, clip={"x": 0, "y": 0, "width": 600, "height": 600})
    )
    names = list(marks)
    for n, one in enumerate(names):
        for other in names[n + 1 :]:
            differing = sum(a != b for a, b in zip(marks[one], marks[other], strict=True))
            assert differing > 144 / 8, f"{one} looks like {other}"


def test_masked_authors_have_no_handle_and_no_disc(wall: ScriptedWall) -> None:
    wall.show("masked")
    expect(wall.page.locator(".byline")).to_have_text("neutralsomeoneon Bluesky, 2 mins")
    assert wall.page.locator(".disc").count() == 0
    assert "nkeller" not in wall.page.content()
    assert wall.page.content().replace("@someone", "").count("@") == 0


def test_zones_move_with_the_layout(wall: ScriptedWall) -> None:
    places = []
    for layout in range(4):
        wall.show("normal", **in_layout("normal", layout))
        head, board, hero = (wall.page.locator(s).bounding_box() for s in ("h1", ".board", ".stage"))
        assert head
        assert board
        assert hero
        places.append((head["y"] > 540, board["x"] < hero["x"]))
    assert places == [(False, False), (True, True), (False, True), (True, False)]


def test_the_flag_of_an_incident_changes_sides(wall: ScriptedWall) -> None:
    for layout, right in ((0, False), (1, True), (2, False), (3, True)):
        wall.show("incident", **in_layout("incident", layout))
        flag = wall.page.locator(".flag").bounding_box()
        assert flag
        assert (flag["x"] > 960) is right
        assert 33 * 20 < flag["width"] < 36 * 20


def test_the_bars_are_the_number(wall: ScriptedWall) -> None:
    wall.show("normal")
    expect(wall.page.locator(".bar.bright")).to_have_count(4)
    scale = fixtures.states()["normal"].horizon.scale
    heights = [box[4] / 20 / 7.75 * scale for box in measures.boxes(wall.page, ".bar.bright rect:nth-child(2)")]
    assert sum(heights) == pytest.approx(42, abs=0.5), "the headline says 42"
    wall.show("blind")
    hatch = wall.page.locator(".hatch").bounding_box()
    assert hatch
    lasts = [b[1] + b[3] for b in measures.boxes(wall.page, ".bar rect:nth-child(2)")]
    assert max(lasts) <= hatch["x"] + 1, "no bar stands where nothing was read"
    wall.show("incident")
    expect(wall.page.locator(".bar.hot")).to_have_count(22)


def test_every_state_has_its_roles_for_screen_readers(wall: ScriptedWall) -> None:
    for name, state in fixtures.states().items():
        wall.show(name)
        page = wall.page
        assert page.locator("h1").count() == 1, name
        assert page.get_by_role("status").count() == 1
        assert bool(page.get_by_role("alert").inner_text()) is (state.incident is not None)
        assert page.locator("a, button, input, [tabindex], [contenteditable]").count() == 0
        if state.pairing is None:
            assert page.get_by_role("img").first.get_attribute("aria-label")
    wall.show("normal")
    assert wall.page.locator(".board").get_by_role("row", name="mood positive Acme").count() == 1
    assert wall.page.locator(".hero .visually-hidden").inner_text() == "positive"


def test_sample_data_is_labelled_in_every_state(wall: ScriptedWall) -> None:
    for name in fixtures.states():
        wall.show(name, sample=True)
        wall.settle()
        german, french = "Beispieldaten. Nichts hier ist echt.", "Exemple. Rien ici n\u2019est réel."
        sign = {"german": german, "french": french}.get(name, "Sample data. Nothing here is real.")
        assert wall.page.locator(".sign").inner_text() == sign
        assert measures.outside(wall.page) == [], name
        wall.show(name, sample=True, only_sample=False)
        wall.settle()
        german, french = (
            "Zum Teil Beispieldaten, nicht echt.",
            "Contient des exemples fictifs.",
        )
        sign = {"german": german, "french": french}.get(name, "Some posts here are sample data.")
        assert wall.page.locator(".sign").inner_text() == sign
        assert measures.outside(wall.page) == [], name


def test_no_error_no_csp_report_and_no_request_elsewhere(wall: ScriptedWall, all_page_errors: PageErrors) -> None:
    """Must be last: it covers everything that was shown before."""
    assert wall.page.evaluate("window.reports") == []
    assert all_page_errors == []
    assert wall.outside == []
    assert wall.joined[0]["room"] == "wall"
