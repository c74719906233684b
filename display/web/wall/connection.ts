// What the page says by itself: that the server is silent, or has no connection left.
import type { Trust } from "./schedule";
import { fill, type Locale } from "./locale";
import type { Headline, ProofLine, WallState } from "./state";
import { ago, timeOfDay } from "./time";

/** How the page is connected to the server. */
export interface Connection {
  trust: Trust;
  /** Milliseconds since the last message. */
  silence: number;
  /** The time of the last state. */
  asOf: number;
  /** All connections of the server are taken; this page asks for its state now and then. */
  serverFull: boolean;
}

function lineOf(text: string): ProofLine {
  return { strong: "", text, at: null, aged: "" };
}

/** The server's lines, with what the page itself knows. `livenessIndex`: the index of the line that says how current they are. */
export function proofLines(lines: ProofLine[], connection: Connection, locale: Locale, livenessIndex: number): ProofLine[] {
  const text = connectionText(connection, locale);
  if (!text) return connection.serverFull ? [...lines.slice(0, 1), lineOf(locale.phrases.server_full)] : lines;
  if (lines.length <= livenessIndex) return [...lines, lineOf(text)];
  return lines.map((line, index) => (index === livenessIndex ? lineOf(text) : line));
}

/** Empty while messages arrive. */
function connectionText({ trust, silence, asOf }: Connection, locale: Locale): string {
  if (trust === "live") return "";
  if (trust === "reconnecting") return fill(locale.phrases.reconnecting, { ago: ago(silence, locale) });
  return fill(locale.phrases.as_of, { time: timeOfDay(asOf, locale) });
}

/** The proof of an incident beside one of its voices: the size of the largest group belongs to the first voice only. */
export function incidentProof(lines: ProofLine[], voice: number): ProofLine[] {
  return voice ? lines.map((line) => ({ ...line, strong: "", text: line.text.trimStart() })) : lines;
}

/** The headline when no message has arrived for too long. */
export function lostHeadline(state: WallState, silence: number, locale: Locale): Headline {
  const { phrases } = locale;
  const time = timeOfDay(state.as_of, locale);
  if (state.incident) {
    const text = fill(phrases.not_live_since, { time });
    return { word: phrases.not_live_unfinished, text, clause: state.incident.last_known, text_alone: "" };
  }
  const text = fill(phrases.last_update, { ago: ago(silence, locale), time });
  return { word: phrases.not_live, text, clause: phrases.connection_lost, text_alone: "" };
}
