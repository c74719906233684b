"""Nothing in the program turns a text into markup: templates escape by themselves, and scripts set text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

DISPLAY = Path(__file__).resolve().parents[2] / "display"
FORBIDDEN = {
    ".py": r"\bMarkup\b|\bautoescape\b|render_template_string",
    ".html": r"\|\s*safe\b|\bautoescape\b|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|srcdoc",
    ".ts": r"innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|document\.write|srcdoc|\beval\(|new Func",
}
OWN_STYLE_SHEETS = "pages/compare/file.py"
"""Puts built style sheets, and colours that the config allows, into a page that is one file."""
FORBIDDEN[".tsx"] = FORBIDDEN[".ts"] + "|dangerouslySetInnerHTML"


def files(suffix: str) -> Iterator[Path]:
    return (path for path in DISPLAY.rglob(f"*{suffix}") if "node_modules" not in path.parts)


@pytest.mark.parametrize("suffix", FORBIDDEN)
def test_no_text_becomes_markup(suffix: str) -> None:
    found = {path: re.findall(FORBIDDEN[suffix], path.read_text(encoding="utf-8")) for path in files(suffix)}
    assert len(found) > 5
    assert {str(path.relative_to(DISPLAY)): uses for path, uses in found.items() if uses}.keys() <= {OWN_STYLE_SHEETS}
