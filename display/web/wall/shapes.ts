// From counts to shapes, in rem. Pure.
import type { Stretch } from "./state";

/** The box that bars stand in: the now-edge is at `width`, the line at `ground`, the highest bar `tallest` above it. */
export interface Frame {
  width: number;
  ground: number;
  tallest: number;
  /** Between two bars: half of it at each side of one. */
  gap: number;
  /** By how much the first bar reaches over the left edge: 0, or the screen's edge is there and the past runs off it. */
  over: number;
}

export const DAY: Frame = { width: 91.2, ground: 8.25, tallest: 7.75, gap: 0.14, over: 1 };

/** The least height of what is not nothing. */
const LEAST = 0.14;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The box of the bar at `index` of `count`; null where it stands for nothing. */
export function bar(n: number | null, index: number, count: number, scale: number, frame: Frame): Box | null {
  if (!n) return null;
  const pitch = frame.width / count;
  const height = Math.min(Math.max((n / Math.max(scale, 1)) * frame.tallest, LEAST), frame.tallest);
  const over = index ? 0 : frame.over;
  return { x: index * pitch + frame.gap / 2 - over, y: frame.ground - height, width: pitch - frame.gap + over, height };
}

/** Where a value stands: rem from the top. */
export function level(value: number, scale: number, frame: Frame): number {
  return frame.ground - Math.min(value / Math.max(scale, 1), 1) * frame.tallest;
}

function fixed(n: number): string {
  return String(Math.round(n * 1000) / 1000);
}

/** A line in steps, as the path of an SVG; it breaks where nobody knows what is usual. */
export function steps(usual: readonly (number | null)[], scale: number, frame: Frame): string {
  const pitch = frame.width / usual.length;
  let path = "";
  let at: number | null = null;
  usual.forEach((value, index) => {
    const y = value === null ? null : level(value, scale, frame);
    if (y !== null && at === null) path += `M${fixed(index ? index * pitch : -frame.over)} ${fixed(y)}`;
    else if (y !== null && y !== at) path += `V${fixed(y)}`;
    if (y !== null) path += `H${fixed((index + 1) * pitch)}`;
    at = y;
  });
  return path;
}

/** How far above the line a word of `width` rem at `x` clears every bar and the line of the usual; null: nowhere. */
export function clears(
  values: readonly (number | null)[],
  usual: readonly (number | null)[],
  scale: number,
  frame: Frame,
  x: number,
  width: number,
): number | null {
  const pitch = frame.width / usual.length;
  const first = Math.max(Math.floor(x / pitch), 0);
  const last = Math.min(Math.ceil((x + width) / pitch), usual.length);
  const under = [...values.slice(first, last), ...usual.slice(first, last)].map((v) => level(v ?? 0, scale, frame));
  const top = Math.min(frame.ground, ...under) - WORD;
  return top < 0 ? null : top;
}

/** Height of a word's line, less what is blank under its letters. */
const WORD = 1.95;

const DAY_LONG = 24 * 60 * 60_000;

/** By which part of the horizon the past moved on, `elapsed` milliseconds after the state. */
export function drift(elapsed: number): number {
  return Math.min(Math.max(elapsed / DAY_LONG, 0), 1);
}

/** Hatches as they are after a drift: what came since was not seen. */
export function drifted(hatches: readonly Stretch[], shift: number): Stretch[] {
  if (!shift) return [...hatches];
  const moved = hatches.map((h) => ({ start: Math.max(h.start - shift, 0), end: h.end - shift }));
  const last = moved.at(-1);
  const since = { start: 1 - shift, end: 1 };
  if (last && last.end >= since.start) return [...moved.slice(0, -1), { start: last.start, end: 1 }].filter((h) => h.end > 0);
  return [...moved, since].filter((h) => h.end > 0);
}
