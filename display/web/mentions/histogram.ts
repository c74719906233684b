// The bars of the histogram in a browser: a text on hover and focus, arrow keys, and a span selected by dragging or with Shift and
// the arrow keys. Without scripts, each bar is a link and the menu of ranges has fields for other times.

const MIN_DRAG_PX = 4;

export function watchHistogram(): void {
  const plot = document.querySelector<SVGSVGElement>("svg#plot");
  const tip = document.getElementById("bar-tip");
  if (plot && tip) new HistogramBars(plot, tip);
}

class HistogramBars {
  private readonly bars: SVGAElement[];
  private anchor = -1;
  private head = -1;
  private pressedAt: { x: number; bar: number } | null = null;
  private dragged = false;

  constructor(
    private readonly plot: SVGSVGElement,
    private readonly tip: HTMLElement,
  ) {
    this.bars = [...plot.querySelectorAll<SVGAElement>("a.slot")];
    for (const bar of this.bars) bar.querySelector("title")?.remove();
    plot.addEventListener("pointerover", (event) => this.show(this.barOf(event.target)));
    plot.addEventListener("pointerleave", () => this.hide());
    plot.addEventListener("focusin", (event) => this.show(this.barOf(event.target)));
    plot.addEventListener("focusout", () => this.hide());
    plot.addEventListener("keydown", (event) => this.key(event));
    plot.addEventListener("dragstart", (event) => event.preventDefault());
    plot.addEventListener("pointerdown", (event) => this.press(event));
    plot.addEventListener("click", (event) => this.dragged && event.preventDefault(), { capture: true });
    plot.addEventListener("pointermove", (event) => this.drag(event));
    plot.addEventListener("pointerup", () => this.release());
    plot.addEventListener("pointercancel", () => this.clear());
  }

  private barOf(target: EventTarget | null): number {
    const bar = target instanceof Element ? target.closest<SVGAElement>("a.slot") : null;
    return bar ? this.bars.indexOf(bar) : -1;
  }

  private show(index: number): void {
    const bar = this.bars[index];
    if (!bar || this.selects) return;
    this.say(bar.getAttribute("aria-label") ?? "", bar);
  }

  private hide(): void {
    if (!this.selects) this.tip.hidden = true;
  }

  /** Shows a text over a bar, within the chart. */
  private say(text: string, bar: SVGAElement): void {
    this.tip.textContent = text;
    this.tip.hidden = false;
    const plot = this.plot.getBoundingClientRect();
    const slot = bar.getBoundingClientRect();
    const figure = this.tip.parentElement?.getBoundingClientRect() ?? plot;
    const middle = slot.left + slot.width / 2 - plot.left - this.tip.offsetWidth / 2;
    const room = plot.width - this.tip.offsetWidth;
    this.tip.style.left = `${plot.left - figure.left + Math.max(0, Math.min(room, middle))}px`;
  }

  private key(event: KeyboardEvent): void {
    const at = this.barOf(document.activeElement);
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, Home: -this.bars.length, End: this.bars.length };
    const step = steps[event.key];
    if (at >= 0 && step !== undefined && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      const next = Math.max(0, Math.min(this.bars.length - 1, at + step));
      if (event.shiftKey) this.select(this.selects ? this.anchor : at, next);
      else this.clear();
      this.bars[at]?.setAttribute("tabindex", "-1");
      this.bars[next]?.setAttribute("tabindex", "0");
      this.bars[next]?.focus();
    } else if (event.key === "Enter" && this.selects) {
      event.preventDefault();
      event.stopPropagation();
      this.open();
    } else if (event.key === "Escape" && this.selects) {
      event.stopPropagation();
      this.clear();
    }
  }

  private press(event: PointerEvent): void {
    this.dragged = false;
    if (event.button === 0 && event.pointerType === "mouse") this.pressedAt = { x: event.clientX, bar: this.barOf(event.target) };
  }

  private drag(event: PointerEvent): void {
    if (!this.pressedAt || this.pressedAt.bar < 0) return;
    if (!this.dragged && Math.abs(event.clientX - this.pressedAt.x) < MIN_DRAG_PX) return;
    if (!this.dragged) this.plot.setPointerCapture(event.pointerId);
    this.dragged = true;
    this.select(this.pressedAt.bar, this.barAt(event.clientX));
  }

  private release(): void {
    const finished = this.pressedAt && this.dragged && this.selects;
    this.pressedAt = null;
    if (finished) this.open();
  }

  private barAt(x: number): number {
    const after = this.bars.findIndex((bar) => bar.getBoundingClientRect().right > x);
    return after < 0 ? this.bars.length - 1 : after;
  }

  private get selects(): boolean {
    return this.anchor >= 0;
  }

  private select(anchor: number, head: number): void {
    [this.anchor, this.head] = [anchor, head];
    const [first, last] = this.ends();
    this.bars.forEach((bar, index) => bar.classList.toggle("selected", index >= first && index <= last));
    const [from, until] = [this.bars[first], this.bars[last]].map((bar) => bar?.getAttribute("aria-label")?.split(": ")[0] ?? "");
    const bar = this.bars[head];
    if (bar) this.say(first === last ? `${from}` : `${from} up to ${until}`, bar);
  }

  private ends(): [number, number] {
    return [Math.min(this.anchor, this.head), Math.max(this.anchor, this.head)];
  }

  private clear(): void {
    this.anchor = this.head = -1;
    this.pressedAt = null;
    for (const bar of this.bars) bar.classList.remove("selected");
    this.tip.hidden = true;
  }

  private open(): void {
    const [first, last] = this.ends();
    const url = new URL(document.querySelector<HTMLElement>("main")?.dataset.firstPageUrl ?? location.href, location.href);
    for (const name of ["range", "upto", "before", "against_since", "against_until"]) url.searchParams.delete(name);
    url.searchParams.set("since", this.bars[first]?.dataset.since ?? "");
    url.searchParams.set("until", this.bars[last]?.dataset.until ?? "");
    location.assign(url);
  }
}
