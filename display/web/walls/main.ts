// /walls and /walls/pair: the server renders them and they work without scripts. This writes the code as a wall shows it.
import "../access/people.css";
import "./walls.css";

const HALF_LENGTH = 3;

function asShown(typed: string): string {
  const characters = typed.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, 2 * HALF_LENGTH);
  const second = characters.slice(HALF_LENGTH);
  return second ? `${characters.slice(0, HALF_LENGTH)}-${second}` : characters;
}

const field = document.querySelector<HTMLInputElement>("#code");
field?.addEventListener("input", () => {
  const atEnd = field.selectionStart === field.value.length;
  const start = field.selectionStart;
  field.value = asShown(field.value);
  if (!atEnd) field.setSelectionRange(start, start);
});
