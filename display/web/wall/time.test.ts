import { describe, expect, it } from "vitest";

import { LANGUAGES } from "./fixtures";
import { age, ageOrAtTime, ageOrTime, ago, inTime, timeOfDay } from "./time";

const ENGLISH = LANGUAGES["en"]!;
const UTC = { ...ENGLISH, utcOffset: 0, twelveHours: false };
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Text with ordinary spaces. */
function plain(text: string): string {
  return text.replace(/\s/g, " ");
}

describe("an age", () => {
  it.each([
    [-5 * SECOND, "now"],
    [59.9 * SECOND, "now"],
    [MINUTE, "1 min"],
    [59.9 * MINUTE, "59 mins"],
    [HOUR, "1 hr"],
    [23.9 * HOUR, "23 hrs"],
    [DAY, "1 day"],
    [40 * DAY, "40 days"],
    [800 * DAY, "2 years"],
  ])("of %d ms is %s", (milliseconds, text) => expect(plain(age(milliseconds, ENGLISH))).toBe(text));

  it("keeps its number and its unit on one line", () => {
    expect(age(14 * MINUTE, ENGLISH)).toBe("14\u00a0mins");
    expect(ago(14 * MINUTE, ENGLISH)).toBe("14\u00a0min ago");
  });

  it("has steps of ten seconds", () => {
    expect([0, 9.9, 10, 29.9, 59, 60].map((s) => plain(ago(s * SECOND, ENGLISH)))).toEqual([
      "just now",
      "just now",
      "10 sec ago",
      "20 sec ago",
      "50 sec ago",
      "1 min ago",
    ]);
  });

  it("in the future never promises too little time", () => {
    const texts = [0, 1, 40, 60, 61, 240].map((s) => plain(inTime(s * SECOND, ENGLISH)));
    expect(texts).toEqual(["now", "in 10 sec", "in 40 sec", "in 60 sec", "in 2 min", "in 4 min"]);
  });
});

describe.each<[string, string[]]>([
  ["en", ["just now", "20 sec ago", "4 min ago", "3 hr ago", "2 days ago", "2 days", "in 4 min"]],
  ["de", ["gerade eben", "vor 20 Sek.", "vor 4 Min.", "vor 3 Std.", "vor 2 Tagen", "2 Tage", "in 4 Min."]],
  ["fr", ["à l’instant", "il y a 20 s", "il y a 4 min", "il y a 3 h", "il y a 2 jours", "2 jours", "dans 4 min"]],
])("ages in %s", (code, expected) => {
  const language = LANGUAGES[code]!;

  it("are written as people write them", () => {
    const past = [0, 20 * SECOND, 4 * MINUTE, 3 * HOUR, 2 * DAY].map((ms) => ago(ms, language));
    expect([...past, age(2 * DAY, language), inTime(4 * MINUTE, language)].map(plain)).toEqual(expected);
  });
});

describe("a time of day", () => {
  const at = Date.UTC(2026, 10, 19, 23, 30);

  it("is in the wall's time zone", () => {
    expect(timeOfDay(at, UTC)).toBe("23:30");
    expect(timeOfDay(at, { ...UTC, utcOffset: 60 })).toBe("00:30");
    expect(timeOfDay(at, { ...UTC, utcOffset: -210 })).toBe("20:00");
  });

  it("may have twelve hours", () => {
    const locale = { ...UTC, twelveHours: true };
    const times = [0, 1, 12, 13, 23].map((hour) => timeOfDay(Date.UTC(2026, 10, 19, hour, 5), locale));
    expect(times).toEqual(["12:05\u00a0am", "1:05\u00a0am", "12:05\u00a0pm", "1:05\u00a0pm", "11:05\u00a0pm"]);
  });

  it("takes the place of an age that could be wrong, within a day", () => {
    const moment = { locale: UTC, now: at + HOUR, showsAges: true };
    expect(plain(ageOrTime(at, moment))).toBe("1 hr");
    expect(ageOrTime(at, { ...moment, showsAges: false })).toBe("23:30");
    expect(plain(ageOrTime(at, { ...moment, now: at + 2 * DAY, showsAges: false }))).toBe("2 days");
  });

  it("has its preposition within a sentence, and an age has none", () => {
    const moment = { locale: UTC, now: at + HOUR, showsAges: true };
    expect(plain(ageOrAtTime(at, moment))).toBe("1 hr");
    expect(ageOrAtTime(at, { ...moment, showsAges: false })).toBe("at 23:30");
  });
});
