// Before the first word of the server: the wall says that there is none, rather than nothing.
import { layout, slot } from "./clockwork";
import { Headline } from "./headline";

const WORDS = { word: "Not live.", text: "The server has not answered yet.", clause: "This wall keeps asking." };

/** `clock`: whatever the machine takes the time to be; nothing hangs on it but where the words stand. */
export function Waiting({ clock }: { clock: number }) {
  const { name, headLast } = layout(slot(clock), true);
  return (
    <main class={`canvas stale voices-first ${headLast ? "head-last" : "head-first"}`} data-layout={name} data-screen="waiting">
      <div class="slab" aria-hidden="true" />
      <Headline words={WORDS} fitted={0} />
    </main>
  );
}
