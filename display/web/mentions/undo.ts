// The key u: undo what this person did last, also from another page.

import { rootPath } from "../root_path";
import { announce, applyParts } from "./parts";

const SHOWN_MS = 10_000;

/** Undo the last action. `query`: the filters of the list, if this page has one. */
export async function undoLast(query: string): Promise<void> {
  const open = document.getElementById("drawer")?.dataset.id;
  const body = new URLSearchParams(open ? { open } : {});
  const address = `${rootPath()}/mentions/undo${query}`;
  const response = await fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (response === null) return say("Not undone: Wallflower cannot be reached.");
  if (response.status === 401 || response.redirected) return location.reload();
  if (response.status === 403) return;
  if (response.status !== 200 && response.status !== 409) return say("This could not be stored. Try again in a moment.");
  say(applyParts(await response.text(), true).text);
}

/** Beside the account menu, because the action may have happened on another page. */
function say(text: string): void {
  document.querySelector(".undone-note")?.remove();
  announce(text);
  const note = document.createElement("p");
  note.className = "undone-note";
  note.append(text);
  document.querySelector(".top-bar .account-menu")?.before(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}
