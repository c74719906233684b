// The headline. Its type never shrinks: the second clause is dropped instead.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { overflows } from "./fitting";
import type * as Doc from "./state";

const MAX_LINES = 2;
const FIGURES = /(\d[\d,.:\u202f]*\d|\d)/;

/** Text whose figures are all equally wide, so that nothing moves when they change. */
export function Prose({ text }: { text: string }) {
  return <>{text.split(FIGURES).map((part, index) => (index % 2 ? <span class="digits">{part}</span> : part))}</>;
}

/** Text on a ground of its own. Letters may reach over the ground of another line: every ground lies below all letters. */
function TextOnGround({ children }: { children: ComponentChildren }) {
  return (
    <span class="words">
      <span class="letters">{children}</span>
    </span>
  );
}

/** Two lines at most, as measured after layout: a number of characters does not say how wide a name is. */
export function Headline({ headline, fitted }: { headline: Doc.Headline; fitted: number }) {
  const { word, text, clause, text_alone: textAlone } = headline;
  const box = useRef<HTMLHeadingElement>(null);
  const [dropsClause, setDropsClause] = useState(false);
  const sentence = `${word} ${text} ${clause}`;
  useLayoutEffect(() => setDropsClause(false), [sentence, fitted]);
  useLayoutEffect(() => {
    const heading = box.current;
    if (!heading || dropsClause || !clause) return;
    if (overflows(heading.scrollHeight, parseFloat(getComputedStyle(heading).lineHeight), MAX_LINES)) setDropsClause(true);
  }, [sentence, fitted, dropsClause]);
  return (
    <h1 class="headline" ref={box}>
      <TextOnGround>
        <b>{word}</b> <Prose text={dropsClause && textAlone ? textAlone : text} />
      </TextOnGround>
      {clause && !dropsClause && (
        <>
          {" "}
          <br />
          <TextOnGround>
            <Prose text={clause} />
          </TextOnGround>
        </>
      )}
    </h1>
  );
}
