"""The texts of the wall are legible: not cut, not overlapping, and readable from four metres."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import measures
from tests.browser.conftest import PageErrors
from tests.browser.scripted_wall import ScriptedWall
from tests.wall_states import fixtures

pytestmark = pytest.mark.browser

SLOT = 1_200_000
WHOLE = (
    ".headline, .label, .head, .board .share, .mood-cell, .word, .place, .aside, .topics .count, .topics .comparison, "
    ".sign, .multiple, .flag .since > span, .figures, .next, .first-run td, .disc"
)
"""Texts with a number, a time, a state or a mood are never cut, whatever people write."""
OURS = ".ours th, .proof .line, .topics th, .first-run th"
"""Our own phrases and names are not cut either, except in the state with the longest names."""
GLANCE = {"normal": ("h1", ".hero .text", ".ours .name"), "incident": ("h1", ".multiple", ".flag .since")}
SHARE = """
() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector(".ours .share").firstChild);
  const { x, y, width, height } = range.getBoundingClientRect();
  return [x, y, width, height];
}
"""


def shown(wall: ScriptedWall, layout: int, **changes: Any) -> Iterator[str]:
    """Show every state in turn, also with its topics; yields its name."""
    for name, state in fixtures.states().items():
        for seconds in (0, 48) if state.topics else (0,):
            wall.show(name, clock=state.clock + layout * SLOT + seconds * 1000, **changes)
            wall.settle()
            yield name


@pytest.mark.parametrize("layout", range(4))
def test_figures_and_states_are_never_cut(wall: ScriptedWall, layout: int) -> None:
    for name in shown(wall, layout):
        assert measures.cut(wall.page, WHOLE if name == "extremes" else f"{WHOLE}, {OURS}") == [], name


@pytest.mark.parametrize("layout", range(4))
@pytest.mark.parametrize("sample", [False, True])
def test_no_text_overlaps_another(wall: ScriptedWall, layout: int, sample: bool) -> None:
    for name in shown(wall, layout, sample=sample):
        assert measures.colliding(wall.page) == [], name


def test_the_measure_finds_overlapping_texts(wall: ScriptedWall) -> None:
    wall.show(
        "normal", board={"head": "Last 7 days, with gaps", "rows": fixtures.states()["normal"].json()["board"]["rows"]}
    )
    wall.page.evaluate("document.querySelector('.board .share').style.translate = '-2rem'")
    assert [b for a, b in measures.colliding(wall.page) if a.startswith("Last 7 days")] == ["share"]
    wall.page.evaluate("document.querySelector('.board .share').removeAttribute('style')")


def test_our_name_takes_two_lines_before_it_is_cut(wall: ScriptedWall) -> None:
    for name, lines in (("long-name", 2), ("normal", 1), ("one-brand", 1)):
        wall.show(name)
        wall.settle()
        assert wall.page.locator(".ours .name").evaluate("(e) => e.getClientRects().length") == lines, name
    wall.show("extremes")
    expect(wall.page.locator(".ours th")).to_have_css("font-size", re.compile(r"^(60|59\.99\d*)px$"))


def test_borders_are_whole_pixels_at_every_size(wall: ScriptedWall) -> None:
    wall.show("normal")
    for width, height, pixels in ((1366, 768, 1), (1920, 1080, 2), (3840, 2160, 4)):
        wall.page.set_viewport_size({"width": width, "height": height})
        for line in (".board tbody tr", ".row"):
            expect(wall.page.locator(line).first).to_have_css("border-top-width", f"{pixels}px")
    wall.page.set_viewport_size({"width": 1920, "height": 1080})


def test_two_lines_of_proof_become_one_text_if_one_is_too_long(wall: ScriptedWall) -> None:
    wall.show("english")
    wall.settle()
    expect(wall.page.locator(".proof .line")).to_have_text(
        ["All 7 sources read. Too fast to show all: 1 in 400 shown, all counted."]
    )
    wall.show("normal")
    wall.settle()
    expect(wall.page.locator(".proof .line")).to_have_text(
        ["All 7 sources read, last 20 sec ago.", "4 posts hidden, still counted."]
    )


def test_a_text_that_is_a_fraction_of_a_pixel_too_wide_gets_smaller(wall: ScriptedWall) -> None:
    """Figures that are a third of a pixel too wide take smaller type, instead of ending in an ellipsis."""
    screen = {**fixtures.states()["incident"].json()["incident"], "line": "420 an hour, usually 42."}
    for trend, size in (("Still rising.", "figures"), ("Not read since 09:00.", "figures small")):
        wall.show("incident", incident={**screen, "trend": trend})
        wall.settle()
        figures = wall.page.locator(".figures")
        expect(figures).to_have_attribute("class", size)
        assert measures.cut(wall.page, ".figures") == []


def test_the_text_of_a_row_takes_the_room_that_is_left(wall: ScriptedWall) -> None:
    """Independently of the other row."""
    wall.show("german")
    wall.settle()
    expect(wall.page.locator(".row .what .aside")).to_have_text(["+37", "unbewertet"])
    assert measures.cut(wall.page, ".row .text") == []
    ends = [box[1] + box[3] for box in measures.boxes(wall.page, ".row .what .aside")]
    assert ends[0] == pytest.approx(ends[1])


def test_an_incident_on_sample_data_shows_its_proof_and_the_sign(wall: ScriptedWall) -> None:
    wall.show("incident", sample=True)
    wall.settle()
    assert wall.page.locator(".proof .line").count() == 1
    expect(wall.page.locator(".proof .line")).to_contain_text("81% negative of 214 scored (11% wrong).")
    expect(wall.page.locator(".sign")).to_be_visible()
    assert measures.outside(wall.page) == []
    wall.show("partly-blind", sample=True)
    expect(wall.page.locator(".proof .line")).to_have_text(["Reddit asks us to wait until 16:20."])
    expect(wall.page.locator(".sign")).to_be_visible()
    wall.show("normal", sample=True)
    assert wall.page.locator(".proof .line").count() == 0


def strokes(meter: Page, png: str, box: Any, times: float) -> Any:
    """How many strokes next to each other can be distinguished, and the brightness of the brightest."""
    return meter.evaluate("([png, box, times]) => strokes(png, box, times)", [png, box, times])


LOST = (
    ("Not live.", "Last update 14 min ago, at 15:52.", "Connection lost."),
    ("Nicht live.", "Zuletzt vor 14 Min., um 15:52.", "Verbindung verloren."),
    ("Pas en direct.", "État de 15:52, il y a 14 min.", "Connexion perdue."),
)


@pytest.mark.parametrize("words", LOST)
def test_a_lost_connection_is_reported_on_two_lines(wall: ScriptedWall, words: tuple[str, str, str]) -> None:
    wall.show("not-live", headline=dict(zip(("word", "text", "clause"), words, strict=True)))
    wall.settle()
    expect(wall.page.locator("h1")).to_have_text(" ".join(words))
    assert all(box[4] < 120 for box in measures.boxes(wall.page, ".words")), "one line each"
    assert measures.outside(wall.page) == []


def test_descenders_are_not_hidden_by_the_next_line(wall: ScriptedWall, meter: Page) -> None:
    """On the hatched slab, where each line has a ground of its own."""
    wall.show("not-live", headline=dict(zip(("word", "text", "clause"), LOST[0], strict=True)))
    wall.settle()
    _, x, y, width, height = measures.boxes(wall.page, ".words")[0]
    below = [x + 24, y + height * 0.93, width - 48, height * 0.03]
    assert strokes(meter, measures.picture(wall.page), below, 1)["strokes"] == 2, "p and g"


def test_accents_on_capitals_are_not_hidden_by_the_line_above(wall: ScriptedWall, meter: Page) -> None:
    wall.show("not-live", headline={"word": "Nicht live", "text": "seit 16:06.", "clause": "6\u00d7 das Übliche."})
    wall.settle()
    _, x, y, width, height = measures.boxes(wall.page, ".words")[1]
    above = [x + 24, y + height * 0.085, width - 48, height * 0.05]
    assert strokes(meter, measures.picture(wall.page), above, 1)["strokes"] == 2, "the dots of a U"


HANGING = {
    "title": "“Gypsy jugglery”",
    "since": "since Tuesday 06:00",
    "flag": ("negative", "Erwähnungen", "for judging", "1 day 6 h, g"),
}
BARE = "(e) => { for (const one of document.querySelectorAll(e)) one.style.overflow = 'visible'; }"
FENCED = "(e) => { for (const one of document.querySelectorAll(e)) one.style.overflow = ''; }"


@pytest.mark.parametrize("multiple", ["4", "46", "147", "1,204"])
def test_descenders_on_an_incidents_screen_are_not_cut(wall: ScriptedWall, multiple: str) -> None:
    screen = {**fixtures.states()["incident"].json()["incident"], **HANGING, "multiple": multiple}
    wall.show("incident", incident=screen)
    wall.settle()
    before = measures.picture(wall.page)
    for fenced in (".title", ".multiple", ".flag .since > span"):
        wall.page.evaluate(BARE, fenced)
        wall.settle()
        assert measures.picture(wall.page) == before, fenced
        wall.page.evaluate(FENCED, fenced)


def test_descenders_of_a_long_name_are_not_cut(wall: ScriptedWall) -> None:
    rows = fixtures.states()["long-name"].json()["board"]["rows"]
    wall.show("normal", board={"head": "", "rows": [{**row, "brand": "Gärtnerei Jugglery"} for row in rows]})
    wall.settle()
    expect(wall.page.locator(".ours th")).to_have_class("long")
    before = measures.picture(wall.page)
    wall.page.evaluate(BARE, ".ours th")
    wall.settle()
    assert measures.picture(wall.page) == before
    wall.page.evaluate(FENCED, ".ours th")


def test_a_headline_does_not_start_a_line_for_one_word(wall: ScriptedWall) -> None:
    """A twelve-hour clock leaves no room for the second clause."""
    wall.show("not-live", headline={"word": "Not live.", "text": "Last update 55 min ago, at 12:06 pm.", "clause": "."})
    wall.settle()
    lines = wall.page.locator(".letters").evaluate_all("(all) => all.flatMap((e) => [...e.getClientRects()])")
    bottoms = {round(line["bottom"]) for line in lines}
    assert len(bottoms) == 2
    ends = [max(line["right"] for line in lines if round(line["bottom"]) == bottom) for bottom in sorted(bottoms)]
    assert ends[1] > 0.4 * ends[0]


@pytest.mark.parametrize("night", [False, True])
@pytest.mark.parametrize("name", GLANCE)
def test_a_quarter_of_the_size_is_enough_for_a_glance(wall: ScriptedWall, meter: Page, name: str, night: bool) -> None:
    """Like a television from four metres: headline, hero and our share, or the words of an incident."""
    wall.show(name, night=night)
    wall.settle()
    png = measures.picture(wall.page)
    boxes = {s: b[0][1:] for s in GLANCE[name] if (b := measures.boxes(wall.page, s))}
    if name == "normal":
        boxes["our share"] = wall.page.evaluate(SHARE)
    for what, box in boxes.items():
        whole, small = strokes(meter, png, box, 1), strokes(meter, png, box, 0.25)
        assert small["strokes"] >= 0.9 * whole["strokes"] > 0, what
        assert small["brightest"] > 0.95 * whole["brightest"], what


def test_small_type_is_not_enough_for_a_glance(wall: ScriptedWall, meter: Page) -> None:
    """Shows that the measure can fail."""
    wall.show("normal")
    wall.settle()
    png, box = measures.picture(wall.page), measures.boxes(wall.page, ".proof")[0][1:]
    assert strokes(meter, png, box, 0.25)["strokes"] < 0.8 * strokes(meter, png, box, 1)["strokes"]


def test_our_mark_keeps_its_shape_at_a_quarter_of_the_size(wall: ScriptedWall, meter: Page) -> None:
    found = {}
    for mark in ("positive", "negative", "neutral", "unscored"):
        rows = fixtures.states()["normal"].json()["board"]["rows"]
        wall.show("normal", board={"head": "", "rows": [{**row, "mark": mark} for row in rows]})
        wall.settle()
        box = wall.page.locator(".ours .mark svg").bounding_box()
        found[mark] = meter.evaluate("(png) => shape(png, 0.25)", measures.picture(wall.page, clip=box))
    for one in found:
        for other in found:
            differing = sum(a != b for a, b in zip(found[one], found[other], strict=True))
            assert one == other or differing > 144 / 8, f"{one} looks like {other}"


def test_no_error_no_csp_report_and_no_request_elsewhere(wall: ScriptedWall, all_page_errors: PageErrors) -> None:
    """Must be last: it covers everything that was shown before."""
    assert wall.page.evaluate("window.reports") == []
    assert all_page_errors == []
    assert wall.outside == []
