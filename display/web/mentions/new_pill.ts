// The pill "37 new": counts the mentions that the list would gain, and adds them only when a person asks.

import type { Change } from "../live";
import { rootPath } from "../root_path";
import { trimList } from "./long_list";
import { keepingPlace } from "./place";

const COUNT_DELAY_MS = 400;
const ANNOUNCE_EVERY_MS = 30_000;
const MAX_COUNT = 999;

export class NewPill {
  private countTimer: number | undefined;
  private fetching = false;
  private countAgain = false;
  private adding = false;
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

  /** Insert the new rows at the top, under a line that says how many. What is read stays where it is on the screen. */
  async showNew(): Promise<void> {
    const firstPage = this.main.dataset.firstPageUrl ?? `${rootPath()}/mentions`;
    if ((this.count === 0 && !this.outOfSync) || this.adding) return;
    const rows = this.main.querySelector<HTMLElement>("#rows");
    const isTooLong = this.count > MAX_COUNT || (rows?.childElementCount ?? 0) > MAX_COUNT;
    if (this.outOfSync || !rows || this.main.dataset.firstPage !== "true" || isTooLong) return location.assign(firstPage);
    this.adding = true;
    const page = await fetchPage(firstPage);
    const next = page?.querySelector<HTMLElement>("main#main");
    const added = next && (await fetchPage(`${this.main.dataset.newRowsUrl}${joiner(this.main)}upto=${next.dataset.upto}`));
    this.adding = false;
    if (!page || !next || !added) return location.assign(firstPage);
    keepingPlace(() => addRows(rows, added, this.main.dataset.zone));
    Object.assign(this.main.dataset, next.dataset);
    keepingPlace(() => trimList(rows, this.main));
    keepingPlace(() => ["head", "chart", "facets", "health"].forEach((part) => replacePart(part, page)));
    this.main.dispatchEvent(new Event("partsreplaced"));
    this.showCount(0);
  }

  private get link(): HTMLAnchorElement | null {
    return this.main.querySelector<HTMLAnchorElement>("#pill");
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

const joiner = (main: HTMLElement) => (main.dataset.newRowsUrl?.includes("?") ? "&" : "?");

/** The new rows come above all others, whenever they were published, so that none of them is missed. */
function addRows(rows: HTMLElement, added: Document, zone: string | undefined): void {
  const body = added.querySelector<HTMLElement>("#new-rows");
  const fresh = [...added.querySelectorAll<HTMLElement>("#new-rows > .row")].filter((row) => !document.getElementById(row.id));
  rows.querySelector(".new-divider")?.remove();
  rows.querySelector(".last-new")?.classList.remove("last-new");
  fresh.at(-1)?.classList.add("last-new");
  rows.prepend(newDivider(Number(body?.dataset.count ?? fresh.length), zone), ...fresh);
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
