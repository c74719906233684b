// Where there is no state to show the wall says why, rather than nothing.
import { layout, slot } from "./clockwork";
import { Headline } from "./headline";
import type { Headline as Sentence } from "./state";
import { wordsOf } from "./words";

/** Before the first word of the server. */
export function Waiting({ clock }: { clock: number }) {
  const words = wordsOf(document.documentElement.lang);
  return <Blank screen="waiting" clock={clock} sentence={{ word: `${words.notLive}.`, text: words.unanswered, clause: words.keepsAsking }} />;
}

/** A wall that the config has no more: what it showed must not be taken for what somebody wants there. */
export function Gone({ clock, name }: { clock: number; name: string }) {
  const words = wordsOf(document.documentElement.lang);
  return <Blank screen="gone" clock={clock} sentence={{ word: words.noWall(name), text: words.notInConfig, clause: "" }} />;
}

/** `clock`: whatever the machine takes the time to be; nothing hangs on it but where the words stand. */
function Blank({ screen, clock, sentence }: { screen: string; clock: number; sentence: Sentence }) {
  const { name, headLast } = layout(slot(clock), true);
  return (
    <main class={`canvas stale voices-first ${headLast ? "head-last" : "head-first"}`} data-layout={name} data-screen={screen}>
      <div class="slab" aria-hidden="true" />
      <Headline words={sentence} fitted={0} />
    </main>
  );
}
