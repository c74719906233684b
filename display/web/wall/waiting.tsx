// Before the first word of the server: the wall says that there is none, rather than nothing.
import { layout, slot } from "./clockwork";
import { Headline } from "./headline";
import { wordsOf } from "./words";

/** `clock`: whatever the machine takes the time to be; nothing hangs on it but where the words stand. */
export function Waiting({ clock }: { clock: number }) {
  const words = wordsOf(document.documentElement.lang);
  const sentence = { word: `${words.notLive}.`, text: words.unanswered, clause: words.keepsAsking };
  const { name, headLast } = layout(slot(clock), true);
  return (
    <main class={`canvas stale voices-first ${headLast ? "head-last" : "head-first"}`} data-layout={name} data-screen="waiting">
      <div class="slab" aria-hidden="true" />
      <Headline words={sentence} fitted={0} />
    </main>
  );
}
