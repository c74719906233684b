"""From a fetched post to a stored mention: our pipeline beside the script that anyone would write, in one run.

    python -m bench.pipeline [TWEETS.csv] [--profile]

Ours: clean, tell the language, match 20 rules, score towards each brand, sign for stories, and save with search index,
cubes and change log, in batches of 100. The script: a regular expression per rule, VADER on the whole text, and
sqlite_utils' insert_all, in batches of 100, into a table with a triggered FTS5 index, in WAL mode. Both read the
14,640 airline tweets (columns tweet_id, name, text, tweet_created). ``ratio`` is our time over its time; best of
ROUNDS, the two by turns, because the machine may have other work.
"""

from __future__ import annotations

import argparse
import cProfile
import csv
import pstats
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple, TypeAlias, TypeVar

import sqlite_utils
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from monitor.collector.judge import Judge
from monitor.model import Brand, JudgedPost, Post, Score
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import open_store
from monitor.text.cleaning import clean
from monitor.text.language import LanguageDetector
from monitor.text.near_duplicates import NearDuplicateIndex, signatures

AIRLINES = Path(__file__).resolve().parents[2] / "shared" / "data" / "airline" / "tweets.csv"
NAMES = (
    "united",
    "southwestair",
    "jetblue",
    "usairways",
    "americanair",
    "virginamerica",
    "delta",
    "lufthansa",
    "ryanair",
    "easyjet",
    "spirit airlines",
    "frontier",
    "alaska air",
    "british airways",
    "air canada",
    "klm",
    "emirates",
    "qantas",
    "iberia",
    "finnair",
)
"""Twenty rules: a word or a phrase each. The first six are whom the tweets are about."""
NOW = datetime(2015, 3, 1, tzinfo=UTC)
BATCH = 100
ROUNDS = 3

T = TypeVar("T")
Side: TypeAlias = "Callable[[Sequence[Tweet], Path, int], int]"


class Tweet(NamedTuple):
    """A row of the file, as both sides get it."""

    id: str
    author: str
    text: str
    at: datetime


