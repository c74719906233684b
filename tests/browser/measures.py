"""Measures of a wall in a browser. Lengths are rem unless a name says otherwise."""

from __future__ import annotations

import base64
from typing import Any

from playwright.sync_api import BrowserContext, Page

TEXTS = """
() => {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const canvas = document.querySelector(".canvas");
  const origin = canvas.getBoundingClientRect();
  const texts = [];
  const walk = document.createTreeWalker(canvas, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const style = getComputedStyle(n.parentElement);
    if (!n.data.trim() || n.parentElement.closest(".visually-hidden") || style.visibility === "hidden") continue;
    const range = document.createRange();
    range.selectNodeContents(n);
    let { left, right, top, bottom } = range.getBoundingClientRect();
    // The box of a font is taller than a tight line; what reaches out of the line is blank.
    const blank = Math.max(0, parseFloat(style.fontSize) * 1.21 - parseFloat(style.lineHeight)) / 2;
    [top, bottom] = [top + blank, bottom - blank];
    let ground = "rgb(0, 0, 0)";
    for (let e = n.parentElement; e !== canvas; e = e.parentElement) {
      const { overflow, backgroundColor } = getComputedStyle(e);
      if (ground === "rgb(0, 0, 0)" && backgroundColor !== "rgba(0, 0, 0, 0)") ground = backgroundColor;
      if (overflow === "visible") continue;
      const clip = e.getBoundingClientRect();
      [left, right] = [Math.max(left, clip.left), Math.min(right, clip.right)];
      [top, bottom] = [Math.max(top, clip.top), Math.min(bottom, clip.bottom)];
    }
    if (right <= left || bottom <= top) continue;
    const inCanvas = [left - origin.left, top - origin.top, right - origin.left, bottom - origin.top];
    texts.push({
      text: n.data.trim().slice(0, 40),
      size: parseFloat(style.fontSize) / rem,
      color: style.color,
      ground,
      box: inCanvas.map((x) => x / rem),
    });
  }
  return { rem, texts };
}
"""
BOXES = """
(selector) => [...document.querySelectorAll(selector)].map((e) => {
  const { x, y, width, height } = e.getBoundingClientRect();
  return [e.className, x, y, width, height];
})
"""
LINES = """
() => {
  const canvas = document.querySelector(".canvas");
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const lines = [];
  const blocks = [];
  const inline = (e) => getComputedStyle(e).display === "inline" || e.matches(".place *");
  const block = (e) => (inline(e) ? block(e.parentElement) : e);
  const walk = document.createTreeWalker(canvas, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const parent = n.parentElement;
    const style = getComputedStyle(parent);
    if (!n.data.trim() || parent.closest(".visually-hidden") || style.visibility === "hidden") continue;
    const range = document.createRange();
    range.selectNodeContents(n);
    for (let { left, right, top, bottom } of range.getClientRects()) {
      // From the top of capitals to the baseline.
      const size = parseFloat(style.fontSize);
      const middle = (top + bottom) / 2;
      [top, bottom] = [middle - size * 0.3, middle + size * 0.3];
      for (let e = parent; e !== canvas; e = e.parentElement) {
        if (getComputedStyle(e).overflow === "visible") continue;
        const clip = e.getBoundingClientRect();
        [left, right] = [Math.max(left, clip.left), Math.min(right, clip.right)];
        [top, bottom] = [Math.max(top, clip.top), Math.min(bottom, clip.bottom)];
      }
      const box = [left, top, right, bottom].map((x) => x / rem);
      if (!blocks.includes(block(parent))) blocks.push(block(parent));
      if (right > left && bottom > top) lines.push({ text: n.data.trim(), block: blocks.indexOf(block(parent)), box });
    }
  }
  return lines;
}
"""
CUT = """
(selector) => [...document.querySelectorAll(selector)]
  .filter((e) => {
    const { display, paddingLeft, paddingRight } = getComputedStyle(e);
    const words = document.createRange();
    words.selectNodeContents(e);
    const place = e.getBoundingClientRect().width - parseFloat(paddingLeft) - parseFloat(paddingRight);
    // A fraction of a pixel causes an ellipsis. An element that is wider by more has a cut element inside.
    const beyond = words.getBoundingClientRect().width - place;
    return display !== "inline" && (e.scrollWidth > e.clientWidth + 1 || (beyond > 0.02 && beyond < 2));
  })
  .map((e) => `${e.className}: ${e.textContent}`)
"""
METER = """
window.luminances = async (png, times = 1) => {
  const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const [width, height] = [Math.round(image.width * times), Math.round(image.height * times)];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const linear = Float32Array.from({ length: 256 }, (_, v) =>
    v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const found = new Float32Array(width * height);
  for (let i = 0; i < found.length; i += 1)
    found[i] = 0.2126 * linear[data[4 * i]] + 0.7152 * linear[data[4 * i + 1]] + 0.0722 * linear[data[4 * i + 2]];
  return { found, width, height };
};
window.wear = async (pngs) => {
  const all = [];
  for (const png of pngs) all.push((await luminances(png)).found);
  return all.map((one, n) => {
    const next = all[(n + 1) % all.length];
    let [sum, lit, both] = [0, 0, 0];
    for (let i = 0; i < one.length; i += 1) {
      sum += one[i];
      if (one[i] > 0.2) [lit, both] = [lit + 1, both + (next[i] > 0.2)];
    }
    return { mean: sum / one.length, lit: lit / one.length, both: both / one.length };
  });
};
window.strokes = async (png, [x, y, width, height], times) => {
  const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = new OffscreenCanvas(image.width * times, image.height * times);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const [left, top] = [Math.round(x * times), Math.round(y * times)];
  const [across, down] = [Math.round(width * times), Math.round(height * times)];
  const { data } = context.getImageData(left, top, across, down);
  let [brightest, most] = [0, 0];
  const grey = (i) => (data[4 * i] + data[4 * i + 1] + data[4 * i + 2]) / 3;
  for (let i = 0; i < across * down; i += 1) brightest = Math.max(brightest, grey(i));
  for (let row = 0; row < down; row += 1) {
    let [found, inside] = [0, false];
    for (let column = 0; column < across; column += 1) {
      const value = grey(row * across + column);
      if (!inside && value > brightest * 0.6) [inside, found] = [true, found + 1];
      else if (inside && value < brightest * 0.4) inside = false;
    }
    most = Math.max(most, found);
  }
  return { strokes: most, brightest };
};
window.shape = async (png, times = 1) => {
  const { found, width, height } = await luminances(png, times);
  const most = found.reduce((a, b) => Math.max(a, b), 0);
  const cells = [];
  for (let y = 0; y < 12; y += 1)
    for (let x = 0; x < 12; x += 1)
      cells.push(found[Math.floor((y + 0.5) * height / 12) * width + Math.floor((x + 0.5) * width / 12)] > most / 2);
  return cells;
};
null
"""
SAFE = (4.8, 2.7, 91.2, 51.3)


