"""What a click on the Mentions page costs while new mentions are stored, beside Datasette on the same rows.

    python -m bench.mentions [MENTIONS] [--folder FOLDER] [--per-second 200] [--without-datasette]

Builds MENTIONS (1,000,000 by default) by seed, as ``bench.store`` does, or uses the database that FOLDER has. Then, for
40 filters, it measures the queries of the page: first and next page, count, facets, histogram, texts of the topics,
stories, authors, sites, and new since; all the figures of a click together, which share samples; and the counts of all
saved views of 50 people. Meanwhile a thread stores --per-second mentions. Each query runs cold, with this file's pages
dropped from the cache of the operating system and a new connection, and then warm, the median of three, each as of
another mention, so that it draws its own sample. "CPU" is the time of the thread, which a busy machine changes less.
At last, while --clickers threads ask for the figures of the slowest filter again and again, it measures what somebody
else's click waits.

Figures are in milliseconds of this machine; the ratio is Datasette's time for the same filter divided by ours.
Datasette (``pip install datasette``) gets no words, because its table has no index of them, and a limited time.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from bench.store import BRANDS, END, LANGS, SOURCES, START, STEMS, filters, judged_posts, milliseconds, save_all
from monitor.model import Choice, JudgedPost, MentionFilter
from monitor.store import Store, open_store

BATCH_SECONDS = 0.25
PEOPLE, VIEWS_PER_PERSON = 50, 10
CLICKS = 100
SECONDS_OF_DATASETTE = 30
TARGETS_MS = {"first page": 84, "count": 206, "facets": 354, "histogram": 354}
"""The 95th percentile, warm, at ten million mentions, while 200 mentions a second are stored."""
DATASETTE = {"num_sql_threads": 3, "sql_time_limit_ms": 1000 * SECONDS_OF_DATASETTE, "facet_time_limit_ms": 10_000}
Query = Callable[[Store, MentionFilter, int], object]
"""As of a mention."""


def all_filters() -> dict[str, MentionFilter]:
    """The filters of ``bench.store``, and random ones up to 40."""
    rng, found = random.Random(40), dict(filters())
    while len(found) < 40:
        words = rng.choice(["", rng.choice(STEMS), " ".join(rng.sample(STEMS, 2))])
        days = rng.choice([1, 7, 30, 365, None])
        one = MentionFilter(
            q=words,
            brand=Choice((rng.choice(BRANDS).name,)) if rng.random() < 0.6 else Choice(),
            source=Choice((rng.choice(SOURCES),)) if rng.random() < 0.3 else Choice(),
            lang=Choice((rng.choice([lang for lang in LANGS if lang]),)) if rng.random() < 0.3 else Choice(),
            sentiment=Choice((rng.choice(["negative", "positive", "neutral"]),)) if rng.random() < 0.4 else Choice(),
            since=END - timedelta(days=days) if days else None,
        )
        found[f"random {len(found)}"] = one
    return found


def queries(store: Store) -> dict[str, Query]:
    """The queries of the page, by name."""
    last = store.last_mention_id()
    edges = [END - timedelta(days=30) + timedelta(hours=6) * i for i in range(121)]
    seconds = {f: page[-1].id for f in all_filters().values() if len(page := store.page(f)) == 50}
    return {
        "first page": lambda store, f, upto: store.page(f, upto=upto),
        "next page": lambda store, f, upto: store.page(f, before=seconds.get(f), upto=upto),
        "count": lambda store, f, upto: store.count(f, upto),
        "facets": lambda store, f, upto: store.facets(f, upto),
        "histogram": lambda store, f, upto: store.histogram(f, edges, upto),
        "texts of topics": lambda store, f, upto: store.texts_of(f, 1_200, upto),
        "stories": lambda store, f, upto: store.count_stories(f, upto),
        "authors": lambda store, f, upto: store.top_values(f, "author", upto),
        "sites": lambda store, f, upto: store.top_values(f, "site", upto),
        "figures of a click": lambda store, f, upto: figures(store, f, edges, upto),
        "new since": lambda store, f, _: store.count_new(f, last - 500),
    }


def figures(store: Store, f: MentionFilter, edges: Sequence[datetime], upto: int) -> None:
    """What a click shows besides the list, as of one moment."""
    store.count(f, upto)
    store.count_stories(f, upto)
    store.facets(f, upto)
    store.histogram(f, edges, upto)
    store.top_values(f, "author", upto)
    store.top_values(f, "site", upto)
    store.facet_stories(f, upto)


@contextmanager
def storing(store: Store, posts: Iterator[JudgedPost], per_second: int) -> Iterator[None]:
    """Within the block, a thread stores about ``per_second`` mentions a second."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(BATCH_SECONDS):
            save_all(store, itertools.islice(posts, max(1, round(per_second * BATCH_SECONDS / 1.11))), 1_000)

    thread = threading.Thread(target=run)
    if per_second:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if per_second:
            thread.join()


