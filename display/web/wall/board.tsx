// Every brand by its share, with its mood as an interval on one axis. Each row is a grid of its own, so that a name has
// all the room that its share leaves; the roles keep it a table for who cannot see it.
import { useFit, whole } from "./fit";
import { Mark } from "./marks";
import type { Mood, Row as Data, Sentiment } from "./state";
import { useWords } from "./words";

const WIDTH = 10.2;
const HALF = 0.4;
const TICK = 0.46;
/** With more brands than this the rows are closer. */
const ROOMY = 4;
/** A note of more characters than this is wider than a mood: all rows leave it room, set closer, by its characters. */
const WORDY = 14;
const LETTER = 0.76;
const BEFORE_NOTE = 0.9;

function along(score: number): number {
  return ((Math.min(Math.max(score, -HALF), HALF) + HALF) / (2 * HALF)) * WIDTH;
}

function MoodShape({ mood, of }: { mood: Mood; of: Sentiment }) {
  const low = along(mood.low);
  const interval = { x: low, y: 0.55, width: along(mood.high) - low, height: 0.9 };
  return (
    <svg class={`mood ${of}`} viewBox={`0 0 ${WIDTH} 2`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="axis" x="0" y=".95" width={WIDTH} height=".1" />
      <rect class="ground" {...interval} />
      <rect class="interval" {...interval} />
      <rect class="zero" x={WIDTH / 2 - 0.05} y="-9" width=".1" height="20" />
      <rect class="mean" x={along(mood.mean) - TICK / 2} y=".2" width={TICK} height="1.6" />
    </svg>
  );
}

/** `fitted`: whatever else the room for a name depends on. */
function Row({ row, fitted }: { row: Data; fitted: string }) {
  const words = useWords();
  // What is usual gives way first, then the name takes two lines.
  const last = row.usual ? 2 : 1;
  const shown = `${row.brand} ${row.share} ${row.usual} ${row.ours} ${fitted}`;
  const { box, step } = useFit<HTMLTableCellElement>(shown, last, whole);
  return (
    <tr role="row" class={row.ours ? "ours" : ""}>
      <td role="cell" class="gutter">
        <Mark of={row.mark} large={row.ours} word={row.note ? "" : words.moods[row.mark]} />
      </td>
      <th role="rowheader" scope="row" dir="auto" ref={box} class={row.ours && step === last ? "long" : ""}>
        <span class="name">{row.brand}</span>
        {row.usual && step === 0 && <span class="usual">{row.usual}</span>}
      </th>
      <td role="cell" class="share">
        {row.share}
        {row.share && <span class="percent">%</span>}
      </td>
      <td role="cell" class="feeling">{row.mood ? <MoodShape mood={row.mood} of={row.mark} /> : row.note}</td>
    </tr>
  );
}

/** A head with more characters than the first is set closer, to keep off the next; with more than the second it stands
 * in its place, for the signs below say what they are. */
const LONG_HEAD = 18;
const LONGEST_HEAD = 22;

/** `head` says what the figures cover. */
export function Board({ head, rows, fitted }: { head: string; rows: Data[]; fitted: number }) {
  const words = useWords();
  const close = rows.length > ROOMY ? "close" : "";
  const longest = Math.max(0, ...rows.map((row) => row.note.length));
  const wordy = longest > WORDY ? "wordy" : "";
  const alone = head.length > (wordy ? LONG_HEAD : LONGEST_HEAD) ? "alone" : "";
  const room = { "--room": `${longest * LETTER + BEFORE_NOTE}rem` };
  return (
    <table role="table" class={`board ${close} ${wordy}`} style={room}>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col" class={head.length > LONG_HEAD ? `head long ${alone}` : "head"}>
            {head}
          </th>
          <th role="columnheader" scope="col" class="share">
            <span class={alone && "unseen"}>{words.share}</span>
          </th>
          <th role="columnheader" scope="col" class="feeling">
            <span>{words.mood}</span>
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row, n) => (
          <Row key={`${row.brand} ${n}`} row={row} fitted={`${fitted} ${close} ${longest}`} />
        ))}
      </tbody>
    </table>
  );
}
