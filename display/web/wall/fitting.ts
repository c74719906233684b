// Sizes that depend on how much there is to say. Type never shrinks to fit a box but in these steps.

export interface Size {
  name: "large" | "middle" | "small";
  /** As many as it may have, and the rows that then have room below it. */
  lines: number;
  rows: number;
}

/** Of the hero, largest first; their type stands in voices.css. */
export const HERO: readonly Size[] = [
  { name: "large", lines: 3, rows: 2 },
  { name: "middle", lines: 4, rows: 2 },
  { name: "small", lines: 6, rows: 1 },
];

/** Of the voice on an incident's screen. */
export const WITNESS: readonly Size[] = [
  { name: "middle", lines: 3, rows: 0 },
  { name: "small", lines: 3, rows: 0 },
];

/** Whether text of `height` pixels is more than `lines` lines of `line` pixels. Half a line is letters that reach out. */
export function overflows(height: number, line: number, lines: number): boolean {
  return height > line * (lines + 0.5);
}

/** The step after `step`, as long as the text overflows and there is a smaller one. */
export function nextSize(sizes: readonly Size[], step: number, height: number, line: number): number {
  const size = sizes[step];
  if (!size || step === sizes.length - 1) return step;
  return overflows(height, line, size.lines) ? step + 1 : step;
}

/** Rem of the number on an incident's flag, which is 34 wide, by its digits. */
export function numberSize(multiple: string): number {
  return [29, 29, 16.5, 11.5][multiple.length] ?? 8.5;
}
