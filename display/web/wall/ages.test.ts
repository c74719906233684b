import { describe, expect, it } from "vitest";

import { age, ago, held, timeOfDay, until, when } from "./ages";
import { wordsOf } from "./words";

const EN = wordsOf("en");
const UTC = { words: EN, offset: 0, twelve: false };
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("an age", () => {
  it.each([
    [-5 * SECOND, "now"],
    [59.9 * SECOND, "now"],
    [MINUTE, "1 min"],
    [59.9 * MINUTE, "59 min"],
    [HOUR, "1 h"],
    [23.9 * HOUR, "23 h"],
    [DAY, "1 day"],
    [40 * DAY, "40 days"],
    [800 * DAY, "2 years"],
  ])("%d ms is %s", (milliseconds, words) => expect(age(milliseconds, EN)).toBe(words));

  it("is told in steps of ten seconds", () => {
    expect([0, 9.9, 10, 29.9, 59, 60].map((s) => ago(s * SECOND, EN))).toEqual(["just now", "just now", "10 s ago", "20 s ago", "50 s ago", "1 min ago"]);
  });

  it("of what is to come never says too little", () => {
    expect([0, 1, 40, 60, 61, 240].map((s) => until(s * SECOND, EN))).toEqual(["now", "in 10 s", "in 40 s", "in 60 s", "in 2 min", "in 4 min"]);
  });
});

describe("a time of day", () => {
  const at = Date.UTC(2026, 10, 19, 23, 30);

  it("is the server's zone's", () => {
    expect(timeOfDay(at, UTC)).toBe("23:30");
    expect(timeOfDay(at, { ...UTC, offset: 60 })).toBe("00:30");
    expect(timeOfDay(at, { ...UTC, offset: -210 })).toBe("20:00");
  });

  it("may be one of twelve hours", () => {
    const times = [0, 1, 12, 13, 23].map((hour) => timeOfDay(Date.UTC(2026, 10, 19, hour, 5), { offset: 0, twelve: true }));
    expect(times).toEqual(["12:05 am", "1:05 am", "12:05 pm", "1:05 pm", "11:05 pm"]);
  });

  it("takes the place of an age that could be wrong, within a day", () => {
    expect(when(at, { now: at + HOUR, ...UTC, aging: true })).toBe("1 h");
    expect(when(at, { now: at + HOUR, ...UTC, aging: false })).toBe("23:30");
    expect(when(at, { now: at + 2 * DAY, ...UTC, aging: false })).toBe("2 days");
  });
});

describe("a number", () => {
  it("keeps its unit on its own line", () => {
    expect(held("14 min ago, at 4:06 pm.")).toBe("14\u00a0min ago, at 4:06\u00a0pm.");
    expect(held("lasted 2 h 20 min, 81 % negative")).toBe("lasted 2\u00a0h 20\u00a0min, 81\u00a0% negative");
  });

  it("leaves other words alone", () => {
    const words = "42 mentions, 3 hôtels, 7 sources, 2 minutes, 5 s\u00e9ances";
    expect(held(words)).toBe(words);
  });
});
