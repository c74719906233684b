// The few sentences that are the page's own: that the server is silent, or has no connection left.
import { ago, timeOfDay } from "./ages";
import type { Trust } from "./clockwork";
import type { Headline as Sentence, Line, WallState } from "./state";
import { type Tongue, tongueOf } from "./words";

export interface Doubt {
  trust: Trust;
  /** Milliseconds since the server was heard. */
  silence: number;
  /** The shown time of that. */
  heardAt: number;
  /** Every connection of the server is taken: this screen asks now and then. */
  refused: boolean;
}

const BLANK: Line = { strong: "", text: "", at: null, after: "" };

/** The lines that are to be shown, of what the server said and what the page itself knows. `place`: of the line that
 * tells how live it is. */
export function linesFor(lines: Line[], doubt: Doubt, tongue: Tongue, place: number): Line[] {
  const own = ownLine(doubt, tongue);
  if (!own) return doubt.refused ? [...lines.slice(0, 1), { ...BLANK, text: tongue.words.refused }] : lines;
  return lines.length > place ? lines.map((line, n) => (n === place ? { ...BLANK, text: own } : line)) : [...lines, { ...BLANK, text: own }];
}

function ownLine({ trust, silence, heardAt }: Doubt, tongue: Tongue): string {
  if (trust === "live") return "";
  if (trust === "reconnecting") return tongue.words.reconnecting(ago(silence, tongue.words));
  return tongue.words.asOf(timeOfDay(heardAt, tongue));
}

/** What is said of the largest group stands beside its words alone. */
export function proofFor(lines: Line[], speaking: number): Line[] {
  return speaking ? lines.map((line) => ({ ...line, strong: "", text: line.text.trimStart() })) : lines;
}

/** The headline once nothing has been heard for too long. */
export function lost(state: WallState, silence: number): Sentence {
  const tongue = tongueOf(state);
  const { words } = tongue;
  const since = timeOfDay(state.as_of, tongue);
  if (state.incident) return { word: words.notLive, text: words.notLiveSince(since), clause: state.incident.then };
  return { word: `${words.notLive}.`, text: words.lastUpdate(ago(silence, words), since), clause: words.lost };
}
