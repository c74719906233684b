// Completes the fields of the search, "author:", "site:", "lang:" and "source:", from known values. Up and down choose, Enter or
// Tab takes the choice, Escape closes the list. Without a choice, Enter searches as always.

const FIELDS = ["author", "site", "lang", "source"];
const DELAY_MS = 150;
const VALUE = /(?:^|[\s(-])((author|site|lang|source):(?:"([^"]*)|([^\s"()]*)))$/i;
const NAME = /(?:^|[\s(-])([a-z]{2,})$/i;

interface Option {
  text: string;
  label: string;
}

/** What is being typed before the caret: where it begins, and the field and the beginning of its value. */
interface Typed {
  start: number;
  field: string;
  prefix: string;
}

export class Completion {
  private readonly list: HTMLElement;
  private options: Option[] = [];
  private active = -1;
  private start = 0;
  private timer: number | undefined;
  private request: AbortController | null = null;

  constructor(private readonly field: HTMLInputElement | HTMLTextAreaElement) {
    const target: HTMLElement = field;
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: "q-options", className: "completions", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Known values");
    field.after(this.list);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    field.addEventListener("input", () => this.typed());
    target.addEventListener("keydown", (event) => this.keyPressed(event));
    field.addEventListener("blur", () => this.close());
    // Not on click: the field would lose the focus first, which closes the list.
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
      if (option) this.take([...this.list.children].indexOf(option));
    });
  }

  private typed(): void {
    clearTimeout(this.timer);
    this.request?.abort();
    const before = this.field.value.slice(0, this.field.selectionStart ?? 0);
    const typed = typedValue(before);
    if (!typed) return this.show(fieldNames(before), before.length - (NAME.exec(before)?.[1]?.length ?? 0));
    this.timer = window.setTimeout(() => void this.fetch(typed), DELAY_MS);
  }

  private async fetch({ start, field, prefix }: Typed): Promise<void> {
    this.request = new AbortController();
    const query = new URLSearchParams({ field, prefix });
    const address = `${this.field.dataset.completeUrl ?? ""}?${query}`;
    const response = await fetch(address, { signal: this.request.signal }).catch(() => null);
    if (response?.ok) this.show((await response.json()) as Option[], start);
  }

  private show(options: Option[], start: number): void {
    Object.assign(this, { options, start });
    this.list.replaceChildren(...options.map(optionElement));
    this.list.hidden = options.length === 0;
    this.choose(-1);
    const n = options.length;
    if (n > 0) document.getElementById("announcer")?.replaceChildren(n === 1 ? "1 known value" : `${n} known values`);
  }

  private close(): void {
    clearTimeout(this.timer);
    this.request?.abort();
    this.show([], 0);
  }

  private choose(index: number): void {
    this.active = index;
    [...this.list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
    const chosen = this.list.children[index];
    if (chosen) this.field.setAttribute("aria-activedescendant", chosen.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  private keyPressed(event: KeyboardEvent): void {
    const n = this.options.length;
    if (n === 0 || event.isComposing) return;
    if (event.key === "ArrowDown") this.choose(this.active + 1 < n ? this.active + 1 : -1);
    else if (event.key === "ArrowUp") this.choose(this.active < 0 ? n - 1 : this.active - 1);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.active >= 0) this.take(this.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private take(index: number): void {
    const option = this.options[index];
    if (!option) return;
    const end = this.field.selectionStart ?? this.field.value.length;
    const isName = option.text.endsWith(":");
    this.field.setRangeText(option.text + (isName ? "" : " "), this.start, end, "end");
    this.close();
    if (isName) this.typed();
  }
}

function typedValue(before: string): Typed | null {
  const found = VALUE.exec(before);
  if (!found) return null;
  const [, whole = "", field = "", quoted, plain = ""] = found;
  return { start: before.length - whole.length, field: field.toLowerCase(), prefix: quoted ?? plain };
}

function fieldNames(before: string): Option[] {
  const word = NAME.exec(before)?.[1]?.toLowerCase();
  return word ? FIELDS.filter((name) => name.startsWith(word)).map((name) => ({ text: `${name}:`, label: `${name}:` })) : [];
}

function optionElement(option: Option, index: number): HTMLElement {
  const element = document.createElement("li");
  element.id = `q-option-${index}`;
  element.setAttribute("role", "option");
  element.dir = "auto";
  element.append(option.label);
  return element;
}
