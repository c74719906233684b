"""What is measured of any page: axe-core, contrasts of texts, controls and marks, sideways scrolling."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.looks import each_size

WIDTHS = (320, 390, 600, 900, 1024, 1100, 1280, 1440, 1920)
AXE = Path(__file__).resolve().parents[2] / "display" / "web" / "node_modules" / "axe-core" / "axe.min.js"
# Of the rules that are on, only that about sound reads what ``preload`` fetches; no page has sound.
RUN_AXE = """async (only) => {
  const {violations} = await axe.run(document, {resultTypes: ["violations"], preload: false, ...only});
  return violations.flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 90)}`));
}"""
COLOUR_RULES = ("color-contrast", "link-in-text-block")
"""The rules of axe-core about colours, of those that are on."""
COLOURS = """
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const drawn = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const known = new Map();
  const rgb = (color) => { if (!known.has(color)) known.set(color, drawn(color)); return known.get(color); };
  const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r / 255) + .7152 * linear(g / 255) + .0722 * linear(b / 255);
  const background = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  const ratio = (one, other) => { const [a, b] = [light(one), light(other)];
    return (Math.max(a, b) + .05) / (Math.min(a, b) + .05); };
"""
PALE_TEXTS = f"""() => {{ {COLOURS}
  const INVISIBLE = ".visually-hidden, .query-error, .skip, .exclude";
  const failures = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {{
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest(INVISIBLE)) continue;
    const style = getComputedStyle(e);
    const found = ratio(rgb(e.closest("svg") ? style.fill : style.color), background(e));
    if (found < 4.5) failures.push(`${{walk.currentNode.data.trim().slice(0, 30)}}: ${{found.toFixed(2)}}`);
  }}
  return failures;
}}"""
PALE_CONTROLS = f"""() => {{ {COLOURS}
  const CONTROLS = ":is(input, select, textarea, button, summary, a.button, a.chip, a.tag, a.topic)" +
    ":not([type=hidden], [type=checkbox], [type=radio], :disabled)";
  const DRAWN = ":is(.mark, .swatch, .bar, .chart, .word-weights, .state-mark) :is(path, rect, circle)";
  const opaque = (colours) => colours.map(rgb).filter((c) => c[3] === 255);
  const failures = [];
  const check = (e, colours, around) => {{
    const best = Math.max(...colours.map((c) => ratio(c, around)));
    if (colours.length && best < 3) failures.push(`${{e.outerHTML.slice(0, 90)}}: ${{best.toFixed(2)}}`);
  }};
  for (const e of document.querySelectorAll(CONTROLS)) {{
    const {{borderTopWidth, borderTopStyle, borderTopColor, backgroundColor}} = getComputedStyle(e);
    const bordered = parseFloat(borderTopWidth) > 0 && borderTopStyle !== "none" && opaque([borderTopColor]).length;
    if (e.checkVisibility() && bordered)
      check(e, opaque([borderTopColor, backgroundColor]), background(e.parentElement));
  }}
  for (const e of document.querySelectorAll(DRAWN)) {{
    const {{fill, stroke}} = getComputedStyle(e);
    if (e.checkVisibility() && !e.closest("defs, pattern, .gap") && !e.matches(".swatch path"))
      check(e, opaque([fill, stroke].filter((c) => !/^(none|url)/.test(c))), background(e.closest("svg")));
  }}
  return failures;
}}"""


def prepare(page: Page) -> None:
    """Load axe-core into every page that ``page`` opens; skips the test where axe-core is not installed."""
    if not AXE.is_file():
        pytest.skip("needs axe-core, a development package of display/web: npm ci installs it there")
    page.add_init_script(path=AXE)


def check(page: Page) -> None:
    """The open page as it is, light and dark, wide and narrow: no finding of axe-core, no contrast that is too low.

    In the dark, axe-core looks at colours only: nothing else depends on the theme.
    """
    for width in each_size(page, ((390, 844), (1440, 900))):
        for scheme, only in (("light", {}), ("dark", {"runOnly": COLOUR_RULES})):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            where = f"{page.url} at {width} pixels, {scheme}"
            assert page.evaluate(RUN_AXE, only) == [], where
            assert page.evaluate(PALE_TEXTS) == [], where
            assert page.evaluate(PALE_CONTROLS) == [], where


def check_widths(page: Page) -> None:
    """The open page cannot be scrolled sideways at any width."""
    for width in each_size(page, [(width, 900) for width in WIDTHS]):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width} pixels"
