// The one live connection of a page. It listens only: whatever a person does goes over HTTP.
import { io } from "socket.io-client";

export interface Change {
  id: number;
  kind: string;
  mention: number;
  at: number;
}

/** What was saved since the last message. `omitted` counts changes that are not listed. */
export interface Changes<State = unknown> {
  last_id: number;
  saved_at: number;
  changes: Change[];
  omitted: number;
  state?: State;
}

export interface Heartbeat<State = unknown> {
  now: number;
  last_id: number;
  version: string;
  state?: State;
}

export interface Options<State> {
  room: "wall" | "pages";
  /** Which wall; empty for the only one, and for pages. */
  wall?: string;
  /** Of the server that rendered this page. */
  version: string;
  /** The last change that this page shows; 0 when it shows none. */
  lastId: number;
  onChanges?: (message: Changes<State>) => void;
  onHeartbeat?: (message: Heartbeat<State>) => void;
  /** The page missed too much ("behind"), or the server is of another version than the page ("version"). */
  onReload?: (reason: string) => void;
  onConnection?: (connected: boolean) => void;
  /** The server takes no more connections; it is asked again by itself. */
  onRefused?: () => void;
}

const RETRY_WHEN_REFUSED = 30_000;

/** Connect, and stay connected: after an outage the server sends exactly what was missed. */
export function connect<State = unknown>(options: Options<State>): () => void {
  let lastId = options.lastId;
  const socket = io({
    transports: ["websocket"],
    auth: (send) => send({ last_id: lastId, version: options.version, room: options.room, wall: options.wall ?? "", size: `${innerWidth}x${innerHeight}` }),
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
  });
  socket.on("changes", (message: Changes<State>) => {
    lastId = Math.max(lastId, message.last_id);
    options.onChanges?.(message);
  });
  socket.on("heartbeat", (message: Heartbeat<State>) => {
    lastId = message.last_id;
    options.onHeartbeat?.(message);
    if (message.version !== options.version) options.onReload?.("version");
  });
  socket.on("reload", (message: { reason: string }) => options.onReload?.(message.reason));
  socket.on("connect", () => options.onConnection?.(true));
  socket.on("disconnect", (reason) => {
    options.onConnection?.(false);
    if (reason === "io server disconnect") socket.connect();
  });
  socket.on("connect_error", (error) => {
    options.onConnection?.(false);
    if (error.message === "full") options.onRefused?.();
    // A refusal ("full") ends socket.io's own attempts; a lost connection does not.
    if (!socket.active) setTimeout(() => socket.connect(), RETRY_WHEN_REFUSED);
  });
  return () => socket.close();
}

const LEAST_BETWEEN_RELOADS = 60_000;

/** Load the page anew, but not in a circle. */
export function reloadOnce(): void {
  const last = Number(sessionStorage.getItem("reloaded") ?? 0);
  if (Math.abs(Date.now() - last) < LEAST_BETWEEN_RELOADS) return;
  sessionStorage.setItem("reloaded", String(Date.now()));
  location.reload();
}
