// State and show in, picture out.
import { useEffect, useState } from "preact/hooks";

import type { Moment } from "./ages";
import { timeOfDay } from "./ages";
import { Board } from "./board";
import { type Layout, layout, place, type Show, speaker, trust } from "./clockwork";
import { Departures } from "./departures";
import { Fade } from "./fade";
import { Headline } from "./headline";
import { Horizon } from "./horizon";
import { Incident } from "./incident";
import { Pairing } from "./pairing";
import { Proof } from "./proof";
import { type Doubt, lost, proofFor } from "./sentences";
import type { Headline as Sentence, WallState } from "./state";
import { Topics } from "./topics";
import { Voices } from "./voices";
import { Spoken as Tongue, tongueOf } from "./words";

export interface Picture {
  state: WallState;
  show: Show;
  /** The server's real clock now. */
  clock: number;
  /** Milliseconds since the state came, on the page's monotonic clock. */
  silence: number;
  refused: boolean;
}

/** What fills the screen. */
type Screen = "zones" | "sources" | "incident" | "pairing" | "long gone";

/** A picture, and what follows from it for every zone. */
interface View extends Picture {
  layout: Layout;
  screen: Screen;
  stale: boolean;
  night: boolean;
  moment: Moment;
  doubt: Doubt;
  sentence: Sentence;
  fitted: number;
}

const SPEAK_EVERY = 60_000;
/** Without the clock the first proof line alone is shown at night. */
const NIGHT_LINES = 1;
/** On an incident's screen the first line is about the incident. */
const INCIDENT_PLACE = 1;

function screenOf(state: WallState, stale: boolean, gone: boolean): Screen {
  if (state.kind === "pairing" && state.pairing) return "pairing";
  if (gone) return "long gone";
  if (state.incident && state.kind === "incident" && !stale) return "incident";
  return state.kind === "listening" ? "sources" : "zones";
}

function viewOf(picture: Picture, fitted: number): View {
  const { state, silence } = picture;
  const trusted = trust(silence);
  const unheard = trusted === "not live" || trusted === "long gone";
  const stale = unheard || state.kind === "not live";
  const screen = screenOf(state, stale, trusted === "long gone");
  return {
    ...picture,
    layout: layout(picture.show.slot, state.rotates),
    screen,
    stale,
    night: state.night && screen !== "incident",
    moment: { ...tongueOf(state), now: state.as_of + silence * state.pace, aging: !stale },
    doubt: { trust: trusted, silence, heardAt: state.as_of, refused: picture.refused },
    sentence: unheard ? lost(state, silence) : state.headline,
    fitted,
  };
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
function Spoken({ sentence, clock }: { sentence: string; clock: number }) {
  const [said, say] = useState({ sentence, at: clock });
  if (said.sentence !== sentence && Math.abs(clock - said.at) >= SPEAK_EVERY) say({ sentence, at: clock });
  return (
    <p class="unseen" role="status">
      {said.sentence}
    </p>
  );
}

/** An incident interrupts who listens once; its figures change without a word. */
function Alarm({ view }: { view: View }) {
  const incident = view.screen === "incident" ? view.state.incident : null;
  return (
    <p class="unseen" role="alert">
      {incident && `${incident.title} ${incident.since}.`}
    </p>
  );
}

function Standing({ view }: { view: View }) {
  const { state, moment } = view;
  const head = moment.aging ? state.board.head : moment.words.headAt(timeOfDay(state.as_of, moment));
  return (
    <div class="standing">
      <Board head={head} rows={state.board.rows} fitted={view.fitted} />
      <ProofOf view={view} />
    </div>
  );
}

function ProofOf({ view }: { view: View }) {
  const { state, doubt, moment, fitted } = view;
  const blind = state.kind === "blind" || state.kind === "partly blind";
  const most = view.night ? NIGHT_LINES : 2;
  return <Proof lines={state.proof} sample={state.sample} doubt={doubt} moment={moment} fitted={fitted} most={most} blind={blind} />;
}

/** Voices and topics take turns; at night neither is shown. */
function Stage({ view }: { view: View }) {
  const { state, show } = view;
  if (view.night) return <div class="stage" />;
  const topics = show.turn.stage === "topics" && state.topics;
  return (
    <Fade class="stage" scene={topics ? "topics" : "voices"}>
      {topics ? <Topics topics={topics} /> : <Voices voices={state.voices} moment={view.moment} fitted={view.fitted} />}
    </Fade>
  );
}

function Columns({ view }: { view: View }) {
  const { state } = view;
  if (view.screen === "long gone") return <div class="columns first">{state.sample && <ProofOf view={view} />}</div>;
  if (view.screen === "sources") {
    return (
      <div class="columns first">
        <Departures rows={state.departures} ours={state.ours} moment={view.moment} sample={state.sample} />
        {(state.sample || view.doubt.trust !== "live") && <ProofOf view={view} />}
      </div>
    );
  }
  return (
    <div class="columns">
      <Stage view={view} />
      <Standing view={view} />
    </div>
  );
}

function Zones({ view }: { view: View }) {
  return (
    <>
      {view.stale && <div class="slab" aria-hidden="true" />}
      <Headline words={view.sentence} fitted={view.fitted} />
      <Horizon data={view.state.horizon} elapsed={view.silence * view.state.pace} moment={view.moment} />
      <Columns view={view} />
    </>
  );
}

function Content({ view }: { view: View }) {
  const { state, moment } = view;
  if (view.screen === "pairing" && state.pairing) return <Pairing data={state.pairing} clock={view.clock} sample={state.sample} />;
  if (view.screen !== "incident" || !state.incident) return <Zones view={view} />;
  const speaking = speaker(view.clock, state.incident.voices.length);
  const lines = proofFor(state.incident.proof, speaking);
  const proof = <Proof lines={lines} sample={state.sample} doubt={view.doubt} moment={moment} fitted={view.fitted} place={INCIDENT_PLACE} />;
  return (
    <Incident screen={state.incident} flagLast={view.layout.headLast} speaking={speaking} moment={moment} fitted={view.fitted} proof={proof} />
  );
}

function classOf(view: View): string {
  const { layout } = view;
  return [
    "canvas",
    layout.headLast ? "head-last" : "head-first",
    layout.boardFirst ? "board-first" : "voices-first",
    view.stale ? "stale" : "",
    view.night ? "night" : "",
  ].join(" ");
}

export function App({ picture }: { picture: Picture }) {
  const view = viewOf(picture, useFitted());
  const { state, layout, sentence } = view;
  const [x, y] = place(view.show.orbit.step);
  const scene = `${layout.name} ${view.screen} ${view.stale} ${state.kind}`;
  return (
    <Tongue.Provider value={view.moment.words}>
      <Spoken sentence={[sentence.word, sentence.text, sentence.clause].filter(Boolean).join(" ")} clock={view.clock} />
      <Alarm view={view} />
      <Fade class="frame" scene={scene}>
        <main
          class={classOf(view)}
          style={{ translate: `${x}rem ${y}rem` }}
          data-layout={layout.name}
          data-screen={view.screen}
          data-last-id={state.last_id}
          data-kind={state.kind}
          data-trust={view.doubt.trust}
        >
          <Content view={view} />
        </main>
      </Fade>
    </Tongue.Provider>
  );
}
