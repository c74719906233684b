// What the horizon and the chart of an incident are both drawn with. Units are rem.
import type { ComponentChildren } from "preact";

import type { Moment } from "./ages";
import { timeOfDay } from "./ages";
import type { Frame } from "./shapes";
import { bar, clears, steps } from "./shapes";
import type { Label, Stretch } from "./state";
import { useWords } from "./words";

/** Bars and hatching are equally bright: what parts them is a halo of ground. */
export function BarShape(props: { n: number | null; foot: number; class: string; index: number; count: number; scale: number; frame: Frame }) {
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

/** Stretches that could not be seen. One that comes from before the picture runs off its edge. */
export function Hatches({ of, frame }: { of: Stretch[]; frame: Frame }) {
  return (
    <>
      {of.map(({ start, end }) => {
        const from = start <= 0 ? -1 : start * frame.width;
        const to = end * frame.width;
        return <rect key={start} class="hatch" x={from} y={frame.ground - frame.tallest} width={to - from} height={frame.tallest} />;
      })}
    </>
  );
}

/** The line of what is usual, on a halo that keeps it apart from bars of its own colour. */
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

/** About the width of a letter of the word "usual". */
const LETTER = 0.84;

/** The word beside the line, over whatever stands at `x`. */
export function UsualLabel(props: { values: (number | null)[]; usual: (number | null)[]; scale: number; frame: Frame; x: number }) {
  const word = useWords().usual;
  if (!props.usual.length) return null;
  const top = clears(props.values, props.usual, props.scale, props.frame, props.x, word.length * LETTER);
  if (top === null) return null;
  return (
    <span class="label start hour" style={{ left: `${props.x}rem`, top: `${top}rem` }}>
      {word}
    </span>
  );
}

/** Rem that a character under the axis takes at most, halved. */
const HALF_CHARACTER = 0.42;

/** Words under the axis; what would leave the safe area, which begins at `least`, is left out. */
export function AxisLabels(props: { labels: Label[]; shift: number; frame: Frame; least: number; moment: Moment }) {
  return (
    <>
      {props.labels.map((label) => {
        const moved = (label.strong ? label.at : label.at - props.shift) * props.frame.width;
        // What says why the left edge is hatched stays there.
        const at = label.align === "start" ? Math.max(moved, props.least) : moved;
        const text = label.strong ? timeOfDay(props.moment.now, props.moment) : label.text;
        const half = label.align === "middle" ? text.length * HALF_CHARACTER : 0;
        if (!label.strong && at - half < props.least - 0.01) return null;
        const kind = label.strong ? "strong" : label.bright ? "bright" : "hour";
        const top = props.frame.ground + 0.5;
        return (
          <span key={`${label.text}${label.at}`} class={`label ${label.align} ${kind}`} style={{ left: `${at}rem`, top: `${top}rem` }}>
            {text}
          </span>
        );
      })}
    </>
  );
}

/** How far a drawing reaches over the edges of the screen, in rem, so that the orbit bares none. */
const BLEED = 1;

interface Area {
  width: number;
  height: number;
  frame: Frame;
  /** The edges of its place that are edges of the screen. */
  left: boolean;
  right: boolean;
  children: ComponentChildren;
}

/** The drawing itself, `width` wide but for where it bleeds. */
export function Drawing(props: Area) {
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
