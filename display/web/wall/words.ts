// The page's own few words, in each language that a wall speaks; all the others come from the server.
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Sentiment, WallState } from "./state";

type Told = (what: string) => string;

export interface Words {
  /** By which numbers are written. */
  locale: string;
  now: string;
  justNow: string;
  ago: Told;
  within: Told;
  days: readonly [string, string];
  years: readonly [string, string];
  /** The same within `ago`. */
  daysAgo: readonly [string, string];
  yearsAgo: readonly [string, string];
  /** Before a time of day, within a sentence. */
  at: Told;
  /** The same as the head of the board. */
  headAt: Told;
  sentiments: Record<Sentiment, string>;
  moods: Record<Sentiment, string>;
  share: string;
  mood: string;
  usual: string;
  /** Before a place. */
  on: string;
  moreLikeIt: Told;
  someone: string;
  noText: string;
  sample: string;
  reconnecting: Told;
  asOf: Told;
  refused: string;
  notLive: string;
  /** How long ago, and at which time of day. */
  lastUpdate: (ago: string, time: string) => string;
  lost: string;
  unanswered: string;
  keepsAsking: string;
  /** A wall that the config has no more. */
  noWall: (name: string) => string;
  notInConfig: string;
  voices: string;
  notLiveSince: Told;
  source: string;
  lastRead: string;
  postsAnHour: string;
  about: string;
  noneYet: string;
  pair: string;
  /** In turn plain and strong. */
  pairing: readonly string[];
  newCode: Told;
}

const ENGLISH: Words = {
  locale: "en",
  now: "now",
  justNow: "just now",
  ago: (age) => `${age} ago`,
  within: (age) => `in ${age}`,
  days: ["day", "days"],
  years: ["year", "years"],
  daysAgo: ["day", "days"],
  yearsAgo: ["year", "years"],
  at: (time) => `at ${time}`,
  headAt: (time) => `At ${time}`,
  sentiments: { positive: "positive", negative: "negative", neutral: "neutral", unscored: "unscored" },
  moods: { positive: "mood positive", negative: "mood negative", neutral: "mood mixed", unscored: "mood not known" },
  share: "share",
  mood: "mood",
  usual: "usual",
  on: "on",
  moreLikeIt: (n) => `and ${n} more like it`,
  someone: "someone",
  noText: "no text",
  sample: "Sample data. Nothing here is real.",
  reconnecting: (ago) => `Reconnecting, last update ${ago}.`,
  asOf: (time) => `Everything here is as of ${time}.`,
  refused: "Too many walls: this one is new every 12 s.",
  notLive: "Not live",
  lastUpdate: (ago, time) => `Last update ${ago}, at ${time}.`,
  lost: "Connection lost.",
  unanswered: "The server has not answered yet.",
  keepsAsking: "This wall keeps asking.",
  noWall: (name) => `No wall “${name}”.`,
  notInConfig: "The config has none of this name.",
  voices: "What people say",
  notLiveSince: (time) => `since ${time}.`,
  source: "source",
  lastRead: "last read",
  postsAnHour: "posts an hour",
  about: "about",
  noneYet: "none yet",
  pair: "Pair this wall",
  pairing: ["On your computer, open Wallflower, choose ", "Walls", ", then ", "Pair", ", and type these six characters."],
  newCode: (soon) => `A new code appears ${soon}.`,
};

