// What a screen shows before it belongs to anyone. It moves with each code.
import { fill, type Language, usePhrases } from "./locale";
import { SampleSign } from "./proof";
import type * as Doc from "./state";
import { inTime } from "./time";

const CODE_LIFETIME_MS = 5 * 60_000;

interface Props {
  pairing: Doc.Pairing;
  /** The server's real time. */
  clock: number;
  language: Language;
  sample: boolean;
  onlySample: boolean;
}

export function Pairing({ pairing, clock, language, sample, onlySample }: Props) {
  const phrases = usePhrases();
  const isUpended = Math.floor(pairing.expires_at / CODE_LIFETIME_MS) % 2 === 1;
  return (
    <div class={isUpended ? "pairing upended" : "pairing"}>
      <h1>{phrases.pair}</h1>
      <p class="code" aria-label={pairing.code.join(" ")}>
        {pairing.code.map((half, index) => (
          <span class="part" key={index} aria-hidden="true">
            {[...half].map((character, n) => (
              <span key={n}>{character}</span>
            ))}
          </span>
        ))}
      </p>
      <div class="advice">
        <p class="how">
          {phrases.pairing.map((part, index) => (index % 2 ? <b key={index}>{part}</b> : part))}
        </p>
        <p class="next">{fill(phrases.new_code, { soon: inTime(pairing.expires_at - clock, language) })}</p>
      </div>
      {sample && <SampleSign only={onlySample} />}
    </div>
  );
}
