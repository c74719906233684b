// Buttons that show and hide the password in the field that they control.

export function watchPasswordButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button.show")) {
    const field = document.getElementById(button.getAttribute("aria-controls") ?? "");
    if (!(field instanceof HTMLInputElement)) continue;
    const label = button.firstChild;
    button.hidden = false;
    button.addEventListener("click", () => {
      const isShown = field.type === "password";
      field.type = isShown ? "text" : "password";
      button.setAttribute("aria-pressed", String(isShown));
      if (label) label.nodeValue = isShown ? "Hide" : "Show";
      field.focus();
    });
    // A password that is shown must not be sent as plain text, which browsers remember as a search.
    field.form?.addEventListener("submit", () => (field.type = "password"));
  }
}
