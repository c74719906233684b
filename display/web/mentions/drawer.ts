// The drawer: opens a mention beside the list, or in its place on a narrow screen, without loading the page again. The text of
// the row is there at once, the rest as it arrives. The address is that of the mention, so that a reload shows the same.

import type { Change } from "../live";
import { PARTIAL } from "./actions";
import { moveTo, newEntry, savePlace, topOf } from "./place";
import { currentRow, focusRow, linkOf, markOpen, neighbour, rowOf, type Row } from "./rows";

const KEEP_OPEN_KEY = "wallflower-drawer-closed";
/** From here on the drawer is open beside the list, unless a person closed it. */
const ROOM_FOR_BOTH = matchMedia("(min-width: 1920px)");
const BESIDE_LIST = matchMedia("(min-width: 1100px)");
/** While keys move on quickly, only the mention at which they rest is asked for. */
const REST_MS = 120;
const DELETED = "This post was deleted at its source.";

type Entry = "push" | "replace" | "none";

export class Drawer {
  private readonly columns: HTMLElement;
  private readonly listTitle: string;
  private request: AbortController | null = null;
  /** The row that the drawer was opened from, and where it was. */
  private origin: { row: Row; y: number } | null = null;
  /** Whether the mention is only shown because there is room: its address is still that of the list. */
  private isPreview = false;
  /** Resolves when a step back that was asked for has been made. */
  private stepBack: Promise<void> = Promise.resolve();

  constructor(
    main: HTMLElement,
    private readonly panel: HTMLElement,
  ) {
    this.columns = main.closest<HTMLElement>(".columns") ?? main;
    this.listTitle = main.dataset.listTitle ?? document.title;
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("change", (event) => this.changedSetting(event));
    document.addEventListener("focusin", () => this.follow());
    addEventListener("popstate", () => this.showAddress());
    ROOM_FOR_BOTH.addEventListener("change", () => this.fitRoom());
    if (this.isOpen) this.loadedWithPage();
    else this.fitRoom();
  }

  get isOpen(): boolean {
    return this.panel.dataset.id !== undefined;
  }

  /** Close it if that changes anything. */
  closeAtEscape(): boolean {
    const closes = this.isOpen && (!this.isPreview || this.hasFocus);
    if (closes) this.close();
    return closes;
  }

  private get hasFocus(): boolean {
    return this.panel.contains(document.activeElement);
  }

  private get keepsOpen(): boolean {
    return ROOM_FOR_BOTH.matches && localStorage.getItem(KEEP_OPEN_KEY) === null;
  }

  /** Whether it shows a mention that somebody opened, so that it follows when work goes on with another row. */
  get showsMention(): boolean {
    return this.isOpen && !this.isPreview;
  }

  /** Show the mention of another row in place of the open one. The focus stays in a list that can be seen. */
  showRow(row: Row): void {
    const href = linkOf(row)?.href;
    if (href) this.show(href, row, "replace", !BESIDE_LIST.matches);
  }

  /** Go to the next mention or the one before: with its row if the list has it. */
  step(step: 1 | -1): void {
    if (!this.isOpen || (this.isPreview && !this.hasFocus)) return focusRow(neighbour(step));
    const open = rowOf(this.panel.dataset.id);
    const row = open && neighbour(step, this.hasFocus ? open : currentRow());
    const beyond = this.panel.querySelector<HTMLAnchorElement>(step > 0 ? "a.step[rel=next]" : "a.step[rel=prev]");
    if (row) this.showNeighbour(linkOf(row)?.href ?? "", row);
    else if (beyond) this.showNeighbour(beyond.href, rowOf(mentionIn(beyond.href)));
  }

  private showNeighbour(href: string, row: Row | null): void {
    const inList = !this.hasFocus;
    this.origin = null;
    if (row && BESIDE_LIST.matches) row.scrollIntoView({ block: "nearest" });
    if (row && inList) focusRow(row);
    this.show(href, row, "replace", !inList);
  }

  /** Close it and return to the row. With room for both it stays, and only the focus returns. */
  close({ stay = this.keepsOpen } = {}): void {
    const row = currentRow() ?? document.querySelector<Row>("#rows > .row");
    this.leaveAddress();
    this.hide(stay ? row : null);
    this.returnTo(row);
  }

  /** Something happened to mentions: show the open one as it is now. */
  changed(changes: readonly Change[]): void {
    const own = changes.filter((change) => String(change.mention) === this.panel.dataset.id);
    if (own.some((change) => change.kind === "deleted")) this.showDeleted();
    else if (own.some((change) => !PARTIAL.has(change.kind))) void this.refresh();
  }

  /** Load the open mention again, unless a person is writing in it. */
  async refresh(): Promise<void> {
    const address = this.panel.dataset.address;
    if (!address || this.panel.querySelector("textarea:focus, input:focus, select:focus")) return;
    await this.load(address);
  }

