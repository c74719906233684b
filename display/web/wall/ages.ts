// How the wall tells ages and times of day.
import type { Tongue, Words } from "./words";

/** What a view needs to put a time: the time that is shown now, and whether ages may still be told. */
export interface Moment extends Tongue {
  now: number;
  aging: boolean;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

function counted(n: number, [one, many]: readonly [string, string]): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** "4 min", "3 h", "2 days". */
function length(seconds: number, days: readonly [string, string], years: readonly [string, string]): string {
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h`;
  return seconds < YEAR ? counted(Math.floor(seconds / DAY), days) : counted(Math.floor(seconds / YEAR), years);
}

/** "now", "4 min", "3 h", "2 days". */
export function age(milliseconds: number, words: Words): string {
  const seconds = Math.max(milliseconds / 1000, 0);
  return seconds < MINUTE ? words.now : length(seconds, words.days, words.years);
}

/** "just now", "20 s ago" in steps of ten, "4 min ago". */
export function ago(milliseconds: number, words: Words): string {
  const seconds = Math.max(milliseconds / 1000, 0);
  if (seconds < 10) return words.justNow;
  return words.ago(seconds < MINUTE ? `${Math.floor(seconds / 10) * 10} s` : length(seconds, words.daysAgo, words.yearsAgo));
}

/** "in 4 min", "in 40 s" in steps of ten, "now". */
export function until(milliseconds: number, words: Words): string {
  const seconds = milliseconds / 1000;
  if (seconds <= 0) return words.now;
  return words.within(seconds > MINUTE ? `${Math.ceil(seconds / MINUTE)} min` : `${Math.ceil(seconds / 10) * 10} s`);
}

/** "15:52" in the server's zone, or "3:52 pm". */
export function timeOfDay(at: number, { offset, twelve }: Pick<Tongue, "offset" | "twelve">): string {
  const time = new Date(at + offset * 60_000).toISOString().slice(11, 16);
  if (!twelve) return time;
  const hour = Number(time.slice(0, 2));
  return `${hour % 12 || 12}${time.slice(2)} ${hour < 12 ? "am" : "pm"}`;
}

/** Ages become times of day once they could be wrong. */
export function when(at: number, moment: Moment): string {
  if (moment.aging || moment.now - at >= DAY * 1000) return age(moment.now - at, moment.words);
  return timeOfDay(at, moment);
}

/** A text whose numbers keep their units on their own line: "4:06 pm", "14 min". */
export function held(text: string): string {
  return text.replace(/(\d) (?=(?:min|h|s|am|pm|%)(?![\p{L}\d]))/gu, "$1\u00a0");
}
