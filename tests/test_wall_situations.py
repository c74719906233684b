"""In made-up situations, every sentence and number of the wall is compared with the rows of the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wall_situations import SITUATIONS
from tests.wall_situations.oracle import Truth
from tests.wall_situations.texts import texts_of


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_wall_tells_the_truth(name: str, tmp_path: Path) -> None:
    wanted = SITUATIONS[name]
    scene = wanted.build(tmp_path)
    try:
        state = scene.state()
        faults = Truth(scene, state).faults()
        said = "\n".join(text for _, text in texts_of(state)).replace("\u00a0", " ")
    finally:
        scene.close()
    assert faults == []
    assert state["kind"] == wanted.kind
    assert [text for text in wanted.says if text not in said] == []
    assert [text for text in wanted.never if text in said] == []
