/** Keep what a form would do up to date while somebody changes it. Without scripts, a button shows it. */
export function keepPreview(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-preview]");
  if (!form) return;
  let latest = 0;
  form.addEventListener("change", () => {
    latest += 1;
    void refresh(form, latest, (request) => request === latest);
  });
}

async function refresh(form: HTMLFormElement, request: number, isLatest: (request: number) => boolean): Promise<void> {
  const query = new URLSearchParams();
  for (const [key, value] of new FormData(form)) query.append(key, String(value));
  const answer = await fetch(`${form.dataset.preview}?${query}`).catch(() => null);
  if (!answer?.ok || !isLatest(request)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById("preview");
  const shown = document.getElementById("preview");
  if (found && shown && isLatest(request)) shown.textContent = found.textContent;
}
