import { describe, expect, it } from "vitest";

import { age, ago, until } from "./ages";
import { made } from "./made";
import { linesFor, lost } from "./sentences";
import { LANGUAGES, tongueOf, type Words, wordsOf } from "./words";

const DAY = 24 * 60 * 60_000;

/** All texts of a language, those that are made filled in. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "function") return [String((value as (...of: string[]) => string)("15:52", "16:06"))];
  return Object.values(value as object).flatMap(texts);
}

describe("the words of the page", () => {
  it.each(Object.keys(LANGUAGES))("in %s are none of them empty", (language) => {
    expect(texts(wordsOf(language)).filter((text) => !text.trim())).toEqual([]);
  });

  it.each(["de", "fr"])("in %s are not left in English", (language) => {
    const english = new Set(texts(wordsOf("en")));
    const alike = texts(wordsOf(language)).filter((text) => english.has(text));
    expect(new Set([...alike, "neutral", "source", "Walls", "Pair", ", ", "in 15:52"])).toEqual(
      new Set(["neutral", "source", "Walls", "Pair", ", ", "in 15:52"]),
    );
  });

  it("are English where a language is not known", () => {
    expect(wordsOf("tlh")).toBe(LANGUAGES["en"]);
  });
});

describe.each<[string, string[]]>([
  ["en", ["just now", "20 s ago", "4 min ago", "2 days ago", "2 days", "in 4 min"]],
  ["de", ["gerade eben", "vor 20 s", "vor 4 min", "vor 2 Tagen", "2 Tage", "in 4 min"]],
  ["fr", ["à l’instant", "il y a 20 s", "il y a 4 min", "il y a 2 jours", "2 jours", "dans 4 min"]],
])("ages in %s", (language, told) => {
  const words: Words = wordsOf(language);

  it("are as people say them", () => {
    const past = [0, 20_000, 240_000, 2 * DAY].map((ms) => ago(ms, words));
    expect([...past, age(2 * DAY, words), until(240_000, words)]).toEqual(told);
  });
});

describe("a wall that lost its connection", () => {
  const german = { ...made("normal"), language: "de", twelve: true };

  it("says so in its language, by its clock", () => {
    expect(lost(german, 14 * 60_000)).toEqual({ word: "Nicht live.", text: "Zuletzt vor 14 min, um 4:06 pm.", clause: "Verbindung verloren." });
    const doubt = { trust: "reconnecting", silence: 40_000, heardAt: german.as_of, refused: false } as const;
    expect(linesFor(german.proof, doubt, tongueOf(german), 0)[0]!.text).toBe("Verbindet neu, zuletzt vor 40 s.");
  });
});
