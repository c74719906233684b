import { describe, expect, it } from "vitest";

import { fixture, LANGUAGES } from "./fixtures";
import { counted, fill, formatNumber, languageOf, localeOf } from "./locale";

describe("a phrase", () => {
  it("takes its parts", () => {
    expect(fill("Last update {ago}, at {time}.", { ago: "1 min ago", time: "16:06" })).toBe("Last update 1 min ago, at 16:06.");
    expect(fill("No parts.", {})).toBe("No parts.");
  });

  it("has one full stop, after an abbreviation and after an ellipsis", () => {
    expect(fill("Zuletzt {ago}.", { ago: "vor 4 Min." })).toBe("Zuletzt vor 4 Min.");
    expect(fill("Zuletzt {ago}, um {time}.", { ago: "vor 4 Min.", time: "16:06" })).toBe("Zuletzt vor 4 Min., um 16:06.");
    expect(fill("about {topic}.", { topic: "Donau…" })).toBe("about Donau…");
    expect(fill("about {topic}.", { topic: "\u2068משלוחים…\u2069" })).toBe("about \u2068משלוחים…\u2069");
  });

  it("about a number takes its plural form", () => {
    const { phrases } = LANGUAGES["en"]!;
    expect(counted(phrases.more_like_this, 1204, LANGUAGES["en"]!)).toBe("and 1,204 more like this");
    const polish = { locale: "pl", phrases };
    const days = { ...phrases.more_like_this, one: "{n} dzień", few: "{n} dni", many: "{n} dni razem", other: "{n} dnia" };
    expect([1, 2, 5, 22].map((n) => counted(days, n, polish))).toEqual(["1 dzień", "2 dni", "5 dni razem", "22 dni"]);
  });
});

describe("a number", () => {
  it.each([
    ["en", "18,206"],
    ["de", "18.206"],
    ["fr", "18\u202f206"],
  ])("in %s is %s", (code, text) => expect(formatNumber(18206, LANGUAGES[code]!)).toBe(text));
});

describe("the language of a wall", () => {
  it("is the one of its state", () => {
    expect(localeOf(fixture("german"), LANGUAGES)).toMatchObject({ locale: "de", utcOffset: 0, twelveHours: false });
  });

  it("is English if the page does not have it", () => {
    expect(languageOf("tlh", LANGUAGES)).toBe(LANGUAGES["en"]);
  });
});
