// The sentence. Its type never shrinks: the second clause goes first.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { held } from "./ages";
import { overflows } from "./fitting";
import type { Headline as Words } from "./state";

const LINES = 2;
const FIGURES = /(\d[\d,.:\u202f]*\d|\d)/;

/** Words with figures that keep still when they change. */
export function Prose({ text }: { text: string }) {
  return <>{held(text).split(FIGURES).map((part, n) => (n % 2 ? <span class="digits">{part}</span> : part))}</>;
}

/** Words whose letters may reach over the ground of another line: every ground lies below all of them. */
function Words({ children }: { children: ComponentChildren }) {
  return (
    <span class="words">
      <span class="letters">{children}</span>
    </span>
  );
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
      <Words>
        <b>{words.word}</b> <Prose text={short ? words.text.replace(/,$/, ".") : words.text} />
      </Words>
      {words.clause && !short && (
        <>
          {" "}
          <br />
          <Words>
            <Prose text={words.clause} />
          </Words>
        </>
      )}
    </h1>
  );
}
