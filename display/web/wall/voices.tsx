// What people say: one voice large, one or two below it.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { HERO_SIZES, nextSize, type Size } from "./text_sizes";
import { counted, formatNumber, usePhrases } from "./locale";
import { Mark } from "./marks";
import type { Voice } from "./state";
import { ageOrAtTime, ageOrTime, type Moment } from "./time";

function Text({ voice }: { voice: Voice }) {
  const phrases = usePhrases();
  return (
    <>
      {voice.brand && (
        <b>
          <bdi>{voice.brand}</bdi>{" "}
        </b>
      )}
      {voice.text || <span class="silent">{phrases.no_text}</span>}
    </>
  );
}

/** `showsPlace`: whether it names the place even if the post stands for several near-duplicates. */
function ByLine({ voice, moment, showsPlace }: { voice: Voice; moment: Moment; showsPlace: boolean }) {
  const { phrases } = moment.locale;
  const time = ageOrAtTime(voice.at, moment);
  return (
    <p class="byline">
      {voice.initials && (
        <span class="disc" aria-hidden="true">
          {voice.initials}
        </span>
      )}
      <span class={`word ${voice.sentiment}`}>{phrases.sentiments[voice.sentiment]}</span>
      <bdi class="author">{voice.author || phrases.someone}</bdi>
      {voice.near_duplicates > 0 && !showsPlace ? (
        <span class="place">
          {counted(phrases.more_like_this, voice.near_duplicates, moment.locale)}, {time}
        </span>
      ) : (
        <span class="place">
          {phrases.on} <bdi>{voice.place}</bdi>, {time}
        </span>
      )}
    </p>
  );
}

/** The largest of `sizes` in which a text fits, as measured after layout. */
function useSize(sizes: readonly Size[], shown: string, layoutVersion: number) {
  const text = useRef<HTMLParagraphElement>(null);
  const [step, setStep] = useState(0);
  useLayoutEffect(() => setStep(0), [shown, layoutVersion]);
  useLayoutEffect(() => {
    const box = text.current;
    const next = box ? nextSize(sizes, step, box.scrollHeight, parseFloat(getComputedStyle(box).lineHeight)) : step;
    if (next !== step) setStep(next);
  }, [shown, layoutVersion, step]);
  return { text, size: sizes[step]! };
}

interface HeroProps {
  voice: Voice;
  moment: Moment;
  layoutVersion: number;
  sizes?: readonly Size[];
  showsPlace?: boolean;
  onSize?: (size: Size) => void;
}

export function Hero({ voice, moment, layoutVersion, sizes = HERO_SIZES, showsPlace = false, onSize }: HeroProps) {
  const { text, size } = useSize(sizes, `${voice.id} ${voice.brand} ${voice.text}`, layoutVersion);
  useLayoutEffect(() => onSize?.(size), [size, onSize]);
  return (
    <article class={`hero ${size.name}`} key={voice.id}>
      <Mark of={voice.sentiment} large />
      <div class="said">
        <p class="text" dir="auto" ref={text}>
          <Text voice={voice} />
        </p>
        <ByLine voice={voice} moment={moment} showsPlace={showsPlace} />
      </div>
    </article>
  );
}

function Row({ voice, moment }: { voice: Voice; moment: Moment }) {
  const { locale } = moment;
  const unscored = voice.sentiment === "unscored" ? locale.phrases.sentiments.unscored : "";
  return (
    <li class="row">
      <Mark of={voice.sentiment} />
      <span class="what">
        <span class="text" dir="auto">
          <Text voice={voice} />
        </span>
        <span class="aside">{voice.near_duplicates > 0 ? `+${formatNumber(voice.near_duplicates, locale)}` : unscored}</span>
      </span>
      <span class="aside">{ageOrTime(voice.at, moment)}</span>
    </li>
  );
}

/** A new hero pushes the previous one into the first row, and that one into the second. */
export function Voices({ voices, moment, layoutVersion }: { voices: Voice[]; moment: Moment; layoutVersion: number }) {
  const [size, setSize] = useState<Size>(HERO_SIZES[0]!);
  const hero = voices[0];
  if (!hero) return <section class="voices" />;
  return (
    <section class="voices" aria-label={moment.locale.phrases.voices}>
      <Hero voice={hero} moment={moment} layoutVersion={layoutVersion} onSize={setSize} />
      <ul class="rows">
        {voices.slice(1, 1 + size.rows).map((voice, row) => (
          <Row key={`${voice.id} ${row}`} voice={voice} moment={moment} />
        ))}
      </ul>
    </section>
  );
}
