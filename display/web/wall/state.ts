// The wall's state as the server sends it (display/wall_state/document.py).
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
  /** What stands behind it. */
  sign: string;
  /** What was known when the connection was lost. */
  then: string;
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
  usual: string;
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
  /** Of the wall's own words. */
  language: string;
  /** Whether its clock has twelve hours. */
  twelve: boolean;
}
