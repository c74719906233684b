// The screen of an incident: how many times the usual, since when, what it is about, who says so.
import type { ComponentChildren } from "preact";

import { AxisLabels, BarShape, Drawing, Hatches, UsualLabel, UsualLine } from "./chart";
import { Fade } from "./fade";
import { fitsInWidth, useFit } from "./fit";
import { numberSize, overflows, INCIDENT_VOICE_SIZES } from "./text_sizes";
import { Prose } from "./headline";
import type { Frame } from "./shapes";
import type { IncidentScreen } from "./state";
import type { Moment } from "./time";
import { Hero } from "./voices";

const HEIGHT = 11;
/** The width of the screen beside the flag. */
const BESIDE_FLAG = 62;

/** A chart's frame, and where its words begin. */
interface ChartFrame extends Frame {
  words: number;
}

/** With the flag on the left, the chart begins at its edge, and the words 4.2 later. */
const AFTER_FLAG: ChartFrame = { width: 57.2, ground: 8.5, tallest: 8.25, gap: 0.37, over: 0, words: 4.2 };
/** With the flag on the right, the chart begins at the edge of the screen, and now is where the words end. */
const BEFORE_FLAG: ChartFrame = { ...AFTER_FLAG, width: 57.8, over: 1, words: 4.8 };

interface PartProps {
  screen: IncidentScreen;
  layoutVersion: number;
}

function Flag({ screen, layoutVersion }: PartProps) {
  const { box, step } = useFit<HTMLParagraphElement>(`${screen.flag.join()} ${layoutVersion}`, 1, (lines) => fitsInWidth(lines, ":scope > span"));
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

/** The steps in which title and time fit on two lines: each on its own; one after the other; the title alone. */
const TITLE_ALONE = 2;
const TITLE_LINES = 2;

function Title({ screen, layoutVersion }: PartProps) {
  const { box, step } = useFit<HTMLHeadingElement>(
    `${screen.title} ${screen.since} ${layoutVersion}`,
    TITLE_ALONE,
    (title) => !overflows(title.scrollHeight, parseFloat(getComputedStyle(title).lineHeight), TITLE_LINES),
  );
  return (
    <h1 class="title" ref={box}>
      <bdi>{screen.title}</bdi> {step === 0 && <br />}
      {step < TITLE_ALONE && (
        <span class="nobreak">
          <Prose text={screen.since} />
        </span>
      )}
    </h1>
  );
}

/** One line; the same in smaller type; two lines of that. */
const FIGURES_CLASSES = ["figures", "figures small", "figures smallest"];

function Figures({ screen, layoutVersion }: PartProps) {
  const { box, step } = useFit<HTMLParagraphElement>(`${screen.line} ${screen.trend} ${layoutVersion}`, FIGURES_CLASSES.length - 1, fitsInWidth);
  return (
    <p class={FIGURES_CLASSES[step]} ref={box}>
      <Prose text={screen.line} /> <b>{screen.trend}</b>
    </p>
  );
}

function Chart({ screen, flagLast, moment }: { screen: IncidentScreen; flagLast: boolean; moment: Moment }) {
  const frame = flagLast ? BEFORE_FLAG : AFTER_FLAG;
  const count = screen.bars.length;
  return (
    <div class="chart" role="img" aria-label={screen.spoken}>
      <Drawing width={BESIDE_FLAG} height={HEIGHT} frame={frame} left={flagLast} right={!flagLast}>
        <Hatches hatches={screen.hatches} frame={frame} />
        {screen.bars.map((bar, index) => (
          <BarShape key={index} n={bar.n} foot={0} class={bar.hot ? "hot" : ""} index={index} count={count} scale={screen.scale} frame={frame} />
        ))}
        <UsualLine usual={screen.usual} scale={screen.scale} frame={frame} />
      </Drawing>
      <UsualLabel values={screen.bars.map((b) => b.n)} usual={screen.usual} scale={screen.scale} frame={frame} x={frame.words} />
      <AxisLabels labels={screen.labels} shift={0} frame={frame} safeLeft={frame.words} moment={moment} />
    </div>
  );
}

interface IncidentProps extends PartProps {
  flagLast: boolean;
  /** The index of the voice that is shown. */
  voice: number;
  moment: Moment;
  proof: ComponentChildren;
}

export function Incident(props: IncidentProps) {
  const { screen, layoutVersion, moment } = props;
  const voice = screen.voices[props.voice];
  return (
    <div class={props.flagLast ? "incident flag-last" : "incident"}>
      <Flag screen={screen} layoutVersion={layoutVersion} />
      <div class="story">
        <Title screen={screen} layoutVersion={layoutVersion} />
        <Figures screen={screen} layoutVersion={layoutVersion} />
        <Fade class="incident-voice" scene={String(voice?.id)}>
          {voice && <Hero voice={voice} sizes={INCIDENT_VOICE_SIZES} moment={moment} layoutVersion={layoutVersion} showsPlace={props.voice === 0} />}
        </Fade>
        {props.proof}
      </div>
      <Chart screen={screen} flagLast={props.flagLast} moment={moment} />
    </div>
  );
}
