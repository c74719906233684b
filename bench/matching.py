"""The speed of matching 20 rules, compared with one regular expression per rule in the same run.

    python -m bench.matching [FILE]

FILE is a CSV with a column "text"; without it 10,000 posts are generated. Rates are posts per second of CPU time, which
other work on the machine disturbs less; the best of five rounds counts. The ratio is Wallflower's time per post divided
by that of the regular expressions.
"""

from __future__ import annotations

import csv
import random
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import process_time

from monitor.model import Brand, Post
from monitor.query.matcher import Matcher

NAMES = ["acme", "globex", "initech", "umbrella", "hooli", "stark", "wayne", "wonka", "soylent", "tyrell"]
AIRLINES = ["united", "southwestair", "jetblue", "usairways", "americanair", "virginamerica"]
FILLERS = [
    "the",
    "a",
    "my",
    "phone",
    "is",
    "late",
    "again",
    "and",
    "nobody",
    "answers",
    "thanks",
    "for",
    "great",
    "it's",
]
ROUNDS = 5


def rules(names: Sequence[str]) -> list[str]:
    """Twenty rules of seven kinds about ``names``."""
    kinds = [
        "{0} OR @{0}help",
        "@{0}",
        "={1} -jobs",
        '{0} NEAR/5 (refund* OR "money back")',
        '#{0} OR "{0} corp"',
        "{0} (late OR broken) -thanks",
        "{0}* lang:en",
    ]
    picked = [(kinds[i % len(kinds)], names[i % len(names)]) for i in range(20)]
    return [kind.format(name, name.capitalize()) for kind, name in picked]


def generated_texts(count: int) -> list[str]:
    """Texts of about 110 characters, one in three about a brand; the same in every run."""
    rng = random.Random(1)
    return [_sentence(rng) for _ in range(count)]


def _sentence(rng: random.Random) -> str:
    words = rng.choices(FILLERS, k=rng.randint(10, 25))
    if rng.random() < 0.33:
        name = rng.choice(NAMES)
        words.insert(rng.randrange(len(words)), rng.choice([name, name.capitalize(), f"@{name}help", f"#{name}"]))
    if rng.random() < 0.1:
        words.append(rng.choice(["refund!", "money back", "caf\u00e9 \U0001f600", "\u65b0\u8eca"]))
    return " ".join(words)


def match_regexes(names: Sequence[str], posts: Sequence[Post]) -> int:
    """Search a compiled expression per rule in each text. It supports neither NEAR nor NOT nor fields."""
    patterns = [re.compile(rf"\b{names[i % len(names)]}", re.IGNORECASE) for i in range(20)]
    return sum(1 for post in posts for pattern in patterns if pattern.search(post.text))


def seconds(run: Callable[[], object]) -> float:
    """CPU seconds of the shortest of ROUNDS runs."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = process_time()
        run()
        best = min(best, process_time() - start)
    return best


def match_batches(matcher: Matcher, posts: Sequence[Post], size: int) -> int:
    """The number of matches in ``posts``, matched in batches of ``size``."""
    found = 0
    for start in range(0, len(posts), size):
        found += sum(map(len, matcher.match(posts[start : start + size])))
    return found


def main(path: str | None = None) -> None:
    """Print rates and ratios."""
    names, texts = NAMES, generated_texts(10_000)
    if path:
        with open(path, encoding="utf-8", newline="") as file:
            names, texts = AIRLINES, [row["text"] for row in csv.DictReader(file)]
    now = datetime.now(UTC)
    posts = [Post("bench", str(i), text, now, lang="en") for i, text in enumerate(texts)]
    matcher = Matcher([Brand(f"Brand {i}", rule) for i, rule in enumerate(rules(names))])
    matches = match_batches(matcher, posts, 1000) / len(posts)
    print(f"{len(posts):,} posts, 20 rules, {matches:.2f} matches per post, with spans")
    reference = seconds(lambda: match_regexes(names, posts))
    print(f"{'a regular expression per rule':<30} {len(posts) / reference:>9,.0f} posts/s")
    for size in (1, 100, 1000):
        some = posts[:300] if size == 1 else posts
        ours = seconds(lambda size=size, some=some: match_batches(matcher, some, size)) / len(some)  # type: ignore[misc]
        print(f"{f'batches of {size:,}':<30} {1 / ours:>9,.0f} posts/s   ratio {ours * len(posts) / reference:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
