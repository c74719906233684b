// The screen that an incident takes: how many times the usual, since when, what it is about, who says so.
import type { Moment } from "./ages";
import { AxisLabels, BarShape, Drawing, Hatches, UsualLabel, UsualLine } from "./chart";
import { Fade } from "./fade";
import { useFit, whole } from "./fit";
import { numberSize, overflows, WITNESS } from "./fitting";
import { Prose } from "./headline";
import type { Frame } from "./shapes";
import type { IncidentScreen } from "./state";
import { Hero } from "./voices";

const HEIGHT = 11;
/** Left of the words when the flag is at the left: the chart begins at the flag's edge, the words 4.2 later. */
const AFTER_FLAG = { width: 57.2, ground: 8.5, tallest: 8.25, gap: 0.37, over: 0, words: 4.2 };
/** With the flag at the right it begins at the edge of the screen, and now ends where the words do. */
const BEFORE_FLAG = { ...AFTER_FLAG, width: 57.8, over: 1, words: 4.8 };
const BESIDE_FLAG = 62;

function Flag({ screen, fitted }: { screen: IncidentScreen; fitted: number }) {
  const { box, step } = useFit<HTMLParagraphElement>(`${screen.flag.join()} ${fitted}`, 1, (lines) => whole(lines, ":scope > span"));
  return (
    <div class="flag">
      <p class="multiple" style={{ fontSize: `${numberSize(screen.multiple)}rem` }}>
        <span class={screen.multiple.startsWith("4") ? "digits four" : "digits"}>{screen.multiple}</span>
        <span class="times">{screen.sign}</span>
      </p>
      <p class={step ? "since small" : "since"} ref={box}>
        {screen.flag.map((line) => (
          <span key={line}>
            <Prose text={line} />{" "}
          </span>
        ))}
      </p>
    </div>
  );
}

/** How the two fit on two lines: each on its own; one after the other; the title alone. */
const LONGEST = 2;

function Title({ screen, fitted }: { screen: IncidentScreen; fitted: number }) {
  const { box, step } = useFit<HTMLHeadingElement>(
    `${screen.title} ${screen.since} ${fitted}`,
    LONGEST,
    (title) => !overflows(title.scrollHeight, parseFloat(getComputedStyle(title).lineHeight), 2),
  );
  return (
    <h1 class="title" ref={box}>
      <bdi>{screen.title}</bdi> {step === 0 && <br />}
      {step < LONGEST && <span class="nobreak"><Prose text={screen.since} /></span>}
    </h1>
  );
}

/** One line, the same in smaller type, or two of that. */
const FIGURES = ["figures", "figures small", "figures smallest"];

function Figures({ screen, fitted }: { screen: IncidentScreen; fitted: number }) {
  const { box, step } = useFit<HTMLParagraphElement>(`${screen.line} ${screen.trend} ${fitted}`, FIGURES.length - 1, whole);
  return (
    <p class={FIGURES[step]} ref={box}>
      <Prose text={screen.line} /> <b>{screen.trend}</b>
    </p>
  );
}

function Chart({ screen, flagLast, moment }: { screen: IncidentScreen; flagLast: boolean; moment: Moment }) {
  const frame: Frame & { words: number } = flagLast ? BEFORE_FLAG : AFTER_FLAG;
  const count = screen.bars.length;
  return (
    <div class="chart" role="img" aria-label={screen.spoken}>
      <Drawing width={BESIDE_FLAG} height={HEIGHT} frame={frame} left={flagLast} right={!flagLast}>
        <Hatches of={screen.hatches} frame={frame} />
        {screen.bars.map((bar, index) => (
          <BarShape key={index} n={bar.n} foot={0} class={bar.hot ? "hot" : ""} index={index} count={count} scale={screen.scale} frame={frame} />
        ))}
        <UsualLine usual={screen.usual} scale={screen.scale} frame={frame} />
      </Drawing>
      <UsualLabel values={screen.bars.map((b) => b.n)} usual={screen.usual} scale={screen.scale} frame={frame} x={frame.words} />
      <AxisLabels labels={screen.labels} shift={0} frame={frame} least={frame.words} moment={moment} />
    </div>
  );
}

/** `speaking`: which of the voices is shown. */
export function Incident(props: {
  screen: IncidentScreen;
  flagLast: boolean;
  speaking: number;
  moment: Moment;
  fitted: number;
  proof: preact.ComponentChildren;
}) {
  const { screen } = props;
  const voice = screen.voices[props.speaking];
  return (
    <div class={props.flagLast ? "incident flag-last" : "incident"}>
      <Flag screen={screen} fitted={props.fitted} />
      <div class="story">
        <Title screen={screen} fitted={props.fitted} />
        <Figures screen={screen} fitted={props.fitted} />
        <Fade class="witness" scene={String(voice?.id)}>
          {voice && <Hero voice={voice} sizes={WITNESS} moment={props.moment} fitted={props.fitted} placed={props.speaking === 0} />}
        </Fade>
        {props.proof}
      </div>
      <Chart screen={screen} flagLast={props.flagLast} moment={props.moment} />
    </div>
  );
}
