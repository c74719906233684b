"""Thirty random filters over real tweets: all parts of the page, and both exports, count what plain Python counts."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from bench._tweets import AIRLINE_HANDLES, AIRLINE_TWEETS
from monitor.model import Brand, Finding, JudgedPost, Match, Post, Score
from monitor.model.actions import Actor
from monitor.store import Store, open_store
from tests.fake_store import ALL
from tests.fakes import NOON
from tests.mentions_data import SOURCES
from tests.test_mentions import chart_sum, client_of, head_count

SAMPLE = 1_500
SCORES = {"negative": -0.6, "neutral": 0.0, "positive": 0.5, "unscored": None}
BRANDS = tuple(Brand(name, handle) for name, handle in AIRLINE_HANDLES.items())
SINGLE_VALUED = {"brand": "Brand", "source": "Source", "sentiment": "Sentiment towards the brand", "lang": "Language"}
"""Facets of which each mention has one value, and their titles in the rail."""
FIRST_DAY = datetime(2015, 2, 17, tzinfo=UTC)


@dataclass
class Row:
    """A mention as plain data."""

    id: str
    text: str
    at: datetime
    brand: str
    source: str
    sentiment: str
    lang: str
    author: str
    state: str = "unclaimed"


def has(word: str) -> Callable[[str], bool]:
    return lambda text: re.search(rf"(?<!\w){word}(?!\w)", text, re.IGNORECASE) is not None


SEARCHES: dict[str, Callable[[str], bool]] = {
    "flight": has("flight"),
    "delay*": has(r"delay\w*"),
    '"customer service"': has(r"customer\W+service"),
    "bag OR luggage": lambda text: has("bag")(text) or has("luggage")(text),
    "flight -cancelled": lambda text: has("flight")(text) and not has("cancelled")(text),
    "(hours OR hour) hold": lambda text: (has("hours")(text) or has("hour")(text)) and has("hold")(text),
}


def rows_of(file: Path) -> list[Row]:
    """A random sample of the tweets, each once per airline that it addresses.

    Without hashtags, inside which a search finds words that no plain computation finds.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        tweets = list(
            {tweet["tweet_id"]: tweet for tweet in csv.DictReader(lines) if "#" not in tweet["text"]}.values()
        )
    rows = []
    for tweet in random.Random(16).sample(tweets, SAMPLE):
        id_, text = tweet["tweet_id"], tweet["text"].strip()
        at = datetime.strptime(tweet["tweet_created"], "%Y-%m-%d %H:%M:%S %z")
        sure = float(tweet["airline_sentiment_confidence"]) > 0.5
        sentiment = tweet["airline_sentiment"] if sure else "unscored"
        fields = SOURCES[int(id_[-2:]) % 3], sentiment, ("en", "en", "de", "und")[len(text) % 4], tweet["name"]
        addressed = [name for name, handle in AIRLINE_HANDLES.items() if handle.casefold() in text.casefold()]
        rows += [Row(id_, text, at, name, *fields) for name in addressed or [tweet["airline"]]]
    return rows


def judged_posts(rows: list[Row], source: str) -> Iterator[JudgedPost]:
    by_id: dict[str, list[Row]] = {}
    for row in rows:
        if row.source == source:
            by_id.setdefault(row.id, []).append(row)
    for id_, found in by_id.items():
        first = found[0]
        lang = "" if first.lang == "und" else first.lang
        post = Post(source, id_, first.text, first.at, author=first.author, lang=lang)
        findings = [Finding(Match(r.brand, AIRLINE_HANDLES[r.brand]), Score(SCORES[r.sentiment])) for r in found]
        yield JudgedPost(post, tuple(findings))


