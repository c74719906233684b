// How the page writes: in the language and by the clock of its wall. The server sends the phrases with the page.
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { PagePhrases, Plural } from "./phrases";
import type { WallState } from "./state";

/** A language of the server's catalogue. */
export interface Language {
  /** BCP 47 tag, for `Intl`. */
  locale: string;
  phrases: PagePhrases;
}

/** By their codes. */
export type Languages = Readonly<Record<string, Language>>;

export interface Locale extends Language {
  /** Minutes by which the wall's time zone is ahead of UTC. */
  utcOffset: number;
  twelveHours: boolean;
}

const FALLBACK = "en";

/** The language with a code; a wall is never without words. */
export function languageOf(code: string, languages: Languages): Language {
  return languages[code] ?? languages[FALLBACK]!;
}

export function localeOf(state: WallState, languages: Languages): Locale {
  return { ...languageOf(state.language, languages), utcOffset: state.utc_offset, twelveHours: state.twelve_hours };
}

/** The phrases for everything below the provider; there is no reader outside of one. */
export const PhrasesContext = createContext<PagePhrases | null>(null);

export function usePhrases(): PagePhrases {
  return useContext(PhrasesContext)!;
}

/** An ellipsis, or the full stop of an abbreviation, perhaps at the end of isolated right-to-left text. */
const ENDS_WITH_STOP = /[….]\u2069?$/;

/** A phrase with `parts` in place of its placeholders. The full stop behind a part that ends in one itself is dropped. */
export function fill(phrase: string, parts: Readonly<Record<string, string>>): string {
  let text = "";
  let hasStop = false;
  phrase.split(/\{(\w+)\}/).forEach((piece, index) => {
    const isName = index % 2 === 1;
    const part = isName ? (parts[piece] ?? "") : piece;
    text += !isName && hasStop && part.startsWith(".") ? part.slice(1) : part;
    hasStop = isName && ENDS_WITH_STOP.test(part);
  });
  return text;
}

export function formatNumber(n: number, { locale }: Language): string {
  return new Intl.NumberFormat(locale).format(n);
}

/** A phrase in the plural form of `n`. */
export function counted(plural: Plural, n: number, language: Language): string {
  const category = new Intl.PluralRules(language.locale).select(n);
  return fill(plural[category] || plural.other, { n: formatNumber(n, language) });
}
