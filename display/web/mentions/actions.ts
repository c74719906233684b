// What a person does with mentions: the forms are sent without loading the page again, and what others do appears in place.

import type { Change } from "../live";
import { rootPath } from "../root_path";
import { forgetDraft } from "./drafts";
import type { Drawer } from "./drawer";
import { announce, applyParts, type Outcome } from "./parts";
import { focusRow, LISTED, neighbour, rowOf, type Row } from "./rows";

const UNREACHABLE = "Not saved: Wallflower cannot be reached. Nothing is lost; try again.";
const NOT_STORED = "This could not be stored. Nothing is lost; try again in a moment.";
const NOT_ALLOWED = "You may not do this any more.";
const COLLECT_MS = 150;
const MAX_ROWS = 100;
/** Changes of a mention after which only its row and parts of its drawer are asked for. */
export const PARTIAL = new Set(["state", "hidden", "unhidden", "corrected", "noted"]);
const OURS = "#drawer form, #row-action, #selection, .left-list form";

/** Answers of the server that have the parts that changed. */
const WITH_PARTS = new Set([200, 404, 409]);

export class Actions {
  /** Mention -> the last change of it that is not drawn yet. */
  private readonly waiting = new Map<string, number>();
  /** Mention -> the id of a change that is drawn. */
  private readonly drawn = new Map<string, number>();
  private timer: number | undefined;
  /** The row that a key acts on. */
  private pressedFor: Row | null = null;

  constructor(
    private readonly main: HTMLElement,
    private readonly drawer: Drawer | null,
    private readonly done: (form: HTMLFormElement) => void,
  ) {
    document.addEventListener("submit", (event) => this.submitted(event));
    document.addEventListener("toggle", (event) => this.toggled(event), true);
    document.addEventListener("click", ({ target }) => {
      if (target instanceof Element && target.closest(".note-button")) document.getElementById("note-text")?.focus();
    });
  }

  /** Others did something with mentions: draw those again that this page shows. */
  changed(changes: readonly Change[]): void {
    const open = document.getElementById("drawer")?.dataset.id;
    for (const { id, kind, mention } of changes)
      if (PARTIAL.has(kind) && (String(mention) === open || rowOf(String(mention))) && id > (this.drawn.get(String(mention)) ?? 0))
        this.waiting.set(String(mention), id);
    if (this.waiting.size) this.timer ??= window.setTimeout(() => void this.update(), COLLECT_MS);
  }

  /** Do what a key says with the mention of `row`, which may be without focus. */
  onRow(row: Row | null, act: () => void): void {
    this.pressedFor = row;
    act();
    this.pressedFor = null;
  }

  /** Send an action on the mention of a row, or on the one that is open. */
  async post(address: string, fields: URLSearchParams, from: HTMLElement | null): Promise<Outcome | null> {
    const row = this.pressedFor ?? document.activeElement?.closest<Row>("#rows > .row") ?? null;
    const next = row && (neighbour(1, row, LISTED) ?? neighbour(-1, row, LISTED));
    const response = await send(address, fields);
    if (response === null) return showProblem(from, row, UNREACHABLE);
    // The server answers a reload with the way to sign in. What was typed is kept.
    if (response.status === 401 || response.redirected) return void location.reload(), null;
    if (!WITH_PARTS.has(response.status)) return showProblem(from, row, response.status === 403 ? NOT_ALLOWED : NOT_STORED);
    const outcome = this.draw(await response.text(), true);
    if (!response.ok) return showProblem(from, row && rowOf(row.dataset.id), outcome.text);
    announce(outcome.action ? `${outcome.text} Press u to undo.` : outcome.text);
    if (row && rowOf(row.dataset.id)?.matches(".left-list")) focusNext(next, this.drawer);
    return outcome;
  }

  /** The filters of the list, for the rows that the server draws. */
  get query(): string {
    return new URL(this.main.dataset.pageUrl ?? location.href, location.href).search;
  }

