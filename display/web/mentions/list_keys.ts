// The keys of the list and of the drawer.

import type { Drawer } from "./drawer";
import type { NewPill } from "./new_pill";
import { currentRow, linkOf } from "./rows";
import type { Shortcuts } from "./shortcuts";

const clickLink = (selector: string) => document.querySelector<HTMLAnchorElement>(selector)?.click();

export function listShortcuts(drawer: Drawer | null, pill: NewPill | null): Shortcuts {
  const next = () => drawer?.step(1);
  const previous = () => drawer?.step(-1);
  return {
    j: next,
    ArrowDown: next,
    k: previous,
    ArrowUp: previous,
    Enter: openCurrent,
    o: openOriginal,
    n: () => void pill?.showNew(),
    "[": () => clickLink(".paging a[rel=next]"),
    "]": () => clickLink(".paging a[rel=prev]"),
  };
}

function openCurrent(): void {
  const row = currentRow();
  if (row) linkOf(row)?.click();
}

/** The original of the open mention, else of the row, in a new tab. */
function openOriginal(): void {
  const link = document.querySelector<HTMLAnchorElement>(".drawer:not([hidden]) a.original");
  if (link) return link.click();
  const address = currentRow()?.dataset.original;
  if (address) window.open(address, "_blank", "noopener,noreferrer");
}
