"""What the preview of a rule costs, and how fast stored posts are matched again while new ones are stored.

    python -m bench.rules [MENTIONS] [--folder FOLDER] [--rematched 50000]

Builds MENTIONS (1,000,000 by default) by seed, as ``bench.mentions`` does, or uses the database that FOLDER has. It
previews changes of a rule over all posts and over the last week, and compares each with the time of one count of a
frequent word. Then it changes a rule and matches the newest --rematched posts again, and saves a batch of new posts
between two steps, as the writer does. It prints how long such a save takes, with matching and without.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from bench.store import BRANDS, END, START, judged_posts, milliseconds, save_all
from monitor.collector import Judge
from monitor.model import JudgedPost, MentionFilter
from monitor.query.matcher import Matcher
from monitor.rules import Rematcher, RematchStep
from monitor.sentiment import Scorer
from monitor.store import Store, open_store

RULES = {
    "unchanged": "acme",
    "one exclusion": "acme NOT refund*",
    "an alternative": "acme OR refund NEAR/3 hold",
    "the picture's": "acme OR acmephone* OR site:site7.example NOT (acme NEAR/5 (delay* OR seat OR wait))",
    "everything of all brands": "acme OR the OR flight OR was",
    "nothing that was found": "zyzzyva",
    "with exact letters": "=Acme",
    "with signs": "acme OR AT&T",
}


def measure_previews(store: Store) -> None:
    """Print the time of each preview over all posts, and over the last week."""
    count = milliseconds(lambda: store.count(MentionFilter(q="the")))
    print(f"{'preview, ms':<28}{'all posts':>10}{'ratio':>7}{'7 days':>9}   entering, leaving")
    for name, text in RULES.items():
        week = [END - timedelta(days=7) + timedelta(hours=6) * n for n in range(29)]
        months = [START - timedelta(days=31) + timedelta(days=30) * n for n in range(27)]
        all_ms = milliseconds(lambda text=text, edges=months: store.rules.preview("Acme", text, edges, 50), 1)  # type: ignore[misc]
        week_ms = milliseconds(lambda text=text, edges=week: store.rules.preview("Acme", text, edges, 50), 1)  # type: ignore[misc]
        found = store.rules.preview("Acme", text, months, 50)
        figures = f"{found.entering.n:,}, {found.leaving.n:,}{'' if found.exact else ' (estimated)'}"
        print(f"{name:<28}{all_ms:>10.0f}{all_ms / count:>7.0f}{week_ms:>9.0f}   {figures}")


def measure_rematch(store: Store, posts: int) -> None:
    """Print how many posts a second are matched again, and what that does to saves of new ones."""
    brands = (replace(BRANDS[0], rule="acme NOT refund*"), *BRANDS[1:])
    store.register_brands(brands, END)
    rematcher = Rematcher(store, Judge(Matcher(brands), Scorer(brands)), brands)
    new = judged_posts(20_000, seed=7)
    alone = [_save_one_batch(store, new) for _ in range(20)]
    done, spent, beside = 0, 0.0, list[float]()
    while done < posts:
        begun = time.perf_counter()
        step = rematcher.step(END) or RematchStep()
        spent += time.perf_counter() - begun
        done += step.posts
        beside.append(_save_one_batch(store, new))
        if not step.posts:
            break
    alone.sort(), beside.sort()
    print(f"\nmatched again: {done:,} posts, {done / spent:,.0f} posts/s")
    print(f"a save of 50 posts, ms p50: alone {alone[len(alone) // 2]:.1f}, beside {beside[len(beside) // 2]:.1f}")
    print(f"the longest: alone {alone[-1]:.1f}, beside {beside[-1]:.1f}")


def _save_one_batch(store: Store, posts: Iterator[JudgedPost]) -> float:
    batch = [
        replace(one, post=replace(one.post, external_id=f"new-{one.post.external_id}")) for one in islice(posts, 50)
    ]
    return milliseconds(lambda: store.save("New", batch, now=END), 1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("mentions", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rematched", type=int, default=50_000)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        exists = (folder / "bench.db").exists()
        store = open_store(f"sqlite:///{folder / 'bench.db'}")
        if not exists:
            store.register_brands(BRANDS, datetime.fromisoformat("2024-01-01T00:00:00+00:00"))
            save_all(store, judged_posts(chosen.mentions), 1_000)
        measure_previews(store)
        measure_rematch(store, chosen.rematched)
        store.close()


if __name__ == "__main__":
    main()
