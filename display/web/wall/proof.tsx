// Why this may be believed: how live it is, and the most urgent thing to know about it.
import type { Moment } from "./ages";
import { ago, timeOfDay } from "./ages";
import type { Trust } from "./clockwork";
import type { Line } from "./state";

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
const REFUSED = "Too many walls: this one is new every 12 s.";

/** The lines that are to be shown, of what the server said and what the page itself knows. `place`: of the line that
 * tells how live it is. */
export function linesFor(lines: Line[], doubt: Doubt, offset: number, place: number): Line[] {
  const own = ownLine(doubt, offset);
  if (!own) return doubt.refused ? [...lines.slice(0, 1), { ...BLANK, text: REFUSED }] : lines;
  return lines.length > place ? lines.map((line, n) => (n === place ? { ...BLANK, text: own } : line)) : [...lines, { ...BLANK, text: own }];
}

function ownLine({ trust, silence, heardAt }: Doubt, offset: number): string {
  if (trust === "live") return "";
  if (trust === "reconnecting") return `Reconnecting, last update ${ago(silence)}.`;
  return `Everything here is as of ${timeOfDay(heardAt, offset)}.`;
}

/** On sample data its sign stands here, and one line at most: that the connection is lost. */
export function Proof(props: { lines: Line[]; sample: boolean; doubt: Doubt; moment: Moment; most?: number; place?: number }) {
  const lines = linesFor(props.lines, props.doubt, props.moment.offset, props.place ?? 0);
  const urgent = props.doubt.trust === "live" ? [] : lines.slice(props.place ?? 0).slice(0, 1);
  const shown = props.sample ? urgent : lines.slice(0, props.most ?? 2);
  return (
    <footer class={props.sample ? "proof sample" : "proof"}>
      {shown.map((line, n) => (
        <ProofLine key={n} line={line} moment={props.moment} />
      ))}
      {props.sample && (
        <p class="sign">
          <span>Sample data. Nothing here is real.</span>
        </p>
      )}
    </footer>
  );
}

function ProofLine({ line, moment }: { line: Line; moment: Moment }) {
  return (
    <p class="line">
      {line.strong && <b>{line.strong}</b>}
      {line.text}
      {line.at !== null && (moment.aging ? ago(moment.now - line.at) : `at ${timeOfDay(line.at, moment.offset)}`)}
      {line.after}
    </p>
  );
}
