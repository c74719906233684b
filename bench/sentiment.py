"""How often scores towards a brand are right on labelled texts: one half chose the rules, the other measures them.

    python -m bench.sentiment [FILE] [--map text=text,brand=airline,label=airline_sentiment] [--samples 400]

FILE is CSV or JSON Lines with a text, a brand, a label (negative, neutral, positive or a number) and optional aliases;
--map names the columns, which are otherwise guessed from common names. Without FILE: the airline tweets (where these
are missing, generated ones, on which only the speed means something), English tweets of SemEval-2017 task 4 with labels
for the whole text, and our own sentences by kind. The halves are chosen by a checksum of the text, so that a text is
always in the same half. All texts are treated as English.

For each half: the share of texts shown with each sign and what people said of them, with an interval of 95 % by
resampling the texts; F1 (mean of the three classes); flips (labelled positive or negative, and given the opposite
sign); order (of two brands in one text that are labelled differently, how often the better one scores higher). The
last lines compare the CPU time with that of VADER on the whole text.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bench._counts import counts, counts_by_strength
from bench._labelled_texts import (
    CLASSES,
    SENTENCE_BRANDS,
    LabelledText,
    load,
    load_cause_sentences,
    load_semeval,
    load_sentences,
    order_pairs,
)
from monitor.model import Brand, Sentiment
from monitor.sentiment import BrandScorers, Scorer

VADER_NEUTRAL_BELOW = 0.05
"""The threshold that VADER's authors recommend."""
HALVES = {0: "half that chose the rules", 1: "half that measures them"}
SHOWN_ORDER = ("positive", "negative", "neutral")


class Judged(NamedTuple):
    """A labelled text with the score that it got; None is unscored."""

    text: LabelledText
    score: float | None

    @property
    def shown(self) -> str:
        """The sign as a page shows it; unscored texts count as neutral."""
        sentiment = str(Sentiment.of(self.score))
        return sentiment if sentiment in CLASSES else "neutral"


def macro_f1(labels: Sequence[str], predictions: Sequence[str]) -> float:
    """Mean F1 of the three classes."""
    pairs = Counter(zip(labels, predictions, strict=True))
    total = 0.0
    for name in CLASSES:
        hits = pairs[name, name]
        wrong = sum(n for (label, prediction), n in pairs.items() if (label == name) != (prediction == name))
        total += 2 * hits / (2 * hits + wrong) if hits else 0.0
    return total / len(CLASSES)


def wrong_sign_share(labels: Sequence[str], predictions: Sequence[str]) -> float:
    """Share of the texts labelled positive or negative that got the opposite sign."""
    opinions = [
        (label, prediction) for label, prediction in zip(labels, predictions, strict=True) if label != "neutral"
    ]
    wrong = sum(prediction not in (label, "neutral") for label, prediction in opinions)
    return wrong / len(opinions) if opinions else 0.0


def right_order_share(judged: Sequence[Judged]) -> float | None:
    """How often the better of two brands in one text scores higher, ties as half; None without such texts."""
    scores = {(one.text.text, one.text.brand): one.score or 0.0 for one in judged}
    pairs = order_pairs([one.text for one in judged])
    if not pairs:
        return None
    total = 0.0
    for better, worse in pairs:
        difference = scores[better.text, better.brand] - scores[worse.text, worse.brand]
        total += 0.5 if difference == 0 else float(difference > 0)
    return total / len(pairs)


def shown_share(judged: Sequence[Judged], shown: str) -> float:
    """Share of the texts that are shown with the sign ``shown``."""
    return sum(one.shown == shown for one in judged) / len(judged) if judged else 0.0


def label_share(judged: Sequence[Judged], shown: str, label: str) -> float:
    """Share of ``label`` among the texts shown with the sign ``shown``."""
    labels = [one.text.label for one in judged if one.shown == shown]
    return labels.count(label) / len(labels) if labels else 0.0


def interval(
    judged: Sequence[Judged], measure: Callable[[Sequence[Judged]], float], samples: int
) -> tuple[float, float]:
    """The middle 95 % of ``measure`` over ``samples`` resamplings of the texts."""
    rng = random.Random(7)
    values = sorted(measure(rng.choices(judged, k=len(judged))) for _ in range(samples))
    return values[int(0.025 * samples)], values[min(samples - 1, int(0.975 * samples))]


def judge(texts: Sequence[LabelledText]) -> list[Judged]:
    """Score each text towards its brand, with one scorer per brand, as ``wallflower score`` does."""
    scorers = BrandScorers()
    return [Judged(one, scorers.score(one.text, one.brand, one.aliases, "en").value) for one in texts]


