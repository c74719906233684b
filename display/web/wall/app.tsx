// State in, picture out. Layout A of the design; rotation, night, topics and the incident screen add to this file's choices.
import { useEffect, useState } from "preact/hooks";

import { Board } from "./board";
import { Departures } from "./departures";
import { Headline } from "./headline";
import { Horizon } from "./horizon";
import { Proof } from "./proof";
import type { Headline as Sentence, Moment, Trust, WallState } from "./state";
import { ago, timeOfDay, trust } from "./state";
import { Voices } from "./voices";

export interface Picture {
  state: WallState;
  /** On the page's monotonic clock, when this state came and when the server was last heard. */
  receivedAt: number;
  heardAt: number;
}

const SPEAK_EVERY = 60_000;

function lost(silence: number, moment: Moment): Sentence {
  const since = timeOfDay(moment.now - silence, moment.offset);
  return { word: "Not live.", text: `Last update ${ago(silence)}, at ${since}.`, clause: "Connection lost." };
}

/** Counts up when fonts have loaded or the screen changed, so that what was measured is measured again. */
function useFitted(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const again = () => setCount((n) => n + 1);
    void document.fonts.ready.then(again);
    addEventListener("resize", again);
    return () => removeEventListener("resize", again);
  }, []);
  return count;
}

/** The sentence for a screen reader, at most once a minute. */
function Spoken({ sentence, now }: { sentence: string; now: number }) {
  const [said, say] = useState({ sentence, at: now });
  if (said.sentence !== sentence && now - said.at >= SPEAK_EVERY) say({ sentence, at: now });
  return (
    <p class="unseen" role="status">
      {said.sentence}
    </p>
  );
}

function Columns(props: { state: WallState; trust: Trust; silence: number; moment: Moment; fitted: number }) {
  const { state, moment } = props;
  const proof = <Proof lines={state.proof} sample={state.sample} trust={props.trust} silence={props.silence} moment={moment} />;
  if (props.trust === "long gone") return <div class="columns first">{state.sample && proof}</div>;
  if (state.kind === "listening") {
    return (
      <div class="columns first">
        <Departures rows={state.departures} ours={state.ours} moment={moment} sample={state.sample} />
        {(state.sample || props.trust !== "live") && proof}
      </div>
    );
  }
  const head = moment.aging ? state.board.head : `At ${timeOfDay(moment.now - props.silence, moment.offset)}`;
  return (
    <div class="columns">
      <Voices voices={state.voices} moment={moment} fitted={props.fitted} />
      <div class="standing">
        <Board head={head} rows={state.board.rows} />
        {proof}
      </div>
    </div>
  );
}

export function App({ picture, time }: { picture: Picture; time: number }) {
  const fitted = useFitted();
  const { state } = picture;
  const silence = Math.max(time - picture.heardAt, 0);
  const trusted = trust(silence);
  const stale = trusted === "not live" || trusted === "long gone" || state.kind === "not live";
  const elapsed = Math.max(time - picture.receivedAt, 0);
  const moment = { now: state.as_of + elapsed, offset: state.utc_offset, aging: !stale };
  const sentence = stale && state.kind !== "not live" ? lost(silence, moment) : state.headline;
  return (
    <main class={stale ? "canvas stale" : "canvas"} data-last-id={state.last_id} data-kind={state.kind} data-trust={trusted}>
      {stale && <div class="slab" aria-hidden="true" />}
      <Headline words={sentence} fitted={fitted} />
      <Spoken sentence={`${sentence.word} ${sentence.text} ${sentence.clause}`} now={time} />
      <Horizon data={state.horizon} elapsed={elapsed} moment={moment} />
      <Columns state={state} trust={trusted} silence={silence} moment={moment} fitted={fitted} />
    </main>
  );
}
