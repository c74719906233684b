"""The cost of the store: saving, every query with 26 filters, what a wall reads, opening, and bytes per mention.

    python -m bench.store [MENTIONS] [--folder FOLDER]

Generates MENTIONS (100,000 by default): six brands of which one has 45 %, fourteen sources, two years, about 170
characters, 11 % of the posts with two brands. With --folder the database is kept there. The figures are absolute; to
compare two versions, run both on an idle machine. The ratio is the time of a query with the slowest filter divided by
its time with the median one.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.clock import Clock
from monitor.model import (
    Brand,
    Choice,
    Evidence,
    Finding,
    Intent,
    IntentPhrase,
    JudgedPost,
    ListPosition,
    Match,
    MentionFilter,
    Order,
    Post,
    Score,
    Span,
    WordWeight,
)
from monitor.store import Store, open_store
from monitor.text.near_duplicates import signatures

END = datetime(2026, 11, 1, tzinfo=UTC)
START = END - timedelta(days=730)
BRANDS = tuple(Brand(name, name.lower()) for name in ("Acme", "Globex", "Initech", "Hooli", "Umbrella", "Stark"))
WEIGHTS = (45, 20, 15, 10, 6, 4)
SOURCES = tuple(f"Source {n}" for n in range(14))
LANGS = ("en", "en", "en", "en", "de", "fr", "ja", None)
STEMS = tuple(
    re.findall(
        r"\w+",
        """the flight was delay late seat refund cancel bag lost crew nice staff help phone hold hour wait gate thank
        book price ticket change app login broken love hate never again best worst airport weather connection customer
        service money back call answer email week month contract""",
    )
)
WORDS = [stem + end for stem in STEMS for end in ("", "s", "ed", "ing", "er")]
INTENTS: tuple[tuple[IntentPhrase, ...], ...] = ((),) * 8 + (
    (IntentPhrase(Intent.COMPLAINT, 0, 4),),
    (IntentPhrase(Intent.RECOMMENDATION, 0, 4), IntentPhrase(Intent.SWITCHING_FROM, 5, 9)),
)


def judged_posts(mentions: int, seed: int = 1) -> Iterator[JudgedPost]:
    """Posts with findings, oldest first, with about ``mentions`` mentions in total."""
    rng = random.Random(seed)
    posts = round(mentions / 1.11)
    for number in range(posts):
        at = START + (END - START) * (number / posts)
        words = rng.choices(WORDS, k=24) + rng.choices(STEMS, cum_weights=range(1, len(STEMS) + 1), k=4)
        brands = list(dict.fromkeys(rng.choices(BRANDS, WEIGHTS, k=1 + (rng.random() < 0.15))))
        text = f"{brands[0].name} {' '.join(words)}" + (" 新車の納期" if number % 50 == 0 else "")
        late = timedelta(days=rng.choice((0, 0, 0, 0, 0, 0, 0, 1, 30)) * rng.random(), seconds=60)
        author, site = f"user{rng.randrange(50_000)}", f"site{number % 40}.example"
        post = Post(rng.choice(SOURCES), str(number), text, at - late, author, site=site, lang=rng.choice(LANGS))
        post = replace(post, url=f"https://{site}/{number}")
        yield JudgedPost(post, tuple(_finding(rng, brand, text) for brand in brands), b"")


def _finding(rng: random.Random, brand: Brand, text: str) -> Finding:
    score = rng.choice((None, round(rng.uniform(-1, 1), 3), 0.0, round(rng.uniform(-1, 1), 3)))
    evidence = Evidence((Span(0, len(text)),), (WordWeight(10, 14, 1.9), WordWeight(20, 26, -2.1)) if score else ())
    return Finding(Match(brand.name, brand.rule, (Span(0, 4),)), Score(score, evidence), rng.choice(INTENTS))


def filters() -> dict[str, MentionFilter]:
    """Common filters, and the most expensive ones we know."""
    week, year = END - timedelta(days=7), END - timedelta(days=365)
    month_ago = (END - timedelta(days=60), END - timedelta(days=30))
    acme, german, negative = Choice(("Acme",)), Choice(("de",)), Choice(("negative",))
    return {
        "everything": MentionFilter(),
        "last week": MentionFilter(since=week),
        "a past month": MentionFilter(since=month_ago[0], until=month_ago[1]),
        "an hour a year ago": MentionFilter(since=year, until=year + timedelta(hours=1)),
        "one brand": MentionFilter(brand=acme),
        "one brand, last week": MentionFilter(brand=acme, since=week),
        "not one brand": MentionFilter(brand=Choice(exclude=("Acme",))),
        "rare brand, negative": MentionFilter(brand=Choice(("Stark",)), sentiment=negative),
        "brand, German, negative, year": MentionFilter(brand=acme, lang=german, sentiment=negative, since=year),
        "four sources, unscored": MentionFilter(source=Choice(SOURCES[:4]), sentiment=Choice(("unscored",))),
        "leaves or asks": MentionFilter(intent=Choice(("switching_from", "recommendation"))),
        "hidden": MentionFilter(state=Choice(("hidden",))),
        "one author": MentionFilter(author=Choice(("user77",))),
        "one site": MentionFilter(site=Choice(("site7.example",))),
        "not one site": MentionFilter(site=Choice(exclude=("site7.example",))),
        "the": MentionFilter(q="the"),
        "the, last week": MentionFilter(q="the", since=week),
        "the, brand, German": MentionFilter(q="the", brand=Choice(("Stark",)), lang=german),
        "phrase": MentionFilter(q='"refund money"'),
        "OR of eight": MentionFilter(q=" OR ".join(STEMS[:8])),
        "prefix": MentionFilter(q="can*"),
        "NEAR": MentionFilter(q="refund NEAR/3 hold"),
        "not": MentionFilter(q="refund -money -back"),
        "Japanese": MentionFilter(q="新車"),
        "case-sensitive": MentionFilter(q="=Acme refund", since=week),
        "nothing": MentionFilter(q="zyzzyva"),
    }


def filter_queries(store: Store) -> dict[str, Callable[[MentionFilter], object]]:
    """Every query that takes a filter."""
    last = store.last_mention_id()
    days = [END - timedelta(days=30) + timedelta(hours=6) * i for i in range(121)]
    second = {f: page[-1].id for f in filters().values() if len(page := store.page(f)) == 50}
    return {
        "page": lambda f: store.page(f),
        "next page": lambda f: store.page(f, before=second.get(f)),
        "page of last year": lambda f: store.page(f, before=ListPosition(last, END - timedelta(days=400))),
        "oldest page": lambda f: store.page(replace(f, order=Order.OLD)),
        "count": lambda f: store.count(f),
        "count as of": lambda f: store.count(f, last - 500),
        "facets": lambda f: store.facets(f),
        "histogram": lambda f: store.histogram(f, days),
        "count of new": lambda f: store.count_new(f, last - 500),
    }


def milliseconds(work: Callable[[], object], times: int = 3) -> float:
    """The median of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def save_all(store: Store, posts: Iterator[JudgedPost], size: int) -> tuple[int, float, float]:
    """(Mentions, seconds in ``save`` alone, longest save in ms) for batches of ``size``."""
    mentions, spent, longest = 0, 0.0, 0.0
    while batch := list(itertools.islice(posts, size)):
        signed = signatures([one.post.body for one in batch])
        batch = [JudgedPost(one.post, one.findings, signature) for one, signature in zip(batch, signed, strict=True)]
        now = max(one.post.published_at for one in batch)
        start = time.perf_counter()
        mentions += store.save(batch[0].post.source, batch, now=now).new
        taken = time.perf_counter() - start
        spent, longest = spent + taken, max(longest, 1000 * taken)
    return mentions, spent, longest


