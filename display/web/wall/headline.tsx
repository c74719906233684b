// The sentence. Its type never shrinks: the second clause goes first.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { overflows } from "./fitting";
import type { Headline as Words } from "./state";

const LINES = 2;
const FIGURES = /(\d[\d,.:\u202f]*\d|\d)/;

/** Words with figures that keep still when they change. */
export function Prose({ text }: { text: string }) {
  return <>{text.split(FIGURES).map((part, n) => (n % 2 ? <span class="digits">{part}</span> : part))}</>;
}

/** Two lines at most; measured after layout, for no count of letters knows how wide a name is. */
export function Headline({ words, fitted }: { words: Words; fitted: number }) {
  const box = useRef<HTMLHeadingElement>(null);
  const [short, setShort] = useState(false);
  const sentence = `${words.word} ${words.text} ${words.clause}`;
  useLayoutEffect(() => setShort(false), [sentence, fitted]);
  useLayoutEffect(() => {
    const heading = box.current;
    if (!heading || short || !words.clause) return;
    if (overflows(heading.scrollHeight, parseFloat(getComputedStyle(heading).lineHeight), LINES)) setShort(true);
  }, [sentence, fitted, short]);
  return (
    <h1 class="headline" ref={box}>
      <span class="words">
        <b>{words.word}</b> <Prose text={short ? words.text.replace(/,$/, ".") : words.text} />
      </span>
      {words.clause && !short && (
        <>
          {" "}
          <br />
          <span class="words">
            <Prose text={words.clause} />
          </span>
        </>
      )}
    </h1>
  );
}
