"""Made-up situations in a real browser: the page shows every sentence that the server wrote, whole and by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.clock import epoch_ms
from tests.browser import measures
from tests.browser.scripted_wall import ScriptedWall
from tests.browser.test_wall_text import OURS, WHOLE
from tests.wall_situations import SITUATIONS
from tests.wall_states.parts import CLOCK

pytestmark = pytest.mark.browser

DRAWN = (
    *("one of two read and no mention", "all failing from the start", "a heavy source failing for three hours"),
    *("two of three failing", "a normal hour in french", "the third day in german", "two brands of ours"),
    *("topics with moods", "an incident in german", "a database that is being filled"),
)


@pytest.mark.parametrize("name", DRAWN)
def test_the_page_shows_what_the_server_wrote(name: str, wall: ScriptedWall, tmp_path: Path) -> None:
    scene = SITUATIONS[name].build(tmp_path)
    state = scene.state()
    scene.close()
    del state["last_id"]
    wall.show("normal", **{**state, "clock": epoch_ms(CLOCK)})
    wall.settle()
    shown = wall.page.locator(".canvas").inner_text().replace("\u00a0", " ")
    if state["incident"]:
        wanted = [state["incident"]["title"], state["incident"]["line"]]
    else:
        wanted = [state["headline"]["word"], *(label["text"] for label in state["horizon"]["labels"])]
        wanted += [row["brand"] for row in state["board"]["rows"]] if state["kind"] != "listening" else []
        wanted += [row["source"] for row in state["first_run"]]
    assert [text for text in wanted if text.replace("\u00a0", " ") not in " ".join(shown.split())] == []
    assert measures.cut(wall.page, f"{WHOLE}, {OURS}") == []
    assert measures.colliding(wall.page) == []
