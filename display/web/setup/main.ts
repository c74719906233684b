// /setup: the server renders these pages and they work without scripts. A trial takes some seconds: say so meanwhile.
import "./setup.css";
import { keepPreview } from "./preview";

keepPreview();

for (const form of document.querySelectorAll<HTMLFormElement>("form.set-up-form")) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement)) return;
    if (form.ariaBusy === "true") {
      event.preventDefault();
      return;
    }
    form.ariaBusy = "true";
    const note = document.getElementById("busy-note");
    if (note && button.dataset.busy) note.textContent = button.dataset.busy;
  });
}
// a page from the browser's history can be used again
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form.set-up-form")) form.ariaBusy = null;
});
