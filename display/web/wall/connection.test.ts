import { describe, expect, it } from "vitest";

import { incidentProof, lostHeadline, proofLines } from "./connection";
import { fixture, LANGUAGES } from "./fixtures";
import { type Locale } from "./locale";

const UTC: Locale = { ...LANGUAGES["en"]!, utcOffset: 0, twelveHours: false };
const GERMAN: Locale = { ...LANGUAGES["de"]!, utcOffset: 0, twelveHours: true };
const LIVE = { trust: "live", silence: 1000, asOf: Date.UTC(2026, 10, 19, 15, 52), serverFull: false } as const;
const RECONNECTING = { ...LIVE, trust: "reconnecting", silence: 40_000 } as const;

/** Text with ordinary spaces. */
function plain(text: string): string {
  return text.replace(/\s/g, " ");
}

describe("the proof", () => {
  const { proof } = fixture("normal");

  it("is the server's while its messages arrive", () => {
    expect(proofLines(proof, LIVE, UTC, 0)).toEqual(proof);
  });

  it("says that the connection is lost, and how long ago", () => {
    const lines = proofLines(proof, RECONNECTING, UTC, 0);
    expect(plain(lines[0]!.text)).toBe("Reconnecting, last update 40 sec ago.");
    expect(lines[1]).toEqual(proof[1]);
  });

  it("gets a line if the server's has none in that place", () => {
    expect(proofLines([], RECONNECTING, UTC, 0).map((l) => plain(l.text))).toEqual(["Reconnecting, last update 40 sec ago."]);
    const about = proof.slice(0, 1);
    expect(proofLines(about, RECONNECTING, UTC, 1)).toHaveLength(2);
  });

  it("has one full stop after an abbreviation", () => {
    expect(plain(proofLines(proof, RECONNECTING, GERMAN, 0)[0]!.text)).toBe("Verbindet neu, zuletzt vor 40 Sek.");
  });

  it("says since when nothing is known", () => {
    const lines = proofLines(proof, { ...LIVE, trust: "not live", silence: 840_000 }, { ...UTC, utcOffset: 60 }, 0);
    expect(lines[0]!.text).toBe("Everything here is as of 16:52.");
  });

  it("says that there are too many walls", () => {
    const lines = proofLines(proof, { ...LIVE, serverFull: true }, UTC, 0);
    expect(lines.map((l) => plain(l.text))).toEqual([proof[0]!.text, "Too many walls: this one updates every 12 s."]);
  });

  it("of an incident keeps the line about its posts", () => {
    const lines = fixture("incident").incident!.proof;
    const silent = proofLines(lines, RECONNECTING, UTC, 1);
    expect(silent[0]).toEqual(lines[0]);
    expect(silent[1]!.text).toContain("Reconnecting");
    expect(incidentProof(lines, 0)).toBe(lines);
    expect(incidentProof(lines, 1)[0]).toMatchObject({ strong: "", text: "81% negative of 214 scored (11% wrong)." });
  });
});

describe("the headline of a lost connection", () => {
  it("says since when", () => {
    const { word, text, clause } = lostHeadline(fixture("normal"), 14 * 60_000, UTC);
    expect([word, text, clause].map(plain)).toEqual(["Not live.", "Last update 14 min ago, at 16:06.", "Connection lost."]);
  });

  it("says what was known of an incident", () => {
    const { word, text, clause } = lostHeadline(fixture("incident"), 100_000, UTC);
    expect([word, text, clause]).toEqual(["Not live", "since 16:06.", "Last known: 6× the usual."]);
  });

  it("is in the wall's language, by its clock", () => {
    const { word, text, clause } = lostHeadline(fixture("normal"), 14 * 60_000, GERMAN);
    expect([word, text, clause].map(plain)).toEqual(["Nicht live.", "Zuletzt vor 14 Min., um 4:06 PM.", "Verbindung verloren."]);
  });
});
