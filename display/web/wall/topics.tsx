// What it is about: the topics of a day, in the place of the voices for a while.
import { Mark } from "./marks";
import type { TopicRow, WallState } from "./state";
import { useWords } from "./words";

/** With fewer rows the voices keep the stage. */
export const LEAST_ROWS = 3;

function Row({ row }: { row: TopicRow }) {
  const words = useWords();
  return (
    <tr role="row">
      <td role="cell" class="gutter">
        <Mark of={row.mark} word={words.moods[row.mark]} />
      </td>
      <th role="rowheader" scope="row" dir="auto">
        {row.name}
      </th>
      <td role="cell" class="count">
        {row.count}
      </td>
      <td role="cell" class="against">
        {row.against}
      </td>
    </tr>
  );
}

export function Topics({ topics }: { topics: NonNullable<WallState["topics"]> }) {
  return (
    <table role="table" class="topics">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            {topics.head}
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {topics.rows.map((row) => (
          <Row key={row.name} row={row} />
        ))}
      </tbody>
    </table>
  );
}
