// The four marks. They differ in shape, so that hue is never needed to tell them apart.
import type { Sentiment } from "./state";
import { useWords } from "./words";

const SHAPES = {
  positive: <path d="M10 2 19.5 18.5H.5Z" />,
  negative: <path d="M10 18 .5 1.5h19Z" />,
  neutral: <path d="M1 7.6h18v4.8H1Z" />,
  unscored: <circle class="ring" cx="10" cy="10" r="7.8" />,
};

/** A mark, and its word for who cannot see it. */
export function Mark({ of, word, large = false }: { of: Sentiment; word?: string; large?: boolean }) {
  const words = useWords();
  return (
    <span class={`mark ${of} ${large ? "large" : ""}`}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        {SHAPES[of]}
      </svg>
      <span class="unseen">{word ?? words.sentiments[of]}</span>
    </span>
  );
}
