// The made-up states that the browser tests show as well.
import type { WallState } from "./state";

const FILES = import.meta.glob<WallState>("../../../tests/wall_states/*.json", { eager: true, import: "default" });

/** Every made-up state by the name of its file. */
export const STATES: Record<string, WallState> = Object.fromEntries(
  Object.entries(FILES).map(([path, state]) => [path.replace(/^.*\/|\.json$/g, ""), state]),
);

export function made(name: string): WallState {
  const state = STATES[name];
  if (!state) throw new Error(`no made-up state is called ${name}`);
  return state;
}
