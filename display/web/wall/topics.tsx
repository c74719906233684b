// What people write about: the topics of a day, in place of the voices for a while.
import { usePhrases } from "./locale";
import { Mark } from "./marks";
import type { TopicBoard, TopicRow } from "./state";

/** With fewer rows, the voices keep the stage. */
export const MIN_ROWS = 3;

function Row({ row }: { row: TopicRow }) {
  const phrases = usePhrases();
  return (
    <tr role="row">
      <td role="cell" class="gutter">
        <Mark of={row.mark} word={phrases.moods[row.mark]} />
      </td>
      <th role="rowheader" scope="row" dir="auto">
        {row.name}
      </th>
      <td role="cell" class="count">
        {row.count}
      </td>
      <td role="cell" class="comparison">
        {row.comparison}
      </td>
    </tr>
  );
}

export function Topics({ topics }: { topics: TopicBoard }) {
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