def judge_sentences(texts: Sequence[LabelledText]) -> list[Judged]:
    """Score our own sentences with one scorer that knows all their brands, as a run does."""
    scorer = Scorer([Brand(name, name, aliases=(f"@{name.lower()}",)) for name in SENTENCE_BRANDS])
    judged = []
    for one in texts:
        named = [name for name in SENTENCE_BRANDS if name.lower() in one.text.lower()]
        judged.append(Judged(one, scorer.score(one.text, named, "en")[one.brand].value))
    return judged


def print_halves(title: str, judged: Sequence[Judged], samples: int) -> None:
    """Print what is shown, and what people said of it, for both halves."""
    if not judged:
        return
    print(f"\n{title}: {len(judged):,} labelled texts")
    for half, name in HALVES.items():
        part = [one for one in judged if one.text.half == half]
        if part:
            print(f"  {name}, {len(part):,}")
            _print_half(part, samples)


def _print_half(judged: Sequence[Judged], samples: int) -> None:
    for shown in SHOWN_ORDER:
        shares = []
        for label in SHOWN_ORDER:
            share = label_share(judged, shown, label)
            low, high = interval(judged, lambda part, s=shown, n=label: label_share(part, s, n), samples)  # type: ignore[misc]
            shares.append(f"{label} {share:5.1%} ({low:.1%} to {high:.1%})")
        print(f"    shown {shown:<9}{shown_share(judged, shown):>6.1%} of all: {'  '.join(shares)}")
    pairs = [(one.score, one.text.label) for one in judged]
    print(f"    {counts(pairs)}\n    {counts_by_strength(pairs)}")
    labels, predictions = [one.text.label for one in judged], [one.shown for one in judged]
    order = right_order_share(judged)
    low, high = interval(judged, lambda part: macro_f1([j.text.label for j in part], [j.shown for j in part]), samples)
    print(
        f"    F1 {macro_f1(labels, predictions):.3f} ({low:.3f} to {high:.3f})   flips "
        f"{wrong_sign_share(labels, predictions):.3f}   order {'-' if order is None else f'{order:.3f}'}   "
        f"shown positive or negative {1 - shown_share(judged, 'neutral'):.1%}"
    )


def print_kinds(judged: Sequence[Judged]) -> None:
    """Print how many of our own sentences of each kind get the right sign, in both halves."""
    print("    right signs by kind (choosing half, measuring half):")
    for kind in dict.fromkeys(one.text.kind for one in judged):
        counts = []
        for half in HALVES:
            part = [one for one in judged if one.text.kind == kind and one.text.half == half]
            counts.append(f"{sum(one.shown == one.text.label for one in part)}/{len(part)}")
        print(f"      {kind:<12}{counts[0]:>8}{counts[1]:>8}")


def print_speed(texts: Sequence[LabelledText]) -> None:
    """Print the CPU time of both, each with an empty vocabulary."""
    vader, scorers = SentimentIntensityAnalyzer(), BrandScorers()
    theirs = _cpu_time(lambda: [vader.polarity_scores(one.text) for one in texts])
    ours = _cpu_time(lambda: [scorers.score(one.text, one.brand, one.aliases, "en") for one in texts])
    print(f"\n{len(texts) / ours:,.0f} texts/s; VADER on the whole text {len(texts) / theirs:,.0f} texts/s")
    print(f"ratio of our CPU time to VADER's: {ours / theirs:.2f}")


def _cpu_time(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def print_vader(texts: Sequence[LabelledText]) -> None:
    """Print the accuracy of VADER on the whole text, without regard to the brand."""
    vader = SentimentIntensityAnalyzer()
    labels, predictions = [one.label for one in texts], []
    for one in texts:
        compound = vader.polarity_scores(one.text)["compound"]
        is_neutral = abs(compound) < VADER_NEUTRAL_BELOW
        predictions.append("neutral" if is_neutral else "positive" if compound > 0 else "negative")
    f1, flips = macro_f1(labels, predictions), wrong_sign_share(labels, predictions)
    print(f"  VADER on the whole text, both halves: F1 {f1:.3f}   flips {flips:.3f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--map", default="", help="text=COLUMN,brand=COLUMN,label=COLUMN,aliases=COLUMN")
    parser.add_argument("--samples", type=int, default=400, help="resamplings for the intervals")
    args = parser.parse_args()
    texts = load(args.file, dict(pair.split("=", 1) for pair in args.map.split(",") if pair))
    print_halves(str(args.file or "Airline tweets"), judge(texts), args.samples)
    print_vader(texts)
    if not args.file:
        print_halves("SemEval-2017 tweets, labels for the whole text", judge(load_semeval()), args.samples)
        for title, sentences in (
            ("Our own sentences", load_sentences()),
            ("Our own sentences by cause of wrong signs", load_cause_sentences()),
        ):
            judged = judge_sentences(sentences)
            print_halves(title, judged, args.samples)
            print_kinds(judged)
    print_speed(texts)


if __name__ == "__main__":
    main()
