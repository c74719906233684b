import { describe, expect, it } from "vitest";

import { HERO, nextSize, numberSize, WITNESS } from "./fitting";

/** The step that text of so many lines ends at, if it takes as many at every size. */
function settled(lines: number, sizes = HERO): number {
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
  ])("of %d lines is %s", (lines, name) => expect(HERO[settled(lines)]!.name).toBe(name));

  it("leaves room for two rows unless it is small", () => {
    expect(HERO.map((size) => size.rows)).toEqual([2, 2, 1]);
  });

  it("is not made smaller by letters that reach out of their line", () => {
    expect(nextSize(HERO, 0, 3.4 * 40, 40)).toBe(0);
  });

  it("of an incident has three lines", () => {
    expect(WITNESS[settled(3, WITNESS)]!.name).toBe("middle");
    expect(WITNESS[settled(9, WITNESS)]!.name).toBe("small");
  });
});

describe("the number of an incident", () => {
  it("is as large as the flag allows", () => {
    expect(["6", "12", "120", "1200"].map(numberSize)).toEqual([29, 16.5, 11.5, 8.5]);
  });
});
