import { describe, expect, it } from "vitest";

import { HERO_SIZES, nextSize, numberSize, INCIDENT_VOICE_SIZES } from "./text_sizes";

/** The final step of a text that has `lines` lines at every size. */
function finalStep(lines: number, sizes = HERO_SIZES): number {
  let step = 0;
  for (let n = 0; n < 5; n += 1) step = nextSize(sizes, step, lines * 40, 40);
  return step;
}

describe("the hero", () => {
  it.each([
    [1, "large"],
    [3, "large"],
    [4, "middle"],
    [5, "small"],
    [6, "small"],
    [40, "small"],
  ])("of %d lines is %s", (lines, name) => expect(HERO_SIZES[finalStep(lines)]!.name).toBe(name));

  it("leaves room for two rows unless it is small", () => {
    expect(HERO_SIZES.map((size) => size.rows)).toEqual([2, 2, 1]);
  });

  it("does not get smaller because letters reach out of their line", () => {
    expect(nextSize(HERO_SIZES, 0, 3.4 * 40, 40)).toBe(0);
  });

  it("on an incident's screen has three lines", () => {
    expect(INCIDENT_VOICE_SIZES[finalStep(3, INCIDENT_VOICE_SIZES)]!.name).toBe("middle");
    expect(INCIDENT_VOICE_SIZES[finalStep(9, INCIDENT_VOICE_SIZES)]!.name).toBe("small");
  });
});

describe("the number of an incident", () => {
  it("is as large as the flag allows", () => {
    expect(["6", "12", "120", "1200"].map(numberSize)).toEqual([29, 16.5, 11.5, 8.5]);
  });
});
