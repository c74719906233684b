// The four marks. They differ in shape, so that hue is never needed to tell them apart.
import type { Sentiment } from "./state";
import { useWords } from "./words";

/** Paths in a square of 20; the ring of the unscored is drawn as a circle. (Elements made once for all would be tied to the
 * last mark that showed them, and keep it in memory with all that hung on it.) */
const PATHS = {
  positive: "M10 2 19.5 18.5H.5Z",
  negative: "M10 18 .5 1.5h19Z",
  neutral: "M1 7.6h18v4.8H1Z",
};

/** A mark, and its word for who cannot see it. */
export function Mark({ of, word, large = false }: { of: Sentiment; word?: string; large?: boolean }) {
  const words = useWords();
  return (
    <span class={`mark ${of} ${large ? "large" : ""}`}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        {of === "unscored" ? <circle class="ring" cx="10" cy="10" r="7.8" /> : <path d={PATHS[of]} />}
      </svg>
      <span class="unseen">{word ?? words.sentiments[of]}</span>
    </span>
  );
}
