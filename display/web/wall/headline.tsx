// The headline. Its type never shrinks: the second clause is dropped instead.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { overflows } from "./text_sizes";
import type * as Doc from "./state";

const MAX_LINES = 2;
const FIGURES = /(\d[\d,.:\u202f]*\d|\d)/;

/** Text whose figures are all equally wide, so that nothing moves when they change. */
export function Prose({ text }: { text: string }) {
  return <>{text.split(FIGURES).map((part, index) => (index % 2 ? <span class="digits">{part}</span> : part))}</>;
}

/** Text on its own background. Letters may overlap the background of another line, so all backgrounds are below all letters. */
function TextOnBackground({ children }: { children: ComponentChildren }) {
  return (
    <span class="words">
      <span class="letters">{children}</span>
    </span>
  );
}

/** Two lines at most, as measured after layout: a number of characters does not say how wide a name is. */
export function Headline({ headline, layoutVersion }: { headline: Doc.Headline; layoutVersion: number }) {
  const { word, text, clause, text_alone: textAlone } = headline;
  const box = useRef<HTMLHeadingElement>(null);
  const [dropsClause, setDropsClause] = useState(false);
  const sentence = `${word} ${text} ${clause}`;
  useLayoutEffect(() => setDropsClause(false), [sentence, layoutVersion]);
  useLayoutEffect(() => {
    const heading = box.current;
    if (!heading || dropsClause || !clause) return;
    if (overflows(heading.scrollHeight, parseFloat(getComputedStyle(heading).lineHeight), MAX_LINES)) setDropsClause(true);
  }, [sentence, layoutVersion, dropsClause]);
  return (
    <h1 class="headline" ref={box}>
      <TextOnBackground>
        <b>{word}</b> <Prose text={dropsClause && textAlone ? textAlone : text} />
      </TextOnBackground>
      {clause && !dropsClause && (
        <>
          {" "}
          <br />
          <TextOnBackground>
            <Prose text={clause} />
          </TextOnBackground>
        </>
      )}
    </h1>
  );
}
