"""Which topics are found: in the airline tweets, in the sample posts, in noise; and what a turn costs.

    python -m bench.topics [CSV of airline tweets] [--hours 8] [--only PART] [--mentions 10000 1000000]

Airlines: the busiest hours of each, to be judged by eye; what is usual is taken from all other days of the file,
later ones too, for it holds nine. Titles: all that are found at any hour, each once. Noise: hours drawn from the
background itself, in which nothing is to be found. Cost: one look at a day of 2,000 texts beside one VADER scoring of
the same. Turns (only where asked for): what the watch's turn costs on stores of so many mentions.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bench._topics_job import turns
from bench.sentiment import AIRLINE_ALIASES as ALIASES
from monitor.analysis.topics import TopicFinder
from monitor.clock import Clock
from monitor.http import Http
from monitor.model import Brand, FoundTopic, Text, Texts
from monitor.sources.sample import Options, Source
from monitor.text.near_duplicates import NearDuplicateIndex, signatures

AIRLINES = Path(__file__).resolve().parents[2] / "shared" / "data" / "airline" / "tweets.csv"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BRANDS = tuple(Brand(name, aliases[0], aliases=aliases) for name, aliases in ALIASES.items())
ACME = Brand("Acme", "acme OR @acmehelp", ours=True, aliases=("acmehelp",))
LATE = datetime(2015, 3, 1, tzinfo=UTC)
SIZES = (12, 20, 40, 80, 160, 400)


def airline_texts(path: Path) -> dict[str, list[Text]]:
    """Airline -> its tweets by time."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["tweet_created"])
    told = _stories([row["text"] for row in rows], [_time(row["tweet_created"]) for row in rows])
    found: dict[str, list[Text]] = {}
    for n, row in enumerate(rows):
        text = Text(n, n, told[n], row["name"], "en", "", row["text"], "Twitter", "", _time(row["tweet_created"]), None)
        found.setdefault(row["airline"], []).append(text)
    return found


def sample_texts(end: datetime, days: int, seed: int = 1, rate: float = 60.0) -> list[Text]:
    """The sample's posts that name Acme."""
    source = Source(Options(name="Sample", seed=seed, history=days, rate=rate), Http(Clock()))
    posts, cursor, more = [], None, True
    while more:
        batch = source.fetch([], cursor, end)
        posts += [post for post in batch.posts if "acme" in post.body.lower()]
        cursor, more = batch.cursor, batch.more
    told = _stories([post.body for post in posts], [post.published_at for post in posts])
    return [
        Text(n, n, told[n], p.author, p.lang, p.title, p.text, p.source, p.site, p.published_at)
        for n, p in enumerate(posts)
    ]


def between(texts: Sequence[Text], since: datetime, until: datetime) -> Texts:
    """Those published in [since, until)."""
    rows = tuple(text for text in texts if since <= text.published_at < until)
    return Texts(len(rows), rows)


