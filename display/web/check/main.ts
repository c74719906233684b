// /check: the server renders the form, which works without scripts. This stores each answer at once and adds keys.
import "../access/forms.css";
import "./check.css";

const OFF_KEY = "wallflower-keys-off";
const VALUES: Record<string, string> = { "1": "negative", "2": "neutral", "3": "positive", "0": "not_relevant", s: "skip" };

const form = document.querySelector<HTMLFormElement>("#answers");
if (form) {
  form.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement) void answered(form, event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || localStorage.getItem(OFF_KEY)) return;
    if (press(form, event.key)) event.preventDefault();
  });
  form.addEventListener("focusin", (event) => {
    if (event.target instanceof Element) mark(form, event.target.closest(".to-check"));
  });
  mark(form, form.querySelector(".to-check:not(.done)") ?? form.querySelector(".to-check"));
}

function mentions(of: HTMLFormElement): Element[] {
  return [...of.querySelectorAll(".to-check")];
}

function mark(of: HTMLFormElement, current: Element | null): void {
  if (!current) return;
  for (const one of mentions(of)) one.classList.toggle("current", one === current);
}

/** Whether the key meant something. */
function press(of: HTMLFormElement, key: string): boolean {
  if (key === "j" || key === "k") return moveBy(of, key === "j" ? 1 : -1);
  const value = VALUES[key];
  const input = value && of.querySelector<HTMLInputElement>(`.to-check.current input[value="${value}"]`);
  if (!input) return false;
  input.checked = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  moveBy(of, 1);
  return true;
}

function moveBy(of: HTMLFormElement, step: number): boolean {
  const all = mentions(of);
  const next = all[all.findIndex((one) => one.classList.contains("current")) + step];
  if (!next) return false;
  mark(of, next);
  const input = next.querySelector<HTMLInputElement>("input:checked") ?? next.querySelector<HTMLInputElement>("input");
  input?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
  return true;
}

async function answered(of: HTMLFormElement, input: HTMLInputElement): Promise<void> {
  const one = input.closest(".to-check");
  one?.classList.add("done");
  const done = document.getElementById("done");
  if (done) done.textContent = String(of.querySelectorAll("input:checked").length);
  const body = new URLSearchParams({ [input.name]: input.value });
  const headers = { "X-Requested-With": "fetch" };
  const response = await fetch(of.action, { method: "POST", body, headers, keepalive: true, redirect: "error" }).catch(() => null);
  const stored = document.getElementById("stored");
  const accepted = response?.ok && (await response.text()) === "1";
  if (stored) stored.textContent = accepted ? "Stored." : "Not stored. Press Save.";
  stored?.classList.toggle("trouble", !accepted);
}
