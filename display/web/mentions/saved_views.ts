// The saved views of the rail: what is new in each, the keys 1 to 9 and s, and when this person last looked. Nothing is asked
// of the server while the tab is hidden.

import { isShortcut } from "./shortcuts";

const CHECK_EVERY_MS = 500;
const LOOKED_AFTER_MS = 5_000;
const COUNT_DELAY_MS = 2_000;
const COUNT_EVERY_MS = 60_000;

export class SavedViews {
  /** Other tabs of this browser, which show the same counts. */
  private readonly tabs = new BroadcastChannel("wallflower-views");
  private visibleMs = 0;
  private lookedUpto = "";
  private countTimer: number | undefined;

  constructor(private readonly main: HTMLElement) {
    setInterval(() => this.watchLook(), CHECK_EVERY_MS);
    // The same person may look in another browser, which no message tells.
    setInterval(() => this.changed(), COUNT_EVERY_MS);
    this.tabs.addEventListener("message", () => void this.refreshCounts());
    document.addEventListener("visibilitychange", () => this.visibilityChanged());
    document.addEventListener("keydown", (event) => this.keyPressed(event));
  }

  /** Mentions changed, so the counts may have, too. */
  changed(): void {
    if (!document.hidden) this.countTimer ??= window.setTimeout(() => void this.refreshCounts(), COUNT_DELAY_MS);
  }

  private get list(): HTMLElement | null {
    return document.getElementById("views");
  }

  private visibilityChanged(): void {
    this.visibleMs = 0;
    // Another browser of the same person may have looked meanwhile.
    if (!document.hidden) void this.refreshCounts();
  }

  /** Report a look once the first page has been visible for five seconds, and again after new rows were added. */
  private watchLook(): void {
    const upto = this.main.dataset.upto ?? "";
    const address = this.list?.dataset.lookUrl;
    if (document.hidden || !address || upto === this.lookedUpto) {
      this.visibleMs = 0;
      return;
    }
    this.visibleMs += CHECK_EVERY_MS;
    if (this.visibleMs < LOOKED_AFTER_MS) return;
    this.lookedUpto = upto;
    void this.reportLook(address, upto);
  }

  private async reportLook(address: string, mention: string): Promise<void> {
    const response = await fetch(address, { method: "POST", body: new URLSearchParams({ mention }) }).catch(() => null);
    if (!response?.ok) return;
    await this.refreshCounts();
    this.tabs.postMessage("looked");
  }

  private async refreshCounts(): Promise<void> {
    clearTimeout(this.countTimer);
    this.countTimer = undefined;
    const response = await fetch(this.list?.dataset.countsUrl ?? "", { cache: "no-store" }).catch(() => null);
    if (!response?.ok) return;
    const counts = (await response.json()) as Record<string, string>;
    for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-view]")) {
      const count = counts[link.dataset.view ?? ""];
      if (count === undefined) continue;
      const cell = link.querySelector(".n");
      if (cell?.firstElementChild?.textContent !== count) cell?.removeAttribute("title");
      cell?.classList.toggle("none", count === "0");
      cell?.firstElementChild?.replaceChildren(count);
    }
  }

  private keyPressed(event: KeyboardEvent): void {
    if (!isShortcut(event)) return;
    if (event.key === "s") {
      const menus = document.querySelectorAll<HTMLDetailsElement>("#save-view, #list-menu");
      const menu = [...menus].find((one) => one.checkVisibility());
      if (!menu) return;
      event.preventDefault();
      menu.open = true;
      menu.querySelector<HTMLInputElement>("input[name=name]")?.focus();
    } else if (/^[1-9]$/.test(event.key)) {
      this.list?.querySelectorAll<HTMLAnchorElement>("a[data-view]")[Number(event.key) - 1]?.click();
    }
  }
}