def tweets(path: Path) -> list[Tweet]:
    """The rows of the file, each id once."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["tweet_id"]: row for row in csv.DictReader(file)}
    return [
        Tweet(
            row["tweet_id"], row["name"], row["text"], datetime.fromisoformat(row["tweet_created"][:19]).astimezone(UTC)
        )
        for row in rows.values()
    ]


def posts_of(rows: Sequence[Tweet]) -> list[Post]:
    """The rows as a source would hand them over."""
    return [Post("tweets", row.id, row.text, row.at, row.author, url=f"https://x.example/{row.id}") for row in rows]


def brands() -> list[Brand]:
    """One brand for each of NAMES."""
    return [Brand(name.title(), f'"{name}"' if " " in name else name, ours=name == NAMES[0]) for name in NAMES]


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """``items`` in runs of ``size``."""
    return (items[start : start + size] for start in range(0, len(items), size))


class Script:
    """What anyone would write with the same packages."""

    def __init__(self) -> None:
        self.rules = {name: re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE) for name in NAMES}
        self.vader = SentimentIntensityAnalyzer()

    def run(self, rows: Sequence[Tweet], path: Path, size: int) -> int:
        """Store the mentions of ``rows`` in ``path``; return how many there are."""
        db = sqlite_utils.Database(path)
        db.enable_wal()
        table = db.table("mention", pk="id")
        table.create(
            {"id": str, "brand": str, "author": str, "text": str, "published_at": str, "score": float}, pk="id"
        )
        table.enable_fts(["text"], create_triggers=True)
        for batch in batches(rows, size):
            table.insert_all([mention for row in batch for mention in self._mentions(row)], batch_size=size)
        count = int(table.count)
        db.close()
        return count

    def _mentions(self, row: Tweet) -> list[dict[str, object]]:
        found = [name for name, rule in self.rules.items() if rule.search(row.text)]
        score = self.vader.polarity_scores(row.text)["compound"] if found else None
        shared = {"author": row.author, "text": row.text, "published_at": row.at.isoformat(), "score": score}
        return [{"id": f"{row.id}-{name}", "brand": name, **shared} for name in found]


class Ours:
    """Wallflower, from a fetched post to the database."""

    def __init__(self) -> None:
        self.matcher, self.scorer, self.detector = Matcher(brands()), Scorer(brands()), LanguageDetector()
        self.judge = Judge(self.matcher, self.scorer, self.detector)
        self.detector.detect(["Der Detektor wird hier vor der Messung geladen"])

    def run(self, rows: Sequence[Tweet], path: Path, size: int) -> int:
        """Store the mentions of ``rows`` in ``path``; return how many there are."""
        store = open_store(f"sqlite:///{path}")
        store.register_brands(brands(), NOW)
        posts = posts_of(rows)
        count = sum(store.save("tweets", self.judge.judge(b, NOW), now=NOW).new for b in batches(posts, size))
        store.close()
        return count


class Took(NamedTuple):
    """Seconds on the clock, and of processor time over all threads, which other work on the machine disturbs less."""

    wall: float
    cpu: float


def took(run: Callable[[], object]) -> Took:
    """How long it takes, the best of ROUNDS."""
    return _best([_once(run) for _ in range(ROUNDS)])


def _once(run: Callable[[], object]) -> Took:
    wall, cpu = perf_counter(), process_time()
    run()
    return Took(perf_counter() - wall, process_time() - cpu)


def _best(rounds: Sequence[Took]) -> Took:
    return Took(min(one.wall for one in rounds), min(one.cpu for one in rounds))


def compare(rows: Sequence[Tweet], ours: Ours, script: Script, size: int, folder: Path) -> None:
    """Print both rates and their ratio."""
    sides: dict[str, Side] = {"its": script.run, "our": ours.run}
    rounds: dict[str, list[Took]] = {"its": [], "our": []}
    counts: dict[str, int] = {}
    for round_ in range(ROUNDS):
        for whose, run in sides.items():
            path = folder / f"{whose}-{size}-{round_}.db"
            rounds[whose].append(_once(partial(_counted, counts, whose, run, rows, path, size)))
    its, our = _best(rounds["its"]), _best(rounds["our"])
    rates = f"its {len(rows) / its.wall:,.0f} posts/s, our {len(rows) / our.wall:,.0f} posts/s"
    print(f"\nbatches of {size}: {rates}; mentions {counts}")
    print(f"batches of {size}: ratio {our.wall / its.wall:.2f} (of processor time {our.cpu / its.cpu:.2f})")


def _counted(counts: dict[str, int], whose: str, run: Side, rows: Sequence[Tweet], path: Path, size: int) -> None:
    counts[whose] = run(rows, path, size)


def steps(rows: Sequence[Tweet], ours: Ours, size: int, folder: Path) -> None:
    """Print how many posts a second each step serves by itself."""
    posts = [clean(post, NOW) for post in posts_of(rows)]
    judged = [one for batch in batches(posts, size) for one in ours.judge.judge(batch, NOW)]
    signed = [one.signature for one in judged]
    runs: dict[str, Callable[[], object]] = {
        "cleaning": lambda: [clean(post, NOW) for post in posts_of(rows)],
        "language": lambda: [ours.detector.detect([p.body for p in b]) for b in batches(posts, size)],
        "matching": lambda: [ours.matcher.match(b) for b in batches(posts, size)],
        "scoring": lambda: [_scored(ours.scorer, one) for one in judged],
        "signing": lambda: [signatures([p.body for p in b]) for b in batches(posts, size)],
        "stories": lambda: _index(signed),
        "judging, all of it": lambda: [ours.judge.judge(b, NOW) for b in batches(posts, size)],
        "storing": lambda: _save(judged, folder, size),
    }
    for step, run in runs.items():
        best = took(run)
        cpu = 1e6 * best.cpu / len(rows)
        print(f"{step:20} {len(rows) / best.wall:9,.0f} posts/s {cpu:7.1f} µs of processor a post")


def _scored(scorer: Scorer, one: JudgedPost) -> dict[str, Score]:
    spans = {finding.match.brand: finding.match.spans for finding in one.findings}
    return scorer.score(one.post.body, list(spans), one.post.lang, spans)


def _index(signed: Sequence[bytes]) -> None:
    index = NearDuplicateIndex()
    for n, signature in enumerate(signed):
        index.add(n, signature, NOW)


def _save(judged: Sequence[JudgedPost], folder: Path, size: int) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        store = open_store(f"sqlite:///{Path(fresh) / 'store.db'}")
        store.register_brands(brands(), NOW)
        for batch in batches(judged, size):
            store.save("tweets", batch, now=NOW)
        store.close()


def profile(rows: Sequence[Tweet], ours: Ours, folder: Path) -> None:
    """Print where judging spends its time. Storing runs in its own thread, which cProfile does not see."""
    posts = posts_of(rows)
    with cProfile.Profile() as measured:
        for batch in batches(posts, BATCH):
            ours.judge.judge(batch, NOW)
    pstats.Stats(measured).sort_stats("tottime").print_stats(40)


def main() -> None:
    """Read the arguments, run, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("file", nargs="?", type=Path, default=AIRLINES)
    arguments.add_argument("--profile", action="store_true", help="print where the time of judging goes instead")
    chosen = arguments.parse_args()
    rows, ours = tweets(chosen.file), Ours()
    with tempfile.TemporaryDirectory() as name:
        if chosen.profile:
            return profile(rows, ours, Path(name))
        steps(rows, ours, BATCH, Path(name))
        for size in (BATCH, 10 * BATCH):
            compare(rows, ours, Script(), size, Path(name))
    return None


if __name__ == "__main__":
    main()
