// Several mentions that are selected, and the bar at the foot that acts on all of them.

import { currentRow, focusRow, linkOf, neighbour, type Row } from "./rows";

export class Selection {
  private readonly bar = document.querySelector<HTMLFormElement>("#selection");

  constructor() {
    document.addEventListener("change", ({ target }) => {
      if (!(target instanceof HTMLInputElement) || !target.matches(".select input")) return;
      this.update();
      // The keys are off in a field.
      const row = target.closest<Row>(".row");
      if (row) linkOf(row)?.focus({ preventScroll: true });
    });
    this.bar?.querySelector(".clear-selection")?.addEventListener("click", () => this.clear());
    this.update();
  }

  get isEmpty(): boolean {
    return this.boxes().length === 0;
  }

  /** Select the current row, or no longer. */
  toggle(): void {
    const row = currentRow();
    if (row) this.set(row, !row.classList.contains("selected"));
  }

  /** Select the current row and the next one, or the one before, and go there. */
  extend(step: 1 | -1): void {
    const from = currentRow();
    const to = neighbour(step);
    if (from) this.set(from, true);
    if (to) this.set(to, true);
    focusRow(to);
  }

  /** Select nothing; false if nothing was. */
  clear(): boolean {
    const boxes = this.boxes();
    for (const box of boxes) box.checked = false;
    this.update();
    return boxes.length > 0;
  }

  /** Press the button of the bar that does `what`. */
  press(what: string): void {
    this.bar?.querySelector<HTMLButtonElement>(`button[value="${what}"]`)?.click();
  }

  /** Open a menu of the bar. */
  open(menu: string): void {
    const details = this.bar?.querySelector<HTMLDetailsElement>(`details.${menu}`);
    if (!details) return;
    details.open = true;
    details.querySelector<HTMLElement>(".choice")?.focus();
  }

  /** The button of the bar for the key h: it hides, or shows again what is hidden. */
  pressHide(): void {
    this.press(this.bar?.querySelector("button[value=unhide]") ? "unhide" : "hide");
  }

  update(): void {
    const boxes = this.boxes();
    for (const row of document.querySelectorAll<Row>("#rows > .row"))
      row.classList.toggle("selected", row.querySelector<HTMLInputElement>(".select input")?.checked ?? false);
    document.getElementById("list")?.classList.toggle("selecting", boxes.length > 0);
    this.bar?.classList.toggle("active", boxes.length > 0);
    const text = boxes.length ? `${boxes.length} selected:` : "";
    const shown = this.bar?.querySelector(".selected-count");
    if (shown && shown.textContent !== text) shown.replaceChildren(text);
  }

  private set(row: Row, selected: boolean): void {
    const box = row.querySelector<HTMLInputElement>(".select input");
    if (box) box.checked = selected;
    this.update();
  }

  private boxes(): HTMLInputElement[] {
    return [...document.querySelectorAll<HTMLInputElement>("#rows .select input:checked")];
  }
}
