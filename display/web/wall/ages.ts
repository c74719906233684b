// How the wall tells ages and times of day.

/** What a view needs to put a time: the time that is shown now, and whether ages may still be told. */
export interface Moment {
  now: number;
  /** Minutes by which the server's zone is ahead of UTC. */
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

/** "in 4 min", "in 40 s" in steps of ten, "now". */
export function until(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds <= 0) return "now";
  return seconds > MINUTE ? `in ${Math.ceil(seconds / MINUTE)} min` : `in ${Math.ceil(seconds / 10) * 10} s`;
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
