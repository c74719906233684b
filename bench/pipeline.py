"""The pipeline from a fetched post to a stored mention, compared with a simple script in the same run.

    python -m bench.pipeline [FILE] [--profile]

Wallflower cleans, detects the language, matches 20 rules, scores towards each brand, finds intents, computes
near-duplicate signatures and keys of stories, and saves with search index, counts and change log, as ``wallflower run``
does, and with its settings of garbage collection. The script searches one regular expression per rule, runs VADER on
the whole text, and inserts with sqlite_utils into a table with an FTS5 index kept by triggers, in WAL mode. Both work
in batches of 100, and then of 1,000. To create a database is not measured, because a program does so once.

FILE is a CSV with the columns tweet_id, name, text and tweet_created. The default is the airline tweets; where these
are missing, the posts are generated. The ratio is Wallflower's time divided by the script's: below 1, Wallflower is
faster. The two run in turn, and the best of three rounds counts, because the machine may have other work.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple, TypeAlias, TypeVar

import sqlite_utils
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bench._tweets import airline_tweets
from monitor.collector.judge import Judge
from monitor.garbage import search_for_garbage_less_often
from monitor.intent import IntentFinder, ScoredText, load_intent_rules
from monitor.model import Brand, IntentPhrase, JudgedPost, Post, Score
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store, open_store
from monitor.text.cleaning import clean
from monitor.text.language import LanguageDetector
from monitor.text.near_duplicates import NearDuplicateIndex, signatures

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
"""Twenty rules, each a word or a phrase. The tweets address the first six."""
NOW = datetime(2015, 3, 1, tzinfo=UTC)
BATCH = 100
ROUNDS = 3

T = TypeVar("T")
Session: TypeAlias = "Callable[[Sequence[Tweet], int], int]"
"""Stores the mentions of rows, in batches of a size, and closes its database. Returns how many there are."""


class Tweet(NamedTuple):
    """A row of the file, as both sides receive it."""

    id: str
    author: str
    text: str
    at: datetime


def read_tweets(path: Path | None) -> list[Tweet]:
    """The rows of the file, each id once."""
    rows = {row["tweet_id"]: row for row in airline_tweets(path)}
    return [
        Tweet(
            row["tweet_id"], row["name"], row["text"], datetime.fromisoformat(row["tweet_created"][:19]).astimezone(UTC)
        )
        for row in rows.values()
    ]


def as_posts(rows: Sequence[Tweet]) -> list[Post]:
    """The rows as a source would return them."""
    return [Post("tweets", row.id, row.text, row.at, row.author, url=f"https://x.example/{row.id}") for row in rows]


def brands() -> list[Brand]:
    """One brand for each of NAMES."""
    return [Brand(name.title(), f'"{name}"' if " " in name else name, ours=name == NAMES[0]) for name in NAMES]


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """``items`` in slices of ``size``."""
    return (items[start : start + size] for start in range(0, len(items), size))


class Script:
    """A simple script with the same packages."""

    def __init__(self) -> None:
        self.rules = {name: re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE) for name in NAMES}
        self.vader = SentimentIntensityAnalyzer()

    def open(self, path: Path) -> Session:
        """Create a database in ``path``."""
        db = sqlite_utils.Database(path)
        db.enable_wal()
        table = db.table("mention", pk="id")
        table.create(
            {"id": str, "brand": str, "author": str, "text": str, "published_at": str, "score": float}, pk="id"
        )
        table.enable_fts(["text"], create_triggers=True)
        return partial(self._run, db)

    def _run(self, db: sqlite_utils.Database, rows: Sequence[Tweet], size: int) -> int:
        table = db.table("mention", pk="id")
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


class Wallflower:
    """Wallflower's pipeline, from a fetched post to the database."""

    def __init__(self) -> None:
        self.matcher, self.scorer, self.detector = Matcher(brands()), Scorer(brands()), LanguageDetector()
        self.intents = IntentFinder(load_intent_rules(), brands())
        self.judge = Judge(self.matcher, self.scorer, self.detector, intents=self.intents)
        self.detector.detect(["Der Detektor wird hier vor der Messung geladen"])

    def open(self, path: Path) -> Session:
        """Create a database in ``path``."""
        return partial(self._run, _new_store(path))

    def _run(self, store: Store, rows: Sequence[Tweet], size: int) -> int:
        posts = as_posts(rows)
        count = sum(store.save("tweets", self.judge.judge(b, NOW), now=NOW).new for b in batches(posts, size))
        store.close()
        return count


def _new_store(path: Path) -> Store:
    store = open_store(f"sqlite:///{path}")
    store.register_brands(brands(), NOW)
    return store


class Duration(NamedTuple):
    """Seconds of the clock, and of CPU time over all threads, which other work on the machine disturbs less."""

    wall: float
    cpu: float


def best_duration(run: Callable[[], object]) -> Duration:
    """The best of ROUNDS runs."""
    return _best([_duration(run) for _ in range(ROUNDS)])


def _duration(run: Callable[[], object]) -> Duration:
    wall, cpu = perf_counter(), process_time()
    run()
    return Duration(perf_counter() - wall, process_time() - cpu)


def _best(rounds: Sequence[Duration]) -> Duration:
    return Duration(min(one.wall for one in rounds), min(one.cpu for one in rounds))