  private clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const link = target?.closest<HTMLAnchorElement>(".mention-link, .drawer a");
    if (!link) return;
    const row = link.closest<Row>("#rows > .row") ?? rowOf(mentionIn(link.href));
    if (link.matches(".close")) this.setKeepOpen(false);
    if (link.matches(".close, .back")) this.close();
    else if (link.matches(".step")) this.showNeighbour(link.href, row);
    else if (mentionIn(link.href)) this.show(link.href, row, "push", true);
    else return;
    event.preventDefault();
  }

  /** Show a mention; `row` is its row, if the list has one. */
  private show(href: string, row: Row | null, entry: Entry, takeFocus: boolean): void {
    const id = mentionIn(href);
    if (!id) return;
    if (entry === "push" && !mentionIn(location.href)) savePlace();
    if (!this.isOpen || this.isPreview) this.origin = row && { row, y: topOf(row) ?? 0 };
    this.isPreview = false;
    void this.enter(href, entry);
    this.fill(id, href, row);
    if (!BESIDE_LIST.matches) scrollTo({ top: 0, behavior: "instant" });
    if (takeFocus) this.heading?.focus({ preventScroll: true });
    void this.load(href);
  }

  /** Show a mention beside the list without leaving the list. */
  private preview(row: Row | null): void {
    const link = row && linkOf(row);
    const id = mentionIn(link?.href ?? "");
    if (!link || !id) return;
    this.isPreview = true;
    this.fill(id, link.href, row);
    void this.load(link.href);
  }

  /** Show a mention beside the list if there is room for both, and no longer if there is not. */
  private fitRoom(): void {
    if (this.isPreview && !this.keepsOpen) this.hide(null);
    else if (!this.isOpen && this.keepsOpen) this.preview(currentRow() ?? document.querySelector<Row>("#rows > .row"));
  }

  /** With room for both, the drawer shows the row that has the focus. */
  private follow(): void {
    const row = document.activeElement?.closest<Row>("#rows > .row");
    if (this.isPreview && row && row.dataset.id !== this.panel.dataset.id) this.preview(row);
  }

  /** What is known without asking: the row's own text. */
  private fill(id: string, href: string, row: Row | null): void {
    const template = document.querySelector<HTMLTemplateElement>("#drawer-loading");
    if (!template) return;
    const wasOpen = this.isOpen;
    const content = template.content.cloneNode(true) as DocumentFragment;
    const link = row && linkOf(row);
    if (row && link) {
      content.querySelector(".brand")?.append(...clones(row.querySelector("td.brand")));
      const [author, source] = [row.querySelector(".meta .author"), row.querySelector(".meta .source")];
      content.querySelector("h2")?.append(`${author?.textContent ?? "Someone"} on ${source?.textContent ?? ""}`);
      content.querySelector(".full-text")?.append(...clones(link));
      if (link.lang) content.querySelector(".full-text")?.setAttribute("lang", link.lang);
    }
    this.panel.replaceChildren(content);
    this.panel.dataset.id = id;
    this.panel.dataset.address = href;
    this.panel.hidden = false;
    this.panel.classList.toggle("opening", !wasOpen);
    this.columns.classList.add("with-drawer");
    markOpen(row, this.isPreview);
  }

  private async load(href: string): Promise<void> {
    this.request?.abort();
    const request = (this.request = new AbortController());
    if (this.panel.hasAttribute("aria-busy")) await new Promise((resolve) => setTimeout(resolve, REST_MS));
    if (request.signal.aborted) return;
    this.panel.setAttribute("aria-busy", "true");
    const text = await drawerOf(href, request.signal);
    if (request.signal.aborted) return;
    this.panel.removeAttribute("aria-busy");
    if (text === null) return this.showError(href);
    const scrolled = this.panel.querySelector(".drawer-body")?.scrollTop ?? 0;
    const hadFocus = this.hasFocus;
    this.panel.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    this.panel.querySelector(".drawer-body")?.scrollTo({ top: scrolled });
    if (hadFocus) this.heading?.focus({ preventScroll: true });
    this.opened();
  }

  /** The server drew the drawer: the focus belongs there, unless it is known to be elsewhere. */
  private loadedWithPage(): void {
    this.opened();
    const row = rowOf(this.panel.dataset.id);
    if (document.activeElement !== document.body || location.hash) return;
    this.focusQuietly();
    if (row && BESIDE_LIST.matches && scrollY === 0) row.scrollIntoView({ block: "nearest" });
  }

  /** Without a ring around the heading: nobody has used a key yet. */
  private focusQuietly(): void {
    const heading = this.heading;
    heading?.classList.add("opened-with-page");
    heading?.focus({ preventScroll: true });
    document.addEventListener("keydown", () => heading?.classList.remove("opened-with-page"), { once: true });
  }

  private opened(): void {
    const head = this.panel.querySelector<HTMLElement>(".drawer-head");
    const keepOpen = this.panel.querySelector<HTMLInputElement>(".keep-open");
    if (keepOpen) keepOpen.checked = this.keepsOpen;
    if (head?.dataset.title && !this.isPreview) document.title = head.dataset.title;
    this.panel.dataset.address ??= location.href;
  }

  private showError(href: string): void {
    const message = this.panel.querySelector<HTMLElement>(".load-error");
    if (!message) return;
    message.querySelector("a")?.setAttribute("href", href);
    message.hidden = false;
  }

  private showDeleted(): void {
    this.request?.abort();
    const body = this.panel.querySelector(".drawer-body");
    const heading = document.createElement("h2");
    Object.assign(heading, { id: "drawer-heading", className: "gone", tabIndex: -1, textContent: DELETED });
    const hadFocus = this.hasFocus;
    body?.replaceChildren(heading);
    this.panel.querySelector(".drawer-foot")?.replaceChildren();
    this.panel.querySelector(".original")?.remove();
    if (hadFocus) heading.focus({ preventScroll: true });
  }

  private get heading(): HTMLElement | null {
    return this.panel.querySelector("#drawer-heading");
  }

  /** Hide it, unless it stays beside the list, for the row `preview`. */
  private hide(preview: Row | null): void {
    this.isPreview = preview !== null;
    if (preview && preview.dataset.id === this.panel.dataset.id) return markOpen(preview, true);
    if (preview) return this.preview(preview);
    this.request?.abort();
    this.panel.hidden = true;
    delete this.panel.dataset.id;
    delete this.panel.dataset.address;
    this.panel.replaceChildren();
    this.columns.classList.remove("with-drawer");
    markOpen(null);
  }

  /** Give the focus back to the row, where it was on the screen if the list was hidden meanwhile. */
  private returnTo(row: Row | null): void {
    document.title = this.listTitle;
    if (!row) return;
    if (this.origin && !BESIDE_LIST.matches) moveTo(this.origin.row, this.origin.y);
    this.origin = null;
    focusRow(row);
  }

  /** Give the page the address of the mention. */
  private async enter(href: string, entry: Entry): Promise<void> {
    await this.stepBack;
    const depth: number = history.state?.depth ?? 0;
    if (entry === "push") history.pushState(newEntry({ depth: depth + 1 }), "", href);
    else if (entry === "replace") history.replaceState({ ...history.state }, "", href);
  }

  /** Give the page the address of the list again: by going back to it, if the drawer was opened from there. */
  private leaveAddress(): void {
    const depth: number = history.state?.depth ?? 0;
    const listAddress = this.panel.querySelector<HTMLAnchorElement>("a.back")?.href;
    if (depth > 0) {
      this.stepBack = new Promise((resolve) => addEventListener("popstate", () => resolve(), { once: true }));
      history.go(-depth);
    } else if (listAddress && mentionIn(location.href)) history.replaceState({ ...history.state }, "", listAddress);
  }

  /** After Back and Forward. */
  private showAddress(): void {
    const id = mentionIn(location.href);
    if (id && id !== this.panel.dataset.id) this.show(location.href, rowOf(id), "none", true);
    else if (!id && this.isOpen && !this.isPreview) {
      const row = currentRow();
      this.hide(this.keepsOpen ? row : null);
      this.returnTo(row);
    }
  }

  private changedSetting(event: Event): void {
    if (event.target instanceof HTMLInputElement && event.target.matches(".keep-open")) this.setKeepOpen(event.target.checked);
  }

  private setKeepOpen(keep: boolean): void {
    if (!ROOM_FOR_BOTH.matches) return;
    if (keep) localStorage.removeItem(KEEP_OPEN_KEY);
    else localStorage.setItem(KEEP_OPEN_KEY, "1");
  }
}

/** The id of the mention that an address shows; undefined for any other address. */
function mentionIn(href: string): string | undefined {
  if (!href) return undefined;
  const { pathname, origin } = new URL(href, location.href);
  return origin === location.origin ? /\/mentions\/(\d+)$/.exec(pathname)?.[1] : undefined;
}

/** The drawer as the server draws it, also for a mention that is gone; null if no answer came. */
async function drawerOf(href: string, signal: AbortSignal): Promise<string | null> {
  const address = new URL(href, location.href);
  address.pathname += "/drawer";
  address.hash = "";
  try {
    const response = await fetch(address, { cache: "no-store", signal });
    // The server answers a page with the way to sign in.
    if (response.status === 401) location.assign(href);
    return response.ok || response.status === 404 ? await response.text() : null;
  } catch {
    return null;
  }
}

const clones = (element: Element | null): Node[] => [...(element?.childNodes ?? [])].map((node) => node.cloneNode(true));
