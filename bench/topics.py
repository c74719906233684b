"""The topics found in tweets about airlines, in sample posts and in noise, and the cost of finding them.

    python -m bench.topics [FILE] [--hours 4] [--part PART ...] [--mentions 10000 1000000]

FILE is a CSV of airline tweets; the default is the public data set, and where that is missing, the tweets are
generated. Quality is judged by eye; only the cost has a reference. The parts:

airlines  the busiest hours of each airline. The background is all other days of the file, later ones too, because it
          covers only nine days.
sample    the busiest hours of the sample source.
cost      the CPU time of finding the topics of a day of 2,000 texts; the ratio is to scoring these texts with VADER.
noise     hours drawn at random from the background, in which no topic should be found. Takes minutes.
titles    every title that is found at any hour. Takes minutes.
job       the CPU time of a run of the topics job with --mentions in the store. Takes minutes.

Without --part, the first three run.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bench._labelled_texts import AIRLINE_ALIASES
from bench._topics_job import print_job_costs
from bench._tweets import Row, airline_tweets
from monitor.analysis.topics import TopicFinder
from monitor.clock import Clock
from monitor.http import Http
from monitor.model import Brand, FoundTopic, Text, Texts
from monitor.sources.sample import Options, Source
from monitor.text.near_duplicates import NearDuplicateIndex, signatures

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BRANDS = tuple(Brand(name, aliases[0], aliases=aliases) for name, aliases in AIRLINE_ALIASES.items())
SAMPLE_BRANDS = (Brand("Acme", "acme OR @acmehelp"), Brand("Globex", "globex"), Brand("Initech", "initech"))
PARTS = ("airlines", "sample", "cost", "noise", "titles", "job")
AFTER_ALL = datetime(2015, 3, 1, tzinfo=UTC)
"""A time after all tweets."""
MIN_NOISE_TEXTS = 1_000
NOISE_SIZES = (12, 20, 40, 80, 160, 400)


def airline_texts(tweets: Sequence[Row]) -> dict[str, list[Text]]:
    """Airline -> its tweets in the order of time."""
    rows = sorted(tweets, key=lambda row: row["tweet_created"])
    stories = _stories([row["text"] for row in rows], [_time(row["tweet_created"]) for row in rows])
    found: dict[str, list[Text]] = {}
    for n, row in enumerate(rows):
        text = Text(
            n, n, stories[n], row["name"], "en", "", row["text"], "Twitter", "", _time(row["tweet_created"]), None
        )
        found.setdefault(row["airline"], []).append(text)
    return found


def sample_texts(end: datetime, days: int, seed: int = 1, rate: float = 60.0) -> list[Text]:
    """The posts of the sample source that name Acme."""
    source = Source(Options(name="Sample", seed=seed, history=days, rate=rate), Http(Clock()))
    posts, cursor, more = [], None, True
    while more:
        batch = source.fetch([], cursor, end)
        posts += [post for post in batch.posts if "acme" in post.body.lower()]
        cursor, more = batch.cursor, batch.more
    stories = _stories([post.body for post in posts], [post.published_at for post in posts])
    return [
        Text(n, n, stories[n], p.author, p.lang, p.title, p.text, p.source, p.site, p.published_at)
        for n, p in enumerate(posts)
    ]


def between(texts: Sequence[Text], since: datetime, until: datetime) -> Texts:
    """The texts published in [since, until)."""
    rows = tuple(text for text in texts if since <= text.published_at < until)
    return Texts(len(rows), rows)


def without(texts: Sequence[Text], since: datetime, until: datetime, limit: int = 3_000) -> Texts:
    """All other texts, moved to the 28 days before ``since``; an even sample of at most ``limit``."""
    rows = [text for text in texts if not since <= text.published_at < until]
    back = timedelta(days=10)
    kept = rows[:: max(1, -(-len(rows) // limit))]
    moved = [t if t.published_at < since else replace(t, published_at=t.published_at - back) for t in kept]
    return Texts(len(rows), tuple(moved))


def busiest(texts: Sequence[Text], hours: int) -> list[datetime]:
    """The ends of the busiest clock hours."""
    counts = Counter(text.published_at.replace(minute=0, second=0) for text in texts)
    return [start + HOUR for start, _ in counts.most_common(hours)]


def print_airlines(by_airline: Mapping[str, list[Text]], hours: int) -> None:
    """Print the topics of the busiest hours, and of the day before each ends."""
    for name, texts in by_airline.items():
        brand = next(brand for brand in BRANDS if brand.name == name)
        finder = TopicFinder(brand, BRANDS)
        print(f"\n{name}: {len(texts):,} tweets")
        for end in sorted(busiest(texts, hours)):
            background = finder.background(without(texts, end - DAY, end), end - DAY)
            day, hour = between(texts, end - DAY, end), between(texts, end - HOUR, end)
            found = finder.topics(day, hour, background, None, end)
            print(f"  {end:%d %b %H:%M} {hour.total:4}/hour: {_topic_text(found.hour)}")
            day_topics = ", ".join(map(_topic_text, found.day))
            print(f"     {day.total:5}  /day: {day_topics}; {found.without_topic} without a topic")


def print_titles(by_airline: Mapping[str, list[Text]]) -> None:
    """Print each title that any hour, its day, or the three hours before it, taken as an incident, would have."""
    print("\ntitles, and in how many hours each is the topic of the hour, of the day, of an incident")
    for name, texts in by_airline.items():
        brand = next(brand for brand in BRANDS if brand.name == name)
        finder, before, seen = TopicFinder(brand, BRANDS), None, Counter[tuple[str, str]]()
        end = texts[0].published_at.replace(minute=0, second=0) + HOUR
        while end <= texts[-1].published_at + HOUR:
            background = finder.background(without(texts, end - DAY, end), end - DAY)
            hour = between(texts, end - HOUR, end)
            before = finder.topics(between(texts, end - DAY, end), hour, background, before, end)
            incident = finder.incident_topics(between(texts, end - 3 * HOUR, end), background)
            seen.update(("day", topic.name) for topic in before.day)
            seen.update([("hour", before.hour.name)] if before.hour else ())
            seen.update(("incident", title) for title in {incident.topic, *incident.phrases} - {""})
            end += HOUR
        for title in sorted({title for _, title in seen}):
            print(f"  {name:15} {title:24}", *(f"{seen[kind, title]:4}" for kind in ("hour", "day", "incident")))


def print_sample(hours: int) -> None:
    """Print the topics of the busiest hours of the sample source."""
    end = datetime(2026, 3, 4, 12, tzinfo=UTC)
    for seed in (1, 2):
        texts = sample_texts(end, 28, seed)
        finder = TopicFinder(SAMPLE_BRANDS[0], SAMPLE_BRANDS)
        late = [text for text in texts if text.published_at > end - 20 * DAY]
        print(f"\nsample posts, seed {seed}: {len(texts):,}")
        for at in sorted(busiest(late, hours)):
            background = finder.background(between(texts, at - 29 * DAY, at - DAY), at - DAY)
            found = finder.topics(between(texts, at - DAY, at), between(texts, at - HOUR, at), background, None, at)
            print(f"  {at:%d %b %H:%M} {between(texts, at - HOUR, at).total:4}: {_topic_text(found.hour)}")
            print(f"       day: {', '.join(map(_topic_text, found.day))}; {found.without_topic} without a topic")


def print_noise(by_airline: Mapping[str, list[Text]], draws: int = 40) -> None:
    """Print the share of random samples in which a topic is found."""
    rng = random.Random(3)
    print("\nnoise, by number of texts: share of samples with a topic of the hour, topics of the day per sample")
    for name, texts in by_airline.items():
        if len(texts) < MIN_NOISE_TEXTS:
            continue
        brand = next(brand for brand in BRANDS if brand.name == name)
        wrong, topics = Counter[int](), Counter[int]()
        for _ in range(4):
            drawn = rng.sample(texts, len(texts))
            half = len(drawn) // 2
            finder = TopicFinder(brand, BRANDS)
            background = finder.background(Texts(half, tuple(drawn[:half])), AFTER_ALL)
            for size in NOISE_SIZES * draws:
                window = Texts(size, tuple(rng.sample(drawn[half:], size)))
                found = finder.topics(window, window, background, None, AFTER_ALL)
                wrong[size] += found.hour is not None
                topics[size] += len(found.day)
        rates = (f"{n:3}: {wrong[n] / draws / 4:5.1%} {topics[n] / draws / 4:4.2f}" for n in NOISE_SIZES)
        print(f"  {name:15}", "  ".join(rates))


def print_cost(by_airline: Mapping[str, list[Text]]) -> None:
    """Print the CPU time of finding topics, relative to VADER's for the same texts."""
    texts = [text for some in by_airline.values() for text in some]
    window, rest = Texts(40_000, tuple(texts[:2_000])), Texts(400_000, tuple(texts[2_000:5_000]))
    vader, finder, now = SentimentIntensityAnalyzer(), TopicFinder(BRANDS[0], BRANDS), AFTER_ALL
    reference = _cpu_seconds(lambda: [vader.polarity_scores(text.text) for text in window.rows])
    first = _cpu_seconds(lambda: finder.background(rest, now))
    background = finder.background(rest, now)
    print(f"\nVADER on 2,000 texts: {reference * 1000:.0f} ms; ratios to that:")
    for label, seconds in (
        ("background of 3,000 texts", first),
        ("background, a second time", _cpu_seconds(lambda: finder.background(rest, now))),
        ("topics, the first time", _cpu_seconds(lambda: finder.topics(window, window, background, None, now))),
        ("topics, each further time", _cpu_seconds(lambda: finder.topics(window, window, background, None, now))),
    ):
        print(f"  {label:26} {seconds / reference:5.2f}   ({seconds * 1000:.0f} ms)")