def act(store: Store, rows: list[Row]) -> None:
    """Claim every seventh mention and hide every eleventh."""
    by_key = {(m.post.external_id, m.brand): m.id for m in store.export(ALL)}
    for n, row in enumerate(rows):
        row.state = "claimed" if n % 7 == 0 else "hidden" if n % 11 == 0 else "unclaimed"
    for state in ("claimed", "hidden"):
        ids = [by_key[row.id, row.brand] for row in rows if row.state == state]
        for start in range(0, len(ids), 400):
            chunk, person = ids[start : start + 400], Actor("local")
            if state == "claimed":
                store.actions.claim(chunk, person, NOON)
            else:
                store.actions.hide(chunk, True, person, NOON)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    if not AIRLINE_TWEETS.is_file():
        pytest.skip("needs ../shared/data/airline: tweets to airlines, not part of the project")
    return rows_of(AIRLINE_TWEETS)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("tweets")
    store = open_store(f"sqlite:///{folder / 'wallflower.db'}")
    store.register_brands(BRANDS, NOON)
    for source in SOURCES:
        store.save(source, list(judged_posts(rows, source)), now=NOON, imported=True)
    act(store, rows)
    yield client_of(folder, store, brands=BRANDS)
    store.close()


VALUES = {
    "brand": tuple(AIRLINE_HANDLES),
    "source": SOURCES,
    "lang": ("en", "de", "und"),
    "sentiment": tuple(SCORES),
    "state": ("claimed", "mine", "hidden"),
}


def random_filter(rng: random.Random) -> tuple[list[tuple[str, str]], Callable[[Row], bool]]:
    """Parameters of a URL, and the same as a predicate."""
    params: list[tuple[str, str]] = []
    tests: list[Callable[[Row], bool]] = []
    if rng.random() < 0.5:
        search, found = rng.choice(list(SEARCHES.items()))
        params.append(("q", search))
        tests.append(lambda row: found(row.text))
    states = {"unclaimed", "claimed", "hidden"}
    for facet in rng.sample(list(VALUES), rng.choice((0, 1, 1, 2, 3))):
        value, excludes = rng.choice(VALUES[facet]), rng.random() < 0.3 and facet != "state"
        params.append((facet, "-" + value if excludes else value))
        if facet == "state":
            states = {"claimed" if value == "mine" else value}
        else:
            tests.append(lambda row, f=facet, v=value, no=excludes: (getattr(row, f) == v) != no)  # type: ignore[misc]
    tests.append(lambda row: row.state in states)
    if rng.random() < 0.3:
        since = FIRST_DAY + timedelta(hours=rng.randrange(100))
        until = since + timedelta(hours=rng.randrange(6, 80))
        params += [("since", f"{since:%Y-%m-%dT%H:%M}"), ("until", f"{until:%Y-%m-%dT%H:%M}")]
        tests.append(lambda row: since <= row.at < until)
    else:
        params.append(("range", "all"))
    return params, lambda row: all(test(row) for test in tests)


def rail_sum(text: str, title: str) -> int | None:
    """The sum of a facet's counts in the rail; None if the rail leaves it out."""
    for section in re.split(r'(?=<section class="facet"|<details class="facet collapsed")', text):
        if f">{title}</h2>" in section or f"<span>{title}</span>" in section:
            values = re.findall(
                r'<span class="n">([\d,]+)</span>(?:<span class="visually-hidden">[^<]*</span>)?</a>',
                section.partition("</aside>")[0],
            )
            return sum(int(value.replace(",", "")) for value in values)
    return None


@pytest.mark.parametrize("seed", range(30))
def test_everything_counts_the_same(client: FlaskClient, rows: list[Row], seed: int) -> None:
    params, wanted = random_filter(random.Random(seed))
    expected = sum(map(wanted, rows))
    query = urlencode(params)
    page = client.get(f"/mentions?{query}", follow_redirects=True)
    assert page.status_code == 200
    exported = csv.DictReader(io.StringIO(client.get(f"/mentions.csv?{query}").text))
    assert len(list(exported)) == expected, query
    assert len(json.loads(client.get(f"/mentions.json?{query}").text)) == expected, query
    if not expected:
        assert 'id="count">0<' in page.text
        return
    assert head_count(page.text) == chart_sum(page.text) == expected, query
    chosen = {name for name, _ in params}
    sums = {name: rail_sum(page.text, title) for name, title in SINGLE_VALUED.items() if name not in chosen}
    assert sums == dict.fromkeys(sums, expected), query
