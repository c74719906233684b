// The states in tests/wall_states, which the browser tests show too, and the languages that a page gets from the server.
import languages from "../../../tests/wall_languages.json";
import type { Languages } from "./locale";
import type { WallState } from "./state";

const FILES = import.meta.glob<WallState>("../../../tests/wall_states/*.json", { eager: true, import: "default" });

/** File name -> state. */
export const STATES: Readonly<Record<string, WallState>> = Object.fromEntries(
  Object.entries(FILES).map(([path, state]) => [path.replace(/^.*\/|\.json$/g, ""), state]),
);

export const LANGUAGES: Languages = languages;

export function fixture(name: string): WallState {
  const state = STATES[name];
  if (!state) throw new Error(`there is no state ${name}`);
  return state;
}
