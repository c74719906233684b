// 24 hours on one line: the past runs off the left edge, now ends at the safe edge. Units of the drawing are rem.
import type { Bar, Horizon as Data, Moment, Stretch, Label } from "./state";
import { timeOfDay } from "./state";

const WIDTH = 91.2;
const GROUND = 8.25;
const TALLEST = 7.75;
const GAP = 0.14;
const LEAST = 0.14;
const BRIGHT = 4;
const SPAN = 24 * 60 * 60_000;
const SAFE = 4.8;

function BarShape({ bar, index, count, scale }: { bar: Bar; index: number; count: number; scale: number }) {
  if (!bar.n) return null;
  const pitch = WIDTH / count;
  const height = Math.max((bar.n / scale) * TALLEST, LEAST);
  const foot = bar.negative ? Math.max((bar.negative / scale) * TALLEST, LEAST) : 0;
  const box = { x: index * pitch, width: pitch - GAP };
  const bright = index >= count - BRIGHT ? "bright" : "";
  return (
    <g class={`bar ${bright}`}>
      <rect class="halo" x={box.x - GAP} y={GROUND - height - GAP} width={pitch + GAP} height={height + GAP} />
      <rect {...box} y={GROUND - height} height={height} />
      {foot > 0 && <rect class="foot" {...box} y={GROUND - foot} height={foot} />}
    </g>
  );
}

function Hatched({ start, end }: Stretch) {
  return <rect class="hatch" x={start * WIDTH} y={GROUND - TALLEST} width={(end - start) * WIDTH} height={TALLEST} />;
}

function AxisLabel({ label, shift, text }: { label: Label; shift: number; text: string }) {
  const at = label.strong ? label.at : label.at - shift;
  const half = label.align === "middle" ? text.length * 0.42 : 0;
  if (!label.strong && at * WIDTH - half < SAFE - 0.01) return null;
  return (
    <span class={`label ${label.align} ${label.strong ? "strong" : ""}`} style={{ left: `${at * WIDTH}rem` }}>
      {text}
    </span>
  );
}

/** `elapsed`: milliseconds since this picture was true; only a lost connection makes it more than a moment. */
export function Horizon({ data, elapsed, moment }: { data: Data; elapsed: number; moment: Moment }) {
  const shift = moment.aging ? 0 : Math.min(elapsed / SPAN, 1);
  const hatches = shift ? [...data.hatches.map((h) => ({ start: Math.max(h.start - shift, 0), end: h.end - shift })), { start: 1 - shift, end: 1 }] : data.hatches;
  return (
    <div class="horizon" role="img" aria-label={data.spoken}>
      <svg viewBox="0 0 96 11" aria-hidden="true">
        <defs>
          <pattern id="hatching" width="1.1" height="1.1" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect class="stripe" width=".38" height="1.1" />
          </pattern>
        </defs>
        {hatches.filter((h) => h.end > 0).map((h) => <Hatched key={`${h.start}`} {...h} />)}
        <g transform={`translate(${-shift * WIDTH} 0)`}>
          {data.bars.map((bar, index) => (
            <BarShape key={index} bar={bar} index={index} count={data.bars.length} scale={data.scale} />
          ))}
        </g>
        <rect class="ground" y={GROUND} width="96" height=".1" />
      </svg>
      {data.labels.map((label) => (
        <AxisLabel
          key={`${label.text}${label.at}`}
          label={label}
          shift={shift}
          text={label.strong ? timeOfDay(moment.now, moment.offset) : label.text}
        />
      ))}
    </div>
  );
}