  private submitted(event: SubmitEvent): void {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches(OURS) || event.defaultPrevented) return;
    event.preventDefault();
    const button = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
    if (!form.hasAttribute("aria-busy")) void this.sendForm(form, button);
  }

  private async sendForm(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
    const text = form.querySelector("textarea");
    const problem = text && button?.name !== "delete" ? tooLong(text) : "";
    if (problem) return void showProblem(form, null, problem);
    form.setAttribute("aria-busy", "true");
    const fields = new URLSearchParams([...new FormData(form, button)].map(([name, value]) => [name, String(value)]));
    const open = document.getElementById("drawer")?.dataset.id;
    if (open && form.id === "selection") fields.set("open", open);
    const address = button?.hasAttribute("formaction") ? button.formAction : form.action;
    const outcome = await this.post(address, fields, form.id === "row-action" ? null : form);
    form.removeAttribute("aria-busy");
    if (outcome === null) return;
    if (text) forgetDraft(text);
    showProblem(form, null, "");
    this.done(form);
  }

  private async update(): Promise<void> {
    this.timer = undefined;
    const ids = [...this.waiting.keys()].slice(0, MAX_ROWS);
    if (ids.length === 0) return;
    const address = new URL(`${rootPath()}/mentions/parts${this.query}`, location.href);
    for (const id of ids) address.searchParams.append("mention", id);
    address.searchParams.set("open", document.getElementById("drawer")?.dataset.id ?? "0");
    try {
      const response = await fetch(address, { cache: "no-store", headers: { "X-Requested-With": "fetch" } });
      if (response.ok && !response.redirected) this.draw(await response.text(), false);
      else for (const id of ids) this.waiting.delete(id);
    } catch {
      return; // the health line reports that the server cannot be reached; the next change asks again
    }
    if (this.waiting.size) this.timer ??= window.setTimeout(() => void this.update(), COLLECT_MS);
  }

  /** Draw parts; what they show need not be asked for again, such as the change that this page itself made. */
  private draw(html: string, isOwn: boolean): Outcome {
    const outcome = applyParts(html, isOwn);
    for (const id of outcome.drawn) if ((this.waiting.get(id) ?? Infinity) <= outcome.change) this.waiting.delete(id);
    for (const id of outcome.drawn) this.drawn.set(id, outcome.change);
    return outcome;
  }

  /** What a block would hide is counted when its menu opens. */
  private toggled(event: Event): void {
    const menu = event.target;
    if (!(menu instanceof HTMLDetailsElement) || !menu.open || !menu.matches(".menu.block")) return;
    const panel = menu.querySelector<HTMLElement>("[data-options]");
    if (panel?.dataset.options) void fill(panel, panel.dataset.options);
  }
}

async function send(address: string, body: URLSearchParams): Promise<Response | null> {
  try {
    return await fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  } catch {
    return null;
  }
}

async function fill(panel: HTMLElement, address: string): Promise<void> {
  const response = await fetch(address, { cache: "no-store", headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (!response?.ok || response.redirected) return;
  panel.replaceChildren(...new DOMParser().parseFromString(await response.text(), "text/html").body.childNodes);
}

/** Work goes on with the next row; an open drawer follows. */
function focusNext(next: Row | null, drawer: Drawer | null): void {
  const row = rowOf(next?.dataset.id);
  if (!row) return;
  if (drawer?.showsMention) drawer.showRow(row);
  focusRow(row);
}

/** Say why something was not done where it was tried; null, for the caller. */
function showProblem(from: HTMLElement | null, row: Row | null, text: string): null {
  const place =
    from?.querySelector<HTMLElement>(".field-problem, .action-problem") ??
    (row && !from?.closest("#drawer") ? problemIn(row) : document.querySelector<HTMLElement>("#actions .action-problem"));
  if (!place) return null;
  place.textContent = text;
  place.hidden = text === "";
  return null;
}

function problemIn(row: Row): HTMLElement | null {
  const cell = row.querySelector(".published");
  const known = cell?.querySelector<HTMLElement>(".row-problem");
  if (known || !cell) return known ?? null;
  const place = document.createElement("span");
  place.className = "row-problem action-problem";
  place.setAttribute("role", "alert");
  cell.append(place);
  return place;
}

function tooLong(text: HTMLTextAreaElement): string {
  const [n, most] = [[...text.value.trim()].length, Number(text.dataset.max ?? 0)];
  const format = (value: number) => value.toLocaleString("en-GB");
  return most && n > most ? `A note has at most ${format(most)} characters. This one has ${format(n)}.` : "";
}
