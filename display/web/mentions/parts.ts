// The parts of the page that change when somebody does something with a mention: its row, and parts of its drawer. They are
// replaced in place. A form in which somebody may be writing never is.

import { keepingPlace } from "./place";
import { linkOf, rowOf, type Row } from "./rows";

const FOLD_AFTER_MS = 10_000;
const OPEN_PARTS = ["state-note", "sentiment", "relevance", "note-list", "actions"];

/** What the server says about an action. */
export interface Outcome {
  text: string;
  /** The id of what can be undone. */
  action: string | undefined;
  /** The mentions that were drawn, and the id of a change that they show. */
  drawn: string[];
  change: number;
}

/** Show the parts that the server drew. `isOwn`: this person did it, so that a row that left the list folds after a while. */
export function applyParts(html: string, isOwn: boolean): Outcome {
  const page = new DOMParser().parseFromString(html, "text/html");
  const rows = [...page.querySelectorAll<Row>("tr.row")];
  const drawn = rows.map((row) => row.dataset.id ?? "");
  keepingPlace(() => rows.forEach((row) => replaceRow(row, isOwn)));
  const open = page.querySelector<HTMLElement>(".open");
  const panel = document.getElementById("drawer");
  if (open && panel?.dataset.id === open.dataset.id && panel) replaceOpenParts(panel, open, isOwn);
  const outcome = page.querySelector<HTMLElement>(".outcome");
  const change = Number(outcome?.dataset.change ?? 0);
  return { text: outcome?.textContent?.trim() ?? "", action: outcome?.dataset.action, drawn, change };
}

/** Say it to those who cannot see it. */
export function announce(text: string): void {
  document.getElementById("announcer")?.replaceChildren(text);
}

function replaceRow(fresh: Row, isOwn: boolean): void {
  const shown = rowOf(fresh.dataset.id);
  if (!shown || shown.classList.contains("deleted")) return;
  const left = fresh.classList.contains("left-list");
  // What somebody else changes about a row that has left the list is no news, and its button to undo stays.
  if (left && !isOwn && shown.classList.contains("left-list")) return;
  const hadFocus = shown.contains(document.activeElement);
  for (const name of ["aria-current", "aria-selected"]) {
    const value = shown.getAttribute(name);
    if (value !== null) fresh.setAttribute(name, value);
  }
  const wasChecked = shown.querySelector<HTMLInputElement>(".select input")?.checked ?? false;
  const box = fresh.querySelector<HTMLInputElement>(".select input");
  if (box && wasChecked) box.checked = true;
  fresh.classList.toggle("selected", box !== null && wasChecked);
  shown.replaceWith(document.adoptNode(fresh));
  if (hadFocus) (linkOf(fresh) ?? fresh.querySelector("button"))?.focus({ preventScroll: true });
  if (left && isOwn) foldLater(fresh);
}

/** A row that this person took out of the list goes after a while, unless the pointer or the focus is on it. */
function foldLater(row: Row): void {
  setTimeout(() => {
    if (!row.isConnected) return;
    if (row.matches(":hover, :focus-within")) foldLater(row);
    else keepingPlace(() => row.remove());
  }, FOLD_AFTER_MS);
}

function replaceOpenParts(panel: HTMLElement, open: HTMLElement, isOwn: boolean): void {
  if (!panel.querySelector("#notes")) {
    const notes = open.querySelector("#notes");
    if (notes) panel.querySelector(".drawer-body")?.append(document.adoptNode(notes));
  }
  for (const id of OPEN_PARTS) {
    const shown = panel.querySelector<HTMLElement>(`#${id}`);
    const fresh = open.querySelector<HTMLElement>(`#${id}`);
    if (!shown || (!isOwn && shown.querySelector("textarea:focus"))) continue;
    if (!fresh) shown.remove();
    else replacePart(shown, document.adoptNode(fresh));
  }
}

function replacePart(shown: HTMLElement, fresh: HTMLElement): void {
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  for (const menu of shown.querySelectorAll<HTMLDetailsElement>("details[open]")) {
    const same = fresh.querySelector<HTMLDetailsElement>(`details.${menu.className.split(" ").join(".")}`);
    if (same && !focused) same.open = true;
  }
  shown.replaceWith(fresh);
  if (!focused) return;
  const same = counterpart(focused, fresh) ?? document.getElementById("drawer-heading");
  same?.focus({ preventScroll: true });
}

/** The control of `fresh` that does what `focused` did, such as claiming and unclaiming. */
function counterpart(focused: Element, fresh: HTMLElement): HTMLElement | null {
  const key = focused instanceof HTMLElement ? focused.dataset.key : undefined;
  if (key) return fresh.querySelector<HTMLElement>(`[data-key="${key}"]`);
  const value = focused instanceof HTMLButtonElement ? focused.value : "";
  return value ? fresh.querySelector<HTMLElement>(`button[value="${CSS.escape(value)}"]`) : null;
}