def compare(rows: Sequence[Tweet], wallflower: Wallflower, script: Script, size: int, folder: Path) -> None:
    """Print both rates and their ratio."""
    sides = {"script": script.open, "wallflower": wallflower.open}
    rounds: dict[str, list[Duration]] = {"script": [], "wallflower": []}
    counts: dict[str, int] = {}
    for round_ in range(ROUNDS):
        for side, create in sides.items():
            run = create(folder / f"{side}-{size}-{round_}.db")
            with _garbage_collection_of_the_service() if side == "wallflower" else nullcontext():
                rounds[side].append(_duration(partial(_counted, counts, side, run, rows, size)))
    simple, ours = _best(rounds["script"]), _best(rounds["wallflower"])
    print(f"\nbatches of {size}")
    print(f"  script        {len(rows) / simple.wall:9,.0f} posts/s, {counts['script']:,} mentions")
    print(f"  Wallflower    {len(rows) / ours.wall:9,.0f} posts/s, {counts['wallflower']:,} mentions")
    print(f"  ratio of Wallflower's time to the script's: {ours.wall / simple.wall:.2f}", end="")
    print(f" (of CPU time: {ours.cpu / simple.cpu:.2f})")


@contextmanager
def _garbage_collection_of_the_service() -> Iterator[None]:
    before = gc.get_threshold()
    search_for_garbage_less_often()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def _counted(counts: dict[str, int], side: str, run: Session, rows: Sequence[Tweet], size: int) -> None:
    counts[side] = run(rows, size)


def print_steps(rows: Sequence[Tweet], ours: Wallflower, size: int, folder: Path) -> None:
    """Print how many posts per second each step handles alone."""
    posts = [clean(post, NOW) for post in as_posts(rows)]
    judged = [one for batch in batches(posts, size) for one in ours.judge.judge(batch, NOW)]
    signed = [one.signature for one in judged]
    runs: dict[str, Callable[[], object]] = {
        "cleaning": lambda: [clean(post, NOW) for post in as_posts(rows)],
        "language": lambda: [ours.detector.detect([p.body for p in b]) for b in batches(posts, size)],
        "matching": lambda: [ours.matcher.match(b) for b in batches(posts, size)],
        "scoring": lambda: [_scored(ours.scorer, b) for b in batches(judged, size)],
        "finding intents": lambda: [_intents(ours.intents, b) for b in batches(judged, size)],
        "near-duplicate signatures": lambda: [signatures([p.body for p in b]) for b in batches(posts, size)],
        "near-duplicate index": lambda: _index(signed),
        "judging, all of these": lambda: [ours.judge.judge(b, NOW) for b in batches(posts, size)],
    }
    durations = {step: best_duration(run) for step, run in runs.items()}
    durations["saving"] = _best_saving(judged, folder, size)
    for step, best in durations.items():
        cpu = 1e6 * best.cpu / len(rows)
        print(f"{step:26} {len(rows) / best.wall:9,.0f} posts/s {cpu:7.1f} µs of CPU time per post")


def _scored(scorer: Scorer, batch: Sequence[JudgedPost]) -> list[dict[str, Score]]:
    spans = [{finding.match.brand: finding.match.spans for finding in one.findings} for one in batch]
    return scorer.score_batch([one.post.body for one in batch], [one.post.lang for one in batch], spans)


def _intents(finder: IntentFinder, batch: Sequence[JudgedPost]) -> list[dict[str, tuple[IntentPhrase, ...]]]:
    return finder.find_batch([_scored_text(one) for one in batch])


def _scored_text(one: JudgedPost) -> ScoredText:
    spans = {finding.match.brand: finding.match.spans for finding in one.findings}
    scores = {finding.match.brand: finding.score for finding in one.findings}
    return ScoredText(one.post.body, one.post.text_start, one.post.lang, spans, scores)


def _index(signed: Sequence[bytes]) -> None:
    index = NearDuplicateIndex()
    for n, signature in enumerate(signed):
        index.add(n, signature, NOW)


def _best_saving(judged: Sequence[JudgedPost], folder: Path, size: int) -> Duration:
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            rounds.append(_duration(partial(_save, _new_store(Path(fresh) / "store.db"), judged, size)))
    return _best(rounds)


def _save(store: Store, judged: Sequence[JudgedPost], size: int) -> None:
    for batch in batches(judged, size):
        store.save("tweets", batch, now=NOW)
    store.close()


def print_profile(rows: Sequence[Tweet], ours: Wallflower) -> None:
    """Print where judging spends its time. The store writes in its own thread, which cProfile does not see."""
    posts = as_posts(rows)
    with cProfile.Profile() as measured:
        for batch in batches(posts, BATCH):
            ours.judge.judge(batch, NOW)
    pstats.Stats(measured).sort_stats("tottime").print_stats(40)


def main() -> None:
    """Measure the steps, then compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--profile", action="store_true", help="only print where judging spends its time")
    options = parser.parse_args()
    rows, wallflower = read_tweets(options.file), Wallflower()
    if options.profile:
        return print_profile(rows, wallflower)
    with tempfile.TemporaryDirectory() as name:
        print_steps(rows, wallflower, BATCH, Path(name))
        for size in (BATCH, 10 * BATCH):
            compare(rows, wallflower, Script(), size, Path(name))
    return None


if __name__ == "__main__":
    main()
