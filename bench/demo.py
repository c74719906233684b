"""How often the signs of sample posts are right: the program's judgement against what each text was written to say.

    python -m bench.demo [--seeds 1 2 3] [--days 1] [--model-posts 1000] [--errors 20]

Each text of the sample source carries a truth, which was written down with the text and before it was judged. For the
rules alone, and with the language model if it is installed, prints by language: of the mentions shown as positive,
negative and neutral, the share that was meant so, with an interval of 95 % by Wilson's formula that treats mentions as
independent, although posts share sentences; the share shown with the opposite sign of what was meant; and the share
that is called positive or negative. Unscored mentions count as neutral. Half of the days have an incident. The model is
slow, so it judges --model-posts of the posts, evenly spaced. --errors prints that many wrong signs of each kind.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bench._shares import share
from display.cli.dependencies import create_judge
from monitor.encoder import NamedText, SentenceJudge, in_batches, load_sentence_judge
from monitor.errors import EncoderError
from monitor.judging.choice import choose_model
from monitor.judging.names import BrandFinder
from monitor.judging.policy import LanguagePolicy
from monitor.judging.scoring import judge_mention
from monitor.model import Brand, Finding, JudgedPost, MentionToJudge, PostToJudge, Sentiment
from monitor.sources.sample import TruePost, seed_with_incident, true_posts

DAY = datetime(2026, 3, 4, tzinfo=UTC)
BRANDS = (
    Brand("Acme", "acme OR @acmehelp", ours=True, aliases=("acmehelp",)),
    Brand("Globex", "globex OR @globexcare", aliases=("globexcare",)),
    Brand("Initech", "initech"),
)
SIGNS = (Sentiment.POSITIVE, Sentiment.NEGATIVE, Sentiment.NEUTRAL)
BATCH = 16


class Judged(NamedTuple):
    """A mention, what it was written to say, and the sign that is shown."""

    text: str
    brand: str
    lang: str
    truth: Sentiment
    shown: Sentiment


def posts_of(seeds: Iterable[int], days: int) -> list[TruePost]:
    """Posts of these days, and of a day with an incident about Acme for each seed."""
    posts = list[TruePost]()
    for seed in seeds:
        posts += true_posts(seed, DAY - timedelta(days=days), DAY)
        hours = (DAY + timedelta(hours=10), DAY + timedelta(hours=13))
        posts += true_posts(seed_with_incident("Acme", *hours, first_seed=seed * 1_000), DAY, DAY + timedelta(days=1))
    return posts


def by_rules(posts: Sequence[TruePost]) -> Iterator[tuple[TruePost, JudgedPost]]:
    """The posts as the collector judges them."""
    yield from zip(posts, create_judge(BRANDS).judge([one.post for one in posts], DAY), strict=True)


def judged_by_rules(posts: Sequence[TruePost]) -> list[Judged]:
    """The mentions by the rules alone."""
    return [
        _judged(one, finding, finding.score.value) for one, judged in by_rules(posts) for finding in judged.findings
    ]


def judged_with_model(posts: Sequence[TruePost], model: SentenceJudge, policy: LanguagePolicy) -> list[Judged]:
    """The mentions as they are stored when the language model has given its opinion."""
    pairs, finder = list(by_rules(posts)), BrandFinder(BRANDS)
    waiting = [_to_judge(judged) for _, judged in pairs]
    texts = [NamedText(post.body, finder.names(post)) for post in waiting]
    found = list[Judged]()
    for (one, judged), post, opinions in zip(pairs, waiting, in_batches(texts, BATCH, model.judge), strict=True):
        for finding, mention in zip(judged.findings, post.mentions, strict=True):
            result = judge_mention(mention, judged.post.lang, opinions.get(finding.match.brand), policy)
            found.append(_judged(one, finding, result.score))
    return found


def print_figures(judged: Sequence[Judged], title: str) -> None:
    """Print the shares of all mentions and of each language."""
    print(f"\n{title}: {len(judged):,} mentions. Meant so, of those shown, in percent:")
    print(f"{'':10}{'positive':>22}{'negative':>22}{'neutral':>22}{'opposite sign':>16}{'called':>10}")
    counts = Counter(one.lang for one in judged)
    _print_row("all", judged)
    for lang, _ in counts.most_common():
        _print_row(lang, [one for one in judged if one.lang == lang])


def opposite_share(judged: Sequence[Judged]) -> float:
    """Of the mentions meant as positive or negative, the share that is shown with the opposite sign."""
    meant = [one for one in judged if one.truth is not Sentiment.NEUTRAL]
    return sum({one.truth, one.shown} == {*SIGNS[:2]} for one in meant) / max(1, len(meant))


def right_share(judged: Sequence[Judged], shown: Sentiment) -> float:
    """Of the mentions shown with a sign, the share that was meant so."""
    with_sign = [one for one in judged if one.shown is shown]
    return sum(one.truth is shown for one in with_sign) / max(1, len(with_sign))


def print_errors(judged: Sequence[Judged], count: int) -> None:
    """Print mentions whose sign is wrong, without repetitions."""
    rng = random.Random(1)
    for truth in SIGNS:
        for shown in SIGNS:
            rows = sorted({f"{one.brand}: {one.text}" for one in judged if (one.truth, one.shown) == (truth, shown)})
            if truth is not shown and rows:
                print(f"\nmeant as {truth}, shown as {shown}: {len(rows)}")
                for row in rng.sample(rows, min(count, len(rows))):
                    print(f"  {row}")


def _judged(one: TruePost, finding: Finding, score: float | None) -> Judged:
    post, sign = one.post, Sentiment.of(score)
    shown = sign if sign in SIGNS else Sentiment.NEUTRAL
    text = f"{post.title} | {post.text}" if post.title else post.text
    return Judged(text, finding.match.brand, post.lang or "", one.truths[finding.match.brand], shown)


def _to_judge(judged: JudgedPost) -> PostToJudge:
    mentions = tuple(
        MentionToJudge(0, one.match.brand, one.match.spans, one.score.value, one.score.evidence, None)
        for one in judged.findings
    )
    return PostToJudge(0, None, judged.post.body, judged.post.lang, mentions)


def _print_row(name: str, judged: Sequence[Judged]) -> None:
    cells = []
    for sign in SIGNS:
        with_sign = [one for one in judged if one.shown is sign]
        right = sum(one.truth is sign for one in with_sign)
        cells.append(f"{share(right, len(with_sign)) if with_sign else '-':>22}")
    called = sum(one.shown is not Sentiment.NEUTRAL for one in judged) / max(1, len(judged))
    print(f"{name:10}{''.join(cells)}{100 * opposite_share(judged):15.1f}%{100 * called:9.1f}%")


def _measure_model(posts: Sequence[TruePost]) -> list[Judged]:
    """Print the figures with the language model; return its judgements, none if it is not installed."""
    try:
        model = load_sentence_judge()
    except EncoderError as error:
        print(f"\nThe language model is not measured: {error}")
        return []
    print_figures(judged_by_rules(posts), "By the rules alone, fewer posts")
    judged = judged_with_model(posts, model, choose_model().policy)
    print_figures(judged, "With the language model, the same posts")
    return judged


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--days", type=int, default=1, help="days without a planned incident, for each seed")
    parser.add_argument("--model-posts", type=int, default=1_000, help="posts that the model judges, 0 for none")
    parser.add_argument("--errors", type=int, default=0, help="wrong signs to print, of each kind")
    options = parser.parse_args()
    posts = posts_of(options.seeds, options.days)
    judged = judged_by_rules(posts)
    print_figures(judged, "By the rules alone")
    if options.model_posts:
        judged = _measure_model(posts[:: max(1, len(posts) // options.model_posts)]) or judged
    if options.errors:
        print_errors(judged, options.errors)


if __name__ == "__main__":
    main()
