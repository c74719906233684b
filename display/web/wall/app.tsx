// Turns a state, and what the clock decides, into the picture.
import { useEffect, useState } from "preact/hooks";

import { Board } from "./board";
import { incidentVoice, type Layout, layout, position, type Schedule, trust } from "./schedule";
import { type Connection, incidentProof, lostHeadline } from "./connection";
import { Fade } from "./fade";
import { FirstRun } from "./first_run";
import { Headline } from "./headline";
import { Horizon } from "./horizon";
import { Incident } from "./incident";
import { fill, type Languages, localeOf, PhrasesContext } from "./locale";
import { Pairing } from "./pairing";
import { Proof } from "./proof";
import type * as Doc from "./state";
import { type Moment, timeOfDay } from "./time";
import { Topics } from "./topics";
import { Voices } from "./voices";

export interface Picture {
  state: Doc.WallState;
  languages: Languages;
  schedule: Schedule;
  /** The server's real time now. */
  clock: number;
  /** Milliseconds since the state came, by the page's monotonic clock. */
  silence: number;
  /** Whether the server has no connection left for this page. */
  serverFull: boolean;
}

/** What fills the screen. */
type Screen = "zones" | "first run" | "incident" | "pairing" | "long gone";

/** A picture, with what follows from it for every zone. */
interface View extends Picture {
  layout: Layout;
  screen: Screen;
  /** Whether the state is too old to be true. */
  stale: boolean;
  night: boolean;
  moment: Moment;
  connection: Connection;
  headline: Doc.Headline;
  layoutVersion: number;
}

const SPEAK_INTERVAL_MS = 60_000;
const MAX_PROOF_LINES = 2;
/** At night, only the line that says how current the picture is. */
const MAX_NIGHT_LINES = 1;
/** On an incident's screen, the first line is about the incident. */
const INCIDENT_LIVENESS_INDEX = 1;

function screenOf(state: Doc.WallState, stale: boolean, longGone: boolean): Screen {
  if (state.kind === "pairing" && state.pairing) return "pairing";
  if (longGone) return "long gone";
  if (state.incident && state.kind === "incident" && !stale) return "incident";
  return state.kind === "listening" ? "first run" : "zones";
}

function viewOf(picture: Picture, layoutVersion: number): View {
  const { state, silence } = picture;
  const locale = localeOf(state, picture.languages);
  const trusted = trust(silence);
  const lost = trusted === "not live" || trusted === "long gone";
  const stale = lost || state.kind === "not live";
  const screen = screenOf(state, stale, trusted === "long gone");
  return {
    ...picture,
    layout: layout(picture.schedule.slot, state.rotates),
    screen,
    stale,
    night: state.night && screen !== "incident",
    moment: { locale, now: state.as_of + silence * state.speed, showsAges: !stale },
    connection: { trust: trusted, silence, asOf: state.as_of, serverFull: picture.serverFull },
    headline: lost ? lostHeadline(state, silence, locale) : state.headline,
    layoutVersion,
  };
}

/** A number that changes when fonts have loaded or the screen was resized: texts must then be measured again. */
function useLayoutVersion(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const measureAgain = () => setCount((n) => n + 1);
    void document.fonts.ready.then(measureAgain);
    addEventListener("resize", measureAgain);
    return () => removeEventListener("resize", measureAgain);
  }, []);
  return count;
}

/** The headline for screen readers, at most once a minute. */
function SpokenHeadline({ headline, clock }: { headline: Doc.Headline; clock: number }) {
  const sentence = [headline.word, headline.text, headline.clause].filter(Boolean).join(" ");
  const [spoken, speak] = useState({ sentence, at: clock });
  if (spoken.sentence !== sentence && Math.abs(clock - spoken.at) >= SPEAK_INTERVAL_MS) speak({ sentence, at: clock });
  return (
    <p class="visually-hidden" role="status">
      {spoken.sentence}
    </p>
  );
}

/** An incident interrupts a screen reader once, not with each change of its figures. */
function IncidentAlert({ view }: { view: View }) {
  const incident = view.screen === "incident" ? view.state.incident : null;
  return (
    <p class="visually-hidden" role="alert">
      {incident && `${incident.title} ${incident.since}`}
    </p>
  );
}

