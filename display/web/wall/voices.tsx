// What people say: one voice large, one or two below it.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { Mark } from "./marks";
import type { Moment, Voice } from "./state";
import { when } from "./state";

/** Sizes of the hero, largest first: rem, and how many lines it may have. They stand in wall.css as well. */
const SIZES = [
  { name: "large", lines: 3, rows: 2 },
  { name: "middle", lines: 4, rows: 2 },
  { name: "small", lines: 6, rows: 1 },
];
const SMALLEST = SIZES.length - 1;

function Words({ voice }: { voice: Voice }) {
  return (
    <>
      {voice.brand && (
        <b>
          <bdi>{voice.brand}</bdi>{" "}
        </b>
      )}
      {voice.text}
    </>
  );
}

function ByLine({ voice, moment }: { voice: Voice; moment: Moment }) {
  const told = moment.aging ? when(voice.at, moment) : `at ${when(voice.at, moment)}`;
  return (
    <p class="byline">
      {voice.initials && (
        <span class="disc" aria-hidden="true">
          {voice.initials}
        </span>
      )}
      <span class={`word ${voice.sentiment}`}>{voice.sentiment}</span>
      <bdi class="author">{voice.author || "someone"}</bdi>
      {voice.alike > 0 ? (
        <span class="place">
          and {voice.alike.toLocaleString("en")} more like it, {told}
        </span>
      ) : (
        <span class="place">
          on <bdi>{voice.place}</bdi>, {told}
        </span>
      )}
    </p>
  );
}

function Row({ voice, moment }: { voice: Voice; moment: Moment }) {
  const unscored = voice.sentiment === "unscored" ? "unscored" : "";
  return (
    <li class="row">
      <Mark of={voice.sentiment} />
      <span class="text" dir="auto">
        <Words voice={voice} />
      </span>
      <span class="aside">{voice.alike > 0 ? `+${voice.alike.toLocaleString("en")}` : unscored}</span>
      <span class="aside">{when(voice.at, moment)}</span>
    </li>
  );
}

/** The hero takes the largest size in which its text fits, as measured after layout. */
export function Voices({ voices, moment, fitted }: { voices: Voice[]; moment: Moment; fitted: number }) {
  const text = useRef<HTMLParagraphElement>(null);
  const [step, setStep] = useState(0);
  const hero = voices[0];
  const shown = `${hero?.id} ${hero?.text}`;
  useLayoutEffect(() => setStep(0), [shown, fitted]);
  useLayoutEffect(() => {
    const box = text.current;
    if (!box || step === SMALLEST) return;
    const line = parseFloat(getComputedStyle(box).lineHeight);
    if (box.scrollHeight > line * (SIZES[step]!.lines + 0.5)) setStep(step + 1);
  }, [shown, fitted, step]);
  if (!hero) return <section class="voices" />;
  const size = SIZES[step]!;
  return (
    <section class="voices" aria-label="What people say">
      <article class={`hero ${size.name}`} key={hero.id}>
        <Mark of={hero.sentiment} large />
        <div class="said">
          <p class="text" dir="auto" ref={text}>
            <Words voice={hero} />
          </p>
          <ByLine voice={hero} moment={moment} />
        </div>
      </article>
      <ul class="rows">
        {voices.slice(1, 1 + size.rows).map((voice) => (
          <Row key={voice.id} voice={voice} moment={moment} />
        ))}
      </ul>
    </section>
  );
}
