// What moves by the clock alone: layouts, orbit, stage, and how far the picture may be trusted. Pure: `clock` is the
// server's real time in epoch milliseconds, carried on by the page's own monotonic clock; the television's is never asked.

/** Which zones come first. Two neighbours of the round share no lit place. */
export interface Layout {
  name: "A" | "B" | "A'" | "B'";
  /** The headline at the foot, the columns at the head. */
  headLast: boolean;
  boardFirst: boolean;
}

export const LAYOUTS: readonly [Layout, Layout, Layout, Layout] = [
  { name: "A", headLast: false, boardFirst: false },
  { name: "B", headLast: true, boardFirst: true },
  { name: "A'", headLast: false, boardFirst: true },
  { name: "B'", headLast: true, boardFirst: false },
];

const SLOT = 20 * 60_000;

/** Number of the 20 minutes that `clock` falls into. */
export function slot(clock: number): number {
  return Math.floor(clock / SLOT);
}

function modulo(n: number, of: number): number {
  return ((n % of) + of) % of;
}

/** The layout of a slot; where walls do not rotate it is always the first. */
export function layout(slot: number, rotates: boolean): Layout {
  return LAYOUTS[rotates ? modulo(slot, LAYOUTS.length) : 0]!;
}

const STEP = 4 * 60_000;
const STEPS_PER_SLOT = SLOT / STEP;
const FAR = 0.4;

/** The nine places of the canvas, in rem, each beside the one before; the first is the middle. */
export const PLACES: readonly (readonly [number, number])[] = [
  [0, 0],
  [FAR, 0],
  [FAR, FAR],
  [0, FAR],
  [-FAR, FAR],
  [-FAR, 0],
  [-FAR, -FAR],
  [0, -FAR],
  [FAR, -FAR],
];

export interface Orbit {
  step: number;
  /** The mention that was large then; null where none was. */
  hero: number | null;
}

/** A step is taken when the hero changes; where none does, with the next layout or when the following one is due. */
export function orbit(before: Orbit | null, clock: number, hero: number | null): Orbit {
  const due = Math.floor(clock / STEP);
  if (!before || hero === null || hero !== before.hero) return { step: due, hero };
  const late = Math.abs(due - before.step) > 1;
  const relaid = Math.floor(due / STEPS_PER_SLOT) !== Math.floor(before.step / STEPS_PER_SLOT);
  return { step: late || relaid ? due : before.step, hero };
}

/** Where the canvas stands at a step: x and y in rem. */
export function place(step: number): readonly [number, number] {
  return PLACES[modulo(step, PLACES.length)]!;
}

const LOOP = 60_000;
const VOICES_FOR = 48_000;
/** Topics that would be shown for less are left out this time. */
const LEAST_TOPICS = 6_000;

export interface Turn {
  stage: "voices" | "topics";
  /** Until when, by `clock`, the hero that the topics wait for is not yet read. */
  held: number;
}

/** Voices for 48 s, topics for 12. A hero that is not read yet is read first; one that comes after it does not hold them up. */
export function turn(before: Turn | null, clock: number, dwellsUntil: number, topics: boolean): Turn {
  const phase = modulo(clock, LOOP);
  if (phase < VOICES_FOR || !topics) return { stage: "voices", held: dwellsUntil };
  const held = before?.held ?? dwellsUntil;
  const time = before?.stage === "topics" || LOOP - phase >= LEAST_TOPICS;
  return { stage: clock >= held && time ? "topics" : "voices", held };
}

const FIRST_FOR = 24_000;
const OTHERS_FOR = 12_000;

/** Which of the voices of an incident is large: the first for 24 s, each other for 12. */
export function speaker(clock: number, voices: number): number {
  if (voices < 2) return 0;
  const phase = modulo(clock, FIRST_FOR + OTHERS_FOR * (voices - 1));
  return phase < FIRST_FOR ? 0 : 1 + Math.floor((phase - FIRST_FOR) / OTHERS_FOR);
}

/** How far the picture may be trusted: by how long the server has been silent. */
export type Trust = "live" | "reconnecting" | "not live" | "long gone";

const RECONNECTING = 30_000;
const NOT_LIVE = 90_000;
const LONG_GONE = 60 * 60_000;

/** `silence` in milliseconds, counted on the page's monotonic clock: a wall clock that is set must not wake or calm it. */
export function trust(silence: number): Trust {
  if (silence >= LONG_GONE) return "long gone";
  if (silence >= NOT_LIVE) return "not live";
  return silence >= RECONNECTING ? "reconnecting" : "live";
}

const SET = 2_000;

/** By how much the server's clock is ahead of the page's. A message that was long under way makes it seem less, so the
 * most that was heard is the truest; a clock that differs by more was set, or ours drifted. */
export function ahead(before: number | null, server: number, page: number): number {
  const heard = server - page;
  return before === null || Math.abs(heard - before) > SET ? heard : Math.max(before, heard);
}

/** Everything that the clock decides of a picture. */
export interface Show {
  slot: number;
  turn: Turn;
  orbit: Orbit;
}

/** What of a state the clock's decisions depend on. */
export interface Cast {
  hero: number | null;
  dwellsUntil: number;
  /** Whether there are topics to show, and a stage for them. */
  topics: boolean;
}

/** The show at `clock`, after what was shown `before`. */
export function show(before: Show | null, clock: number, cast: Cast): Show {
  return {
    slot: slot(clock),
    turn: turn(before?.turn ?? null, clock, cast.dwellsUntil, cast.topics),
    orbit: orbit(before?.orbit ?? null, clock, cast.hero),
  };
}
