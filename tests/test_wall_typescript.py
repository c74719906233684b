"""The page's types are the ones that are generated from the Python dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import pytest

from display.wall_state import typescript


@pytest.mark.parametrize("name", typescript.ROOTS)
def test_the_committed_file_is_up_to_date(name: str) -> None:
    committed = (typescript.FOLDER / name).read_text(encoding="utf-8")
    assert committed == typescript.files()[name], "run: python -m display.wall_state.typescript"


class Colour(StrEnum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Inner:
    """The part."""

    n: int | None
    """None: unknown."""


@dataclass(frozen=True)
class Outer:
    """The whole."""

    parts: tuple[Inner, ...]
    colour: Colour = Colour.RED
    """Of the ``whole``."""


def test_a_module_has_everything_that_its_root_refers_to() -> None:
    assert typescript.typescript(Outer) == (
        "// Generated from tests.test_wall_typescript by display.wall_state.typescript; do not edit.\n\n"
        "/** The part. */\nexport interface Inner {\n  /** null: unknown. */\n  n: number | null;\n}\n\n"
        '/** A colour. */\nexport type Colour = "red" | "blue";\n\n'
        "/** The whole. */\nexport interface Outer {\n  parts: Inner[];\n"
        "  /** Of the `whole`. */\n  colour: Colour;\n}\n"
    )


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, "string"),
        (float, "number"),
        (bool, "boolean"),
        (int | None, "number | null"),
        (tuple[float | None, ...], "(number | null)[]"),
        (tuple[str, str], "[string, string]"),
        (Literal["start", "end"], '"start" | "end"'),
    ],
)
def test_types(annotation: Any, expected: str) -> None:
    assert typescript.type_expression(annotation) == expected


def test_a_type_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="no TypeScript type"):
        typescript.type_expression(dict[str, int])
