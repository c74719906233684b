// Single-key shortcuts. They are off while typing, with Ctrl, Alt or Meta, and when a person has turned them off (WCAG 2.1.4).

const OFF_KEY = "wallflower-keys-off";

const rowLinks = () => [...document.querySelectorAll<HTMLAnchorElement>(".row:not(.deleted) .mention-link")];
const clickLink = (selector: string) => document.querySelector<HTMLAnchorElement>(selector)?.click();

export function watchShortcuts(showNew: () => void): void {
  const dialog = document.querySelector<HTMLDialogElement>("#keys");
  const actions: Record<string, () => void> = {
    "/": () => document.querySelector<HTMLInputElement>("#q")?.focus(),
    j: () => moveBy(1),
    ArrowDown: () => moveBy(1),
    k: () => moveBy(-1),
    ArrowUp: () => moveBy(-1),
    o: openOriginal,
    n: showNew,
    f: showFilters,
    r: markIrrelevant,
    "[": () => clickLink("a[rel=next]"),
    "]": () => clickLink("a[rel=prev]"),
    "?": () => dialog?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeOrLeave();
    if (isTyping(event) || event.ctrlKey || event.altKey || event.metaKey || dialog?.open) return;
    if (localStorage.getItem(OFF_KEY) && event.key !== "?") return;
    const arrow = event.key.startsWith("Arrow");
    const action = actions[event.key];
    // Arrow keys scroll the page unless a row has the focus.
    if (!action || (arrow && !document.activeElement?.matches(".mention-link"))) return;
    event.preventDefault();
    action();
  });
  watchOffSwitch();
}

function isTyping(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.matches("input, textarea, select");
}

function moveBy(step: number): void {
  if (document.querySelector("main.mention-page")) return clickLink(step > 0 ? "a[rel=next]" : "a[rel=prev]");
  const links = rowLinks();
  const current = links.findIndex((link) => link === document.activeElement);
  const next = links[current < 0 ? (step > 0 ? 0 : -1) : current + step];
  next?.focus({ preventScroll: true });
  next?.closest(".row")?.scrollIntoView({ block: "nearest" });
}

function openOriginal(): void {
  const link = document.querySelector<HTMLAnchorElement>("a.original");
  if (link) return link.click();
  const address = document.activeElement?.closest<HTMLElement>(".row")?.dataset.original;
  if (address) window.open(address, "_blank", "noopener,noreferrer");
}

/** Send what the button "Not relevant" sends. In the list, the next row gets the focus. */
function markIrrelevant(): void {
  const button = document.querySelector<HTMLButtonElement>("#relevance form[action*='/irrelevant'] button");
  if (button) return button.click();
  const row = document.activeElement?.closest<HTMLElement>(".row");
  if (!row?.dataset.irrelevant) return;
  const rows = rowLinks().map((link) => link.closest<HTMLElement>(".row"));
  const at = rows.indexOf(row);
  const form = document.createElement("form");
  form.method = "post";
  form.action = row.dataset.irrelevant;
  for (const [name, value] of [["to", "list"], ["next", (rows[at + 1] ?? rows[at - 1])?.dataset.id ?? ""]] as const) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

function showFilters(): void {
  if (document.querySelector(".filters-button")?.checkVisibility()) location.hash = "filters";
  else document.querySelector<HTMLElement>("#filters .toggle")?.focus();
}

/** Escape: close an open menu or sheet, else go back to the list, else leave the field. */
function closeOrLeave(): void {
  const menu = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  } else if (location.hash === "#filters") {
    location.hash = "list";
  } else if (document.querySelector("main.mention-page")) {
    clickLink(".back");
  } else if (document.activeElement instanceof HTMLElement) {
    document.activeElement.blur();
  }
}

function watchOffSwitch(): void {
  const box = document.querySelector<HTMLInputElement>("#keys-off");
  if (!box) return;
  box.checked = localStorage.getItem(OFF_KEY) !== null;
  box.addEventListener("change", () => (box.checked ? localStorage.setItem(OFF_KEY, "1") : localStorage.removeItem(OFF_KEY)));
}
