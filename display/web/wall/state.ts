// Generated from display.wall_state.document by display.wall_state.typescript; do not edit.

/** The states of a wall that the server reports. The page adds "not live" by itself when the server is silent. */
export type StateKind = "not live" | "blind" | "partly blind" | "incident" | "pairing" | "listening" | "learning" | "busy" | "quiet" | "normal";

/** The state in words. */
export interface Headline {
  /** Bold. */
  word: string;
  text: string;
  /** On a line of its own; dropped if the headline has no room for it. */
  clause: string;
  /** `text` as it reads without `clause`; empty: the same. */
  text_alone: string;
}

/** Mentions of us in 15 minutes. */
export interface Bar {
  /** null: no source could be read. */
  n: number | null;
  negative: number;
}

/** A part of a chart during which a source was not read. */
export interface Hatch {
  start: number;
  end: number;
}

/** A text under an axis: it starts at, ends at, or is centred on `at`. */
export interface Label {
  at: number;
  text: string;
  align: "start" | "middle" | "end";
  /** The label of the current time, which the page updates by itself. */
  strong: boolean;
  /** A label that is not an hour: why a part is hatched, or when an incident began. Shown at night too. */
  bright: boolean;
}

/** 24 hours of mentions of us, in 96 bars that end now. */
export interface Horizon {
  bars: Bar[];
  /** Mentions that a bar of full height stands for. */
  scale: number;
  hatches: Hatch[];
  labels: Label[];
  /** Text alternative for screen readers. */
  spoken: string;
  /** What is usual for each bar, in steps of an hour; null where that is unknown. Empty: no line. */
  usual: (number | null)[];
  /** The position at which the word "usual" fits on the line; null if it fits nowhere. */
  usual_label: number | null;
}

/** A score as a category. UNSCORED is not neutral: the text could not be judged. */
export type Sentiment = "negative" | "neutral" | "positive" | "unscored";

/** A post. */
export interface Voice {
  id: number;
  sentiment: Sentiment;
  /** Empty if it is about us. */
  brand: string;
  text: string;
  author: string;
  initials: string;
  /** The site or source of the post. */
  place: string;
  at: number;
  /** How many near-duplicates it stands for, besides itself. */
  near_duplicates: number;
}

/** The share of positive posts less that of negative ones, with its 95 % interval; from -1 to 1. */
export interface Mood {
  mean: number;
  low: number;
  high: number;
}

/** A brand on the board. */
export interface BrandRow {
  brand: string;
  ours: boolean;
  share: string;
  mark: Sentiment;
  mood: Mood | null;
  /** Why there is no mood. */
  note: string;
  /** For a brand of ours: its usual share, if known. */
  usual: string;
}

/** Brands by share, largest first. */
export interface Board {
  /** The time that the figures cover. */
  head: string;
  rows: BrandRow[];
  /** How often posts are called negative and are not; empty if no row has a mood. */
  errors: string;
}

/** A line of proof: why the picture can be believed. */
export interface ProofLine {
  /** Bold, before the rest. */
  strong: string;
  text: string;
  /** The time whose age the line gives; null: it gives none. */
  at: number | null;
  /** Instead of `text` if there is room for an age, which the page puts in place of `{age}`. */
  aged: string;
}

/** A source in the list that is shown until the first mention. */
export interface FirstRunSource {
  source: string;
  read_at: number | null;
  /** Shown in place of an age until the source has been read. */
  wait: string;
  /** Posts per hour. */
  posts: string;
  /** That none of them was about us yet; empty while it is not known. */
  about: string;
}

/** A topic of the last 24 hours. */
export interface TopicRow {
  mark: Sentiment;
  name: string;
  count: string;
  /** Its count compared with the usual: `twice the usual`, `as usual`, `new`; empty if that is unknown. */
  comparison: string;
  /** Path of its mentions on this site; empty for everything else. The wall itself has no links. */
  link: string;
}

/** The topics of a day, at most 5 rows with "everything else". */
export interface TopicBoard {
  head: string;
  rows: TopicRow[];
}

/** 5 minutes on the chart of an incident. */
export interface IncidentBar {
  /** null: no source could be read. */
  n: number | null;
  /** Whether it ended after the incident began; such bars are red. */
  hot: boolean;
}

/** The screen of an incident. */
export interface IncidentScreen {
  /** `6` */
  multiple: string;
  /** The multiplication sign after `multiple`; empty if `multiple` is a number of mentions. */
  sign: string;
  /** `Last known: 6 times the usual.`, for when the connection is lost. */
  last_known: string;
  /** The lines at the foot of the flag: `the usual,`, `for 1 hr 46 mins`. */
  flag: string[];
  /** `“Checkout down”` or `Many more mentions`. */
  title: string;
  /** `since 14:20` */
  since: string;
  /** `252 mentions an hour, usually 42.` */
  line: string;
  /** `Still rising.` */
  trend: string;
  /** The last 3 hours. */
  bars: IncidentBar[];
  /** What is usual for each bar. */
  usual: number[];
  /** Mentions that a bar of full height stands for. */
  scale: number;
  hatches: Hatch[];
  /** Positions run from 0, at the flag, to 1, now. */
  labels: Label[];
  /** One of each of the three largest stories. */
  voices: Voice[];
  proof: ProofLine[];
  /** Text alternative for screen readers. */
  spoken: string;
}

/** What a screen shows before it is assigned to a wall. */
export interface Pairing {
  code: [string, string];
  /** By the server's real clock. */
  expires_at: number;
}

/** Everything that the page draws. */
export interface WallState {
  version: string;
  last_id: number;
  as_of: number;
  /** Minutes by which the wall's time zone is ahead of UTC. */
  utc_offset: number;
  kind: StateKind;
  sample: boolean;
  headline: Headline;
  horizon: Horizon;
  voices: Voice[];
  board: Board;
  proof: ProofLine[];
  first_run: FirstRunSource[];
  /** The brand whose figures lead. */
  ours: string;
  /** The name of this wall; empty for the only one. */
  wall: string;
  /** The server's real clock, which decides layout, orbit and stage. `as_of` is the time of what is shown; in a
   * replay it runs faster. */
  clock: number;
  /** How many times faster than the real clock `as_of` runs. */
  speed: number;
  /** Whether the sample data is all that there is. */
  only_sample: boolean;
  night: boolean;
  /** Whether layouts change, and topics alternate with voices. */
  rotates: boolean;
  /** By `clock`: until then the hero has not been shown long enough to be read. */
  dwells_until: number;
  /** null if fewer than three stand out. */
  topics: TopicBoard | null;
  incident: IncidentScreen | null;
  pairing: Pairing | null;
  /** Whether authors are masked. */
  masked: boolean;
  /** Code of the language of the wall's phrases. */
  language: string;
  /** Whether its clock has twelve hours. */
  twelve_hours: boolean;
}