def report_filter_queries(store: Store) -> None:
    """Print p50, p95 and worst of each query, and its slowest filter."""
    print(f"{f'ms with {len(filters())} filters':<24}{'p50':>8}{'p95':>8}{'worst':>8}{'ratio':>8}  slowest filter")
    for name, query in filter_queries(store).items():
        taken = {label: milliseconds(lambda f=f, query=query: query(f)) for label, f in filters().items()}  # type: ignore[misc]
        ranked = sorted(taken.values())
        worst = max(taken, key=lambda label: taken[label])
        p95 = ranked[round(0.95 * (len(ranked) - 1))]
        median = statistics.median(ranked)
        print(f"{name:<24}{median:8.2f}{p95:8.2f}{ranked[-1]:8.2f}{ranked[-1] / median:8.1f}  {worst}")


def report_wall(store: Store) -> None:
    """Print the cost of the queries of a wall, and of hiding a mention."""
    clock, last = Clock(), store.last_change_id()
    edges = [END - timedelta(minutes=15) * i for i in range(96, -1, -1)]
    queries: dict[str, Callable[[], object]] = {
        "board, 7 days": lambda: store.tallies(END - timedelta(days=7), END),
        "board, 2 years": lambda: store.tallies(START, END),
        "chart, 24 h": lambda: store.brand_histogram("Acme", edges),
        "latest of each brand": lambda: [store.latest_mentions(brand.name, 3) for brand in BRANDS],
        "change log": lambda: store.changes(store.last_change_id() - 100),
        "no new change": lambda: store.wait_for_changes(last, 0, clock),
        "hide and unhide": lambda: (store.set_hidden(9, True, END), store.set_hidden(9, False, END)),
    }
    for name, work in queries.items():
        print(f"{name:<24}{milliseconds(work, 7):8.2f} ms")


def run(mentions: int, folder: Path) -> None:
    """Build the database, then measure it."""
    url = f"sqlite:///{folder / 'bench.db'}"
    store = open_store(url)
    store.register_brands(BRANDS, START)
    posts = judged_posts(mentions)
    small = itertools.islice(posts, mentions // 4)
    for size, part in ((100, small), (1000, posts)):
        saved, spent, longest = save_all(store, part, size)
        print(f"save, batches of {size:<7}{saved / spent:8.0f} mentions/s, longest {longest:.0f} ms")
    store.close()
    total = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{'size':<24}{total / mentions:8.0f} bytes per mention")
    print(f"{'open and close':<24}{milliseconds(lambda: open_store(url).close()):8.2f} ms")
    store = open_store(url)
    report_filter_queries(store)
    report_wall(store)
    store.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mentions", nargs="?", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where to build the database; it is kept")
    options = parser.parse_args(arguments)
    if options.folder:
        options.folder.mkdir(parents=True)
        return run(options.mentions, options.folder)
    with tempfile.TemporaryDirectory() as folder:
        run(options.mentions, Path(folder))


if __name__ == "__main__":
    main()
