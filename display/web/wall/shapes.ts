// Turns counts into shapes, in rem. Pure.
import type { Hatch } from "./state";

/** The area of a chart: now is at `width`, the axis at `ground`, and the highest bar is `tallest` above it. */
export interface Frame {
  width: number;
  ground: number;
  tallest: number;
  /** Between two bars. */
  gap: number;
  /** How far the first bar reaches over the left edge; more than 0 if that is the edge of the screen. */
  over: number;
}

export const DAY: Frame = { width: 91.2, ground: 8.25, tallest: 7.75, gap: 0.14, over: 1 };

/** The minimum height of a bar that is not 0. */
const MIN_HEIGHT = 0.14;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The box of the bar at `index` of `count`; null for no mentions, and where nothing could be read. */
export function bar(n: number | null, index: number, count: number, scale: number, frame: Frame): Box | null {
  if (!n) return null;
  const pitch = frame.width / count;
  const height = Math.min(Math.max((n / Math.max(scale, 1)) * frame.tallest, MIN_HEIGHT), frame.tallest);
  const over = index ? 0 : frame.over;
  return { x: index * pitch + frame.gap / 2 - over, y: frame.ground - height, width: pitch - frame.gap + over, height };
}

/** The distance of a value from the top. */
export function level(value: number, scale: number, frame: Frame): number {
  return frame.ground - Math.min(value / Math.max(scale, 1), 1) * frame.tallest;
}

function rounded(n: number): string {
  return String(Math.round(n * 1000) / 1000);
}

/** The SVG path of a line in steps, interrupted where what is usual is unknown. */
export function steps(usual: readonly (number | null)[], scale: number, frame: Frame): string {
  const pitch = frame.width / usual.length;
  let path = "";
  let previous: number | null = null;
  usual.forEach((value, index) => {
    const y = value === null ? null : level(value, scale, frame);
    if (y !== null && previous === null) path += `M${rounded(index ? index * pitch : -frame.over)} ${rounded(y)}`;
    else if (y !== null && y !== previous) path += `V${rounded(y)}`;
    if (y !== null) path += `H${rounded((index + 1) * pitch)}`;
    previous = y;
  });
  return path;
}

/** The top of a word of `width` at `x`, above every bar and the line of what is usual; null if there is no room. */
export function clearHeight(
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
  const top = Math.min(frame.ground, ...under) - WORD_HEIGHT;
  return top < 0 ? null : top;
}

/** The height in rem of a line of text, without the space below its letters. */
const WORD_HEIGHT = 1.95;

const DAY_MS = 24 * 60 * 60_000;

/** How far the past has moved on `elapsed` milliseconds after the state was sent, as a part of the horizon. */
export function drift(elapsed: number): number {
  return Math.min(Math.max(elapsed / DAY_MS, 0), 1);
}

/** The hatches after the past has moved on by `shift`: nothing was seen since. */
export function drifted(hatches: readonly Hatch[], shift: number): Hatch[] {
  if (!shift) return [...hatches];
  const moved = hatches.map((h) => ({ start: Math.max(h.start - shift, 0), end: h.end - shift }));
  const last = moved.at(-1);
  const since = { start: 1 - shift, end: 1 };
  if (last && last.end >= since.start) return [...moved.slice(0, -1), { start: last.start, end: 1 }].filter((h) => h.end > 0);
  return [...moved, since].filter((h) => h.end > 0);
}
