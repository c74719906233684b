"""How often the language model is right: by language, towards a brand, and beside the words in English.

    python -m bench.other_languages [--tweets N]

By language: the validation parts of ``data/umsab``, with 95 % intervals; and the means of both halves, of which one
chose the layers of the encoder and the strength of the head. Order: made-up sentences that praise one of two brands;
one half chose how a text is divided, the other half is reported. English: the airline tweets (--tweets of them, evenly
spaced; default 1,000), by halves of their checksum, with the rules alone and with both. What is missing is left out.
"""

from __future__ import annotations

import argparse
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bench._counts import counts, counts_by_strength
from bench._labelled_texts import LabelledText, load
from bench._opinion_figures import Figures, figures, macro_f1
from bench._shares import HALVES, half_of
from bench._tweets import AIRLINE_TWEETS
from bench._two_brands import BRANDS, SENTENCES, half
from bench._umsab import LANGUAGES, UMSAB, Tweets, tweets
from monitor.encoder import NamedText, SentenceJudge, in_batches, load_sentence_judge
from monitor.errors import EncoderError
from monitor.judging.scoring import english_score, opinion_score
from monitor.model import Opinion, Score, Sentiment, Span
from monitor.quality import Interval, wilson
from monitor.sentiment import BrandScorers

BATCH = 16
CLASSES = ("negative", "neutral", "positive")


def named(text: str, *brands: str) -> NamedText:
    """``text`` with the places of ``brands``, in any case."""
    lower = text.lower()
    return NamedText(text, {brand: _places(lower, brand.lower()) for brand in brands})


def _places(text: str, name: str) -> list[Span]:
    return [Span(at, at + len(name)) for at in range(len(text)) if text.startswith(name, at)] if name else []


def print_languages(judge: SentenceJudge) -> None:
    """A line for each language, and the mean."""
    if not UMSAB.exists():
        return print("data/umsab is missing, so no language is measured.")
    print(f"{'':<18}{'macro-F1':<26}{'wrong sign':<26}{'scored':<26}{'wrong sign, if scored':<26}")
    found, judged = [], []
    for language in LANGUAGES:
        part = tweets(language, "val")
        texts = [NamedText(text, {"": ()}) for text in part.texts]
        opinions = [opinion[""] for opinion in in_batches(texts, BATCH, judge.judge)]
        judged.append((part, opinions))
        one = figures(part.labels, opinions)
        found.append(one)
        print(f"{language:<18}{one.f1!s:<26}{one.wrong_sign!s:<26}{one.scored!s:<26}{one.wrong_sign_scored!s:<26}")
        scores = map(opinion_score, opinions)
        print(f"{'':<18}{counts(zip(scores, [CLASSES[label] for label in part.labels], strict=True))}")
    _print_means("mean", found)
    for number, name in HALVES.items():
        _print_means(f"mean, {name}", [_half_figures(part, opinions, number) for part, opinions in judged])


def _half_figures(part: Tweets, opinions: Sequence[Opinion], number: int) -> Figures:
    chosen = [n for n, text in enumerate(part.texts) if half_of(text) == number]
    return figures(part.labels[chosen], [opinions[n] for n in chosen])


def _print_means(name: str, found: Sequence[Figures]) -> None:
    columns = ((one.f1, one.wrong_sign, one.scored, one.wrong_sign_scored) for one in found)
    means = np.array([[figure.value for figure in row] for row in columns]).mean(0)
    print(f"{name:<18}" + "".join(f"{mean:<26.3f}" for mean in means))


class _Praise(NamedTuple):
    language: str
    half: int
    in_order: bool


def print_order(judge: SentenceJudge) -> None:
    """How often the brand that is praised gets the higher balance."""
    found = [praise for language in SENTENCES for praise in _praises(judge, language)]
    for number, name in ((0, "the half that chose"), (1, "the other half")):
        print(f"order, {name}: {_share([one for one in found if one.half == number])}")
    for language in SENTENCES:
        print(f"  {language}  {_share([one for one in found if one.language == language])}")


def _praises(judge: SentenceJudge, language: str) -> list[_Praise]:
    cases = [
        (pattern, good, bad) for pattern in SENTENCES[language] for pair in BRANDS for good, bad in (pair, pair[::-1])
    ]
    texts = [named(pattern.format(good=good, bad=bad), good, bad) for pattern, good, bad in cases]
    opinions = in_batches(texts, BATCH, judge.judge)
    return [
        _Praise(language, half(pattern), opinion[good].balance > opinion[bad].balance)
        for (pattern, good, bad), opinion in zip(cases, opinions, strict=True)
    ]


def _share(praises: Sequence[_Praise]) -> Interval:
    return wilson(sum(one.in_order for one in praises), len(praises))


def print_english(judge: SentenceJudge, count: int) -> None:
    """The airline tweets by the rules alone and with the second opinion."""
    if not AIRLINE_TWEETS.exists():
        return print("The airline tweets are missing, so English beside the words is not measured.")
    texts = load(None, {})
    texts = texts[:: max(1, len(texts) // count)]
    scorers = BrandScorers()
    words = [scorers.score(one.text, one.brand, one.aliases, "en") for one in texts]
    opinions = in_batches([_named_tweet(one) for one in texts], BATCH, judge.judge)
    both = [
        Score(english_score(score.value, opinion[one.brand], score.evidence))
        for one, score, opinion in zip(texts, words, opinions, strict=True)
    ]
    for number in (0, 1):
        chosen = [n for n, one in enumerate(texts) if zlib.crc32(one.text.encode()) % 2 == number]
        for name, scores in (("words", words), ("both", both)):
            print(f"airline tweets, half {number}, {name:<6}{_english_line(texts, scores, chosen)}")
            print("  " + counts_by_strength((scores[n].value, texts[n].label) for n in chosen))


def _named_tweet(one: LabelledText) -> NamedText:
    places = [place for name in (one.brand, *one.aliases) for place in _places(one.text.lower(), name.lower())]
    return NamedText(one.text, {one.brand: places})


def _english_line(texts: Sequence[LabelledText], scores: Sequence[Score], chosen: Sequence[int]) -> str:
    shown = [str(Sentiment.of(scores[n].value)).replace("unscored", "neutral") for n in chosen]
    labels = [texts[n].label for n in chosen]
    f1 = macro_f1(np.array([*map(CLASSES.index, labels)]), np.array([*map(CLASSES.index, shown)]))
    pairs = Counter(zip(shown, labels, strict=True))
    parts = [("positive", "positive"), ("positive", "negative"), ("negative", "negative"), ("neutral", "negative")]
    of = ", ".join(f"of shown {seen} {label} {wilson(pairs[seen, label], shown.count(seen))}" for seen, label in parts)
    called = 1 - shown.count("neutral") / len(shown)
    return f" F1 {f1:.3f}, {of}; called positive or negative {called:.2f}"


def main() -> None:
    """Print everything that can be measured here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tweets", type=int, default=1_000, help="airline tweets to judge")
    args = parser.parse_args()
    try:
        judge = load_sentence_judge()
    except EncoderError as error:
        return print(f"Nothing is measured: {error}")
    print_languages(judge)
    print_order(judge)
    print_english(judge, args.tweets)


if __name__ == "__main__":
    main()