function BoardAndProof({ view }: { view: View }) {
  const { state, moment } = view;
  const { phrases } = moment.locale;
  const head = moment.showsAges ? state.board.head : fill(phrases.board_at, { time: timeOfDay(state.as_of, moment.locale) });
  // Beside the sign of sample data, the night has no light to spare.
  const errors = view.night && state.sample ? "" : state.board.errors;
  return (
    <div class="board-and-proof">
      <Board head={head} rows={state.board.rows} errors={errors} layoutVersion={view.layoutVersion} />
      <ProofZone view={view} />
    </div>
  );
}

function ProofZone({ view }: { view: View }) {
  const { state, connection, moment, layoutVersion } = view;
  const blind = state.kind === "blind" || state.kind === "partly blind";
  const maxLines = view.night ? MAX_NIGHT_LINES : MAX_PROOF_LINES;
  return (
    <Proof lines={state.proof} sample={state.sample} onlySample={state.only_sample} connection={connection} moment={moment} layoutVersion={layoutVersion} maxLines={maxLines} blind={blind} />
  );
}

/** Voices and topics alternate; at night neither is shown. */
function Stage({ view }: { view: View }) {
  const { state, schedule } = view;
  if (view.night) return <div class="stage" />;
  const topics = schedule.stage.shows === "topics" && state.topics;
  return (
    <Fade class="stage" scene={topics ? "topics" : "voices"}>
      {topics ? <Topics topics={topics} /> : <Voices voices={state.voices} moment={view.moment} layoutVersion={view.layoutVersion} />}
    </Fade>
  );
}

function Columns({ view }: { view: View }) {
  const { state } = view;
  if (view.screen === "long gone") return <div class="columns first">{state.sample && <ProofZone view={view} />}</div>;
  if (view.screen === "first run") {
    return (
      <div class="columns first">
        <FirstRun sources={state.first_run} ours={state.ours} moment={view.moment} sample={state.sample} />
        {(state.sample || view.connection.trust !== "live") && <ProofZone view={view} />}
      </div>
    );
  }
  return (
    <div class="columns">
      <Stage view={view} />
      <BoardAndProof view={view} />
    </div>
  );
}

function Zones({ view }: { view: View }) {
  return (
    <>
      {view.stale && <div class="slab" aria-hidden="true" />}
      <Headline headline={view.headline} layoutVersion={view.layoutVersion} />
      <Horizon horizon={view.state.horizon} elapsed={view.silence * view.state.speed} moment={view.moment} />
      <Columns view={view} />
    </>
  );
}

function IncidentZones({ view, screen }: { view: View; screen: Doc.IncidentScreen }) {
  const { state, connection, moment, layoutVersion } = view;
  const voice = incidentVoice(view.clock, screen.voices.length);
  const lines = incidentProof(screen.proof, voice);
  const proof = (
    <Proof lines={lines} sample={state.sample} onlySample={state.only_sample} connection={connection} moment={moment} layoutVersion={layoutVersion} livenessIndex={INCIDENT_LIVENESS_INDEX} />
  );
  return <Incident screen={screen} flagLast={view.layout.headLast} voice={voice} moment={moment} layoutVersion={layoutVersion} proof={proof} />;
}

function Content({ view }: { view: View }) {
  const { pairing, incident, sample, only_sample: onlySample } = view.state;
  if (view.screen === "pairing" && pairing) {
    return <Pairing pairing={pairing} clock={view.clock} language={view.moment.locale} sample={sample} onlySample={onlySample} />;
  }
  return view.screen === "incident" && incident ? <IncidentZones view={view} screen={incident} /> : <Zones view={view} />;
}

function canvasClass(view: View): string {
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
  const view = viewOf(picture, useLayoutVersion());
  const { state, layout } = view;
  const [x, y] = position(view.schedule.orbit.step);
  const scene = `${layout.name} ${view.screen} ${view.stale} ${state.kind}`;
  return (
    <PhrasesContext.Provider value={view.moment.locale.phrases}>
      <SpokenHeadline headline={view.headline} clock={view.clock} />
      <IncidentAlert view={view} />
      <Fade class="frame" scene={scene}>
        <main
          class={canvasClass(view)}
          style={{ translate: `${x}rem ${y}rem` }}
          data-layout={layout.name}
          data-screen={view.screen}
          data-last-id={state.last_id}
          data-kind={state.kind}
          data-trust={view.connection.trust}
        >
          <Content view={view} />
        </main>
      </Fade>
    </PhrasesContext.Provider>
  );
}
