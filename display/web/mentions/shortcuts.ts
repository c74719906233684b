// Single-key shortcuts. They are off while typing, with Ctrl, Alt or Meta, and when a person has turned them off (WCAG 2.1.4).

import { currentRow, linkOf } from "./rows";

const OFF_KEY = "wallflower-keys-off";

export type Shortcuts = Record<string, () => void>;
/** Closes or clears something at Escape; false if there was nothing. */
export type EscapeStep = () => boolean;

/** Run `shortcuts`, by the value of a key, and the first of `escapeSteps` that has something to do. */
export function watchShortcuts(shortcuts: Shortcuts, escapeSteps: EscapeStep[] = []): void {
  const dialog = document.querySelector<HTMLDialogElement>("#keys");
  const actions: Shortcuts = {
    "/": () => document.querySelector<HTMLInputElement>("#q")?.focus(),
    f: showFilters,
    "?": () => dialog?.showModal(),
    ...shortcuts,
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeFirst(event, [closeMenu, leaveDrawerField, ...escapeSteps, leaveField]);
    if (!isShortcut(event)) return;
    const action = actions[event.key];
    if (!action || !appliesTo(event.key, document.activeElement)) return;
    event.preventDefault();
    action();
  });
  watchOffSwitch();
}

/** Whether a key is meant as a shortcut. */
export function isShortcut(event: KeyboardEvent): boolean {
  if (isTyping(event) || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return false;
  return !localStorage.getItem(OFF_KEY) || event.key === "?";
}

/** Arrow keys scroll the page unless a row has the focus, and Enter follows whatever link has it. */
function appliesTo(key: string, focused: Element | null): boolean {
  if (key.startsWith("Arrow")) return focused?.matches(".mention-link") ?? false;
  return key !== "Enter" || focused === document.body;
}

function closeFirst(event: KeyboardEvent, steps: EscapeStep[]): void {
  if (document.querySelector("dialog[open]")) return;
  if (steps.some((step) => step())) event.preventDefault();
}

function isTyping(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.matches("input, textarea, select");
}

function showFilters(): void {
  if (document.querySelector(".filters-button")?.checkVisibility()) location.hash = "filters";
  else document.querySelector<HTMLElement>("#filters .toggle")?.focus();
}

function closeMenu(): boolean {
  const menu = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  } else if (location.hash === "#filters") location.hash = "list";
  else return false;
  return true;
}

/** A field in the drawer is left before the drawer is closed, so that what was written stays. */
function leaveDrawerField(): boolean {
  const field = document.activeElement;
  if (!field?.matches("#drawer :is(input, textarea, select)")) return false;
  document.querySelector<HTMLElement>("#drawer-heading")?.focus({ preventScroll: true });
  return true;
}

/** Leave the field for the row at which the keys continue. */
function leaveField(): boolean {
  const field = document.activeElement;
  if (!(field instanceof HTMLElement) || !field.matches("input, textarea, select")) return false;
  field.blur();
  const row = currentRow();
  if (row) linkOf(row)?.focus({ preventScroll: true });
  return true;
}

function watchOffSwitch(): void {
  const box = document.querySelector<HTMLInputElement>("#keys-off");
  if (!box) return;
  box.checked = localStorage.getItem(OFF_KEY) !== null;
  box.addEventListener("change", () => (box.checked ? localStorage.setItem(OFF_KEY, "1") : localStorage.removeItem(OFF_KEY)));
}
