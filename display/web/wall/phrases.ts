// Generated from display.wall_state.i18n.phrases by display.wall_state.typescript; do not edit.

/** A word for each sentiment. */
export interface Sentiments {
  positive: string;
  negative: string;
  neutral: string;
  unscored: string;
}

/** A phrase about `{n}` things: a form for each plural category of CLDR that its language has. */
export interface Plural {
  other: string;
  zero: string;
  one: string;
  two: string;
  few: string;
  many: string;
  /** For zero, if it has a phrase of its own; not a category of CLDR. */
  none: string;
}

/** The phrases of the page: what the browser writes by its own clock, or when the server is silent. */
export interface PagePhrases {
  now: string;
  just_now: string;
  /** Before a time of day, within a sentence. */
  at: string;
  /** Heading of the board when its figures are no longer current. */
  board_at: string;
  sentiments: Sentiments;
  /** Before the place where a post was written. */
  on: string;
  more_like_this: Plural;
  /** The author who is not named. */
  someone: string;
  no_text: string;
  voices: string;
  share: string;
  mood: string;
  /** A brand's or a topic's mood, for screen readers. */
  moods: Sentiments;
  /** On the line of what is usual. */
  usual: string;
  sample: string;
  /** The same where real posts are stored too. */
  contains_sample: string;
  reconnecting: string;
  as_of: string;
  /** The server accepts no more connections. */
  server_full: string;
  not_live: string;
  last_update: string;
  connection_lost: string;
  /** The same as `not_live`, as the first words of a sentence that `not_live_since` ends. */
  not_live_unfinished: string;
  not_live_since: string;
  unanswered: string;
  keeps_trying: string;
  no_wall: string;
  not_in_config: string;
  source: string;
  last_read: string;
  posts_an_hour: string;
  /** Before our name. */
  about: string;
  pair: string;
  /** Alternately plain and bold. */
  pairing: string[];
  new_code: string;
}