const GERMAN: Words = {
  locale: "de",
  now: "jetzt",
  justNow: "gerade eben",
  ago: (age) => `vor ${age}`,
  within: (age) => `in ${age}`,
  days: ["Tag", "Tage"],
  years: ["Jahr", "Jahre"],
  daysAgo: ["Tag", "Tagen"],
  yearsAgo: ["Jahr", "Jahren"],
  at: (time) => `um ${time}`,
  headAt: (time) => `Um ${time}`,
  sentiments: { positive: "positiv", negative: "negativ", neutral: "neutral", unscored: "unbewertet" },
  moods: { positive: "Stimmung gut", negative: "Stimmung schlecht", neutral: "Stimmung gemischt", unscored: "Stimmung unbekannt" },
  share: "Anteil",
  mood: "Stimmung",
  usual: "üblich",
  on: "auf",
  moreLikeIt: (n) => `und ${n} ähnliche`,
  someone: "jemand",
  noText: "ohne Text",
  sample: "Beispieldaten. Nichts hier ist echt.",
  reconnecting: (ago) => `Verbindet neu, zuletzt ${ago}.`,
  asOf: (time) => `Alles hier ist der Stand von ${time}.`,
  refused: "Zu viele Wände: diese alle 12 s neu.",
  notLive: "Nicht live",
  lastUpdate: (ago, time) => `Zuletzt ${ago}, um ${time}.`,
  lost: "Verbindung verloren.",
  unanswered: "Der Server hat noch nicht geantwortet.",
  keepsAsking: "Diese Wand fragt weiter.",
  noWall: (name) => `Keine Wand „${name}“.`,
  notInConfig: "Die Konfiguration kennt keine dieses Namens.",
  voices: "Was gesagt wird",
  notLiveSince: (time) => `seit ${time}.`,
  source: "Quelle",
  lastRead: "zuletzt gelesen",
  postsAnHour: "je Stunde",
  about: "über",
  noneYet: "noch nichts",
  pair: "Diese Wand koppeln",
  pairing: ["Am Computer Wallflower öffnen, ", "Walls", " wählen, dann ", "Pair", ", und diese sechs Zeichen eingeben."],
  newCode: (soon) => `Ein neuer Code erscheint ${soon}.`,
};

const FRENCH: Words = {
  locale: "fr",
  now: "à l’instant",
  justNow: "à l’instant",
  ago: (age) => `il y a ${age}`,
  within: (age) => `dans ${age}`,
  days: ["jour", "jours"],
  years: ["an", "ans"],
  daysAgo: ["jour", "jours"],
  yearsAgo: ["an", "ans"],
  at: (time) => `à ${time}`,
  headAt: (time) => `À ${time}`,
  sentiments: { positive: "positif", negative: "négatif", neutral: "neutre", unscored: "non noté" },
  moods: { positive: "humeur bonne", negative: "humeur mauvaise", neutral: "humeur partagée", unscored: "humeur inconnue" },
  share: "part",
  mood: "humeur",
  usual: "d’habitude",
  on: "sur",
  moreLikeIt: (n) => `et ${n} semblables`,
  someone: "quelqu’un",
  noText: "sans texte",
  sample: "Exemple. Rien ici n’est réel.",
  reconnecting: (ago) => `Reconnexion, état ${ago}.`,
  asOf: (time) => `Tout ici date de ${time}.`,
  refused: "Trop de murs\u00a0: celui-ci, toutes les 12 s.",
  notLive: "Pas en direct",
  lastUpdate: (ago, time) => `État de ${time}, ${ago}.`,
  lost: "Connexion perdue.",
  unanswered: "Le serveur n’a pas encore répondu.",
  keepsAsking: "Ce mur continue de demander.",
  noWall: (name) => `Pas de mur « ${name} ».`,
  notInConfig: "La configuration n’en a aucun de ce nom.",
  voices: "Ce qui se dit",
  notLiveSince: (time) => `depuis ${time}.`,
  source: "source",
  lastRead: "dernière lecture",
  postsAnHour: "par heure",
  about: "sur",
  noneYet: "rien encore",
  pair: "Associer ce mur",
  pairing: ["Sur l’ordinateur, ouvrir Wallflower, choisir ", "Walls", ", puis ", "Pair", ", et saisir ces six caractères."],
  newCode: (soon) => `Un nouveau code apparaît ${soon}.`,
};

export const LANGUAGES: Readonly<Record<string, Words>> = { en: ENGLISH, de: GERMAN, fr: FRENCH };

/** Those of a language; a wall never stays without words. */
export function wordsOf(language: string): Words {
  return LANGUAGES[language] ?? ENGLISH;
}

/** How a wall tells of times. */
export interface Tongue {
  words: Words;
  /** Minutes by which the server's zone is ahead of UTC. */
  offset: number;
  /** Whether its clock has twelve hours. */
  twelve: boolean;
}

export function tongueOf(state: WallState): Tongue {
  return { words: wordsOf(state.language), offset: state.utc_offset, twelve: state.twelve };
}

/** The words of everything below it. */
export const Spoken = createContext(ENGLISH);

export function useWords(): Words {
  return useContext(Spoken);
}
