"""The colours of brands are visible, and apart for every kind of colour vision; each has a pattern of its own."""

from __future__ import annotations

import math
import re
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

import pytest

from display.pages.mentions.cards import BRAND_COLOURS

Vector: TypeAlias = tuple[float, ...]
ROOT = Path(__file__).parent.parent
TOKENS = (ROOT / "display/web/tokens.css").read_text(encoding="utf-8")
PANELS = {"light": "#fffefb", "dark": "#1b1a17"}
MIN_CONTRAST = 3
MIN_DISTANCE = 7
"""In OKLab, times 100: the least distance of the six colours of the specification."""
VISION: dict[str, tuple[Vector, ...]] = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}
"""What complete dichromats see, by Machado, Oliveira and Fernandes (2009), as matrices over linear RGB."""
_TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def brand_colours(theme: str) -> list[str]:
    """The colours of all brands in their order."""
    found = re.findall(r"--brand\d+: light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
    return [colours[theme == "dark"] for colours in found]


def linear(colour: str) -> Vector:
    values = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)


def times(matrix: tuple[Vector, ...], vector: Vector) -> Vector:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def oklab(colour: str, vision: str) -> Vector:
    seen = tuple(min(1.0, max(0.0, v)) for v in times(VISION[vision], linear(colour)))
    return times(_TO_LAB, tuple(v ** (1 / 3) for v in times(_TO_CONES, seen)))


def contrast(one: str, other: str) -> float:
    low, high = sorted(sum(times(((0.2126, 0.7152, 0.0722),), linear(colour))) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_twelve_brands_are_visible_and_apart_for_every_vision(theme: str) -> None:
    colours = brand_colours(theme)
    assert len(set(colours)) == BRAND_COLOURS == 12
    assert [c for c in colours if contrast(c, PANELS[theme]) < MIN_CONTRAST] == []
    for vision in VISION:
        seen = {colour: oklab(colour, vision) for colour in colours}
        near = [(a, b) for a, b in combinations(colours, 2) if 100 * math.dist(seen[a], seen[b]) < MIN_DISTANCE]
        assert near == [], vision


def test_each_colour_has_a_pattern_of_its_own() -> None:
    macros = (ROOT / "display/templates/macros.html").read_text(encoding="utf-8")
    patterns = re.search(r"set patterns = \((.*?)\) %}", macros)
    assert patterns is not None
    assert len(set(re.findall(r'"([^"]*)"', patterns.group(1)))) == BRAND_COLOURS
    css = (ROOT / "display/web/mentions/mentions.css").read_text(encoding="utf-8")
    assert all(f".b{n} {{ --brand-colour: var(--brand{n});" in css for n in range(1, BRAND_COLOURS + 1))
