// The wall's state as the server sends it (display/wall_state/document.py), and its age.
export type Sentiment = "positive" | "negative" | "neutral" | "unscored";

export interface Headline {
  word: string;
  text: string;
  clause: string;
}

export interface Bar {
  n: number | null;
  negative: number;
}

export interface Stretch {
  start: number;
  end: number;
}

export interface Label {
  at: number;
  text: string;
  align: "start" | "middle" | "end";
  strong: boolean;
  bright: boolean;
}

export interface Horizon {
  bars: Bar[];
  scale: number;
  hatches: Stretch[];
  labels: Label[];
  spoken: string;
  /** For each bar; empty: nobody knows what is usual. */
  usual: (number | null)[];
  usual_label: number | null;
}

export interface TopicRow {
  mark: Sentiment;
  name: string;
  count: string;
  against: string;
  link: string;
}

export interface HotBar {
  n: number | null;
  hot: boolean;
}

export interface IncidentScreen {
  multiple: string;
  flag: string[];
  title: string;
  since: string;
  line: string;
  trend: string;
  bars: HotBar[];
  usual: number[];
  scale: number;
  hatches: Stretch[];
  labels: Label[];
  voices: Voice[];
  proof: Line[];
  spoken: string;
}

export interface Pairing {
  code: [string, string];
  expires_at: number;
}

export interface Voice {
  id: number;
  sentiment: Sentiment;
  brand: string;
  text: string;
  author: string;
  initials: string;
  place: string;
  at: number;
  alike: number;
}

export interface Mood {
  mean: number;
  low: number;
  high: number;
}

export interface Row {
  brand: string;
  ours: boolean;
  share: string;
  mark: Sentiment;
  mood: Mood | null;
  note: string;
}

export interface Line {
  strong: string;
  text: string;
  at: number | null;
  after: string;
}

export interface Departure {
  source: string;
  read_at: number | null;
  wait: string;
  posts: string;
}

export interface WallState {
  version: string;
  last_id: number;
  as_of: number;
  utc_offset: number;
  kind:
    | "not live"
    | "incident"
    | "pairing"
    | "blind"
    | "partly blind"
    | "listening"
    | "learning"
    | "counting"
    | "busy"
    | "quiet"
    | "normal";
  sample: boolean;
  headline: Headline;
  horizon: Horizon;
  voices: Voice[];
  board: { head: string; rows: Row[] };
  proof: Line[];
  departures: Departure[];
  ours: string;
  wall: string;
  /** The server's real clock; layout, orbit and stage go by it. */
  clock: number;
  /** How many times faster than it `as_of` runs. */
  pace: number;
  night: boolean;
  rotates: boolean;
  dwells_until: number;
  topics: { head: string; rows: TopicRow[] } | null;
  incident: IncidentScreen | null;
  pairing: Pairing | null;
  masked: boolean;
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

/** What a view needs to put a time: the server's time now, and whether ages may still be told. */
export interface Moment {
  now: number;
  offset: number;
  aging: boolean;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** "now", "4 min", "3 h", "2 days". */
export function age(milliseconds: number): string {
  const seconds = Math.max(milliseconds / 1000, 0);
  if (seconds < MINUTE) return "now";
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h`;
  if (seconds < YEAR) return counted(Math.floor(seconds / DAY), "day");
  return counted(Math.floor(seconds / YEAR), "year");
}

/** "just now", "20 s ago" in steps of ten, "4 min ago". */
export function ago(milliseconds: number): string {
  const seconds = Math.max(milliseconds / 1000, 0);
  if (seconds < 10) return "just now";
  if (seconds < MINUTE) return `${Math.floor(seconds / 10) * 10} s ago`;
  return `${age(milliseconds)} ago`;
}

/** "15:52" in the server's zone. */
export function timeOfDay(at: number, offset: number): string {
  return new Date(at + offset * 60_000).toISOString().slice(11, 16);
}

/** Ages become times of day once they could be wrong. */
export function when(at: number, moment: Moment): string {
  if (moment.aging || moment.now - at >= DAY * 1000) return age(moment.now - at);
  return timeOfDay(at, moment.offset);
}
