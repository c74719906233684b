// What the horizon and the chart of an incident have in common. Units are rem.
import type { ComponentChildren } from "preact";

import { usePhrases } from "./locale";
import { bar, clearHeight, type Frame, steps } from "./shapes";
import type { Hatch, Label } from "./state";
import { type Moment, timeOfDay } from "./time";

interface BarProps {
  n: number | null;
  /** How much of `n` is drawn as the foot. */
  foot: number;
  class: string;
  index: number;
  count: number;
  scale: number;
  frame: Frame;
}

/** Bars and hatching are equally bright: a halo in the colour of the ground separates them. */
export function BarShape(props: BarProps) {
  const box = bar(props.n, props.index, props.count, props.scale, props.frame);
  if (!box) return null;
  const foot = bar(props.foot, props.index, props.count, props.scale, props.frame);
  const { gap } = props.frame;
  return (
    <g class={`bar ${props.class}`}>
      <rect class="halo" x={box.x - gap} y={box.y - gap} width={box.width + 2 * gap} height={box.height + gap} />
      <rect {...box} />
      {foot && <rect class="foot" {...foot} />}
    </g>
  );
}

/** What could not be seen. A hatch that began before the chart runs off its edge. */
export function Hatches({ hatches, frame }: { hatches: Hatch[]; frame: Frame }) {
  return (
    <>
      {hatches.map(({ start, end }) => {
        const from = start <= 0 ? -1 : start * frame.width;
        const to = end * frame.width;
        return <rect key={start} class="hatch" x={from} y={frame.ground - frame.tallest} width={to - from} height={frame.tallest} />;
      })}
    </>
  );
}

/** The line of what is usual, on a halo that separates it from bars of the same colour. */
export function UsualLine({ usual, scale, frame }: { usual: (number | null)[]; scale: number; frame: Frame }) {
  if (!usual.length) return null;
  const path = steps(usual, scale, frame);
  return (
    <g class="usual">
      <path class="halo" d={path} />
      <path class="line" d={path} />
    </g>
  );
}

/** The approximate width in rem of a character of the word "usual". */
const USUAL_CHARACTER_WIDTH = 0.84;

/** The word beside the line, above everything that is drawn at `x`. */
export function UsualLabel(props: { values: (number | null)[]; usual: (number | null)[]; scale: number; frame: Frame; x: number }) {
  const word = usePhrases().usual;
  if (!props.usual.length) return null;
  const top = clearHeight(props.values, props.usual, props.scale, props.frame, props.x, word.length * USUAL_CHARACTER_WIDTH);
  if (top === null) return null;
  return (
    <span class="label start hour" style={{ left: `${props.x}rem`, top: `${top}rem` }}>
      {word}
    </span>
  );
}

/** The maximum of half the width in rem of a character under the axis. */
const HALF_CHARACTER_WIDTH = 0.42;
const BELOW_GROUND = 0.5;
const ROUNDING = 0.01;

interface AxisLabelsProps {
  labels: Label[];
  /** How far the past has moved on since the state was sent, as a part of the chart. */
  shift: number;
  frame: Frame;
  /** Where the safe area begins; a label that would leave it is left out. */
  safeLeft: number;
  moment: Moment;
}

/** The texts under the axis. */
export function AxisLabels({ labels, shift, frame, safeLeft, moment }: AxisLabelsProps) {
  return (
    <>
      {labels.map((label) => {
        const moved = (label.strong ? label.at : label.at - shift) * frame.width;
        // The label that says why the left edge is hatched stays there.
        const at = label.align === "start" ? Math.max(moved, safeLeft) : moved;
        const text = label.strong ? timeOfDay(moment.now, moment.locale) : label.text;
        const half = label.align === "middle" ? text.length * HALF_CHARACTER_WIDTH : 0;
        if (!label.strong && at - half < safeLeft - ROUNDING) return null;
        const kind = label.strong ? "strong" : label.bright ? "bright" : "hour";
        const top = frame.ground + BELOW_GROUND;
        return (
          <span key={`${label.text}${label.at}`} class={`label ${label.align} ${kind}`} style={{ left: `${at}rem`, top: `${top}rem` }}>
            {text}
          </span>
        );
      })}
    </>
  );
}

/** How far a drawing reaches over the edges of the screen, so that the orbit does not uncover any. */
const BLEED = 1;

interface DrawingProps {
  width: number;
  height: number;
  frame: Frame;
  /** Whether its left edge is an edge of the screen. */
  left: boolean;
  right: boolean;
  children: ComponentChildren;
}

/** The SVG of a chart, `width` wide without its bleed. */
export function Drawing(props: DrawingProps) {
  const left = props.left ? BLEED : 0;
  const width = props.width + left + (props.right ? BLEED : 0);
  const box = { left: `${-left}rem`, width: `${width}rem`, height: `${props.height}rem` };
  return (
    <svg style={box} viewBox={`${-left} 0 ${width} ${props.height}`} aria-hidden="true">
      <defs>
        <pattern id="hatching" width="1.1" height="1.1" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="stripe" width=".38" height="1.1" />
        </pattern>
      </defs>
      {props.children}
      <rect class="ground" x={-left} y={props.frame.ground} width={width} height=".1" />
    </svg>
  );
}
