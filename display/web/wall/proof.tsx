// Why the picture can be believed: how current it is, and the most urgent thing to know about it.
import { type Connection, proofLines } from "./connection";
import { fitsInWidth, useFit } from "./fit";
import { fill, usePhrases } from "./locale";
import type { ProofLine } from "./state";
import { ago, type Moment, timeOfDay } from "./time";

interface Props {
  lines: ProofLine[];
  sample: boolean;
  /** Whether the sample data is all that there is. */
  onlySample: boolean;
  connection: Connection;
  moment: Moment;
  layoutVersion: number;
  maxLines?: number;
  /** The index of the line that says how current the picture is. */
  livenessIndex?: number;
  /** Whether a source is not read, so that the second line gives the reason. */
  blind?: boolean;
}

/** The lines that are shown. With sample data its sign takes their place, beside one line at most: that the connection is
 * lost, why a source is not read, or which brand an incident is about. */
function shownLines({ lines, sample, connection, moment, maxLines = 2, livenessIndex = 0, blind = false }: Props): ProofLine[] {
  const all = proofLines(lines, connection, moment.locale, livenessIndex);
  if (!sample) return all.slice(0, maxLines);
  const index = connection.trust !== "live" ? livenessIndex : blind ? 1 : livenessIndex - 1;
  return all.slice(Math.max(index, 0), index + 1);
}

/** If one of two lines is too long, both are joined into one text; on an incident's screen they are set closer instead. When the
 * server is silent, only that is shown. */
export function Proof(props: Props) {
  const { livenessIndex = 0, moment } = props;
  const lines = shownLines(props);
  const text = lines.map((line) => line.strong + line.text + line.aged).join();
  const { box, step: tooLong } = useFit(`${text} ${props.layoutVersion}`, 1, (footer) => fitsInWidth(footer, ".line"));
  const isLive = props.connection.trust === "live";
  const [first, second] = tooLong && !livenessIndex && !isLive ? lines.slice(0, 1) : lines;
  const flows = tooLong && !livenessIndex && isLive && first && second;
  return (
    <footer class={`proof ${props.sample ? "sample" : ""} ${tooLong && livenessIndex ? "tight" : ""}`} ref={box}>
      {flows ? (
        <p class="line flow">
          {/* Without its age: the second line is more urgent. */}
          <Line line={{ ...first, at: null }} moment={moment} /> <Line line={second} moment={moment} />
        </p>
      ) : (
        [first, second].map(
          (line, index) =>
            line && (
              <p class="line" key={index}>
                <Line line={line} moment={moment} />
              </p>
            ),
        )
      )}
      {props.sample && <SampleSign only={props.onlySample} />}
    </footer>
  );
}

/** Sample data is labelled as such in every state. */
export function SampleSign({ only }: { only: boolean }) {
  const phrases = usePhrases();
  return (
    <p class="sign">
      <span>{only ? phrases.sample : phrases.contains_sample}</span>
    </p>
  );
}

function Line({ line, moment }: { line: ProofLine; moment: Moment }) {
  return (
    <>
      {line.strong && <b>{line.strong}</b>}
      {line.at === null ? line.text : fill(line.aged, { age: ageOf(line.at, moment) })}
    </>
  );
}

function ageOf(at: number, { locale, now, showsAges }: Moment): string {
  return showsAges ? ago(now - at, locale) : fill(locale.phrases.at, { time: timeOfDay(at, locale) });
}
