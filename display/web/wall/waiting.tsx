// What the page says when it has no state to show.
import { layout, slot } from "./schedule";
import { Headline } from "./headline";
import { fill, type Language } from "./locale";
import type * as Doc from "./state";

/** Before the first answer of the server. */
export function Waiting({ clock, phrases }: { clock: number } & Pick<Language, "phrases">) {
  const headline = { word: phrases.not_live, text: phrases.unanswered, clause: phrases.keeps_trying, text_alone: "" };
  return <Blank screen="waiting" clock={clock} headline={headline} />;
}

/** After an error in drawing: an old picture could be mistaken for the current one. */
export function Failed({ clock, phrases }: { clock: number } & Pick<Language, "phrases">) {
  const headline = { word: phrases.not_live, text: phrases.keeps_trying, clause: "", text_alone: "" };
  return <Blank screen="failed" clock={clock} headline={headline} />;
}

/** For a wall that is no longer in the config: it may have been removed because of what it showed. */
export function Gone({ clock, name, phrases }: { clock: number; name: string } & Pick<Language, "phrases">) {
  const headline = { word: fill(phrases.no_wall, { name }), text: phrases.not_in_config, clause: "", text_alone: "" };
  return <Blank screen="gone" clock={clock} headline={headline} />;
}

/** `clock` only decides the layout. */
function Blank({ screen, clock, headline }: { screen: string; clock: number; headline: Doc.Headline }) {
  const { name, headLast } = layout(slot(clock), true);
  return (
    <main class={`canvas stale voices-first ${headLast ? "head-last" : "head-first"}`} data-layout={name} data-screen={screen}>
      <div class="slab" aria-hidden="true" />
      <Headline headline={headline} layoutVersion={0} />
    </main>
  );
}
