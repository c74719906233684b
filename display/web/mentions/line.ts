// Whether this page is live, in the health line: 30 s without a sign "Reconnecting", 90 s a band across the page. Ages are
// counted on the page's monotonic clock, never from a clock that somebody can set.

const DOUBT = 30_000;
const LOST = 90_000;
const LOOK = 1_000;
const REFRESH = 30_000;

export class Line {
  private heardAt = performance.now();
  private serverTime = Date.now();
  private refreshedAt = performance.now();
  private doubted = false;
  private tryNow: () => void = () => {};

  constructor(private readonly zone: string | undefined) {
    setInterval(() => this.look(), LOOK);
  }

  onTry(tryNow: () => void): void {
    this.tryNow = tryNow;
  }

  /** The server gave a sign of life. */
  heard(now?: number): void {
    this.heardAt = performance.now();
    if (now !== undefined) this.serverTime = now;
    if (this.doubted || this.heardAt - this.refreshedAt > REFRESH) void this.refresh();
  }

  private look(): void {
    const silent = performance.now() - this.heardAt;
    if (silent < DOUBT) return;
    this.doubted = true;
    const said = document.querySelector("#health .said");
    if (silent < LOST) said?.replaceChildren(`Reconnecting, last update ${Math.floor(silent / 1000)} s ago`);
    else this.showBand(said);
  }

  private showBand(said: Element | null): void {
    const band = document.getElementById("band");
    if (!band?.hidden) return;
    const words = `Not live since ${this.clock(this.serverTime)}.`;
    said?.replaceChildren(words);
    const inner = document.createElement("div");
    const bold = document.createElement("b");
    bold.append(words);
    const button = document.createElement("button");
    button.className = "button small";
    button.append("Try now");
    button.addEventListener("click", () => this.tryNow());
    inner.append(bold, `Wallflower cannot be reached. What you see is as it was at ${this.clock(this.serverTime)}. You can go on reading.`, button);
    band.replaceChildren(inner);
    band.hidden = false;
  }

  private async refresh(): Promise<void> {
    this.refreshedAt = performance.now();
    const answer = await fetch("/mentions/health", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const line = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("health");
    const here = document.getElementById("health");
    if (line && here) here.replaceWith(document.adoptNode(line));
    const band = document.getElementById("band");
    if (band) band.hidden = true;
    this.doubted = false;
  }

  private clock(time: number): string {
    const format = { hour: "2-digit", minute: "2-digit", ...(this.zone && { timeZone: this.zone }) } as const;
    return new Date(time).toLocaleTimeString("en-GB", format);
  }
}
