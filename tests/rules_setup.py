"""Tweets about airlines, stored as the collector stores them, and changes of the rule of one of them."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import datetime, timedelta

from bench._tweets import AIRLINE_HANDLES, airline_tweets
from monitor.collector import Judge
from monitor.model import Brand, Post
from monitor.query.matcher import Matcher
from monitor.rules import Rematcher
from monitor.sentiment import Scorer
from monitor.store import Store

BRANDS = tuple(Brand(name, handle) for name, handle in AIRLINE_HANDLES.items())
UNITED = BRANDS[0]
SOURCES = ("Packers forum", "News")
BEGIN = datetime.fromisoformat("2015-02-10T00:00:00+00:00")
END = datetime.fromisoformat("2015-03-10T00:00:00+00:00")
EDGES = [BEGIN + timedelta(days=7 * n) for n in range(5)]
TEMPLATES = (
    "{rule} NOT {0}",
    "{rule} OR {0} {1}",
    "{rule} OR {0} NEAR/4 {1}",
    "({rule} OR {1}*) NOT ({0} OR =Flight)",
    '@united OR source:"Packers forum" {0}',
    "@united -{0} -{1}",
    "@united NOT (flight NEAR/3 {0})",
    "@united lang:en",
    "=United OR (@united NOT (AT&T OR #{0}))",
    "author:{author} OR @united",
)


def brands_with(rule: str) -> tuple[Brand, ...]:
    """The airlines, United with this rule."""
    return (replace(UNITED, rule=rule), *BRANDS[1:])


def save_tweets(store: Store, n: int) -> None:
    """Register the airlines, and store ``n`` tweets as they are judged."""
    store.register_brands(BRANDS, BEGIN)
    judge = Judge(Matcher(BRANDS), Scorer(BRANDS))
    rows = random.Random(4).sample(airline_tweets(), n)
    for number, source in enumerate(SOURCES):
        posts = [
            Post(source, row["tweet_id"], row["text"], datetime.fromisoformat(_iso(row)), row["name"], lang="en")
            for row in rows[number :: len(SOURCES)]
        ]
        store.save(source, judge.judge(posts, END), now=END)


def _iso(row: dict[str, str]) -> str:
    return re.sub(r" ([+-]\d\d)(\d\d)$", r"\1:\2", row["tweet_created"])


def rematcher(store: Store, rule: str) -> Rematcher:
    """What matches stored posts again while United has this rule."""
    brands = brands_with(rule)
    return Rematcher(store, Judge(Matcher(brands), Scorer(brands)), brands)


def use_rule(store: Store, rule: str, now: datetime = END) -> None:
    """Change the rule of United, and match everything again."""
    store.register_brands(brands_with(rule), now)
    finish(store, rule, now)


def finish(store: Store, rule: str, now: datetime = END) -> None:
    """Match everything that is left, and what was stored since."""
    one = rematcher(store, rule)
    while one.step(now) is not None:
        pass
    while one.step(now + timedelta(minutes=3)) is not None:
        pass


def random_rules(n: int, words: list[str], authors: list[str], seed: int = 17) -> list[str]:
    """Edits of the rule of United."""
    rng, found = random.Random(seed), list[str]()
    while len(found) < n:
        a, b = rng.sample(words, 2)
        before = found[-1] if found and len(found[-1]) < 120 and rng.random() < 0.3 else UNITED.rule
        text = rng.choice(TEMPLATES).format(a, b, rule=f"({before})", author=rng.choice(authors))
        if text != (found[-1] if found else UNITED.rule):
            found.append(text)
    return found
