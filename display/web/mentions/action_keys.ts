// The keys of actions: on the selected mentions, else on the row with the focus, else on the mention that is open.

import type { Actions } from "./actions";
import { currentRow, linkOf, rowOf, type Row } from "./rows";
import type { Selection } from "./selection";
import type { Shortcuts } from "./shortcuts";
import { undoLast } from "./undo";

const OPENS_WITHIN_MS = 5_000;

export function actionShortcuts(actions: Actions | null, selection: Selection): Shortcuts {
  const undo = { u: () => void undoLast(actions?.query ?? "") };
  if (!document.querySelector("#selection, #drawer form")) return document.querySelector(".account-menu") ? undo : {};
  const onSelected = (what: () => void, otherwise: () => void) => () => (selection.isEmpty ? otherwise() : what());
  return {
    ...undo,
    c: onSelected(() => selection.press("claim"), () => press("c", actions)),
    h: onSelected(() => selection.pressHide(), () => press("h", actions)),
    r: onSelected(() => selection.press("irrelevant"), () => markIrrelevant(actions)),
    a: onSelected(() => selection.open("assign"), () => inDrawer("details.assign", openMenu)),
    e: onSelected(() => selection.open("correct-menu"), () => inDrawer(".correct button[aria-pressed=true], .correct button", focus)),
    m: () => inDrawer("#note-text", focus),
    x: () => selection.toggle(),
    J: () => selection.extend(1),
    K: () => selection.extend(-1),
  };
}

/** Press the button of the row with the focus, else that of the open mention. */
function press(key: string, actions: Actions | null): void {
  const row = focusedRow();
  const button = (row ?? document.querySelector("#actions"))?.querySelector(`[data-key=${key}]`);
  if (button instanceof HTMLElement) actions?.onRow(row ?? openRow(), () => button.click());
}

function markIrrelevant(actions: Actions | null): void {
  const row = focusedRow();
  if (!row) return press("r", actions);
  const address = row.dataset.irrelevant;
  if (address) actions?.onRow(row, () => void actions.post(address, new URLSearchParams({ to: "list" }), null));
}

/** The row of the mention that is open. */
const openRow = (): Row | null => rowOf(document.getElementById("drawer")?.dataset.id);

/** The row with the focus; without one, the current row unless a mention is open, whose own buttons are pressed then. */
function focusedRow(): Row | null {
  const focused = document.activeElement?.closest<Row>("#rows > .row") ?? null;
  if (focused) return focused;
  const isOpen = document.querySelector("#drawer:not([hidden])") && !document.querySelector("#rows > .previewed");
  if (!isOpen) return currentRow();
  return document.getElementById("actions") ? null : openRow();
}

/** Use a part of the open mention; a row is opened first. */
function inDrawer(selector: string, use: (part: HTMLElement) => void): void {
  const row = focusedRow();
  const drawer = document.getElementById("drawer");
  if (!drawer) return;
  if (row && drawer.dataset.id !== row.dataset.id) linkOf(row)?.click();
  const part = drawer.querySelector<HTMLElement>(selector);
  if (part && drawer.dataset.id === (row?.dataset.id ?? drawer.dataset.id)) return use(part);
  const observer = new MutationObserver(() => {
    const found = drawer.querySelector<HTMLElement>(selector);
    if (!found) return;
    observer.disconnect();
    use(found);
  });
  observer.observe(drawer, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), OPENS_WITHIN_MS);
}

function openMenu(part: HTMLElement): void {
  if (part instanceof HTMLDetailsElement) part.open = true;
  part.querySelector<HTMLElement>(".choice")?.focus();
}

function focus(part: HTMLElement): void {
  part.focus();
  part.scrollIntoView({ block: "nearest" });
}