def _cpu_seconds(job: Callable[[], object]) -> float:
    start = time.process_time()
    job()
    return time.process_time() - start


def _stories(texts: Sequence[str], times: Sequence[datetime]) -> list[int | None]:
    """The story of each text, including the first text of a story."""
    index = NearDuplicateIndex(max_posts=100_000)
    stories = [index.add(n, one, at) for n, (one, at) in enumerate(zip(signatures(texts), times, strict=True))]
    firsts = {story for story in stories if story is not None}
    return [n if story is None and n in firsts else story for n, story in enumerate(stories)]


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)


def _topic_text(topic: FoundTopic | None) -> str:
    return "-" if topic is None else f"{topic.name} ({topic.n}, {topic.authors} voices)"


def main() -> None:
    """Print the chosen parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--hours", type=int, default=4, help="how many of the busiest hours to print")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=PARTS[:3])
    parser.add_argument("--mentions", type=int, nargs="+", default=[10_000, 1_000_000], help="for the part job")
    options = parser.parse_args()
    needs_tweets = {"airlines", "cost", "noise", "titles"} & {*options.part}
    by_airline = airline_texts(airline_tweets(options.file)) if needs_tweets else {}
    parts: dict[str, Callable[[], None]] = {
        "airlines": lambda: print_airlines(by_airline, options.hours),
        "sample": lambda: print_sample(options.hours),
        "cost": lambda: print_cost(by_airline),
        "noise": lambda: print_noise(by_airline),
        "titles": lambda: print_titles(by_airline),
        "job": lambda: print_job_costs(options.mentions),
    }
    for part in options.part:
        parts[part]()


if __name__ == "__main__":
    main()
