// Keeps the wall's picture current: by the socket, and by HTTP where no socket is to be had.
import "../tokens.css";
// In this order: later ones overrule earlier ones.
import "./wall.css";
import "./voices.css";
import "./board.css";
import "./screens.css";
import "./trouble.css";

import { render } from "preact";

import { connect, reloadOnce } from "../live";
import { App } from "./app";
import { ahead, type Cast, show, type Show, slot } from "./clockwork";
import type { WallState } from "./state";
import { LEAST_ROWS } from "./topics";
import { Gone, Waiting } from "./waiting";

const TICK = 1000;
/** Milliseconds without a word from the server before the state is asked for over HTTP, and between two questions. */
const PATIENCE = 12_000;
/** The same before the first answer. */
const EAGER = 3_000;
/** After which the screen says that no answer has come. */
const BLANK_FOR = 4_000;
const NOT_THERE = 404;

interface Wall {
  root: HTMLElement;
  /** Of the server that rendered this page. */
  version: string;
  state: WallState | null;
  /** The rest on the page's monotonic clock, in milliseconds. */
  heardAt: number;
  askedAt: number;
  asking: boolean;
  /** By how much the server's clock is ahead of ours. */
  ahead: number;
  shown: Show | null;
  refused: boolean;
  /** Another version answers than the one that rendered this page. */
  outdated: boolean;
  /** The server has no wall of this name any more. */
  gone: boolean;
}

function castOf(state: WallState): Cast {
  const topics = state.rotates && !state.night && !state.incident && (state.topics?.rows.length ?? 0) >= LEAST_ROWS;
  return { hero: state.night ? null : (state.voices[0]?.id ?? null), dwellsUntil: state.dwells_until, topics };
}

/** Draw what is known now. A state that this page cannot draw is of another version: that page is loaded. */
function draw(wall: Wall): void {
  const now = performance.now();
  if (wall.gone) {
    put(wall, <Gone clock={now + wall.ahead} name={named()} />);
    return;
  }
  if (!wall.state) {
    if (now > BLANK_FOR) put(wall, <Waiting clock={Date.now()} />);
    return;
  }
  const clock = now + wall.ahead;
  if (wall.outdated && wall.shown && slot(clock) !== wall.shown.slot) void renew(wall);
  wall.shown = show(wall.shown, clock, castOf(wall.state));
  put(wall, <App picture={{ state: wall.state, show: wall.shown, clock, silence: Math.max(now - wall.heardAt, 0), refused: wall.refused }} />);
}

function put(wall: Wall, content: preact.ComponentChild): void {
  wall.root.querySelector(".unstarted")?.remove();
  try {
    render(content, wall.root);
  } catch (error) {
    console.error(error);
    if (wall.outdated) void renew(wall);
  }
}

/** Load the page of the new version, if there is a server that gives all of it: a screen must not end on a browser's
 * error, nor on a page without its program. */
async function renew(wall: Wall): Promise<void> {
  try {
    const page = await got(location.href, "no-store");
    await Promise.all(filesOf(await page.text()).map((file) => got(file, "default")));
    if (wall.outdated) reloadOnce();
  } catch {
    // At the next change of layout, then.
  }
}

/** An answer that is as it should be. */
async function got(address: string, cache: RequestCache): Promise<Response> {
  const answer = await fetch(address, { cache, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer;
}

/** Addresses of what a page loads. They bear the hash of their content, so whatever was got once stays in the cache. */
function filesOf(page: string): string[] {
  const found = new DOMParser().parseFromString(page, "text/html").querySelectorAll("script[src], link[href]");
  return [...found].map((file) => file.getAttribute("src") ?? file.getAttribute("href")!);
}

function hear(wall: Wall, state: WallState | undefined): void {
  if (!state) return;
  const now = performance.now();
  wall.outdated = state.version !== wall.version;
  wall.gone = false;
  wall.ahead = ahead(wall.state && wall.ahead, state.clock || state.as_of, now);
  wall.state = state;
  document.documentElement.lang = state.language;
  wall.heardAt = now;
  draw(wall);
}

/** The config was changed: nothing of what was on the screen may be taken for a wall that somebody wants there. */
function loseWall(wall: Wall): void {
  wall.gone = true;
  draw(wall);
}

/** The name of the wall whose page this is; empty for the first. */
function named(): string {
  return location.pathname.split("/")[2] ?? "";
}

/** "/wall/state.json", or that of the wall whose page this is. */
function address(): string {
  return `${location.pathname.replace(/\/+$/, "")}/state.json`;
}

async function ask(wall: Wall): Promise<void> {
  const before = wall.state;
  wall.asking = true;
  wall.askedAt = performance.now();
  try {
    const response = await fetch(address(), { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    // What came over the socket meanwhile is newer.
    if (response.ok && wall.state === before) hear(wall, (await response.json()) as WallState);
    if (response.status === NOT_THERE) loseWall(wall);
  } catch {
    // Silence is what the wall shows.
  } finally {
    wall.asking = false;
  }
}

function tick(wall: Wall): void {
  const now = performance.now();
  const patience = wall.state ? PATIENCE : EAGER;
  if (!wall.asking && now - wall.heardAt >= patience && now - wall.askedAt >= patience) void ask(wall);
  draw(wall);
}

/** A screen beside a desk must not go dark; where this is not granted, the screen's own settings decide. */
async function stayAwake(): Promise<void> {
  if (document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Not granted.
  }
}

function follow(wall: Wall): void {
  connect<WallState>({
    room: "wall",
    wall: named(),
    version: wall.version,
    lastId: 0,
    onChanges: (message) => hear(wall, message.state),
    onHeartbeat: (message) => hear(wall, message.state),
    // Another version shows in the state itself, and waits for the next layout; what was missed is in every state.
    onReload: (reason) => {
      if (reason === "wall") loseWall(wall);
    },
    onConnection: (connected) => {
      if (connected) wall.refused = false;
    },
    onServerFull: () => {
      wall.refused = true;
    },
  });
}

/** What the page cannot be drawn without; the oldest browsers with all of it are named in the page. */
function tooOld(): boolean {
  return !CSS.supports("grid-template-columns", "subgrid") || !CSS.supports("translate", "1px") || !("timeout" in AbortSignal);
}

function start(root: HTMLElement): void {
  if (tooOld()) {
    root.classList.add("too-old");
    return;
  }
  const version = root.dataset["version"] ?? "";
  const wall: Wall = { root, version, state: null, heardAt: 0, askedAt: 0, asking: false, ahead: 0, shown: null, refused: false, outdated: false, gone: false };
  void ask(wall);
  follow(wall);
  setInterval(() => tick(wall), TICK);
  document.addEventListener("visibilitychange", () => void stayAwake());
  void stayAwake();
}

start(document.getElementById("wall")!);
