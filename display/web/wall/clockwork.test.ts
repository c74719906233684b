import { describe, expect, it } from "vitest";

import { ahead, layout, LAYOUTS, type Orbit, orbit, place, PLACES, show, slot, speaker, trust, turn, type Turn } from "./clockwork";
import { made } from "./made";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe("layouts", () => {
  it("are A, B, A', B', 20 minutes each, by the epoch", () => {
    const names = [0, 19.99, 20, 40, 60, 80].map((m) => layout(slot(m * MINUTE), true).name);
    expect(names).toEqual(["A", "A", "B", "A'", "B'", "A"]);
  });

  it("stay where walls do not rotate", () => {
    expect([0, 1, 2, 3].map((s) => layout(s, false).name)).toEqual(["A", "A", "A", "A"]);
  });

  it("never leave a zone where it was", () => {
    LAYOUTS.forEach((one, index) => expect(LAYOUTS[(index + 1) % 4]!.headLast).not.toBe(one.headLast));
  });

  it("of the made-up states are A", () => {
    expect(layout(slot(made("normal").clock), true).name).toBe("A");
  });
});

describe("the orbit", () => {
  it("has nine places within .4 rem, each beside the one before, the middle first", () => {
    expect(new Set(PLACES.map(String)).size).toBe(9);
    expect(place(0)).toEqual([0, 0]);
    expect(place(9)).toEqual(place(0));
    expect(place(-1)).toEqual(place(8));
    PLACES.slice(1).forEach(([x, y], n) => {
      expect(Math.max(Math.abs(x), Math.abs(y))).toBe(0.4);
      expect(Math.hypot(x - PLACES[n]![0], y - PLACES[n]![1])).toBeCloseTo(0.4);
    });
  });

  const walk = (minutes: number[], hero: (m: number) => number | null): number[] => {
    let at: Orbit | null = null;
    return minutes.map((m) => (at = orbit(at, m * MINUTE, hero(m))).step);
  };

  it("steps when the hero changes, not before", () => {
    expect(walk([0, 4, 5, 6], (m) => (m < 6 ? 1 : 2))).toEqual([0, 0, 0, 1]);
  });

  it("steps without a hero, and late where one stays", () => {
    expect(walk([0, 4, 8], () => null)).toEqual([0, 1, 2]);
    expect(walk([0, 4, 7.9, 8], () => 1)).toEqual([0, 0, 0, 2]);
  });

  it("steps with the layout", () => {
    expect(walk([16, 19.9, 20], () => 1)).toEqual([4, 4, 5]);
  });
});

describe("the stage", () => {
  const play = (seconds: number[], dwell: (s: number) => number, topics = true): string => {
    let now: Turn | null = null;
    return seconds.map((s) => (now = turn(now, s * SECOND, dwell(s) * SECOND, topics)).stage[0]).join("");
  };

  it("is 48 s of voices and 12 of topics", () => {
    expect(play([0, 47.9, 48, 59.9, 60, 107.9, 108], () => 0)).toBe("vvttvvt");
  });

  it("is the voices' alone without topics", () => {
    expect(play([0, 48, 59], () => 0, false)).toBe("vvv");
  });

  it("lets a hero be read first", () => {
    expect(play([40, 48, 50.9, 51, 59, 60], () => 51)).toBe("vvvttv");
  });

  it("is not held up by heroes that come meanwhile", () => {
    expect(play([40, 47, 49, 50, 51, 59, 60], (s) => (s < 50 ? 50 : 70))).toBe("vvvtttv");
  });

  it("skips topics that would be gone at once", () => {
    expect(play([40, 48, 54, 55, 59], () => 55)).toBe("vvvvv");
  });
});

describe("the voices of an incident", () => {
  it("take turns, the first twice as long", () => {
    const heard = [0, 23.9, 24, 35.9, 36, 47.9, 48].map((s) => speaker(s * SECOND, 3));
    expect(heard).toEqual([0, 0, 1, 1, 2, 2, 0]);
    expect([0, 30, 50].map((s) => speaker(s * SECOND, 1))).toEqual([0, 0, 0]);
    expect(speaker(30 * SECOND, 0)).toBe(0);
  });
});

describe("silence", () => {
  it.each([
    [0, "live"],
    [29, "live"],
    [31, "reconnecting"],
    [89, "reconnecting"],
    [91, "not live"],
    [59 * 60, "not live"],
    [61 * 60, "long gone"],
  ])("of %d s is %s", (seconds, step) => expect(trust(seconds * SECOND)).toBe(step));
});

describe("the server's clock", () => {
  it("is what the fastest message said of it", () => {
    let offset = ahead(null, 1_000_000, 400);
    expect(offset).toBe(999_600);
    offset = ahead(offset, 1_010_000, 11_100);
    expect(offset).toBe(999_600);
    offset = ahead(offset, 1_020_000, 20_300);
    expect(offset).toBe(999_700);
  });

  it("is believed when it was set", () => {
    expect(ahead(999_600, 4_600_000, 400)).toBe(4_599_600);
    expect(ahead(999_600, 990_000, 400)).toBe(989_600);
  });
});

describe("the show", () => {
  it("of the made-up topics is theirs, and that of a normal state is not", () => {
    const { clock, dwells_until: dwellsUntil } = made("topics");
    expect(show(null, clock, { hero: 1, dwellsUntil, topics: true }).turn.stage).toBe("topics");
    expect(show(null, made("normal").clock, { hero: 1, dwellsUntil, topics: true }).turn.stage).toBe("voices");
  });
});
