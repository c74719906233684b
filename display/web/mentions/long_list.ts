// A list to which new rows are added all day stays short: rows at its end go, and the link to older mentions begins with them.

import { currentRow, type Row } from "./rows";

const MAX_ROWS = 300;
/** Rows that stay below the current one. */
const ROWS_BELOW = 50;

/** Remove the rows at the end of a long list. Only a list with the newest first has its end at the bottom. */
export function trimList(rows: HTMLElement, main: HTMLElement): void {
  if (main.dataset.order !== "new") return;
  const all = [...rows.querySelectorAll<Row>(":scope > .row")];
  const current = currentRow();
  const kept = Math.max(MAX_ROWS, (current ? all.indexOf(current) : 0) + ROWS_BELOW);
  const removed = all.slice(kept);
  const newest = removed.map((row) => placeOf(row)).sort(([a, b], [c, d]) => a - c || b - d).at(-1);
  if (!newest) return;
  for (const row of [...rows.children].slice([...rows.children].indexOf(removed[0] as Element))) row.remove();
  linkOlder(main, `${newest[1] + 1}.${newest[0]}`);
}

/** [Milliseconds, id] of the mention of a row. */
function placeOf(row: Row): [number, number] {
  const [id, milliseconds] = (row.dataset.position ?? "").split(".");
  return [Number(milliseconds ?? 0), Number(id ?? 0)];
}

/** Let "Older" continue before the position `before`. */
function linkOlder(main: HTMLElement, before: string): void {
  const paging = main.querySelector<HTMLElement>(".paging");
  let link = paging?.querySelector<HTMLAnchorElement>("a[rel=next]");
  if (!link) {
    link = Object.assign(document.createElement("a"), { className: "button", rel: "next", textContent: "Older" });
    paging?.append(link);
  }
  const address = new URL(main.dataset.pageUrl ?? location.href, location.href);
  address.searchParams.set("before", before);
  link.href = address.href;
}
