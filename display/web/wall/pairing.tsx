// What the screen shows before it belongs to anyone. It moves with each code.
import { until } from "./ages";
import { Sign } from "./proof";
import type { Pairing as Data } from "./state";
import { useWords } from "./words";

const LIFE = 5 * 60_000;

/** `clock`: the server's real time. */
export function Pairing({ data, clock, sample }: { data: Data; clock: number; sample: boolean }) {
  const words = useWords();
  const upended = Math.floor(data.expires_at / LIFE) % 2 === 1;
  return (
    <div class={upended ? "pairing upended" : "pairing"}>
      <h1>{words.pair}</h1>
      <p class="code" aria-label={data.code.join(" ")}>
        {data.code.map((part, index) => (
          <span class="part" key={index} aria-hidden="true">
            {[...part].map((character, n) => (
              <span key={n}>{character}</span>
            ))}
          </span>
        ))}
      </p>
      <div class="advice">
        <p class="how">
          {words.pairing.map((part, n) => (n % 2 ? <b key={n}>{part}</b> : part))}
        </p>
        <p class="next">{words.newCode(until(data.expires_at - clock, words))}</p>
      </div>
      {sample && <Sign />}
    </div>
  );
}