def texts(page: Page) -> Any:
    """``rem`` in pixels, and every visible text: its characters, size, colour, ground and box within the canvas."""
    return page.evaluate(TEXTS)


def outside(page: Page) -> list[Any]:
    """Texts that leave the graphics-safe area of the canvas by more than a pixel of 1080."""
    left, top, right, bottom = SAFE
    return [
        t
        for t in texts(page)["texts"]
        if (t["box"][0] < left - 0.05 or t["box"][1] < top - 0.05)
        or (t["box"][2] > right + 0.05 or t["box"][3] > bottom + 0.05)
    ]


def faint(page: Page, least: float = 4.5) -> list[Any]:
    """Texts whose contrast with their ground is below ``least``."""
    return [t for t in texts(page)["texts"] if contrast(t["color"], t["ground"]) < least]


def contrast(one: str, other: str) -> float:
    """The contrast of two CSS colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    """The relative luminance of a CSS colour, 0 to 1."""
    parts = [float(part) / 255 for part in color[color.index("(") + 1 : -1].split(",")[:3]]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def scrolls(page: Page) -> list[int]:
    """By how many pixels the page can be scrolled, on each axis."""
    return page.evaluate(  # type: ignore[no-any-return]
        "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
    )


def colliding(page: Page, near: float = 0.2) -> list[tuple[str, str]]:
    """Pairs of texts of different blocks that overlap, or are so close that they look like one."""
    lines = page.evaluate(LINES)
    pairs = [(a, b) for n, a in enumerate(lines) for b in lines[n + 1 :] if a["block"] != b["block"]]
    return [
        (a["text"], b["text"]) for a, b in pairs if _beside(a["box"], b["box"]) and _apart(a["box"], b["box"]) < near
    ]


def _beside(one: list[float], other: list[float]) -> bool:
    """Whether two lines overlap vertically."""
    return min(one[3], other[3]) - max(one[1], other[1]) > 0.1


def _apart(one: list[float], other: list[float]) -> float:
    """The horizontal distance of two lines."""
    return max(one[0], other[0]) - min(one[2], other[2])


def cut(page: Page, selector: str) -> list[str]:
    """The elements of ``selector`` that are wider than their place."""
    return page.evaluate(CUT, selector)  # type: ignore[no-any-return]


def boxes(page: Page, selector: str) -> list[Any]:
    """Class, x, y, width and height of each element, in pixels."""
    return page.evaluate(BOXES, selector)  # type: ignore[no-any-return]


def picture(page: Page, **options: Any) -> str:
    """A screenshot, in base64."""
    return base64.b64encode(page.screenshot(**options)).decode()


def wear(meter: Page, pictures: list[str]) -> Any:
    """For each: its ``mean`` relative luminance, how much of it is ``lit``, and how much of that is lit in the next too
    (``both``). A pixel is lit if it is brighter than .2; the first picture follows the last.
    """
    return meter.evaluate("(pngs) => wear(pngs)", pictures)


def meter(context: BrowserContext) -> Page:
    """A blank page that measures pictures, without a content security policy that forbids it."""
    page = context.new_page()
    page.evaluate(METER)
    return page
