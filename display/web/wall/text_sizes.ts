// Sizes that depend on how much text there is. Type shrinks only in these steps.

export interface Size {
  name: "large" | "middle" | "small";
  /** The lines it may have, and the rows that fit below it. */
  lines: number;
  rows: number;
}

/** Sizes of the hero, largest first; voices.css has their type. */
export const HERO_SIZES: readonly Size[] = [
  { name: "large", lines: 3, rows: 2 },
  { name: "middle", lines: 4, rows: 2 },
  { name: "small", lines: 6, rows: 1 },
];

/** Sizes of the voice on an incident's screen. */
export const INCIDENT_VOICE_SIZES: readonly Size[] = [
  { name: "middle", lines: 3, rows: 0 },
  { name: "small", lines: 3, rows: 0 },
];

/** Whether text of `height` pixels has more than `lines` lines of `lineHeight` pixels. Less than half a line more is letters
 * that reach out of theirs. */
export function overflows(height: number, lineHeight: number, lines: number): boolean {
  return height > lineHeight * (lines + 0.5);
}

/** The step after `step` if the text overflows and there is a smaller size. */
export function nextSize(sizes: readonly Size[], step: number, height: number, lineHeight: number): number {
  const size = sizes[step];
  if (!size || step === sizes.length - 1) return step;
  return overflows(height, lineHeight, size.lines) ? step + 1 : step;
}

/** The size in rem of the number on an incident's flag, which is 34 wide, by its number of characters. */
export function numberSize(multiple: string): number {
  return [29, 29, 16.5, 11.5][multiple.length] ?? 8.5;
}
