// Ages and times of day, in the widths that fit the wall.
import { fill, type Language, type Locale } from "./locale";

/** What a component needs to show a time. */
export interface Moment {
  locale: Locale;
  /** The time that is shown now. */
  now: number;
  /** Whether ages are shown; times of day otherwise, because an age could be wrong. */
  showsAges: boolean;
}

type Unit = "second" | "minute" | "hour" | "day" | "year";

const SECONDS: Record<Unit, number> = { second: 1, minute: 60, hour: 3600, day: 86_400, year: 365 * 86_400 };
/** Widths of CLDR; locale.py has the same. */
const WIDTHS = { second: "short", minute: "short", hour: "short", day: "long", year: "long" } as const;
const JUST_NOW_SECONDS = 10;
/** Seconds are shown in steps: a number that changes every second draws attention. */
const STEP_SECONDS = 10;

function largestUnit(seconds: number): Unit {
  return (["year", "day", "hour"] as const).find((unit) => seconds >= SECONDS[unit]) ?? "minute";
}

/** Keeps a number and its unit on one line. */
function unbroken(text: string): string {
  return text.replace(/(\d) /g, "$1\u00a0");
}

function formatUnit(n: number, unit: Unit, { locale }: Language): string {
  return unbroken(new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: WIDTHS[unit] }).format(n));
}

function formatRelative(n: number, unit: Unit, { locale }: Language): string {
  return unbroken(new Intl.RelativeTimeFormat(locale, { style: WIDTHS[unit] }).format(n, unit));
}

/** "now", "4 mins", "3 hrs", "2 days". */
export function age(milliseconds: number, language: Language): string {
  const seconds = milliseconds / 1000;
  if (seconds < SECONDS.minute) return language.phrases.now;
  const unit = largestUnit(seconds);
  return formatUnit(Math.floor(seconds / SECONDS[unit]), unit, language);
}

/** "just now", "20 sec ago" in steps of ten, "4 min ago". */
export function ago(milliseconds: number, language: Language): string {
  const seconds = milliseconds / 1000;
  if (seconds < JUST_NOW_SECONDS) return language.phrases.just_now;
  if (seconds < SECONDS.minute) return formatRelative(-Math.floor(seconds / STEP_SECONDS) * STEP_SECONDS, "second", language);
  const unit = largestUnit(seconds);
  return formatRelative(-Math.floor(seconds / SECONDS[unit]), unit, language);
}

/** "in 4 min", "in 40 sec" in steps of ten, "now". Rounded up, so that it never promises too little time. */
export function inTime(milliseconds: number, language: Language): string {
  const seconds = milliseconds / 1000;
  if (seconds <= 0) return language.phrases.now;
  if (seconds > SECONDS.minute) return formatRelative(Math.ceil(seconds / SECONDS.minute), "minute", language);
  return formatRelative(Math.ceil(seconds / STEP_SECONDS) * STEP_SECONDS, "second", language);
}

/** "15:52" or "3:52 pm", in the wall's time zone. */
export function timeOfDay(at: number, { locale, utcOffset, twelveHours }: Locale): string {
  // The server knows the zone and sends its offset; the browser's own zone does not matter.
  const local = new Date(at + utcOffset * 60_000);
  const hour = twelveHours ? ({ hour: "numeric", hourCycle: "h12" } as const) : ({ hour: "2-digit", hourCycle: "h23" } as const);
  return unbroken(new Intl.DateTimeFormat(locale, { ...hour, minute: "2-digit", timeZone: "UTC" }).format(local));
}

/** The age of `at`, or its time of day if it was within a day and ages are not shown. */
export function ageOrTime(at: number, { locale, now, showsAges }: Moment): string {
  const isOld = now - at >= SECONDS.day * 1000;
  return showsAges || isOld ? age(now - at, locale) : timeOfDay(at, locale);
}

/** The same within a sentence: "4 mins", "at 15:52". */
export function ageOrAtTime(at: number, moment: Moment): string {
  const text = ageOrTime(at, moment);
  return moment.showsAges ? text : fill(moment.locale.phrases.at, { time: text });
}
