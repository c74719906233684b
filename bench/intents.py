"""How well intents are found: precision and recall on made-up posts, and precision on the airline tweets.

    python -m bench.intents

The made-up posts are ``tests/data/intents.tsv`` and ``intents_indirect.tsv``, in four languages. Rules were written
with one half of them in view (half 0); the figure is that of the other half. Rules and posts were written by the same
hand, and many posts of one half are said in another language in the other, so expect less on posts of strangers. The
indirect posts avoid the usual words on purpose; one in five was found when they were new to the rules. An intent that
people may disagree on counts neither as found nor as missed. The airline tweets have a label for their sentiment only:
a complaint counts as right in a negative tweet, praise in a positive one. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import math
import time
from collections import Counter

from bench._tweets import AIRLINE_HANDLES, airline_tweets
from monitor.intent import IntentFinder, load_intent_rules
from monitor.model import Brand, Intent
from monitor.sentiment import Scorer
from tests.labelled_intents import FILE, INDIRECT_FILE, Tally, half_of, labelled_posts, tallies

EXPECTED_LABELS = {Intent.COMPLAINT: "negative", Intent.PRAISE: "positive"}


def interval(right: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of ``right`` of ``n``."""
    if not n:
        return 0.0, 1.0
    z, share = 1.96, right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), middle + half


def print_made_up() -> None:
    for path, kind in ((FILE, "made-up posts"), (INDIRECT_FILE, "indirect made-up posts")):
        posts = labelled_posts(path)
        for half, use in ((0, "rules were written with it in view"), (1, "only for figures")):
            chosen = [post for post in posts if post.half == half]
            print(f"\nHalf {half}, {len(chosen)} {kind} ({use})")
            print(f"{'intent':<16}{'precision':>10}{'95 %':>14}{'recall':>8}{'95 %':>14}{'found':>7}{'there':>7}")
            for name, tally in tallies(chosen).items():
                print(_line(name, tally))


def _line(name: str, tally: Tally) -> str:
    shares = "".join(
        f"{tally.right / max(n, 1):>{width}.2f}{'{:.2f} to {:.2f}'.format(*interval(tally.right, n)):>14}"
        for n, width in ((tally.found, 10), (tally.present, 8))
    )
    return f"{name:<16}{shares}{tally.found:>7}{tally.present:>7}"


def print_tweets() -> None:
    rows = {row["text"]: row for row in airline_tweets()}.values()
    brands = [Brand(name, name, aliases=(handle.lstrip("@"),)) for name, handle in AIRLINE_HANDLES.items()]
    finder, scorer = IntentFinder(load_intent_rules(), brands), Scorer(brands)
    found = Counter[tuple[int, Intent, str]]()
    labels = Counter[tuple[int, str]]()
    seconds = scoring = 0.0
    for row in rows:
        text, brand, half = row["text"], row["airline"], half_of(row["text"])
        start = time.process_time()
        scores = scorer.score(text, [brand], "en")
        middle = time.process_time()
        phrases = finder.find(text, 0, "en", {brand: ()}, scores).get(brand, ())
        seconds, scoring = seconds + time.process_time() - middle, scoring + middle - start
        labels[half, row["airline_sentiment"]] += 1
        found.update((half, phrase.intent, row["airline_sentiment"]) for phrase in phrases)
    for half in (0, 1):
        print(f"\nAirline tweets, half {half}")
        for intent, label in EXPECTED_LABELS.items():
            right = found[half, intent, label]
            n = sum(count for (h, i, _), count in found.items() if (h, i) == (half, intent))
            low, high = interval(right, n)
            share = right / max(labels[half, label], 1)
            name = str(intent.name).lower()
            print(f"{name}: {right} of {n} are {label} ({low:.2f} to {high:.2f}); {share:.0%} of the {label} ones")
    print(f"\nCPU time: {seconds / max(scoring, 1e-9):.2f} times that of scoring the sentiment")


def main() -> None:
    print_made_up()
    print_tweets()


if __name__ == "__main__":
    main()
