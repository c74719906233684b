// Single keys, off while typing, with Ctrl, Alt or Meta, and for good where a person turned them off (WCAG 2.1.4).

const OFF = "wallflower-keys-off";

const rows = () => [...document.querySelectorAll<HTMLAnchorElement>(".row:not(.gone) .open")];
const follow = (selector: string) => document.querySelector<HTMLAnchorElement>(selector)?.click();

export function watchKeys(bringIn: () => void): void {
  const dialog = document.querySelector<HTMLDialogElement>("#keys");
  const actions: Record<string, () => void> = {
    "/": () => document.querySelector<HTMLInputElement>("#q")?.focus(),
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    o: openOriginal,
    n: bringIn,
    f: showFilters,
    "[": () => follow("a[rel=next]"),
    "]": () => follow("a[rel=prev]"),
    "?": () => dialog?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return leave();
    if (typing(event) || event.ctrlKey || event.altKey || event.metaKey || dialog?.open) return;
    if (localStorage.getItem(OFF) && event.key !== "?") return;
    const arrow = event.key.startsWith("Arrow");
    const action = actions[event.key];
    if (!action || (arrow && !document.activeElement?.matches(".open"))) return;
    event.preventDefault();
    action();
  });
  watchChoice();
}

function typing(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.matches("input, textarea, select");
}

function step(by: number): void {
  if (document.querySelector("main.one")) return follow(by > 0 ? "a[rel=next]" : "a[rel=prev]");
  const all = rows();
  const here = all.findIndex((row) => row === document.activeElement);
  const next = all[here < 0 ? (by > 0 ? 0 : -1) : here + by];
  next?.focus({ preventScroll: true });
  next?.closest(".row")?.scrollIntoView({ block: "nearest" });
}

function openOriginal(): void {
  const alone = document.querySelector<HTMLAnchorElement>("a.original");
  if (alone) return alone.click();
  const address = document.activeElement?.closest<HTMLElement>(".row")?.dataset.original;
  if (address) window.open(address, "_blank", "noopener,noreferrer");
}

function showFilters(): void {
  if (document.querySelector(".filters-button")?.checkVisibility()) location.hash = "filters";
  else document.querySelector<HTMLElement>("#filters .pick")?.focus();
}

/** Escape: close what is open, then go back to the list, then leave the field. */
function leave(): void {
  const menu = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  } else if (location.hash === "#filters") {
    location.hash = "list";
  } else if (document.querySelector("main.one")) {
    follow(".back");
  } else if (document.activeElement instanceof HTMLElement) {
    document.activeElement.blur();
  }
}

function watchChoice(): void {
  const box = document.querySelector<HTMLInputElement>("#keys-off");
  if (!box) return;
  box.checked = localStorage.getItem(OFF) !== null;
  box.addEventListener("change", () => (box.checked ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF)));
}
