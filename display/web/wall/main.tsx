// Keeps the wall's picture current: by the socket, and by HTTP where no socket is to be had.
import "../tokens.css";
import "./wall.css";

import { render } from "preact";

import { connect, reloadOnce } from "../live";
import { App, type Picture } from "./app";
import type { WallState } from "./state";

const TICK = 1000;
/** Milliseconds without a word from the server before the state is asked for over HTTP. */
const PATIENCE = 12_000;

const root = document.getElementById("wall")!;
const version = root.dataset["version"] ?? "";

let picture: Picture | null = null;
let asking = false;

function draw(): void {
  if (picture) render(<App picture={picture} time={performance.now()} />, root);
}

function show(state: WallState | undefined): void {
  if (!state) return;
  if (state.version !== version) reloadOnce();
  const now = performance.now();
  picture = { state, receivedAt: now, heardAt: now };
  draw();
}

async function ask(): Promise<void> {
  if (asking) return;
  asking = true;
  const before = picture;
  try {
    const response = await fetch("/wall/state.json", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    // What came over the socket meanwhile is newer.
    if (response.ok && picture === before) show((await response.json()) as WallState);
  } catch {
    // Silence is what the wall shows.
  } finally {
    asking = false;
  }
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

function tick(): void {
  if (!picture || performance.now() - picture.heardAt > PATIENCE) void ask();
  draw();
}

function start(): void {
  void ask();
  connect<WallState>({
    room: "wall",
    version,
    lastId: 0,
    onChanges: (message) => show(message.state),
    onHeartbeat: (message) => show(message.state),
    onReload: (reason) => {
      if (reason === "version") reloadOnce();
    },
  });
  setInterval(tick, TICK);
  document.addEventListener("visibilitychange", () => void stayAwake());
  void stayAwake();
}

start();
