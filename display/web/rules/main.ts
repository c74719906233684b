// /rules/BRAND: previews what is typed, and shows how far stored posts are matched again. Without scripts, buttons do the same.
import "./rules.css";
import { Completion } from "../mentions/completion";

const DELAY_MS = 400;
const PROGRESS_EVERY_MS = 3_000;
const PARTS = ["rule-error", "rule-change", "preview", "history"];

const form = document.querySelector<HTMLFormElement>("#rule-form");
const field = document.querySelector<HTMLTextAreaElement>("#rule-text");
if (form && field) {
  new Completion(field);
  watch(form, field);
}
followProgress();

function watch(form: HTMLFormElement, field: HTMLTextAreaElement): void {
  let timer: number | undefined;
  let request: AbortController | null = null;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    request?.abort();
    timer = window.setTimeout(() => {
      request = new AbortController();
      void refresh(form, field, request.signal);
    }, DELAY_MS);
  });
  form.addEventListener("submit", (event) => {
    if (form.ariaBusy === "true") event.preventDefault();
    form.ariaBusy = "true";
  });
  addEventListener("pageshow", () => (form.ariaBusy = null));
}

async function refresh(form: HTMLFormElement, field: HTMLTextAreaElement, signal: AbortSignal): Promise<void> {
  const preview = document.getElementById("preview");
  if (preview) preview.ariaBusy = "true";
  const body = new URLSearchParams();
  for (const [key, value] of new FormData(form)) body.append(key, String(value));
  const answer = await fetch(form.dataset.preview ?? "", { method: "POST", body, signal }).catch(() => null);
  if (signal.aborted) return;
  const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page?.getElementById("preview")) {
    if (preview) preview.ariaBusy = null;
    return;
  }
  for (const id of PARTS) replacePart(id, page);
  const invalid = page.getElementById("rule-text")?.hasAttribute("aria-invalid") ?? false;
  if (invalid) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  if (invalid) field.setAttribute("aria-describedby", "rule-problem");
  else field.removeAttribute("aria-describedby");
  const save = document.querySelector<HTMLButtonElement>("#save-rule");
  if (save) save.disabled = invalid;
}

function replacePart(id: string, page: Document): void {
  const found = page.getElementById(id);
  if (found) document.getElementById(id)?.replaceWith(document.importNode(found, true));
}

/** While stored posts are matched again, keep the column of changes up to date. */
function followProgress(): void {
  const timer = setInterval(async () => {
    const address = document.getElementById("history")?.dataset.progress;
    if (!address) return clearInterval(timer);
    if (document.hidden) return;
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) replacePart("history", new DOMParser().parseFromString(await answer.text(), "text/html"));
  }, PROGRESS_EVERY_MS);
}
