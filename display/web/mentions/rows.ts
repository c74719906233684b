// The rows of the list: which one is current, and how the focus moves between them.

/** Pixels of the top bar and the head of the list, which cover what is under them. */
const STICKY_HEIGHT = 86;

export type Row = HTMLTableRowElement;

/** Rows of mentions that are still in the list. */
export const LISTED = ".row:not(.deleted, .left-list)";

let lastFocused: string | null = null;

/** Remember the row with the focus, so that the keys continue there after the focus was elsewhere. */
export function watchFocus(): void {
  document.addEventListener("focusin", (event) => {
    const row = event.target instanceof Element ? event.target.closest<Row>("#rows > .row") : null;
    if (row) lastFocused = row.id;
  });
}

export const rowOf = (mention: string | undefined): Row | null =>
  mention ? document.querySelector<Row>(`#rows > #m${CSS.escape(mention)}`) : null;

export const linkOf = (row: Row): HTMLAnchorElement | null => row.querySelector<HTMLAnchorElement>(".mention-link");

/** The row that is open in the drawer, else the one with the focus, else the one that had it last. */
export function currentRow(): Row | null {
  const focused = document.activeElement?.closest<Row>("#rows > .row");
  const last = lastFocused && document.getElementById(lastFocused)?.closest<Row>("#rows > .row");
  return focused ?? document.querySelector<Row>("#rows > .row[aria-current]") ?? (last || null);
}

/** The next row like `which`, or the one before. Without a current row it is the first that can be seen. */
export function neighbour(step: 1 | -1, from = currentRow(), which = ".row:not(.deleted)"): Row | null {
  const rows = [...document.querySelectorAll<Row>(`#rows > ${which}`)];
  if (!from) return rows.find((row) => row.getBoundingClientRect().top >= STICKY_HEIGHT) ?? rows[0] ?? null;
  const all = [...document.querySelectorAll<Row>("#rows > .row")];
  const start = all.indexOf(from);
  const others = step > 0 ? all.slice(start + 1) : all.slice(0, Math.max(0, start)).reverse();
  return others.find((row) => rows.includes(row)) ?? null;
}

export function focusRow(row: Row | null): void {
  if (!row) return;
  linkOf(row)?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** Mark the row that the drawer shows; `isPreview`: only because there is room for it, so the keys do not continue there. */
export function markOpen(row: Row | null, isPreview = false): void {
  for (const marked of document.querySelectorAll("#rows > .row:is([aria-current], .previewed)")) {
    marked.removeAttribute("aria-current");
    marked.classList.remove("previewed");
  }
  if (isPreview) row?.classList.add("previewed");
  else row?.setAttribute("aria-current", "true");
}
