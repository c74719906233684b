// Keeps the wall's picture current: through the socket, and over HTTP while it has none.
import "../tokens.css";
// In this order: later files override earlier ones.
import "./wall.css";
import "./voices.css";
import "./board.css";
import "./screens.css";
import "./trouble.css";

import type { ComponentChild } from "preact";
import { render } from "preact";

import { connect, reloadOnce } from "../live";
import { rootPath } from "../root_path";
import { App } from "./app";
import { clockOffset, type Schedule, scheduleAt, type ScheduleInput, slot } from "./schedule";
import { ErrorBoundary } from "./error_boundary";
import { languageOf, type Languages } from "./locale";
import type { WallState } from "./state";
import { MIN_ROWS } from "./topics";
import { Failed, Gone, Waiting } from "./waiting";

const TICK_MS = 1000;
/** The time without a message before the state is requested over HTTP, and between two requests. */
const REQUEST_AFTER_MS = 12_000;
/** The same before the first answer. */
const FIRST_REQUEST_AFTER_MS = 3_000;
/** After this time the screen says that no answer has come. */
const BLANK_MS = 4_000;
/** The time between two requests of a screen that is not paired. */
const PAIRING_REQUEST_MS = 3_000;
const SIGNED_OUT = 401;
const NOT_FOUND = 404;
/** The name of the page that a screen shows until it is paired. */
const PAIRING = "pairing";

interface Wall {
  root: HTMLElement;
  /** Version of the server that rendered this page. */
  version: string;
  languages: Languages;
  state: WallState | null;
  /** By the page's monotonic clock, in milliseconds, like `requestedAt`. */
  receivedAt: number;
  requestedAt: number;
  requesting: boolean;
  /** How far the server's clock is ahead of the page's. */
  clockOffset: number;
  schedule: Schedule | null;
  serverFull: boolean;
  /** The server has another version than this page. */
  outdated: boolean;
  /** The server no longer has a wall of this name. */
  gone: boolean;
  /** The current state could not be drawn. */
  failed: boolean;
  /** The last error in drawing; empty if there was none. */
  lastError: string;
  /** How many times drawing was started again after an error. */
  restarts: number;
  /** The time of the last state that the browser has put on the screen and that was not reported yet; 0 if there is none. */
  paintedAsOf: number;
}

function scheduleInput(state: WallState): ScheduleInput {
  const hasTopics = state.rotates && !state.night && !state.incident && (state.topics?.rows.length ?? 0) >= MIN_ROWS;
  return { hero: state.night ? null : (state.voices[0]?.id ?? null), dwellsUntil: state.dwells_until, hasTopics };
}

/** Draw what is known now. */
function draw(wall: Wall): void {
  const now = performance.now();
  const { phrases } = languageOf(document.documentElement.lang, wall.languages);
  const clock = now + wall.clockOffset;
  if (wall.gone) {
    put(wall, <Gone clock={clock} name={wallName()} phrases={phrases} />);
    return;
  }
  if (!wall.state) {
    if (now > BLANK_MS) put(wall, <Waiting clock={Date.now()} phrases={phrases} />);
    return;
  }
  if (wall.outdated && wall.schedule && slot(clock) !== wall.schedule.slot) void reloadPage(wall);
  wall.schedule = scheduleAt(wall.schedule, clock, scheduleInput(wall.state));
  const { state, languages, schedule, serverFull } = wall;
  const silence = Math.max(now - wall.receivedAt, 0);
  put(
    wall,
    <ErrorBoundary key={wall.restarts} fallback={<Failed clock={clock} phrases={phrases} />} onError={(error) => noteFailure(wall, error)}>
      <App picture={{ state, languages, schedule, clock, silence, serverFull }} />
    </ErrorBoundary>,
  );
}

function put(wall: Wall, content: ComponentChild): void {
  wall.root.querySelector(".unstarted")?.remove();
  try {
    render(content, wall.root);
    // Browsers call this only when they draw: not in a page that is covered, nor on a screen that is off.
    requestAnimationFrame(() => (wall.paintedAsOf = wall.failed || wall.gone ? 0 : (wall.state?.as_of ?? 0)));
  } catch (error) {
    noteFailure(wall, error);
  }
}

/** Log an error in drawing, once as long as it stays the same. Drawing starts again with the next state. */
function noteFailure(wall: Wall, error: unknown): void {
  if (String(error) !== wall.lastError) console.error(error);
  wall.lastError = String(error);
  wall.failed = true;
  // This page cannot draw a state of another version.
  if (wall.outdated) void reloadPage(wall);
}

/** Load the page of the new version, if a server provides all of it: a screen must end neither on a browser's error nor on
 * a page without its program. */
async function reloadPage(wall: Wall): Promise<void> {
  try {
    const page = await request(location.href, "no-store");
    await Promise.all(filesOf(await page.text()).map((file) => request(file, "default")));
    if (wall.outdated) reloadOnce();
  } catch {
    // The next change of layout tries again.
  }
}

