"""The speed of matching 500 saved views against new mentions, compared with matching 500 rules in the same run.

    python -m bench.notifications [--views 500] [--mentions 20000]

Views filter as people do: by brand, sentiment, intent, source, language and site, and half of them search for words as
well. Mentions are generated, with texts of about 110 characters. Rates are mentions per second of CPU time; the best of
five rounds counts. The ratio is the time of the views divided by that of as many rules; the limit is 20,000 mentions a
second.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from time import process_time

from bench.matching import FILLERS, NAMES, generated_texts
from monitor.model import Brand, Choice, Intent, MentionFilter, Post, Sentiment
from monitor.model.notifications import Arrival
from monitor.notifications.matching import ViewMatcher
from monitor.query.matcher import Matcher

ROUNDS = 5
MATCHED_BY_RULES = 2_000
"""Posts that are matched by rules, which takes far longer."""
MIN_RATE = 20_000
START = datetime(2026, 3, 4, 12, tzinfo=UTC)
BRANDS = [name.capitalize() for name in NAMES]
SOURCES = ("Forum", "News", "Reddit", "Bluesky", "Reviews")
LANGUAGES = ("en", "de", "fr", "es")
WORDS = [word for word in (*FILLERS, *NAMES) if word not in ("the", "a", "is", "and", "it's", "for", "my")]
SEARCHES = ("{0} {1}", '"{0} {1}"', "{0} -{1}", "{0}*", "{0} OR {1}", "{0} NEAR/5 {1}", "{0} site:{2}", "lang:en {0}")


def arrivals(count: int) -> list[Arrival]:
    """New mentions; the same in every run."""
    rng = random.Random(2)
    return [_arrival(rng, number, text) for number, text in enumerate(generated_texts(count))]


def views(count: int) -> list[MentionFilter]:
    """Filters of saved views, all different; the same in every run."""
    rng = random.Random(3)
    return [_view(rng, number) for number in range(count)]


def _arrival(rng: random.Random, number: int, text: str) -> Arrival:
    at = START + timedelta(seconds=number)
    host = f"{rng.choice('abcdefgh')}.example"
    post = Post(rng.choice(SOURCES), str(number), text, at, f"author{rng.randrange(900)}", site=host,
                lang=rng.choice(LANGUAGES))  # fmt: skip
    brand = rng.choice(BRANDS)
    sentiment, intent = rng.choice(list(Sentiment)), rng.choice([Intent.NONE, *Intent])
    return Arrival(number, at, post, brand, f"{brand}@1", sentiment, intent=intent)


def _view(rng: random.Random, number: int) -> MentionFilter:
    words = rng.sample(WORDS, 2)
    search = rng.choice(SEARCHES).format(*words, f"{rng.choice('abcdefgh')}.example") if number % 2 else ""
    return MentionFilter(
        q=search,
        brand=Choice(tuple(rng.sample(BRANDS, rng.choice((1, 1, 2))))) if number % 3 else Choice(),
        sentiment=rng.choice((Choice(), Choice(("negative",)), Choice((), ("unscored",)))),
        source=rng.choice((Choice(), Choice((rng.choice(SOURCES),)))),
        intent=rng.choice((Choice(), Choice(), Choice(("cancels", "switching_from")))),
        lang=rng.choice((Choice(), Choice(), Choice(("en", "de")))),
    )


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The CPU time of the best round."""
    best = float("inf")
    for _ in range(rounds):
        started = process_time()
        work()
        best = min(best, process_time() - started)
    return best


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if views are matched more slowly than the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--views", type=int, default=500)
    parser.add_argument("--mentions", type=int, default=20_000)
    chosen = parser.parse_args(arguments)
    found, filters = arrivals(chosen.mentions), views(chosen.views)
    matcher = ViewMatcher(filters)
    matched = sum(map(len, matcher.match(found)))
    by_views = seconds(lambda: matcher.match(found))
    rules = Matcher([Brand(str(n), f.q or f"{WORDS[n % len(WORDS)]} {NAMES[n % len(NAMES)]}") for n, f in
                     enumerate(filters) if not f.q.startswith("-")])  # fmt: skip
    posts = [arrival.post for arrival in found[:MATCHED_BY_RULES]]
    by_rules = seconds(lambda: rules.match(posts), rounds=2) / len(posts) * chosen.mentions
    rate = chosen.mentions / by_views
    print(f"{chosen.views} views selected {matched:,} of {chosen.mentions:,} mentions")
    print(f"views: {rate:,.0f} mentions/s   as many rules: {chosen.mentions / by_rules:,.0f} posts/s")
    print(f"ratio to rules: {by_views / by_rules:.2f}   limit: {MIN_RATE:,} mentions/s")
    return 0 if rate >= MIN_RATE else 1


if __name__ == "__main__":
    sys.exit(main())
