// Every brand by its share, with its mood as an interval on one axis. Each row is a grid of its own, so that a name has
// all the room that its share leaves; the roles keep it a table for who cannot see it.
import { Mark } from "./marks";
import type { Mood, Row as Data, Sentiment } from "./state";

const MOODS: Record<Sentiment, string> = {
  positive: "mood positive",
  negative: "mood negative",
  neutral: "mood mixed",
  unscored: "mood not known",
};
const WIDTH = 10.2;
const HALF = 0.4;
const TICK = 0.46;
const ROOMY = 4;
/** With more brands than this the rows are closer. */

function along(score: number): number {
  return ((Math.min(Math.max(score, -HALF), HALF) + HALF) / (2 * HALF)) * WIDTH;
}

function MoodShape({ mood, of }: { mood: Mood; of: Sentiment }) {
  const low = along(mood.low);
  return (
    <svg class={`mood ${of}`} viewBox={`0 0 ${WIDTH} 2`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="axis" x="0" y=".95" width={WIDTH} height=".1" />
      <rect class="zero" x={WIDTH / 2 - 0.05} y="-9" width=".1" height="20" />
      <rect class="interval" x={low} y=".55" width={along(mood.high) - low} height=".9" />
      <rect class="mean" x={along(mood.mean) - TICK / 2} y=".2" width={TICK} height="1.6" />
    </svg>
  );
}

function Row({ row }: { row: Data }) {
  return (
    <tr role="row" class={row.ours ? "ours" : ""}>
      <td role="cell" class="gutter">
        <Mark of={row.mark} large={row.ours} word={row.note ? "" : MOODS[row.mark]} />
      </td>
      <th role="rowheader" scope="row" dir="auto">
        {row.brand}
      </th>
      <td role="cell" class="share">
        {row.share}
        {row.share && <span class="percent">%</span>}
      </td>
      <td role="cell" class="feeling">{row.mood ? <MoodShape mood={row.mood} of={row.mark} /> : row.note}</td>
    </tr>
  );
}

/** `head` says what the figures cover. */
export function Board({ head, rows }: { head: string; rows: Data[] }) {
  return (
    <table role="table" class={rows.length > ROOMY ? "board close" : "board"}>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col" class="head">
            {head}
          </th>
          <th role="columnheader" scope="col" class="share">
            share
          </th>
          <th role="columnheader" scope="col" class="feeling">
            <span>mood</span>
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <Row key={row.brand} row={row} />
        ))}
      </tbody>
    </table>
  );
}