/** The answer, if it is a success; throws otherwise. */
async function request(url: string, cache: RequestCache): Promise<Response> {
  const response = await fetch(url, { cache, signal: AbortSignal.timeout(REQUEST_AFTER_MS) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

/** URLs of the files that a page loads. They contain a hash of their content, so a loaded file stays in the cache. */
function filesOf(page: string): string[] {
  const found = new DOMParser().parseFromString(page, "text/html").querySelectorAll("script[src], link[href]");
  return [...found].map((file) => file.getAttribute("src") ?? file.getAttribute("href")!);
}

function receive(wall: Wall, state: WallState | undefined): void {
  if (!state) return;
  if (isPairing() && state.kind !== "pairing") {
    location.replace(`${rootPath()}/wall/${encodeURIComponent(state.wall)}`);
    return;
  }
  const now = performance.now();
  wall.outdated = state.version !== wall.version;
  wall.gone = false;
  wall.clockOffset = clockOffset(wall.state && wall.clockOffset, state.clock || state.as_of, now);
  wall.state = state;
  if (wall.failed) wall.restarts += 1;
  wall.failed = false;
  document.documentElement.lang = state.language;
  wall.receivedAt = now;
  draw(wall);
}

/** The wall was taken out of the config: nothing that it showed may stay on the screen. */
function loseWall(wall: Wall): void {
  wall.gone = true;
  draw(wall);
}

/** The name in the address of this page; empty for the first wall. */
function wallName(): string {
  return location.pathname.slice(rootPath().length).split("/")[2] ?? "";
}

/** Whether this screen is not paired yet: it shows a code, and gets the state of a wall as soon as somebody pairs it. */
function isPairing(): boolean {
  return wallName() === PAIRING;
}

/** "/wall/state.json" or "/wall/<name>/state.json" */
function stateUrl(): string {
  const size = isPairing() ? `?size=${innerWidth}x${innerHeight}` : "";
  return `${location.pathname.replace(/\/+$/, "")}/state.json${size}`;
}

async function requestState(wall: Wall): Promise<void> {
  const before = wall.state;
  wall.requesting = true;
  wall.requestedAt = performance.now();
  try {
    const response = await fetch(stateUrl(), { cache: "no-store", signal: AbortSignal.timeout(REQUEST_AFTER_MS) });
    const state = response.ok ? ((await response.json()) as WallState) : undefined;
    // A state that came through the socket meanwhile is newer.
    if (wall.state === before) receive(wall, state);
    if (response.status === NOT_FOUND) loseWall(wall);
    // The screen was unpaired, or the person signed out: the page leads to a code, or to the sign-in page.
    if (response.status === SIGNED_OUT) reloadOnce();
  } catch {
    // The wall shows that the server is silent.
  } finally {
    wall.requesting = false;
  }
}

function tick(wall: Wall): void {
  const now = performance.now();
  const maxSilence = isPairing() ? PAIRING_REQUEST_MS : wall.state ? REQUEST_AFTER_MS : FIRST_REQUEST_AFTER_MS;
  if (!wall.requesting && now - wall.receivedAt >= maxSilence && now - wall.requestedAt >= maxSilence) void requestState(wall);
  draw(wall);
}

/** Ask the browser to keep the screen on; if it refuses, the screen's own settings decide. */
async function keepScreenOn(): Promise<void> {
  if (document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Refused.
  }
}

function follow(wall: Wall): void {
  connect<WallState>({
    room: "wall",
    wall: wallName(),
    version: wall.version,
    lastId: 0,
    onChanges: (message) => receive(wall, message.state),
    onHeartbeat: (message) => receive(wall, message.state),
    // A new version shows in the state, and waits for the next layout. Missed changes do not matter: every state is complete.
    onReload: (reason) => {
      if (reason === "wall") loseWall(wall);
    },
    onConnection: (connected) => {
      if (connected) wall.serverFull = false;
    },
    onServerFull: () => {
      wall.serverFull = true;
    },
    painted: () => {
      const asOf = wall.paintedAsOf;
      wall.paintedAsOf = 0;
      return asOf;
    },
  });
}

/** Whether the browser lacks something that the page needs; the page names the oldest browsers that have it all. */
function isTooOld(): boolean {
  return !CSS.supports("grid-template-columns", "subgrid") || !CSS.supports("translate", "1px") || !("timeout" in AbortSignal);
}

function start(root: HTMLElement): void {
  if (isTooOld()) {
    root.classList.add("too-old");
    return;
  }
  const wall: Wall = {
    root,
    version: root.dataset["version"]!,
    languages: JSON.parse(root.dataset["phrases"]!) as Languages,
    state: null,
    receivedAt: 0,
    requestedAt: 0,
    requesting: false,
    clockOffset: 0,
    schedule: null,
    serverFull: false,
    outdated: false,
    gone: false,
    failed: false,
    lastError: "",
    restarts: 0,
    paintedAsOf: 0,
  };
  void requestState(wall);
  if (!isPairing()) follow(wall);
  setInterval(() => tick(wall), TICK_MS);
  document.addEventListener("visibilitychange", () => void keepScreenOn());
  void keepScreenOn();
}

start(document.getElementById("wall")!);
