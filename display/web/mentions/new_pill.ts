// The pill "37 new": counts the mentions that the list would gain, and adds them only when a person asks.

import type { Change } from "../live";
import { rootPath } from "../root_path";

const COUNT_DELAY_MS = 400;
const ANNOUNCE_EVERY_MS = 30_000;
const MAX_COUNT = 999;

export class NewPill {
  private countTimer: number | undefined;
  private fetching = false;
  private countAgain = false;
  private outOfSync = false;
  private announcedAt = -Infinity;
  private count = 0;

  constructor(private readonly main: HTMLElement) {
    this.link?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.showNew();
    });
  }

  /** The server reported changes: deleted mentions disappear at once, the others are counted. */
  changed(changes: Change[]): void {
    for (const change of changes) if (change.kind === "deleted") this.markDeleted(change.mention);
    this.scheduleCount();
  }

  /** The page missed changes, so the next click on the pill reloads it. */
  markOutOfSync(): void {
    if (this.outOfSync) return;
    this.outOfSync = true;
    this.scheduleCount();
  }

  /** Add the new rows at the top. The row with the focus keeps the focus and its position on the screen. */
  async showNew(): Promise<void> {
    const firstPage = this.main.dataset.firstPageUrl ?? `${rootPath()}/mentions`;
    if (this.count === 0 && !this.outOfSync) return;
    const rows = this.main.querySelector<HTMLElement>("#rows");
    if (this.outOfSync || !rows || this.main.dataset.firstPage !== "true" || this.main.dataset.order !== "new") {
      location.assign(firstPage);
      return;
    }
    const page = await fetchPage(firstPage);
    const next = page?.querySelector<HTMLElement>("main#main");
    if (!page || !next || !this.addRows(rows, next)) {
      location.assign(firstPage);
      return;
    }
    Object.assign(this.main.dataset, next.dataset);
    for (const part of ["head", "chart", "facets", "health"]) replacePart(part, page);
    this.showCount(0);
  }

  private get link(): HTMLAnchorElement | null {
    return this.main.querySelector<HTMLAnchorElement>("#pill");
  }

  /** Put the new rows of `next` above the current ones. False if the two lists do not overlap. */
  private addRows(rows: HTMLElement, next: HTMLElement): boolean {
    const first = rows.querySelector<HTMLElement>(".row");
    const nextRows = [...next.querySelectorAll<HTMLElement>("#rows > .row")];
    const newCount = nextRows.findIndex((row) => row.id === first?.id);
    if (!first || newCount < 0) return false;
    const focused = document.activeElement?.closest<HTMLElement>(".row") ?? null;
    const topBefore = focused?.getBoundingClientRect().top ?? 0;
    rows.querySelector(".new-divider")?.remove();
    if (newCount > 0) rows.prepend(...nextRows.slice(0, newCount), newDivider(newCount, this.main.dataset.zone));
    if (focused) scrollBy({ top: focused.getBoundingClientRect().top - topBefore, behavior: "instant" });
    return true;
  }

  private markDeleted(mention: number): void {
    const row = document.getElementById(`m${mention}`);
    if (!row) return;
    row.classList.add("deleted");
    row.removeAttribute("data-original");
    for (const cell of row.querySelectorAll("td")) cell.replaceChildren();
  }

  /** Many changes lead to one request, and there is never more than one at a time. */
  private scheduleCount(): void {
    if (this.fetching) this.countAgain = true;
    else this.countTimer ??= window.setTimeout(() => void this.fetchCount(), COUNT_DELAY_MS);
  }

  private async fetchCount(): Promise<void> {
    this.countTimer = undefined;
    this.fetching = true;
    try {
      const response = await fetch(this.main.dataset.countUrl ?? "", { cache: "no-store" });
      if (response.ok) this.showCount(Number(await response.text()));
    } catch {
      // The health line reports that the server cannot be reached; the next change counts again.
    }
    this.fetching = false;
    if (this.countAgain) {
      this.countAgain = false;
      this.scheduleCount();
    }
  }

  private showCount(n: number): void {
    this.count = n;
    const link = this.link;
    if (!link) return;
    link.hidden = n === 0 && !this.outOfSync;
    const label = n > MAX_COUNT ? `${MAX_COUNT}+ new` : n > 0 ? `${n} new` : "Reload";
    link.querySelector(".n")?.replaceChildren(label);
    if (n > 0 && performance.now() - this.announcedAt > ANNOUNCE_EVERY_MS) {
      this.announcedAt = performance.now();
      document.getElementById("announcer")?.replaceChildren(`${n} new mention${n === 1 ? "" : "s"}`);
    }
  }
}

async function fetchPage(address: string): Promise<Document | null> {
  try {
    const response = await fetch(address, { cache: "no-store" });
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** Replace a part of the page with that of `page`, unless it has the focus or an open menu. */
function replacePart(id: string, page: Document): void {
  const shown = document.getElementById(id);
  const fresh = page.getElementById(id);
  if (shown && fresh && !shown.matches(":focus-within") && !shown.querySelector("details.menu[open]")) {
    const open = [...shown.querySelectorAll("details")].map((details) => details.open);
    fresh.querySelectorAll("details").forEach((details, i) => (details.open = open[i] ?? details.open));
    shown.replaceWith(document.adoptNode(fresh));
  }
}

function newDivider(n: number, zone: string | undefined): HTMLElement {
  const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...(zone && { timeZone: zone }) });
  const row = document.createElement("tr");
  row.className = "new-divider";
  row.setAttribute("role", "row");
  const cell = document.createElement("td");
  cell.setAttribute("role", "cell");
  cell.append(`${n} new at ${time}`);
  row.append(cell);
  return row;
}
