// The place in the list: which row is where on the screen. Whatever is inserted, opened, closed or loaded again, that row stays
// where it was and keeps the focus.

import { currentRow, linkOf, LISTED, neighbour, type Row } from "./rows";

const STORED = "wallflower-places";
const MAX_STORED = 40;
/** Rows that are asked for above a row that is no longer on the first page: more than a screen has. */
const ROWS_ABOVE = 25;
const STICKY_HEIGHT = 86;

interface Place {
  row: string;
  /** Where the top of the row is, in pixels from the top of the window. */
  y: number;
  /** Whether the row has the focus, or had it last; else it is only the topmost one that can be seen. */
  focused: boolean;
  /** Whether the focus is in the drawer. */
  inDrawer: boolean;
  /** The page of the list on which the row is, even if the list has grown since. */
  page: string;
}

/** The row that must not move: the current one if it can be seen, else the topmost one, unless the list is at its top. */
function anchor(): Row | null {
  const current = currentRow();
  if (current && isVisible(current)) return current;
  const rows = [...document.querySelectorAll<Row>("#rows > .row")];
  return scrollY > 0 ? (rows.find((row) => row.getBoundingClientRect().top >= STICKY_HEIGHT) ?? null) : null;
}

function isVisible(row: Row): boolean {
  const { top, bottom } = row.getBoundingClientRect();
  return bottom > STICKY_HEIGHT && top < innerHeight;
}

/** Change the page and keep the anchor, with its focus, where it is on the screen. */
export function keepingPlace(change: () => void): void {
  const row = anchor();
  const y = row?.getBoundingClientRect().top ?? 0;
  const focused = document.activeElement instanceof HTMLElement && row?.contains(document.activeElement) ? document.activeElement : null;
  change();
  if (row?.isConnected) moveTo(row, y);
  if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
}

export function moveTo(row: Row, y: number): void {
  scrollBy({ top: row.getBoundingClientRect().top - y, behavior: "instant" });
}

/** The position of a row on the screen, for `moveTo` after the list was hidden. */
export function topOf(row: Row | null): number | null {
  return row?.checkVisibility() ? row.getBoundingClientRect().top : null;
}

/** Keep the place of each entry of the history, and return to it after Back, Forward and a reload. */
export function rememberPlaces(): void {
  if (!document.querySelector("#rows")) return;
  history.scrollRestoration = "manual";
  const stored = read();
  const key: string = history.state?.key ?? "";
  const place = stored.get(key);
  if (place && !restore(place, key)) return;
  if (!key) history.replaceState({ ...history.state, key: newKey() }, "");
  addEventListener("pagehide", savePlace);
}

/** The state of a new entry of the history. */
export function newEntry(values: Record<string, unknown>): Record<string, unknown> {
  return { ...values, key: newKey() };
}

const newKey = () => Math.random().toString(36).slice(2);

/** Keep the place of the entry of the history that is shown. */
export function savePlace(): void {
  const stored = read();
  const key: string = history.state?.key ?? "";
  stored.delete(key);
  const row = listedAt(anchor());
  const inDrawer = document.activeElement?.closest("#drawer") !== null;
  if (row) {
    const place = { row: row.id, y: row.getBoundingClientRect().top, focused: row === currentRow(), inDrawer };
    stored.set(key, { ...place, page: pageAround(row) });
  }
  const newest = [...stored].slice(-MAX_STORED);
  sessionStorage.setItem(STORED, JSON.stringify(newest));
}

/** `row`, or the row beside it if somebody took it out of the list: a reload would look for it in vain. */
function listedAt(row: Row | null): Row | null {
  return row?.matches(LISTED) ? row : row && (neighbour(1, row, LISTED) ?? neighbour(-1, row, LISTED));
}

/** The address of the page of the list that begins some rows above `row`, as of the moment that is shown. */
function pageAround(row: Row): string {
  const rows = [...document.querySelectorAll<Row>("#rows > .row")];
  const above = rows[rows.indexOf(row) - ROWS_ABOVE];
  const address = new URL(document.querySelector<HTMLElement>("#main")?.dataset.pageUrl ?? "", location.href);
  if (above?.dataset.position) address.searchParams.set("before", above.dataset.position);
  return address.href;
}

/** False if the page is loaded again, because so many mentions came that the row is on a later page of the list. */
function restore(place: Place, key: string): boolean {
  const row = document.getElementById(place.row)?.closest<Row>(".row");
  if (row) {
    moveTo(row, place.y);
    if (place.focused && !place.inDrawer) linkOf(row)?.focus({ preventScroll: true });
    if (history.state?.moved || history.state?.isGone) history.replaceState({ ...history.state, moved: false, isGone: false }, "");
    return true;
  }
  if (history.state?.moved) return returnFromMove(key);
  const isBeyond = place.page !== location.href && !document.querySelector("#drawer[data-id]");
  if (!isBeyond || history.state?.isGone) return true;
  history.replaceState({ key, moved: true, from: location.href }, "", place.page);
  location.reload();
  return false;
}

/** The row is not on that page either, because it has left the list: show the list as it is now. */
function returnFromMove(key: string): boolean {
  const { from } = history.state;
  if (!from) return true;
  history.replaceState({ key, isGone: true }, "", from);
  location.reload();
  return false;
}

function read(): Map<string, Place> {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(STORED) ?? "[]"));
  } catch {
    return new Map();
  }
}
