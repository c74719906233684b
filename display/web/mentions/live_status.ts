// Shows whether this page is live: "Reconnecting" in the health line after 30 s without a message, a banner across the page
// after 90 s. Ages are measured with the monotonic clock, because the system clock may be set while the page is open.

import { rootPath } from "../root_path";

const RECONNECTING_AFTER_MS = 30_000;
const OFFLINE_AFTER_MS = 90_000;
const CHECK_EVERY_MS = 1_000;
const REFRESH_EVERY_MS = 30_000;

export class LiveStatus {
  private lastMessageAt = performance.now();
  private serverTime = Date.now();
  private refreshedAt = performance.now();
  private reconnecting = false;
  private fault = "";
  private retry: () => void = () => {};

  constructor(private readonly zone: string | undefined) {
    setInterval(() => this.check(), CHECK_EVERY_MS);
  }

  /** What the button "Try now" does. */
  onRetry(retry: () => void): void {
    this.retry = retry;
  }

  /** A message arrived from the server, with its time and why it cannot store, if the message has them. */
  messageReceived(now?: number, fault = this.fault): void {
    this.lastMessageAt = performance.now();
    if (now !== undefined) this.serverTime = now;
    const isNews = fault !== this.fault;
    this.fault = fault;
    if (isNews || this.reconnecting || this.lastMessageAt - this.refreshedAt > REFRESH_EVERY_MS) void this.refreshHealthLine();
  }

  /** No socket could be opened. A browser does not tell why: perhaps because the session of this person has ended. */
  connectionFailed(): void {
    void requestHealthLine();
  }

  private check(): void {
    const silentMs = performance.now() - this.lastMessageAt;
    if (silentMs < RECONNECTING_AFTER_MS) return;
    this.reconnecting = true;
    const text = document.querySelector("#health .health-text");
    if (silentMs < OFFLINE_AFTER_MS) text?.replaceChildren(`Reconnecting, last update ${Math.floor(silentMs / 1000)} s ago`);
    else this.showOfflineBanner(text);
  }

  private showOfflineBanner(healthText: Element | null): void {
    const banner = document.getElementById("offline-banner");
    if (!banner?.hidden) return;
    const time = this.clockTime(this.serverTime);
    healthText?.replaceChildren(`Not live since ${time}.`);
    const inner = document.createElement("div");
    const bold = document.createElement("b");
    bold.append(`Not live since ${time}.`);
    const button = document.createElement("button");
    button.className = "button small";
    button.append("Try now");
    button.addEventListener("click", () => this.retry());
    const acts = document.querySelector("#selection, #note-form") !== null;
    const actions = acts ? " Claims and notes cannot be saved until the connection is back; your text stays in the box." : "";
    inner.append(bold, `Wallflower cannot be reached. Trying again every few seconds. This page is as it was at ${time}. You can keep reading.${actions}`, button);
    banner.replaceChildren(inner);
    banner.hidden = false;
    this.moveStickyParts(banner);
  }

  /** What stays in view while scrolling stays below the banner. */
  private moveStickyParts(banner: HTMLElement): void {
    document.documentElement.style.setProperty("--banner-height", `${banner.offsetHeight}px`);
  }

  private async refreshHealthLine(): Promise<void> {
    this.refreshedAt = performance.now();
    const response = await requestHealthLine();
    if (!response?.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("health");
    const shown = document.getElementById("health");
    if (fresh && shown) shown.replaceWith(document.adoptNode(fresh));
    const banner = document.getElementById("offline-banner");
    if (banner) {
      banner.hidden = true;
      this.moveStickyParts(banner);
    }
    this.reconnecting = false;
  }

  private clockTime(time: number): string {
    const format = { hour: "2-digit", minute: "2-digit", ...(this.zone && { timeZone: this.zone }) } as const;
    return new Date(time).toLocaleTimeString("en-GB", format);
  }
}

/** The health line as the server draws it now; null if no answer came. Leaves the page if the person is signed out. */
async function requestHealthLine(): Promise<Response | null> {
  const response = await fetch(`${rootPath()}/mentions/health`, { cache: "no-store" }).catch(() => null);
  // The server answers a reload with the page to sign in.
  if (response?.status === 401) location.reload();
  return response;
}
