import { describe, expect, it } from "vitest";

import { clockOffset, incidentVoice, layout, LAYOUTS, type Orbit, orbit, position, POSITIONS, scheduleAt, slot, type Stage, stage, trust } from "./schedule";
import { fixture } from "./fixtures";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe("layouts", () => {
  it("are A, B, A', B', 20 minutes each, by the epoch", () => {
    const names = [0, 19.99, 20, 40, 60, 80].map((m) => layout(slot(m * MINUTE), true).name);
    expect(names).toEqual(["A", "A", "B", "A'", "B'", "A"]);
  });

  it("do not change on walls that do not rotate", () => {
    expect([0, 1, 2, 3].map((s) => layout(s, false).name)).toEqual(["A", "A", "A", "A"]);
  });

  it("never keep the headline where it was", () => {
    LAYOUTS.forEach((one, index) => expect(LAYOUTS[(index + 1) % 4]!.headLast).not.toBe(one.headLast));
  });

  it("of the fixtures are A", () => {
    expect(layout(slot(fixture("normal").clock), true).name).toBe("A");
  });
});

describe("the orbit", () => {
  it("has nine positions within .4 rem, each next to the one before, the centre first", () => {
    expect(new Set(POSITIONS.map(String)).size).toBe(9);
    expect(position(0)).toEqual([0, 0]);
    expect(position(9)).toEqual(position(0));
    expect(position(-1)).toEqual(position(8));
    POSITIONS.slice(1).forEach(([x, y], n) => {
      expect(Math.max(Math.abs(x), Math.abs(y))).toBe(0.4);
      expect(Math.hypot(x - POSITIONS[n]![0], y - POSITIONS[n]![1])).toBeCloseTo(0.4);
    });
  });

  const walk = (minutes: number[], hero: (m: number) => number | null): number[] => {
    let at: Orbit | null = null;
    return minutes.map((m) => (at = orbit(at, m * MINUTE, hero(m))).step);
  };

  it("steps when the hero changes and not before", () => {
    expect(walk([0, 4, 5, 6], (m) => (m < 6 ? 1 : 2))).toEqual([0, 0, 0, 1]);
  });

  it("steps on time without a hero, and late if the hero stays", () => {
    expect(walk([0, 4, 8], () => null)).toEqual([0, 1, 2]);
    expect(walk([0, 4, 7.9, 8], () => 1)).toEqual([0, 0, 0, 2]);
  });

  it("steps with the layout", () => {
    expect(walk([16, 19.9, 20], () => 1)).toEqual([4, 4, 5]);
  });
});

describe("the stage", () => {
  const play = (seconds: number[], dwell: (s: number) => number, topics = true): string => {
    let now: Stage | null = null;
    return seconds.map((s) => (now = stage(now, s * SECOND, dwell(s) * SECOND, topics)).shows[0]).join("");
  };

  it("shows voices for 48 s and topics for 12", () => {
    expect(play([0, 47.9, 48, 59.9, 60, 107.9, 108], () => 0)).toBe("vvttvvt");
  });

  it("always shows voices if there are no topics", () => {
    expect(play([0, 48, 59], () => 0, false)).toBe("vvv");
  });

  it("waits until the hero has been read", () => {
    expect(play([40, 48, 50.9, 51, 59, 60], () => 51)).toBe("vvvttv");
  });

  it("does not wait for a hero that appears meanwhile", () => {
    expect(play([40, 47, 49, 50, 51, 59, 60], (s) => (s < 50 ? 50 : 70))).toBe("vvvtttv");
  });

  it("skips topics that would be shown too briefly", () => {
    expect(play([40, 48, 54, 55, 59], () => 55)).toBe("vvvvv");
  });
});

describe("the voices of an incident", () => {
  it("alternate, the first twice as long", () => {
    const shown = [0, 23.9, 24, 35.9, 36, 47.9, 48].map((s) => incidentVoice(s * SECOND, 3));
    expect(shown).toEqual([0, 0, 1, 1, 2, 2, 0]);
    expect([0, 30, 50].map((s) => incidentVoice(s * SECOND, 1))).toEqual([0, 0, 0]);
    expect(incidentVoice(30 * SECOND, 0)).toBe(0);
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
  it("is measured by the fastest message", () => {
    let offset = clockOffset(null, 1_000_000, 400);
    expect(offset).toBe(999_600);
    offset = clockOffset(offset, 1_010_000, 11_100);
    expect(offset).toBe(999_600);
    offset = clockOffset(offset, 1_020_000, 20_300);
    expect(offset).toBe(999_700);
  });

  it("is measured again after a clock was set", () => {
    expect(clockOffset(999_600, 4_600_000, 400)).toBe(4_599_600);
    expect(clockOffset(999_600, 990_000, 400)).toBe(989_600);
  });
});

describe("the schedule", () => {
  it("has topics on the stage at the time of the topics fixture, and voices in the normal one", () => {
    const { clock, dwells_until: dwellsUntil } = fixture("topics");
    expect(scheduleAt(null, clock, { hero: 1, dwellsUntil, hasTopics: true }).stage.shows).toBe("topics");
    expect(scheduleAt(null, fixture("normal").clock, { hero: 1, dwellsUntil, hasTopics: true }).stage.shows).toBe("voices");
  });
});
