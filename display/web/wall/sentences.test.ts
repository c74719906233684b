import { describe, expect, it } from "vitest";

import { made } from "./made";
import { linesFor, lost, proofFor } from "./sentences";
import { wordsOf } from "./words";

const UTC = { words: wordsOf("en"), offset: 0, twelve: false };
const LIVE = { trust: "live", silence: 1000, heardAt: Date.UTC(2026, 10, 19, 15, 52), refused: false } as const;

describe("the proof", () => {
  const { proof } = made("normal");

  it("is the server's while it is heard", () => {
    expect(linesFor(proof, LIVE, UTC, 0)).toEqual(proof);
  });

  it("says that the connection is lost, and how long ago", () => {
    const lines = linesFor(proof, { ...LIVE, trust: "reconnecting", silence: 40_000 }, UTC, 0);
    expect(lines[0]!.text).toBe("Reconnecting, last update 40 s ago.");
    expect(lines[1]).toEqual(proof[1]);
  });

  it("says since when nothing is known", () => {
    expect(linesFor(proof, { ...LIVE, trust: "not live", silence: 840_000 }, { ...UTC, offset: 60 }, 0)[0]!.text).toBe("Everything here is as of 16:52.");
  });

  it("says that there are too many walls", () => {
    const lines = linesFor(proof, { ...LIVE, refused: true }, UTC, 0);
    expect(lines.map((l) => l.text)).toEqual([proof[0]!.text, "Too many walls: this one is new every 12 s."]);
  });

  it("of an incident keeps what is said of its posts", () => {
    const lines = made("incident").incident!.proof;
    const silent = linesFor(lines, { ...LIVE, trust: "reconnecting", silence: 40_000 }, UTC, 1);
    expect(silent[0]).toEqual(lines[0]);
    expect(silent[1]!.text).toContain("Reconnecting");
    expect(proofFor(lines, 1)[0]).toMatchObject({ strong: "", text: "81 % negative. Competitors as usual." });
  });
});

describe("the headline of a lost connection", () => {
  it("says since when", () => {
    expect(lost(made("normal"), 14 * 60_000)).toEqual({ word: "Not live.", text: "Last update 14 min ago, at 16:06.", clause: "Connection lost." });
  });

  it("says what was known of an incident", () => {
    expect(lost(made("incident"), 100_000)).toEqual({ word: "Not live", text: "since 16:06.", clause: "Then: 6× the usual." });
  });
});
