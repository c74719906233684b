// Small behaviours of the page: menus that close, the caret in an invalid search, the scroll position of the rail, ages.

/** Close an open menu on a click outside it, copy links marked `data-copy`, and keep the filter sheet open after a choice. */
export function watchClicks(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]"))
      if (!menu.contains(target)) menu.open = false;
    const copied = target?.closest<HTMLAnchorElement>("a[data-copy]");
    if (copied && navigator.clipboard) {
      event.preventDefault();
      void navigator.clipboard.writeText(copied.href).then(() => copied.replaceChildren("Copied"));
    }
    const chosen = target?.closest<HTMLAnchorElement>("#filters .toggle, #filters .exclude");
    if (chosen && location.hash === "#filters") chosen.hash = "filters";
  });
}

/** Put the caret where an invalid search is wrong; let Backspace in an empty field remove the last chip. */
export function watchSearch(): void {
  const field = document.querySelector<HTMLInputElement>("#q");
  if (!field) return;
  const error = document.querySelector<HTMLElement>(".query-error");
  if (field.dataset.column) {
    const position = Number(field.dataset.column) - 1;
    field.focus();
    field.setSelectionRange(position, position);
  }
  field.addEventListener("input", () => error?.remove());
  field.addEventListener("scroll", () => error && (error.scrollLeft = field.scrollLeft));
  field.addEventListener("keydown", (event) => {
    const chips = document.querySelectorAll<HTMLAnchorElement>(".chip");
    if (event.key === "Backspace" && field.value === "" && chips.length) chips[chips.length - 1]?.click();
  });
}

/** Choosing a value reloads the page; restore the scroll position of the rail. */
export function rememberRailScroll(): void {
  const rail = document.querySelector<HTMLElement>("#filters");
  if (!rail) return;
  rail.scrollTop = Number(sessionStorage.getItem("rail") ?? 0);
  addEventListener("pagehide", () => sessionStorage.setItem("rail", String(rail.scrollTop)));
}

/** Update "24 min" while the page is open. Older ages are dates, which do not change. */
export function updateAges(now: number): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time.age")) {
    const minutes = Math.floor((now - Date.parse(time.dateTime)) / 60_000);
    if (!/^(now|\d+ (min|h))$/.test(time.textContent ?? "")) continue;
    const age = minutes < 1 ? "now" : minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
    if (time.textContent !== age) time.replaceChildren(age);
  }
}
