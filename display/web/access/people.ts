// /account and /people: the server renders them and they work without scripts.
import "./people.css";
import { watchPasswordButtons } from "./show_password";

watchPasswordButtons();
offerSavingOfChangedRoles();

/** Show the button that saves a role only once another role is chosen. */
function offerSavingOfChangedRoles(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form.role-form")) {
    const select = form.querySelector("select");
    const button = form.querySelector("button");
    if (!select || !button) continue;
    const update = (): void => {
      button.hidden = select.selectedOptions[0]?.defaultSelected ?? true;
    };
    select.addEventListener("change", update);
    addEventListener("pageshow", update);
    update();
  }
}
