"""What a comparison costs, beside plain SQL that counts the same two brands.

    python -m bench.compare [MENTIONS] [--folder FOLDER]

Builds MENTIONS (1,000,000 by default) by seed, as ``bench.mentions`` does, or uses the database that FOLDER has.
Figures are milliseconds of CPU on this machine, the median of five; the ratio is ours divided by that of the reference,
which counts the first two brands by hour, sentiment, source and language in one statement each, without words, topics
and stories.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.mentions import build
from bench.store import BRANDS, END
from monitor.analysis.comparison import Installation, compare
from monitor.model.comparison import Side
from monitor.quality import ErrorFigures
from monitor.store import open_store

CASES = ((2, 7), (2, 30), (5, 30))
"""Brands and days."""
COLUMNS = ("published_at / 3600000", "sentiment", "source", "lang")
RUNS = 5


def milliseconds_of_cpu(work: Callable[[], object]) -> float:
    """The median of RUNS, after one that fills caches."""
    work()
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        times.append(1000 * (time.process_time() - started))
    return statistics.median(times)


def count_by_sql(db: sqlite3.Connection, days: int) -> None:
    """The reference."""
    since = round((END - timedelta(days=days)).timestamp() * 1000)
    for column in COLUMNS:
        select = f"""SELECT brand.name, {column}, count(*) FROM mention JOIN brand ON brand.id = mention.brand
            WHERE brand.name IN (?, ?) AND published_at >= ? AND state < 2 GROUP BY 1, 2"""
        db.execute(select, (BRANDS[0].name, BRANDS[1].name, since)).fetchall()


def run(mentions: int, folder: Path) -> None:
    """Build what is missing, then measure and print."""
    if not (folder / "bench.db").exists():
        build(folder, mentions)
    store, known = open_store(f"sqlite:///{folder / 'bench.db'}"), Installation(BRANDS, (), ErrorFigures(), ())
    db = sqlite3.connect(folder / "bench.db")
    print(f"{'brands':>6}{'days':>6}{'ms':>8}{'SQL, ms':>9}{'ratio':>7}")
    for brands, days in CASES:
        sides = [Side(brand.name, END - timedelta(days=days)) for brand in BRANDS[:brands]]
        ours = milliseconds_of_cpu(partial(compare, sides, store, known, END))
        plain = milliseconds_of_cpu(partial(count_by_sql, db, days))
        print(f"{brands:>6}{days:>6}{ours:>8.0f}{plain:>9.0f}{ours / plain:>7.1f}")
    store.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mentions", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the database is, or is to be built; it is kept")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        run(options.mentions, options.folder or Path(temporary) / "compare")


if __name__ == "__main__":
    main()
