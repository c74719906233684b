// The sentence. Its type never shrinks: the second clause goes first.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Headline as Words } from "./state";

const LINES = 2;

/** Two lines at most; measured after layout, for no count of letters knows how wide a name is. */
export function Headline({ words, fitted }: { words: Words; fitted: number }) {
  const box = useRef<HTMLHeadingElement>(null);
  const [short, setShort] = useState(false);
  const sentence = `${words.word} ${words.text} ${words.clause}`;
  useLayoutEffect(() => setShort(false), [sentence, fitted]);
  useLayoutEffect(() => {
    const heading = box.current;
    if (!heading || short || !words.clause) return;
    const line = parseFloat(getComputedStyle(heading).lineHeight);
    if (heading.scrollHeight > line * (LINES + 0.5)) setShort(true);
  }, [sentence, fitted, short]);
  return (
    <h1 class="headline" ref={box}>
      <span class="words">
        <b>{words.word}</b> {words.text}
      </span>
      {words.clause && !short && (
        <>
          {" "}
          <br />
          <span class="words">{words.clause}</span>
        </>
      )}
    </h1>
  );
}
