// What changes by the clock alone: layouts, orbit, stage, and how far the picture can be trusted. Pure: `clock` is the
// server's real time in epoch milliseconds, carried on by the page's monotonic clock; the television's clock is never used.

/** The order of the zones. Consecutive layouts have no lit place in common. */
export interface Layout {
  name: "A" | "B" | "A'" | "B'";
  /** The headline is at the foot, the columns at the head. */
  headLast: boolean;
  boardFirst: boolean;
}

export const LAYOUTS: readonly [Layout, Layout, Layout, Layout] = [
  { name: "A", headLast: false, boardFirst: false },
  { name: "B", headLast: true, boardFirst: true },
  { name: "A'", headLast: false, boardFirst: true },
  { name: "B'", headLast: true, boardFirst: false },
];

const SLOT_MS = 20 * 60_000;

/** The number of the 20 minutes that `clock` falls into. */
export function slot(clock: number): number {
  return Math.floor(clock / SLOT_MS);
}

function modulo(n: number, divisor: number): number {
  return ((n % divisor) + divisor) % divisor;
}

/** The layout of a slot; always the first one on walls that do not rotate. */
export function layout(slot: number, rotates: boolean): Layout {
  return LAYOUTS[rotates ? modulo(slot, LAYOUTS.length) : 0]!;
}

const ORBIT_STEP_MS = 4 * 60_000;
const STEPS_PER_SLOT = SLOT_MS / ORBIT_STEP_MS;
const ORBIT_DISTANCE_REM = 0.4;

/** The nine positions of the canvas, in rem, each next to the one before; the first is the centre. */
export const POSITIONS: readonly (readonly [number, number])[] = [
  [0, 0],
  [ORBIT_DISTANCE_REM, 0],
  [ORBIT_DISTANCE_REM, ORBIT_DISTANCE_REM],
  [0, ORBIT_DISTANCE_REM],
  [-ORBIT_DISTANCE_REM, ORBIT_DISTANCE_REM],
  [-ORBIT_DISTANCE_REM, 0],
  [-ORBIT_DISTANCE_REM, -ORBIT_DISTANCE_REM],
  [0, -ORBIT_DISTANCE_REM],
  [ORBIT_DISTANCE_REM, -ORBIT_DISTANCE_REM],
];

export interface Orbit {
  step: number;
  /** The id of the hero at that time; null if there was none. */
  hero: number | null;
}

/** Takes a step when the hero changes; if it does not, with the next layout or when the following step is due. */
export function orbit(before: Orbit | null, clock: number, hero: number | null): Orbit {
  const due = Math.floor(clock / ORBIT_STEP_MS);
  if (!before || hero === null || hero !== before.hero) return { step: due, hero };
  const isLate = Math.abs(due - before.step) > 1;
  const hasNewLayout = Math.floor(due / STEPS_PER_SLOT) !== Math.floor(before.step / STEPS_PER_SLOT);
  return { step: isLate || hasNewLayout ? due : before.step, hero };
}

/** The position of the canvas at a step: x and y in rem. */
export function position(step: number): readonly [number, number] {
  return POSITIONS[modulo(step, POSITIONS.length)]!;
}

const STAGE_LOOP_MS = 60_000;
const VOICES_MS = 48_000;
/** Topics that would be shown for less time than this are skipped. */
const MIN_TOPICS_MS = 6_000;

export interface Stage {
  shows: "voices" | "topics";
  /** By `clock`: when the hero that topics wait for has been read. */
  readAt: number;
}

/** Voices for 48 s, topics for 12. Topics wait until the hero has been read, but not for one that appears meanwhile. */
export function stage(before: Stage | null, clock: number, dwellsUntil: number, hasTopics: boolean): Stage {
  const phase = modulo(clock, STAGE_LOOP_MS);
  if (phase < VOICES_MS || !hasTopics) return { shows: "voices", readAt: dwellsUntil };
  const readAt = before?.readAt ?? dwellsUntil;
  const hasTime = before?.shows === "topics" || STAGE_LOOP_MS - phase >= MIN_TOPICS_MS;
  return { shows: clock >= readAt && hasTime ? "topics" : "voices", readAt };
}

const FIRST_VOICE_MS = 24_000;
const OTHER_VOICE_MS = 12_000;

/** The index of the voice of an incident that is shown: the first for 24 s, each other one for 12. */
export function incidentVoice(clock: number, voices: number): number {
  const phase = modulo(clock, FIRST_VOICE_MS + OTHER_VOICE_MS * (voices - 1));
  return phase < FIRST_VOICE_MS ? 0 : 1 + Math.floor((phase - FIRST_VOICE_MS) / OTHER_VOICE_MS);
}

/** How far the picture can be trusted, by how long the server has been silent. */
export type Trust = "live" | "reconnecting" | "not live" | "long gone";

const RECONNECTING_AFTER_MS = 30_000;
const NOT_LIVE_AFTER_MS = 90_000;
const LONG_GONE_AFTER_MS = 60 * 60_000;

/** `silence` in milliseconds of the page's monotonic clock: setting the television's clock must not change it. */
export function trust(silence: number): Trust {
  if (silence >= LONG_GONE_AFTER_MS) return "long gone";
  if (silence >= NOT_LIVE_AFTER_MS) return "not live";
  return silence >= RECONNECTING_AFTER_MS ? "reconnecting" : "live";
}

/** A larger change of the offset means that a clock was set. */
const MAX_DELAY_MS = 2_000;

/** How far the server's clock is ahead of the page's. A slow message makes the offset look smaller, so the largest value is
 * the most accurate one. */
export function clockOffset(before: number | null, server: number, page: number): number {
  const measured = server - page;
  return before === null || Math.abs(measured - before) > MAX_DELAY_MS ? measured : Math.max(before, measured);
}

/** Everything that the clock decides about a picture. */
export interface Schedule {
  slot: number;
  stage: Stage;
  orbit: Orbit;
}

/** The parts of a state that these decisions depend on. */
export interface ScheduleInput {
  hero: number | null;
  dwellsUntil: number;
  /** Whether there are topics to show, and a stage for them. */
  hasTopics: boolean;
}

/** The schedule at `clock`, given the previous one. */
export function scheduleAt(before: Schedule | null, clock: number, input: ScheduleInput): Schedule {
  return {
    slot: slot(clock),
    stage: stage(before?.stage ?? null, clock, input.dwellsUntil, input.hasTopics),
    orbit: orbit(before?.orbit ?? null, clock, input.hero),
  };
}
