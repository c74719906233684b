// Why this may be believed: how live it is, and the most urgent thing to know about it.
import type { Line, Moment, Trust } from "./state";
import { ago, timeOfDay } from "./state";

export function Proof(props: { lines: Line[]; sample: boolean; trust: Trust; silence: number; moment: Moment }) {
  const lines = linesFor(props.lines, props.trust, props.silence, props.moment);
  const urgent = props.trust !== "live";
  return (
    <footer class={props.sample ? "proof sample" : "proof"}>
      {(!props.sample || urgent) && lines.slice(0, props.sample ? 1 : 2).map((line, n) => <ProofLine key={n} line={line} moment={props.moment} />)}
      {props.sample && (
        <p class="sign">
          <span>Sample data. Nothing here is real.</span>
        </p>
      )}
    </footer>
  );
}

function linesFor(lines: Line[], trust: Trust, silence: number, moment: Moment): Line[] {
  if (trust === "live") return lines;
  const blank = { strong: "", text: "", at: null, after: "" };
  if (trust === "reconnecting") return [{ ...blank, text: `Reconnecting, last update ${ago(silence)}.` }, ...lines.slice(1)];
  const since = timeOfDay(moment.now - silence, moment.offset);
  return [{ ...blank, text: `Everything here is as of ${since}.` }, ...lines.slice(1)];
}

function ProofLine({ line, moment }: { line: Line; moment: Moment }) {
  return (
    <p class="line">
      {line.strong && <b>{line.strong}</b>}
      {line.text}
      {line.at !== null && ago(moment.now - line.at)}
      {line.after}
    </p>
  );
}
