// Why this may be believed: how live it is, and the most urgent thing to know about it.
import type { Moment } from "./ages";
import { ago, timeOfDay } from "./ages";
import { type Doubt, linesFor } from "./sentences";
import type { Line } from "./state";
import { useWords } from "./words";

/** On sample data its sign stands here, and one line at most: that the connection is lost, or whom an incident hits. */
export function Proof(props: { lines: Line[]; sample: boolean; doubt: Doubt; moment: Moment; most?: number; place?: number }) {
  const lines = linesFor(props.lines, props.doubt, props.moment, props.place ?? 0);
  const last = props.doubt.trust === "live" ? (props.place ?? 0) - 1 : (props.place ?? 0);
  const shown = props.sample ? lines.slice(Math.max(last, 0), last + 1) : lines.slice(0, props.most ?? 2);
  return (
    <footer class={props.sample ? "proof sample" : "proof"}>
      {shown.map((line, n) => (
        <ProofLine key={n} line={line} moment={props.moment} />
      ))}
      {props.sample && <Sign />}
    </footer>
  );
}

/** Made-up data is called that in every state. */
export function Sign() {
  const words = useWords();
  return (
    <p class="sign">
      <span>{words.sample}</span>
    </p>
  );
}

function ProofLine({ line, moment }: { line: Line; moment: Moment }) {
  return (
    <p class="line">
      {line.strong && <b>{line.strong}</b>}
      {line.text}
      {line.at !== null && (moment.aging ? ago(moment.now - line.at, moment.words) : moment.words.at(timeOfDay(line.at, moment)))}
      {line.after}
    </p>
  );
}
