// The first run: sources as a departure board.
import type { Moment } from "./ages";
import { ago } from "./ages";
import type { Departure } from "./state";

/** Rows that leave room for the sign of sample data. */
const MOST_WITH_SIGN = 4;
/** Rem of a row at most, and of all of them: below is room for a line, should the connection be lost. */
const ROOMY = 4.25;
const ROOM = 20;

function Row({ row, moment }: { row: Departure; moment: Moment }) {
  return (
    <tr>
      <th scope="row" dir="auto">
        {row.source}
      </th>
      {row.read_at === null ? (
        <td colSpan={3}>{row.wait}</td>
      ) : (
        <>
          <td>{ago(moment.now - row.read_at, moment.words)}</td>
          <td class="number">{row.posts}</td>
          <td class="about">{moment.words.noneYet}</td>
        </>
      )}
    </tr>
  );
}

export function Departures(props: { rows: Departure[]; ours: string; moment: Moment; sample: boolean }) {
  const words = props.moment.words;
  const rows = props.sample ? props.rows.slice(0, MOST_WITH_SIGN) : props.rows;
  const high = { "--high": `${Math.min(ROOMY, ROOM / rows.length)}rem` };
  return (
    <table class="departures" style={high}>
      <thead>
        <tr>
          <th scope="col">{words.source}</th>
          <th scope="col">{words.lastRead}</th>
          <th scope="col" class="number">
            {words.postsAnHour}
          </th>
          <th scope="col" class="about">
            {words.about} <bdi>{props.ours}</bdi>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.source} row={row} moment={props.moment} />
        ))}
      </tbody>
    </table>
  );
}
