// What a person has typed into a note and not saved yet. It survives that the drawer is drawn again, a reload, and the server.

const PREFIX = "wallflower-draft-";
const FIELD = "textarea[data-draft]";

/** Keep what is typed, and put it back into fields that appear. */
export function keepDrafts(): void {
  document.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLTextAreaElement && target.matches(FIELD)) sessionStorage.setItem(keyOf(target), target.value);
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target instanceof HTMLTextAreaElement && event.target.matches(FIELD) ? event.target : null;
    if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form?.requestSubmit();
  });
  restore(document);
  const drawer = document.getElementById("drawer");
  if (drawer) new MutationObserver(() => restore(drawer)).observe(drawer, { childList: true, subtree: true });
}

/** It was saved. */
export function forgetDraft(field: HTMLTextAreaElement): void {
  sessionStorage.removeItem(keyOf(field));
  field.value = field.defaultValue;
}

function restore(within: ParentNode): void {
  for (const field of within.querySelectorAll<HTMLTextAreaElement>(FIELD)) {
    const draft = sessionStorage.getItem(keyOf(field));
    if (draft === null || field === document.activeElement || field.value === draft) continue;
    field.value = draft;
    const edit = field.closest("details");
    if (edit) edit.open = true;
  }
}

const keyOf = (field: HTMLTextAreaElement): string => PREFIX + (field.dataset.draft ?? "");
