"""Precision and recall of stories: of pairs of posts that are put into one story, and of pairs that belong together.

    python -m bench.stories [--half 0|1] [--wrong]

The posts are made from ``tests/data/stories.toml``: each story as it goes round (agency copies, own summaries, comments
with a link), and posts that share only boilerplate (footers, home pages, quotes of a thread). They are saved in order
of publication into a database in a temporary folder. --half takes one half of the stories; constants were chosen on
half 0. "text only" is the same without the keys of links and headlines. --wrong prints the pairs joined wrongly.
Where ../shared/data exists, recorded Reddit submissions are joined too: pairs whose titles have no word in common are
those to look at. The last lines compare the CPU time of a post's keys with that of its signature.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from bench._shares import HALVES, half_of, share
from bench._story_posts import START, LabelledPost, load_stories, make_posts
from bench._tweets import SHARED_DATA, airline_tweets
from monitor.model import UNDATED, Brand, Finding, JudgedPost, Match, MentionFilter, Post, Score
from monitor.store import open_store
from monitor.text.near_duplicates import signatures
from monitor.text.story_keys import story_keys, story_text

SPEED_POSTS = 5_000
PAGE = 1_000


def judged(post: Post, with_keys: bool) -> JudgedPost:
    """A post as the judge passes it to the store."""
    finding = Finding(Match("Acme", "acme"), Score(None))
    return JudgedPost(post, (finding,), signatures([story_text(post)])[0], story_keys(post) if with_keys else ())


def stories_of(posts: Sequence[Post], with_keys: bool = True) -> list[int]:
    """A number for each post: equal ones are in one story."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/stories.db")
        store.register_brands([Brand("Acme", "acme")], START)
        for post in posts:
            store.save(post.source, [judged(post, with_keys)], now=START + timedelta(days=365))
        found: dict[tuple[str, str], int] = {}
        before = None
        while page := store.page(MentionFilter(), before=before, limit=PAGE):
            found |= {(one.post.source, one.post.external_id): one.story or -one.id for one in page}
            before = page[-1].id
        store.close()
    return [found[post.source, post.external_id] for post in posts]


def print_half(posts: Sequence[LabelledPost], with_keys: bool, show_wrong: bool) -> None:
    """Precision and recall, and where they are lost."""
    found = stories_of([one.post for one in posts], with_keys)
    joined, right, expected = 0, 0, 0
    lost: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for (one, first), (other, second) in combinations(zip(posts, found, strict=True), 2):
        same, together = one.story == other.story, first == second
        joined, right, expected = joined + together, right + (same and together), expected + same
        if same:
            for kind in {one.kind, other.kind}:
                pairs[kind] += 1
                lost[kind] += not together
        elif together:
            wrong[" + ".join(sorted({one.kind, other.kind}))] += 1
            if show_wrong:
                print(f"    {one.post.body[:90]!r}\n    {other.post.body[:90]!r}\n")
    name = "links, headlines and text" if with_keys else "text only"
    print(f"  {name:28}precision {share(right, joined)}   recall {share(right, expected)}   {len(posts)} posts")
    if with_keys:
        print("    recall of pairs with: " + ", ".join(f"{kind} {1 - lost[kind] / n:.2f}" for kind, n in pairs.items()))
        print("    joined wrongly: " + (", ".join(f"{kind} {n}" for kind, n in wrong.most_common()) or "none"))


def recorded_submissions() -> list[Post]:
    """The recorded Reddit submissions, once each."""
    found: dict[str, Post] = {}
    for path in sorted((SHARED_DATA / "recordings" / "reddit").glob("*.json")):
        for body in re.findall(r'"string": "((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8")):
            try:
                listing = json.loads(json.loads(f'"{body}"'))
            except ValueError:
                continue
            for thing in _things(listing):
                found.setdefault(thing["name"], _submission(thing))
    return list(found.values())


def _things(listing: object) -> list[dict[str, str]]:
    children = listing.get("data", {}).get("children", []) if isinstance(listing, dict) else []
    data = [child.get("data", {}) for child in children if isinstance(child, dict)]
    return [one for one in data if isinstance(one.get("title"), str) and isinstance(one.get("name"), str)]


def _submission(thing: dict[str, str]) -> Post:
    address = f"https://www.reddit.com{thing.get('permalink', '')}"
    at = UNDATED + timedelta(seconds=float(thing.get("created_utc") or 1))
    link = "" if thing.get("is_self") else str(thing.get("url") or "")
    text = str(thing.get("selftext") or "")
    return Post("Reddit", thing["name"], text, at, str(thing.get("author")), thing["title"], address, link=link)


def print_recorded() -> None:
    """What is joined among recorded submissions, and how much of it shares no word in the titles."""
    posts = sorted(recorded_submissions(), key=lambda post: post.published_at)
    found = stories_of(posts)
    pairs = [(a, b) for (a, m), (b, n) in combinations(zip(posts, found, strict=True), 2) if m == n]
    apart = [pair for pair in pairs if not set.intersection(*(set(post.title.lower().split()) for post in pair))]
    print(f"Recorded submissions: {len(posts)}, {len(pairs)} pairs joined, {len(apart)} without a common word")
    for one, other in apart[:10]:
        print(f"    {one.title[:60]!r} {other.title[:60]!r} {one.link[:60]}")


def print_speed() -> None:
    """CPU time of a post's keys and of its signature."""
    texts = [row["text"] for row in airline_tweets(None)][:SPEED_POSTS]
    posts = [
        Post("X", str(n), text, START, "a", url=f"https://x.com/a/status/{n}00000") for n, text in enumerate(texts)
    ]
    posts += [replace(post, title=f"Headline number {n} about Acme today") for n, post in enumerate(posts[:1000])]
    start = time.process_time()
    for post in posts:
        story_keys(post)
    between = time.process_time()
    signatures([story_text(post) for post in posts])
    end = time.process_time()
    keys, signature = (1e6 * seconds / len(posts) for seconds in (between - start, end - between))
    print(f"Keys {keys:.0f} µs of CPU time a post, signature {signature:.0f} µs")


def main() -> None:
    """Print each half, with and without keys."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", type=int, choices=HALVES)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    for half in HALVES if options.half is None else [options.half]:
        stories = [story for story in load_stories() if half_of(story["title"]) == half]
        posts = make_posts(stories)
        print(f"Half {half} ({HALVES[half]}), pairs, percent")
        print_half(posts, with_keys=False, show_wrong=False)
        print_half(posts, with_keys=True, show_wrong=options.wrong)
    if SHARED_DATA.is_dir():
        print_recorded()
    print_speed()


if __name__ == "__main__":
    main()
