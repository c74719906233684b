// The live connection of a page. It receives; only a wall sends something, the time of the state that it has drawn. Actions
// of a person are HTTP requests.
import { io } from "socket.io-client";
import { rootPath } from "./root_path";

export interface Change {
  id: number;
  kind: string;
  mention: number;
  at: number;
}

/** The changes that were stored since the last message. `omitted` counts those that are not listed. */
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
  /** Why nothing can be stored, as a kind; empty while storing works. */
  fault: string;
  state?: State;
}

export interface Options<State> {
  room: "wall" | "pages";
  /** The name of the wall; empty for the default wall and for pages. */
  wall?: string;
  /** The version of the server that rendered this page. */
  version: string;
  /** The id of the last change that this page shows; 0 if it shows none. */
  lastId: number;
  onChanges?: (message: Changes<State>) => void;
  onHeartbeat?: (message: Heartbeat<State>) => void;
  /** The page must be reloaded: it missed too many changes ("behind"), or the server has another version ("version"). */
  onReload?: (reason: string) => void;
  onConnection?: (connected: boolean) => void;
  /** No connection could be opened. It is retried automatically. */
  onConnectionFailed?: () => void;
  /** The time of the state that the page has drawn since the last call; 0 if it has drawn none. Reported to the server. */
  painted?: () => number;
  /** The server accepts no more connections. The connection is retried automatically. */
  onServerFull?: () => void;
}

const RETRY_WHEN_FULL_MS = 30_000;
const REPORT_PAINTED_MS = 10_000;

/** Connect and stay connected. After an outage the server sends exactly the missed changes. Returns how to disconnect. */
export function connect<State = unknown>(options: Options<State>): () => void {
  let lastId = options.lastId;
  const socket = io({
    path: `${rootPath()}/socket.io`,
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
  socket.on("reload", ({ reason }: { reason: string }) => {
    // The person was signed out, or the wall unpaired: the server answers a reload with the page that leads back in.
    if (reason === "access") location.reload();
    else options.onReload?.(reason);
  });
  socket.on("connect", () => options.onConnection?.(true));
  socket.on("disconnect", (reason) => {
    options.onConnection?.(false);
    if (reason === "io server disconnect") socket.connect();
  });
  socket.on("connect_error", (error) => {
    options.onConnection?.(false);
    options.onConnectionFailed?.();
    if (error.message === "full") options.onServerFull?.();
    // socket.io stops retrying after a rejection ("full"), but not after a lost connection.
    if (!socket.active) setTimeout(() => socket.connect(), RETRY_WHEN_FULL_MS);
  });
  const reportPainted = () => {
    const asOf = options.painted?.() ?? 0;
    if (asOf && socket.connected) socket.emit("painted", asOf);
  };
  if (options.painted) setInterval(reportPainted, REPORT_PAINTED_MS);
  return () => socket.close();
}

const MIN_RELOAD_INTERVAL_MS = 60_000;

/** Reload the page, at most once a minute, so that it never reloads in a loop. */
export function reloadOnce(): void {
  const last = Number(sessionStorage.getItem("reloaded") ?? 0);
  if (Math.abs(Date.now() - last) < MIN_RELOAD_INTERVAL_MS) return;
  sessionStorage.setItem("reloaded", String(Date.now()));
  location.reload();
}
