// Small manners of the page: menus that close, a search field that keeps its caret, a rail that keeps its place, true ages.

/** Only one menu is open, and a click beside it closes it. */
export function watchMenus(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]"))
      if (!menu.contains(target)) menu.open = false;
    const copied = target?.closest<HTMLAnchorElement>("a[data-copy]");
    if (copied && navigator.clipboard) {
      event.preventDefault();
      void navigator.clipboard.writeText(copied.href).then(() => copied.replaceChildren("Copied"));
    }
    const picked = target?.closest<HTMLAnchorElement>("#filters .pick, #filters .not");
    if (picked && location.hash === "#filters") picked.hash = "filters";
  });
}

/** The caret goes to where the query cannot be read; Backspace in an empty field takes the last chip away. */
export function watchSearch(): void {
  const field = document.querySelector<HTMLInputElement>("#q");
  if (!field) return;
  const wrong = document.querySelector<HTMLElement>(".wrong");
  if (field.dataset.column) {
    const at = Number(field.dataset.column) - 1;
    field.focus();
    field.setSelectionRange(at, at);
  }
  field.addEventListener("input", () => wrong?.remove());
  field.addEventListener("scroll", () => wrong && (wrong.scrollLeft = field.scrollLeft));
  field.addEventListener("keydown", (event) => {
    const chips = document.querySelectorAll<HTMLAnchorElement>(".chip");
    if (event.key === "Backspace" && field.value === "" && chips.length) chips[chips.length - 1]?.click();
  });
}

/** A choice in the rail loads the page anew; the rail stays where it was scrolled to. */
export function rememberRail(): void {
  const rail = document.querySelector<HTMLElement>("#filters");
  if (!rail) return;
  rail.scrollTop = Number(sessionStorage.getItem("rail") ?? 0);
  addEventListener("pagehide", () => sessionStorage.setItem("rail", String(rail.scrollTop)));
}

/** Keep "24 min" true while the page stands open. Older ages are dates, which stay. */
export function tellAges(now: number): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time.age")) {
    const minutes = Math.floor((now - Date.parse(time.dateTime)) / 60_000);
    if (!/^(now|\d+ (min|h))$/.test(time.textContent ?? "")) continue;
    const words = minutes < 1 ? "now" : minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
    if (time.textContent !== words) time.replaceChildren(words);
  }
}