def drop_cache(folder: Path) -> None:
    """Drop the pages of the database from the cache of the operating system, as far as they are written."""
    for file in folder.iterdir():
        descriptor = os.open(file, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def measure(folder: Path, store: Store) -> dict[str, dict[str, float]]:
    """Print the percentiles of every query. Returns query -> filter -> warm milliseconds."""
    heads = (("warm p50", 10), ("p95", 8), ("worst", 9), ("CPU p95", 9), ("cold p50", 10), ("p95", 8), ("target", 8))
    print(f"{'ms, 40 filters':<18}" + "".join(f"{head:>{width}}" for head, width in heads) + "  slowest")
    found = dict[str, dict[str, float]]()
    for name, query in queries(store).items():
        cold, warm, cpu = dict[str, float](), dict[str, float](), dict[str, float]()
        for label, f in all_filters().items():
            drop_cache(folder)
            reader = open_store(f"sqlite:///{folder / 'bench.db'}")
            runs = [timed(query, reader, f, store.last_mention_id() - n) for n in range(4)]
            reader.close()
            cold[label] = runs[0][0]
            warm[label], cpu[label] = (statistics.median(times) for times in zip(*runs[1:], strict=True))
        found[name] = warm
        target = TARGETS_MS.get(name, "")
        worst = max(warm, key=lambda label: warm[label])
        print(
            f"{name:<18}{p(warm, 50):>10.1f}{p(warm, 95):>8.1f}{max(warm.values()):>9.1f}{p(cpu, 95):>9.1f}"
            f"{p(cold, 50):>10.1f}{p(cold, 95):>8.1f}{target:>8}  {worst}",
            flush=True,
        )
    return found


def timed(query: Query, store: Store, f: MentionFilter, upto: int) -> tuple[float, float]:
    """Milliseconds of a run, as a person and as the processor sees them."""
    before = time.thread_time()
    seen = milliseconds(lambda: query(store, f, upto), 1)
    return seen, 1000 * (time.thread_time() - before)


def measure_contention(store: Store, clickers: int) -> None:
    """Print what a click waits while ``clickers`` others ask for the slowest figures again and again."""
    slow, light = all_filters()["OR of eight"], MentionFilter(author=Choice(("user77",)))
    moments = itertools.count(store.last_mention_id(), -1)  # so that no click finds the sample of another
    asked: dict[str, Callable[[], object]] = {"page": lambda: store.page(light), "count": lambda: store.count(light)}
    ended = threading.Event()

    def click() -> None:
        while not ended.is_set():
            store.facets(slow, next(moments))

    threads = [threading.Thread(target=click) for _ in range(clickers)]
    for name, query in asked.items():
        alone = {str(n): milliseconds(query, 1) for n in range(CLICKS)}
        print(f"{name + ', alone':<18}{p(alone, 50):>10.1f}{p(alone, 95):>8.1f}{max(alone.values()):>9.1f}")
    for thread in threads:
        thread.start()
    for name, query in asked.items():
        beside = {str(n): milliseconds(query, 1) for n in range(CLICKS)}
        label = f"{name}, {clickers} click"
        print(f"{label:<18}{p(beside, 50):>10.1f}{p(beside, 95):>8.1f}{max(beside.values()):>9.1f}")
    ended.set()
    for thread in threads:
        thread.join()


def p(times: Mapping[str, float], per_cent: int) -> float:
    """A percentile of the values."""
    ranked = sorted(times.values())
    return ranked[round(per_cent / 100 * (len(ranked) - 1))]


def measure_views(store: Store) -> None:
    """Print the cost of the counts beside all saved views of 50 people, whose last looks differ."""
    rng, last = random.Random(50), store.last_mention_id()
    chosen = list(all_filters().values())
    times = dict[str, float]()
    for person in range(PEOPLE):
        looked = [(f, last - rng.randrange(20_000)) for f in rng.sample(chosen, VIEWS_PER_PERSON)]
        times[str(person)] = milliseconds(lambda looked=looked: store.views.count_new(looked), 1)  # type: ignore[misc]
    print(f"{'views of a person':<18}{p(times, 50):>10.1f}{p(times, 95):>8.1f}{max(times.values()):>9.1f}")


def measure_datasette(folder: Path, ours: Mapping[str, Mapping[str, float]]) -> None:
    """Print Datasette's times for the filters without words, with the columns that the page's queries use."""
    try:
        from datasette.app import Datasette  # type: ignore[import-not-found]  # noqa: PLC0415
    except ImportError:
        print("Datasette is not installed, so there is nothing to compare with.")
        return
    service = Datasette([str(folder / "bench.db")], settings=DATASETTE)

    async def fetch(parameters: list[tuple[str, str]]) -> float:
        start = time.perf_counter()
        response = await service.client.get(f"/bench/mention.json?{urlencode(parameters)}")
        return 1000 * (time.perf_counter() - start) if response.status_code == 200 else float("inf")

    columns = {"page": [("_nocount", "1"), ("_nofacet", "1")], "count": [("_nofacet", "1")]}
    columns["facets"] = [("_facet", name) for name in ("brand", "source", "sentiment", "lang", "state")]
    print(f"{'Datasette, ms':<18}{'p50':>10}{'p95':>8}{'worst':>9}{'ratio':>8}")
    for name, extra in columns.items():
        times = dict[str, float]()
        for label, where in datasette_filters().items():
            times[label] = min(asyncio.run(fetch([*where, *extra])) for _ in range(2))
        mine = [ours["first page" if name == "page" else name][label] for label in times]
        ratio = statistics.median(times.values()) / statistics.median(mine)
        print(f"{name:<18}{p(times, 50):>10.1f}{p(times, 95):>8.1f}{max(times.values()):>9.1f}{ratio:>8.1f}")


def datasette_filters() -> dict[str, list[tuple[str, str]]]:
    """The filters of a brand and a time, as parameters of Datasette for the columns of the table."""
    found = dict[str, list[tuple[str, str]]]()
    for label, f in all_filters().items():
        if f != MentionFilter(since=f.since, brand=f.brand) or f.brand.exclude:
            continue
        where = [("_sort_desc", "id"), ("_size", "50")]
        if f.brand.include:
            where.append(("brand__exact", str(1 + [brand.name for brand in BRANDS].index(f.brand.include[0]))))
        if f.since:
            where.append(("published_at__gte", str(round(f.since.timestamp() * 1000))))
        found[label] = where
    return found


def build(folder: Path, mentions: int) -> None:
    """Store ``mentions`` in a new database, in batches of 1,000."""
    folder.mkdir(parents=True, exist_ok=True)
    store = open_store(f"sqlite:///{folder / 'bench.db'}")
    store.register_brands(BRANDS, START)
    started = time.perf_counter()
    saved, spent, longest = save_all(store, judged_posts(mentions), 1_000)
    minutes = (time.perf_counter() - started) / 60
    print(
        f"built {saved:,} mentions in {minutes:.1f} min, saving {saved / spent:,.0f}/s, longest batch {longest:.0f} ms"
    )
    store.close()


def run(mentions: int, folder: Path, per_second: int, clickers: int, with_datasette: bool) -> None:
    """Build what is missing, then measure."""
    if not (folder / "bench.db").exists():
        build(folder, mentions)
    store = open_store(f"sqlite:///{folder / 'bench.db'}")
    total = sum(file.stat().st_size for file in folder.iterdir())
    count = store.count(MentionFilter()).n
    print(f"{count:,} mentions, {total / count:.0f} bytes each, {per_second} stored a second meanwhile")
    later = (
        replace(one, post=replace(one.post, external_id=f"late {one.post.external_id}"))
        for one in judged_posts(10**7, 2)
    )
    with storing(store, later, per_second):
        ours = measure(folder, store)
        measure_views(store)
        measure_contention(store, clickers)
    if with_datasette:
        measure_datasette(folder, ours)
    store.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mentions", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the database is, or is to be built; it is kept")
    parser.add_argument("--per-second", type=int, default=200)
    parser.add_argument("--clickers", type=int, default=4)
    parser.add_argument("--without-datasette", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "mentions"
        run(options.mentions, folder, options.per_second, options.clickers, not options.without_datasette)


if __name__ == "__main__":
    main()
