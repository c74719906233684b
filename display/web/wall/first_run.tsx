// The sources, until the first mention.
import type { FirstRunSource } from "./state";
import { ago, type Moment } from "./time";

/** Rows that leave room for the sign of sample data. */
const MAX_ROWS_WITH_SIGN = 4;
/** The maximum height of a row, and of all rows, which leaves room for a line if the connection is lost. */
const MAX_ROW_HEIGHT_REM = 4.25;
const MAX_HEIGHT_REM = 20;

function Row({ row, moment }: { row: FirstRunSource; moment: Moment }) {
  return (
    <tr>
      <th scope="row" dir="auto">
        {row.source}
      </th>
      {row.read_at === null ? (
        <td colSpan={3}>{row.wait}</td>
      ) : (
        <>
          <td>{ago(moment.now - row.read_at, moment.locale)}</td>
          <td class="number">{row.posts}</td>
          <td class="about">{row.about}</td>
        </>
      )}
    </tr>
  );
}

export function FirstRun(props: { sources: FirstRunSource[]; ours: string; moment: Moment; sample: boolean }) {
  const { phrases } = props.moment.locale;
  const rows = props.sample ? props.sources.slice(0, MAX_ROWS_WITH_SIGN) : props.sources;
  if (!rows.length) return <div />;
  const height = { "--row-height": `${Math.min(MAX_ROW_HEIGHT_REM, MAX_HEIGHT_REM / rows.length)}rem` };
  return (
    <table class="first-run" style={height}>
      <thead>
        <tr>
          <th scope="col">{phrases.source}</th>
          <th scope="col">{phrases.last_read}</th>
          <th scope="col" class="number">
            {phrases.posts_an_hour}
          </th>
          <th scope="col" class="about">
            {phrases.about} <bdi>{props.ours}</bdi>
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
