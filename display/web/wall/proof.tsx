// Why this may be believed: how live it is, and the most urgent thing to know about it.
import type { Moment } from "./ages";
import { ago, held, timeOfDay } from "./ages";
import { useFit, whole } from "./fit";
import { type Doubt, linesFor } from "./sentences";
import type { Line } from "./state";
import { useWords } from "./words";

interface Told {
  lines: Line[];
  sample: boolean;
  doubt: Doubt;
  moment: Moment;
  fitted: number;
  most?: number;
  place?: number;
  blind?: boolean;
}

/** What of the lines is shown. On sample data its sign stands here, and one line at most: that the connection is lost, why
 * a source is blind, or whom an incident hits. */
function shownOf({ lines, sample, doubt, moment, most = 2, place = 0, blind = false }: Told): Line[] {
  const all = linesFor(lines, doubt, moment, place);
  const last = doubt.trust !== "live" ? place : blind ? 1 : place - 1;
  return sample ? all.slice(Math.max(last, 0), last + 1) : all.slice(0, most);
}

/** Two lines of which one is too long become one text beside the board, and are set closer on an incident's screen. Once
 * the server is silent that alone is said. */
export function Proof(props: Told) {
  const shown = shownOf(props);
  const words = shown.map((line) => line.strong + line.text + line.after).join();
  const { box, step: tooLong } = useFit(`${words} ${props.fitted}`, 1, (footer) => whole(footer, ".line"));
  const live = props.doubt.trust === "live";
  const flows = tooLong && !props.place && live;
  // That nothing comes any more is more than what was too much to show.
  const said = tooLong && !props.place && !live ? shown.slice(0, 1) : shown;
  const [first, second] = said;
  return (
    <footer class={`proof ${props.sample ? "sample" : ""} ${tooLong && props.place ? "tight" : ""}`} ref={box}>
      {flows && first && second ? (
        <Flow first={first} second={second} moment={props.moment} />
      ) : (
        said.map((line, n) => (
          <p class="line" key={n}>
            <Said line={line} moment={props.moment} />
          </p>
        ))
      )}
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

/** What leads up to an age, in each language: ", last ". */
const LEADS_TO_AGE = /,[^,]*$/;

/** Both as one text: the first without its age, for the second is more urgent. */
function Flow({ first, second, moment }: { first: Line; second: Line; moment: Moment }) {
  const stop = first.at === null ? first.after : ".";
  return (
    <p class="line flow">
      {first.strong && <b>{first.strong}</b>}
      {first.at === null ? first.text : first.text.replace(LEADS_TO_AGE, "")}
      {stop} <Said line={second} moment={moment} />
    </p>
  );
}

function Said({ line, moment }: { line: Line; moment: Moment }) {
  return (
    <>
      {line.strong && <b>{line.strong}</b>}
      {held(line.text)}
      {line.at !== null && (moment.aging ? ago(moment.now - line.at, moment.words) : moment.words.at(timeOfDay(line.at, moment)))}
      {line.after}
    </>
  );
}
