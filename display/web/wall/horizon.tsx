// 24 hours on one line: the past runs off the left edge, now is at the right edge of the safe area.
import { useMemo } from "preact/hooks";

import { AxisLabels, BarShape, Drawing, Hatches, UsualLabel, UsualLine } from "./chart";
import { DAY, drift, drifted } from "./shapes";
import type * as Doc from "./state";
import type { Moment } from "./time";

const WIDTH = 96;
const HEIGHT = 10.6;
const SAFE_LEFT = 4.8;
/** The bars of the last hour. */
const BRIGHT_BARS = 4;

function Bars({ horizon }: { horizon: Doc.Horizon }) {
  const count = horizon.bars.length;
  return (
    <>
      {horizon.bars.map((bar, index) => (
        <BarShape
          key={index}
          n={bar.n}
          foot={bar.negative}
          class={index >= count - BRIGHT_BARS ? "bright" : ""}
          index={index}
          count={count}
          scale={horizon.scale}
          frame={DAY}
        />
      ))}
      <UsualLine usual={horizon.usual} scale={horizon.scale} frame={DAY} />
    </>
  );
}

/** `elapsed`: milliseconds of the shown time since the state was sent. They count only when the connection is lost. */
export function Horizon({ horizon, elapsed, moment }: { horizon: Doc.Horizon; elapsed: number; moment: Moment }) {
  const shift = moment.showsAges ? 0 : drift(elapsed);
  const bars = useMemo(() => <Bars horizon={horizon} />, [horizon]);
  return (
    <div class="horizon" role="img" aria-label={horizon.spoken}>
      <Drawing width={WIDTH} height={HEIGHT} frame={DAY} left right>
        <Hatches hatches={drifted(horizon.hatches, shift)} frame={DAY} />
        <g transform={`translate(${-shift * DAY.width} 0)`}>{bars}</g>
      </Drawing>
      <DriftingUsualLabel horizon={horizon} shift={shift} />
      <AxisLabels labels={horizon.labels} shift={shift} frame={DAY} safeLeft={SAFE_LEFT} moment={moment} />
    </div>
  );
}

function DriftingUsualLabel({ horizon, shift }: { horizon: Doc.Horizon; shift: number }) {
  if (horizon.usual_label === null) return null;
  const x = (horizon.usual_label - shift) * DAY.width;
  if (x < SAFE_LEFT) return null;
  return <UsualLabel values={horizon.bars.map((b) => b.n)} usual={horizon.usual} scale={horizon.scale} frame={DAY} x={x} />;
}
