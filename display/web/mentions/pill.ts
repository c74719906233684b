// "37 new": counts what the list would gain, and brings it in only when asked.

import type { Change } from "../live";

const PAUSE = 400;
const SPOKEN_EVERY = 30_000;

export class Pill {
  private waiting: number | undefined;
  private fetching = false;
  private again = false;
  private broken = false;
  private spokenAt = -Infinity;
  private count = 0;

  constructor(private readonly main: HTMLElement) {
    this.link?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.bringIn();
    });
  }

  /** Something happened on the server: what it deleted goes at once, what it added is counted. */
  changed(changes: Change[]): void {
    for (const change of changes) if (change.kind === "deleted") this.forget(change.mention);
    this.ask();
  }

  /** The page and the server no longer agree: the next look at what is new loads the page anew. */
  outOfStep(): void {
    if (this.broken) return;
    this.broken = true;
    this.ask();
  }

  /** Show what is new on top. The row in focus stays in focus and in its place. */
  async bringIn(): Promise<void> {
    const fresh = this.main.dataset.fresh ?? "/mentions";
    if (this.count === 0 && !this.broken) return;
    const rows = this.main.querySelector<HTMLElement>("#rows");
    if (this.broken || !rows || this.main.dataset.first !== "true" || this.main.dataset.order !== "new") {
      location.assign(fresh);
      return;
    }
    const page = await fetched(fresh);
    const next = page?.querySelector<HTMLElement>("main#main");
    if (!page || !next || !this.merge(rows, next)) {
      location.assign(fresh);
      return;
    }
    Object.assign(this.main.dataset, next.dataset);
    for (const part of ["head", "chart", "facets", "health"]) replace(part, page);
    this.show(0);
  }

  private get link(): HTMLAnchorElement | null {
    return this.main.querySelector<HTMLAnchorElement>("#pill");
  }

  /** Put the rows that are new above the present ones; false when the two lists do not touch. */
  private merge(rows: HTMLElement, next: HTMLElement): boolean {
    const first = rows.querySelector<HTMLElement>(".row");
    const theirs = [...next.querySelectorAll<HTMLElement>("#rows > .row")];
    const known = theirs.findIndex((row) => row.id === first?.id);
    if (!first || known < 0) return false;
    const held = document.activeElement?.closest<HTMLElement>(".row") ?? null;
    const before = held?.getBoundingClientRect().top ?? 0;
    rows.querySelector(".newline")?.remove();
    if (known > 0) rows.prepend(...theirs.slice(0, known), newLine(known, this.main.dataset.zone));
    if (held) scrollBy({ top: held.getBoundingClientRect().top - before, behavior: "instant" });
    return true;
  }

  private forget(mention: number): void {
    const row = document.getElementById(`m${mention}`);
    if (!row) return;
    row.classList.add("gone");
    row.removeAttribute("data-original");
    for (const cell of row.querySelectorAll("td")) cell.replaceChildren();
  }

  /** Count anew soon; many changes make one question, and there is never more than one under way. */
  private ask(): void {
    if (this.fetching) this.again = true;
    else this.waiting ??= window.setTimeout(() => void this.fetchCount(), PAUSE);
  }

  private async fetchCount(): Promise<void> {
    this.waiting = undefined;
    this.fetching = true;
    try {
      const answer = await fetch(this.main.dataset.new ?? "", { cache: "no-store" });
      if (answer.ok) this.show(Number(await answer.text()));
    } catch {
      // The line in the head says that the server cannot be reached; the next change asks again.
    }
    this.fetching = false;
    if (this.again) {
      this.again = false;
      this.ask();
    }
  }

  private show(n: number): void {
    this.count = n;
    const link = this.link;
    if (!link) return;
    link.hidden = n === 0 && !this.broken;
    const words = n > 999 ? "999+ new" : n > 0 ? `${n} new` : "Show again";
    link.querySelector(".n")?.replaceChildren(words);
    if (n > 0 && performance.now() - this.spokenAt > SPOKEN_EVERY) {
      this.spokenAt = performance.now();
      document.getElementById("say")?.replaceChildren(`${n} new mention${n === 1 ? "" : "s"}`);
    }
  }
}

async function fetched(address: string): Promise<Document | null> {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** Take a part of the page from another copy of it, unless a person is in it. */
function replace(id: string, page: Document): void {
  const here = document.getElementById(id);
  const there = page.getElementById(id);
  if (here && there && !here.matches(":focus-within") && !here.querySelector("details.menu[open]")) {
    const open = [...here.querySelectorAll("details")].map((details) => details.open);
    there.querySelectorAll("details").forEach((details, i) => (details.open = open[i] ?? details.open));
    here.replaceWith(document.adoptNode(there));
  }
}

function newLine(n: number, zone: string | undefined): HTMLElement {
  const time = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...(zone && { timeZone: zone }) });
  const row = document.createElement("tr");
  row.className = "newline";
  row.setAttribute("role", "row");
  const cell = document.createElement("td");
  cell.setAttribute("role", "cell");
  cell.append(`${n} new at ${time}`);
  row.append(cell);
  return row;
}
