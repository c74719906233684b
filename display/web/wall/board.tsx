// Every brand by its share, with its mood as an interval; all moods have the same axis. Each row is a grid of its own, so
// that a name has all the room that its share leaves; roles keep it a table for screen readers.
import { fitsInWidth, useFit } from "./fit";
import { usePhrases } from "./locale";
import { Mark } from "./marks";
import type { BrandRow, Mood, Sentiment } from "./state";

/** The width in rem of the mood axis, which reaches from -MAX_MOOD to MAX_MOOD. */
const MOOD_WIDTH = 10.2;
const MAX_MOOD = 0.8;
const MEAN_WIDTH = 0.46;
/** More rows than this are set closer together, and more than MAX_CLOSE_ROWS as close as they can be. */
const MAX_ROOMY_ROWS = 4;
const MAX_CLOSE_ROWS = 5;
/** A note with more characters than this is wider than a mood. All rows leave room for the longest note, and are set
 * closer. */
const MAX_NARROW_NOTE = 14;
/** Rem. */
const NOTE_CHARACTER_WIDTH = 0.76;
const BEFORE_NOTE = 0.9;
/** A heading with more characters than the first is set closer, to keep clear of the next one. With more than the second it
 * takes that one's place: the % signs below say what the figures are. */
const LONG_HEAD = 18;
const MAX_HEAD = 22;

function xOf(mood: number): number {
  return ((Math.min(Math.max(mood, -MAX_MOOD), MAX_MOOD) + MAX_MOOD) / (2 * MAX_MOOD)) * MOOD_WIDTH;
}

function MoodShape({ mood, of }: { mood: Mood; of: Sentiment }) {
  const low = xOf(mood.low);
  const interval = { x: low, y: 0.55, width: xOf(mood.high) - low, height: 0.9 };
  return (
    <svg class={`mood ${of}`} viewBox={`0 0 ${MOOD_WIDTH} 2`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="axis" x="0" y=".95" width={MOOD_WIDTH} height=".1" />
      <rect class="ground" {...interval} />
      <rect class="interval" {...interval} />
      <rect class="zero" x={MOOD_WIDTH / 2 - 0.05} y="-9" width=".1" height="20" />
      <rect class="mean" x={xOf(mood.mean) - MEAN_WIDTH / 2} y=".2" width={MEAN_WIDTH} height="1.6" />
    </svg>
  );
}

/** `roomKey`: changes with everything else that the room for a name depends on. */
function Row({ row, roomKey }: { row: BrandRow; roomKey: string }) {
  const phrases = usePhrases();
  // The usual share gives way first; then the name takes two lines, and at last smaller letters: a break within a word of
  // one's own name looks like a fault.
  const twoLines = row.usual ? 2 : 1;
  const small = twoLines + 1;
  const shown = `${row.brand} ${row.share} ${row.usual} ${row.ours} ${roomKey}`;
  const { box, step } = useFit<HTMLTableCellElement>(shown, small, fitsInWidth);
  return (
    <tr role="row" class={row.ours ? "ours" : ""}>
      <td role="cell" class="gutter">
        <Mark of={row.mark} large={row.ours} word={row.note ? "" : phrases.moods[row.mark]} />
      </td>
      <th role="rowheader" scope="row" dir="auto" ref={box} class={row.ours ? (["long", "long small"][step - twoLines] ?? "") : ""}>
        <span class="name">{row.brand}</span>
        {row.usual && step === 0 && <span class="usual">{row.usual}</span>}
      </th>
      <td role="cell" class="share">
        {row.share}
        {row.share && <span class="percent">%</span>}
      </td>
      <td role="cell" class="mood-cell">{row.mood ? <MoodShape mood={row.mood} of={row.mark} /> : row.note}</td>
    </tr>
  );
}

interface Props {
  /** The time that the figures cover. */
  head: string;
  rows: BrandRow[];
  /** How often the posts behind the moods are misjudged. */
  errors: string;
  layoutVersion: number;
}

export function Board({ head, rows, errors, layoutVersion }: Props) {
  const phrases = usePhrases();
  const close = rows.length > MAX_CLOSE_ROWS ? "close closest" : rows.length > MAX_ROOMY_ROWS ? "close" : "";
  const longestNote = Math.max(0, ...rows.map((row) => row.note.length));
  const wordy = longestNote > MAX_NARROW_NOTE ? "wordy" : "";
  const alone = head.length > (wordy ? LONG_HEAD : MAX_HEAD) ? "alone" : "";
  // A wall with one brand has no shares.
  const hasShares = rows.length !== 1;
  const room = { "--room": `${longestNote * NOTE_CHARACTER_WIDTH + BEFORE_NOTE}rem` };
  return (
    <>
      <table role="table" class={`board ${close} ${wordy}`} style={room}>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col" class={head.length > LONG_HEAD ? `head long ${alone}` : "head"}>
              {head}
            </th>
            <th role="columnheader" scope="col" class="share">
              {hasShares && <span class={alone && "visually-hidden"}>{phrases.share}</span>}
            </th>
            <th role="columnheader" scope="col" class="mood-cell">
              <span>{phrases.mood}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row, n) => (
            <Row key={`${row.brand} ${n}`} row={row} roomKey={`${layoutVersion} ${close} ${longestNote}`} />
          ))}
        </tbody>
      </table>
      {errors && <p class="errors">{errors}</p>}
    </>
  );
}
