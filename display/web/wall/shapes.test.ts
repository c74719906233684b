import { describe, expect, it } from "vitest";

import { STATES } from "./fixtures";
import { bar, clearHeight, DAY, drift, drifted, level, steps } from "./shapes";

const FRAME = { width: 40, ground: 10, tallest: 8, gap: 0.5, over: 0 };
const HOUR = 60 * 60_000;

describe("a bar", () => {
  it("stands on the axis, as high as its part of the scale", () => {
    expect(bar(5, 1, 4, 10, FRAME)).toEqual({ x: 10.25, y: 6, width: 9.5, height: 4 });
    expect(bar(10, 3, 4, 10, FRAME)).toEqual({ x: 30.25, y: 2, width: 9.5, height: 8 });
  });

  it("runs off the edge of the screen if it is the first", () => {
    expect(bar(5, 0, 4, 10, { ...FRAME, over: 1 })).toMatchObject({ x: -0.75, width: 10.5 });
    expect(bar(5, 1, 4, 10, { ...FRAME, over: 1 })).toMatchObject({ x: 10.25, width: 9.5 });
  });

  it("is not drawn for no mentions or where nothing could be read", () => {
    expect(bar(0, 0, 4, 10, FRAME)).toBeNull();
    expect(bar(null, 0, 4, 10, FRAME)).toBeNull();
  });

  it("is always visible and never leaves the frame", () => {
    expect(bar(1, 0, 4, 100_000, FRAME)!.height).toBe(0.14);
    expect(bar(1000, 0, 4, 10, FRAME)!.height).toBe(8);
    expect(bar(1, 0, 4, 0, FRAME)!.height).toBe(8);
  });
});

describe("the line of what is usual", () => {
  it("has steps and is interrupted where the usual is unknown", () => {
    expect(steps([5, 5, 10, null, 5], 10, { ...FRAME, width: 50 })).toBe("M0 6H10H20V2H30M40 6H50");
    expect(steps([5], 10, { ...FRAME, over: 1 })).toBe("M-1 6H40");
    expect(steps([null], 10, FRAME)).toBe("");
    expect(steps([], 10, FRAME)).toBe("");
  });

  it("has its word above everything that is drawn there", () => {
    const low = clearHeight([1, 1, 1, 1], [1, 1, 1, 1], 10, FRAME, 0, 4)!;
    expect(low).toBeLessThan(level(1, 10, FRAME));
    expect(clearHeight([1, 5, 1, 1], [1, 1, 1, 1], 10, FRAME, 0, 4)).toBe(low);
    expect(clearHeight([1, 5, 1, 1], [1, 1, 1, 1], 10, FRAME, 8, 4)).toBeLessThan(level(5, 10, FRAME));
    expect(clearHeight([10, 10, 10, 10], [1, 1, 1, 1], 10, { ...FRAME, ground: 8.25 }, 0, 4)).toBeNull();
  });
});

describe("a picture that is not updated", () => {
  it("moves on with the time", () => {
    expect(drift(6 * HOUR)).toBe(0.25);
    expect(drift(-1)).toBe(0);
    expect(drift(48 * HOUR)).toBe(1);
  });

  it("is hatched since the last update, merged with an earlier hatch that touches it", () => {
    expect(drifted([{ start: 0.2, end: 0.3 }], 0)).toEqual([{ start: 0.2, end: 0.3 }]);
    expect(drifted([{ start: 0.5, end: 0.75 }], 0.25)).toEqual([
      { start: 0.25, end: 0.5 },
      { start: 0.75, end: 1 },
    ]);
    expect(drifted([{ start: 0.75, end: 1 }], 0.25)).toEqual([{ start: 0.5, end: 1 }]);
    expect(drifted([{ start: 0, end: 0.25 }], 0.5)).toEqual([{ start: 0.5, end: 1 }]);
    expect(drifted([{ start: 0.25, end: 0.75 }], 0.5)[0]).toEqual({ start: 0, end: 0.25 });
  });
});

describe.each(Object.entries(STATES))("in the fixture %s", (_name, state) => {
  const { bars, scale, hatches } = state.horizon;

  it("the four bright bars add up to the number in the headline", () => {
    const number = /(?:^|\s)([\d,]+) mentions? (?:elsewhere )?in the last hour/.exec(`${state.headline.text} ${state.headline.clause}`);
    const bright = bars.slice(-4).reduce((sum, b) => sum + (b.n ?? 0), 0);
    if (number) expect(bright).toBe(Number(number[1]!.replaceAll(",", "")));
  });

  it("every bar stays within the frame, and its negative part within the bar", () => {
    bars.forEach(({ n, negative }, index) => {
      const box = bar(n, index, bars.length, scale, DAY);
      const foot = bar(negative, index, bars.length, scale, DAY);
      if (!box) return expect(negative).toBe(0);
      expect(box.y).toBeGreaterThanOrEqual(DAY.ground - DAY.tallest - 1e-9);
      expect(box.x + box.width).toBeLessThanOrEqual(DAY.width);
      if (foot) expect(foot.height).toBeLessThanOrEqual(box.height);
    });
  });

  it("no bar is drawn where nothing was read", () => {
    bars.forEach(({ n }, index) => {
      if (n === null) expect(hatches.some((h) => h.start < (index + 1) / bars.length && h.end > index / bars.length)).toBe(true);
    });
  });
});

describe("the chart of an incident", () => {
  const screen = STATES["incident"]!.incident!;
  const frame = { width: 57.2, ground: 8.5, tallest: 8.25, gap: 0.37, over: 0 };

  it("has three hours of 5-minute bars, red from the start of the incident on", () => {
    expect(screen.bars).toHaveLength(36);
    const first = screen.bars.findIndex((b) => b.hot);
    expect(screen.bars.slice(first).every((b) => b.hot)).toBe(true);
  });

  it("stays within its frame and ends at its edge", () => {
    const boxes = screen.bars.map((b, index) => bar(b.n, index, screen.bars.length, screen.scale, frame)!);
    expect(boxes.at(-1)!.x + boxes.at(-1)!.width).toBeCloseTo(57.2 - 0.37 / 2);
    expect(Math.min(...boxes.map((b) => b.y))).toBeGreaterThanOrEqual(0.25);
    expect(steps(screen.usual, screen.scale, frame)).toMatch(/^M0 .*H57.2$/);
  });
});
