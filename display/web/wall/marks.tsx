// The four marks. They differ in shape, so that they can be distinguished without colour.
import { usePhrases } from "./locale";
import type { Sentiment } from "./state";

/** SVG paths in a square of 20; the ring of the unscored is drawn as a circle. (Strings, because elements that are created
 * once and shared would keep the last mark that showed them, with all its ancestors, in memory.) */
const PATHS = {
  positive: "M10 2 19.5 18.5H.5Z",
  negative: "M10 18 .5 1.5h19Z",
  neutral: "M1 7.6h18v4.8H1Z",
};

/** A mark, and its `word` for screen readers: the sentiment unless given. */
export function Mark({ of, word, large = false }: { of: Sentiment; word?: string; large?: boolean }) {
  const phrases = usePhrases();
  return (
    <span class={`mark ${of} ${large ? "large" : ""}`}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        {of === "unscored" ? <circle class="ring" cx="10" cy="10" r="7.8" /> : <path d={PATHS[of]} />}
      </svg>
      <span class="visually-hidden">{word ?? phrases.sentiments[of]}</span>
    </span>
  );
}
