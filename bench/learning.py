"""How much is learnt from people's answers, how often by mistake, and from how many.

    python -m bench.learning [--runs 40] [--opinions 1500]

The answers are the labels of airline tweets, in random order. Constants were chosen on one half of the tweets; all
figures are of the other half, which is divided again: one part has the answers, the other measures. As in a run, it is
learnt from 100 answers, then again after each fifth more, up to MAX_ANSWERS.

- by mistake: the share of runs in which scores are adjusted at any time, if answers are unrelated to the scores (the
  labels in random order), and if they agree with the scores except for a random fifth
- a real error: in 8 % of the posts, the customers of a brand say "sick" as praise. After how many answers scores are
  adjusted, and how many more are right then, on tweets that were not learnt from
- the tweets as they are: the same, with the words alone, and where the extra is installed, with the language model
  (--opinions tweets, which takes about a minute for each 5,000)
- corrections: what happens if people correct what is wrong and these corrections are learnt from

Prints nothing but a reason where the tweets are missing. Takes about ten minutes.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from bench._labelled_texts import AIRLINE_ALIASES
from bench._shares import REPORTED, half_of, share
from bench._tweets import AIRLINE_TWEETS, airline_tweets
from monitor.encoder import NamedText, find_weights, load_sentence_judge
from monitor.errors import EncoderError
from monitor.judging.names import BrandFinder
from monitor.judging.scoring import english_score
from monitor.learning import MIN_ANSWERS, Label, learn, score_parts
from monitor.learning.decision import GROWTH
from monitor.learning.fitting import fit
from monitor.learning.validation import adjusted_sentiment
from monitor.model import (
    Brand,
    Evidence,
    LearningResult,
    Offset,
    Opinion,
    PostToJudge,
    Sentiment,
    WordWeight,
)
from monitor.sentiment import BrandScorers, score_from_weights

MAX_ANSWERS = 500
SLANG_SHARE, SLANG_WEIGHT, SLANG_RIGHT = 0.08, -2.7, 0.9
"""The share of posts with "sick", its weight, and how often it is praise in them."""
BATCH = 32
CORRECTION_RUNS = 20
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Change = Callable[[Sequence[Label], random.Random], list[Label]]


class Tweet(NamedTuple):
    """A labelled tweet, scored by its words."""

    text: str
    brand: str
    author: str
    answer: Sentiment
    words: float
    evidence: Evidence


def scored_tweets() -> list[Tweet]:
    """The tweets of the half that measures; those that are unscored are left out."""
    scorers, found = BrandScorers(), []
    for row in airline_tweets():
        text, brand = row["text"], row["airline"]
        score = scorers.score(text, brand, AIRLINE_ALIASES[brand], "en")
        if half_of(text) == REPORTED and score.value is not None:
            answer = Sentiment(row["airline_sentiment"])
            found.append(Tweet(text, brand, row["name"], answer, score.value, score.evidence))
    return found


def label_of_tweet(tweet: Tweet, opinion: Opinion | None = None) -> Label:
    """The tweet as an answer."""
    scored = tweet.words if opinion is None else english_score(tweet.words, opinion, tweet.evidence)
    plain = round(scored or 0.0, 3)
    parts = score_parts(plain, tweet.brand, tweet.evidence, tweet.text, "en", opinion)
    return Label(plain, tweet.answer, parts, (f"author {tweet.author}", f"post {tweet.text}"))


def opinions_of(tweets: Sequence[Tweet]) -> list[Opinion | None]:
    """What the language model makes of them. Raises EncoderError if it is not installed."""
    find_weights(None)
    judge = load_sentence_judge(None)
    finder = BrandFinder([Brand(name, name, aliases=aliases) for name, aliases in AIRLINE_ALIASES.items()])
    found: list[Opinion | None] = []
    for first in range(0, len(tweets), BATCH):
        batch = tweets[first : first + BATCH]
        texts = [NamedText(one.text, finder.names(PostToJudge(0, None, one.text, "en", ()))) for one in batch]
        found += [given.get(one.brand) for one, given in zip(batch, judge.judge(texts), strict=True)]
    return found


# What the answers are like


def unrelated(labels: Sequence[Label], rng: random.Random) -> list[Label]:
    """The answers in random order."""
    answers = [label.answer for label in labels]
    rng.shuffle(answers)
    return [replace(label, answer=answer) for label, answer in zip(labels, answers, strict=True)]


def agreeing(labels: Sequence[Label], rng: random.Random) -> list[Label]:
    """What the program says, except for a random fifth."""
    kinds = [Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE]
    said = [rng.choice(kinds) if rng.random() < 0.2 else Sentiment.of(label.plain) for label in labels]
    return [replace(label, answer=answer) for label, answer in zip(labels, said, strict=True)]


def with_slang(labels: Sequence[Label], rng: random.Random) -> list[Label]:
    """Some posts replaced by ones that say "sick"."""
    plain = round(score_from_weights([SLANG_WEIGHT]), 3)
    parts = score_parts(plain, "United", Evidence(words=(WordWeight(0, 4, SLANG_WEIGHT),)), "sick", "en", None)
    changed = []
    for label in labels:
        if rng.random() < SLANG_SHARE:
            answer = Sentiment.POSITIVE if rng.random() < SLANG_RIGHT else Sentiment.NEGATIVE
            label = replace(label, plain=plain, parts=parts, answer=answer)
        changed.append(label)
    return changed


def unchanged(labels: Sequence[Label], _: random.Random) -> list[Label]:
    """The answers as they are."""
    return list(labels)


# Runs


class Run(NamedTuple):
    """One order of the answers."""

    first: int | None
    """After how many answers scores are adjusted; None: never."""
    right_before: int
    right_after: int
    """Of ``measured``, at the end."""
    measured: int


def sizes() -> Iterator[int]:
    """The numbers of answers from which it is learnt."""
    size = float(MIN_ANSWERS)
    while size <= MAX_ANSWERS:
        yield int(size)
        size *= GROWTH


def run(labels: Sequence[Label], change: Change, seed: int) -> Run:
    """Learn as answers come, then measure on the other labels."""
    rng = random.Random(seed)
    shuffled = change(rng.sample(labels, len(labels)), rng)
    result, first = LearningResult(), None
    for size in sizes():
        result = learn(shuffled[:size], result, NOW)
        first = size if first is None and result.offset is not None else first
    return Run(first, *right(shuffled[MAX_ANSWERS:], result.offset))


def right(labels: Sequence[Label], offset: Offset | None) -> tuple[int, int, int]:
    """How many labels are right without and with the offset, and how many there are."""
    before = sum(label.is_right for label in labels)
    if offset is None:
        return before, before, len(labels)
    return before, sum(adjusted_sentiment(label, offset) is label.answer for label in labels), len(labels)


def print_runs(title: str, labels: Sequence[Label], change: Change, runs: int) -> None:
    """Print in how many runs scores were adjusted, when, and what came of it."""
    found = [run(labels, change, seed) for seed in range(runs)]
    adjusted = [one for one in found if one.first is not None]
    print(f"{title}\n  adjusted in {len(adjusted)} of {runs} runs: {share(len(adjusted), runs)} %")
    if not adjusted:
        return
    first = sorted(one.first for one in adjusted if one.first is not None)
    print(f"  after {statistics.median(first):.0f} answers (median), {first[int(0.9 * len(first))]} (nine of ten)")
    gains = [100 * (one.right_after - one.right_before) / one.measured for one in adjusted]
    one = adjusted[0]
    print(f"  on unseen posts: {statistics.mean(gains):+.1f} of 100 more are right (worst run {min(gains):+.1f})")
    print(f"  for example {share(one.right_before, one.measured)} before, {share(one.right_after, one.measured)} after")


def print_corrections(labels: Sequence[Label], checks: int, corrections: int) -> None:
    """Print how many are right on unseen tweets if it is learnt from these answers, whether it is better or not."""
    shares: dict[str, list[float]] = {}
    for seed in range(CORRECTION_RUNS):
        shuffled = random.Random(seed).sample(labels, len(labels))
        learnt, unseen = shuffled[: len(shuffled) // 2], shuffled[len(shuffled) // 2 :]
        checked = learnt[:checks]
        wrong = [replace(one, is_random=False) for one in learnt[checks:] if not one.is_right][:corrections]
        believed = [replace(one, is_random=True) for one in wrong]
        for name, offset in {
            "not adjusted": None,
            f"{checks} answers at random": fit(checked, uses_opinions=False),
            "and the corrections, weighted": fit([*checked, *wrong], uses_opinions=False),
            "and the corrections, as if at random": fit([*checked, *believed], uses_opinions=False),
            "the corrections alone, as if at random": fit(believed, uses_opinions=False),
        }.items():
            _, after, n = right(unseen, offset)
            shares.setdefault(name, []).append(100 * after / n)
    title = f"Corrections: {corrections} wrong scores of the tweets as they are"
    print(f"{title}; right of 100 unseen posts, as a mean of {CORRECTION_RUNS} runs")
    print("(and in the worst), whether that would be used or not")
    for name, found in shares.items():
        print(f"  {name:<40}{statistics.mean(found):5.1f} ({min(found):.1f})")


def print_opinions(tweets: Sequence[Tweet], count: int, runs: int) -> None:
    """The tweets as they are, with the language model."""
    sample = random.Random(3).sample(tweets, min(len(tweets), count))
    try:
        opinions = opinions_of(sample)
    except EncoderError as error:
        print(f"With the language model: not measured. {error}")
        return
    labels = [label_of_tweet(one, given) for one, given in zip(sample, opinions, strict=True) if given is not None]
    print_runs(f"The tweets as they are, with the language model ({len(labels):,} tweets)", labels, unchanged, runs)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--opinions", type=int, default=1_500, metavar="TWEETS", help="0: without the language model")
    arguments = parser.parse_args()
    if not AIRLINE_TWEETS.exists():
        print(f"Nothing is measured: the airline tweets are missing ({AIRLINE_TWEETS.name}).")
        return
    tweets = scored_tweets()
    labels = [label_of_tweet(one) for one in tweets]
    print(f"{len(labels):,} tweets of the half on which nothing was chosen; intervals of 95 %\n")
    print_runs("By mistake: answers unrelated to the scores", labels, unrelated, arguments.runs)
    print_runs("By mistake: answers that agree, except for a random fifth", labels, agreeing, arguments.runs)
    print_runs('A real error: "sick" as praise in 8 % of the posts', labels, with_slang, arguments.runs)
    print_runs("The tweets as they are, with words alone", labels, unchanged, arguments.runs)
    if arguments.opinions:
        print_opinions(tweets, arguments.opinions, arguments.runs)
    print_corrections(labels, 200, 200)


if __name__ == "__main__":
    main()
