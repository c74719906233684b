// 24 hours on one line: the past runs off the left edge, now ends at the safe edge.
import { useMemo } from "preact/hooks";

import type { Moment } from "./ages";
import { AxisLabels, BarShape, Drawing, Hatches, UsualLabel, UsualLine } from "./chart";
import { DAY, drift, drifted } from "./shapes";
import type { Horizon as Data } from "./state";

const WIDTH = 96;
const HEIGHT = 10.6;
const SAFE = 4.8;
const BRIGHT = 4;

function Bars({ data }: { data: Data }) {
  const count = data.bars.length;
  return (
    <>
      {data.bars.map((bar, index) => (
        <BarShape
          key={index}
          n={bar.n}
          foot={bar.negative}
          class={index >= count - BRIGHT ? "bright" : ""}
          index={index}
          count={count}
          scale={data.scale}
          frame={DAY}
        />
      ))}
      <UsualLine usual={data.usual} scale={data.scale} frame={DAY} />
    </>
  );
}

/** `elapsed`: milliseconds of the shown time since this picture was true; only a lost connection makes them count. */
export function Horizon({ data, elapsed, moment }: { data: Data; elapsed: number; moment: Moment }) {
  const shift = moment.aging ? 0 : drift(elapsed);
  const bars = useMemo(() => <Bars data={data} />, [data]);
  return (
    <div class="horizon" role="img" aria-label={data.spoken}>
      <Drawing width={WIDTH} height={HEIGHT} frame={DAY} left right>
        <Hatches of={drifted(data.hatches, shift)} frame={DAY} />
        <g transform={`translate(${-shift * DAY.width} 0)`}>{bars}</g>
      </Drawing>
      <Word data={data} shift={shift} />
      <AxisLabels labels={data.labels} shift={shift} frame={DAY} least={SAFE} moment={moment} />
    </div>
  );
}

function Word({ data, shift }: { data: Data; shift: number }) {
  if (data.usual_label === null) return null;
  const x = (data.usual_label - shift) * DAY.width;
  if (x < SAFE) return null;
  return <UsualLabel values={data.bars.map((b) => b.n)} usual={data.usual} scale={data.scale} frame={DAY} x={x} />;
}