def without(texts: Sequence[Text], since: datetime, until: datetime, most: int = 3_000) -> Texts:
    """All others, moved to the 28 days before ``since``; an even sample of at most ``most``."""
    rows = [text for text in texts if not since <= text.published_at < until]
    back = timedelta(days=10)
    kept = rows[:: max(1, -(-len(rows) // most))]
    moved = [t if t.published_at < since else replace(t, published_at=t.published_at - back) for t in kept]
    return Texts(len(rows), tuple(moved))


def busiest(texts: Sequence[Text], hours: int) -> list[datetime]:
    """The ends of the busiest hours, a whole clock hour each."""
    counts = Counter(text.published_at.replace(minute=0, second=0) for text in texts)
    return [start + HOUR for start, _ in counts.most_common(hours)]


def airlines(path: Path, hours: int) -> None:
    """Print what the busiest hours and the days are about."""
    for name, texts in airline_texts(path).items():
        brand = next(brand for brand in BRANDS if brand.name == name)
        finder = TopicFinder(brand, BRANDS)
        print(f"\n{name}: {len(texts):,} tweets")
        for end in sorted(busiest(texts, hours)):
            background = finder.background(without(texts, end - DAY, end), end - DAY)
            day, hour = between(texts, end - DAY, end), between(texts, end - HOUR, end)
            found = finder.topics(day, hour, background, None, end)
            print(f"  {end:%d %b %H:%M} {hour.total:4} an hour: {_shown(found.hour)}")
            print(f"     {day.total:5} a day: {', '.join(map(_shown, found.day))}; not sorted {found.unsorted}")


def titles(path: Path) -> None:
    """Print each title that any hour, its day or the three hours before it, taken for an incident, would have had."""
    print("\ntitles: brand, title, how many hours had it as the hour's, as one of the day's, as an incident's")
    for name, texts in airline_texts(path).items():
        brand = next(brand for brand in BRANDS if brand.name == name)
        finder, before, seen = TopicFinder(brand, BRANDS), None, Counter[tuple[str, str]]()
        end = texts[0].published_at.replace(minute=0, second=0) + HOUR
        while end <= texts[-1].published_at + HOUR:
            background = finder.background(without(texts, end - DAY, end), end - DAY)
            hour = between(texts, end - HOUR, end)
            before = finder.topics(between(texts, end - DAY, end), hour, background, before, end)
            news = finder.incident_topics(between(texts, end - 3 * HOUR, end), background)
            seen.update(("day", topic.name) for topic in before.day)
            seen.update([("hour", before.hour.name)] if before.hour else ())
            seen.update(("incident", title) for title in {news.topic, *news.words} - {""})
            end += HOUR
        for title in sorted({title for _, title in seen}):
            print(f"  {name:15} {title:24}", *(f"{seen[kind, title]:4}" for kind in ("hour", "day", "incident")))


def sample(hours: int) -> None:
    """Print the same of the made-up posts."""
    end = datetime(2026, 3, 4, 12, tzinfo=UTC)
    for seed in (1, 2):
        texts = sample_texts(end, 28, seed)
        finder = TopicFinder(
            Brand("Acme", "acme OR @acmehelp"), [Brand(n, n.lower()) for n in ("Acme", "Globex", "Initech")]
        )
        late = [text for text in texts if text.published_at > end - 20 * DAY]
        print(f"\nSample, seed {seed}: {len(texts):,} posts")
        for at in sorted(busiest(late, hours)):
            background = finder.background(between(texts, at - 29 * DAY, at - DAY), at - DAY)
            found = finder.topics(between(texts, at - DAY, at), between(texts, at - HOUR, at), background, None, at)
            print(f"  {at:%d %b %H:%M} {between(texts, at - HOUR, at).total:4}: {_shown(found.hour)}")
            print(f"       day: {', '.join(map(_shown, found.day))}; not sorted {found.unsorted}")


def noise(path: Path, draws: int = 40) -> None:
    """Print in how many hours, drawn at random from what is usual, a topic is found all the same."""
    dice = random.Random(3)
    print("\nnoise: of hours drawn at random, how many have a topic; of days, how many topics")
    for name, texts in airline_texts(path).items():
        if len(texts) < 1_000:
            continue
        brand = next(brand for brand in BRANDS if brand.name == name)
        wrong, topics = Counter[int](), Counter[int]()
        for _ in range(4):
            drawn = dice.sample(texts, len(texts))
            half = len(drawn) // 2
            finder = TopicFinder(brand, BRANDS)
            background = finder.background(Texts(half, tuple(drawn[:half])), LATE)
            for size in SIZES * draws:
                window = Texts(size, tuple(dice.sample(drawn[half:], size)))
                found = finder.topics(window, window, background, None, LATE)
                wrong[size] += found.hour is not None
                topics[size] += len(found.day)
        rates = (f"{n:3}: {wrong[n] / draws / 4:5.1%} {topics[n] / draws / 4:4.2f}" for n in SIZES)
        print(f"  {name:15}", "  ".join(rates))


def cost(path: Path) -> None:
    """Print a look's time beside VADER's for the same texts."""
    texts = [text for some in airline_texts(path).values() for text in some]
    window, rest = Texts(40_000, tuple(texts[:2_000])), Texts(400_000, tuple(texts[2_000:5_000]))
    vader, finder, now = SentimentIntensityAnalyzer(), TopicFinder(BRANDS[0], BRANDS), LATE
    vaders = _time_of(lambda: [vader.polarity_scores(text.text) for text in window.rows])
    first = _time_of(lambda: finder.background(rest, now))
    background = finder.background(rest, now)
    print(f"\nVADER over 2,000 texts: 1   ({vaders * 1000:.0f} ms)")
    for label, seconds in (
        ("background of 3,000", first),
        ("the same an hour later", _time_of(lambda: finder.background(rest, now))),
        ("first look", _time_of(lambda: finder.topics(window, window, background, None, now))),
        ("each further look", _time_of(lambda: finder.topics(window, window, background, None, now))),
    ):
        print(f"{label}: {seconds / vaders:.2f}   ({seconds * 1000:.0f} ms)")


def _time_of(job: Callable[[], object]) -> float:
    start = time.process_time()
    job()
    return time.process_time() - start


def _stories(texts: Sequence[str], times: Sequence[datetime]) -> list[int | None]:
    """The story of each text, also of the first."""
    index = NearDuplicateIndex(max_posts=100_000)
    told = [index.add(n, one, at) for n, (one, at) in enumerate(zip(signatures(texts), times, strict=True))]
    firsts = {story for story in told if story is not None}
    return [n if story is None and n in firsts else story for n, story in enumerate(told)]


def _time(written: str) -> datetime:
    return datetime.strptime(written, "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)


def _shown(topic: FoundTopic | None) -> str:
    return "-" if topic is None else f"{topic.name} ({topic.n}, {topic.authors} voices)"


def main() -> None:
    """Print it all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?", default=AIRLINES)
    parser.add_argument("--hours", type=int, default=8)
    parser.add_argument("--only", choices=("airlines", "sample", "noise", "cost", "titles", "turns"))
    parser.add_argument("--mentions", type=int, nargs="+", default=[10_000, 1_000_000])
    args = parser.parse_args()
    jobs: dict[str, Callable[[], None]] = {
        "airlines": lambda: airlines(args.file, args.hours),
        "sample": lambda: sample(args.hours),
        "noise": lambda: noise(args.file),
        "cost": lambda: cost(args.file),
        "titles": lambda: titles(args.file),
    }
    if args.only == "turns":
        turns(args.mentions)
    for name, job in jobs.items():
        if args.only in (None, name):
            job()


if __name__ == "__main__":
    main()
