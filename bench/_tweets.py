"""Tweets about six airlines: those of the public data set where its file exists, else generated ones.

The data set is "Twitter US Airline Sentiment": 14,640 tweets with their label, which people assigned. Generated tweets
have the same columns, about the same length and the same share of each label, but no real language: what is measured
on them says how fast the program is, and little about how good.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bench._feeds_markup import WORDS

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Recordings and data sets that are not part of the project. Each benchmark does without them."""
AIRLINE_TWEETS = SHARED_DATA / "airline" / "tweets.csv"
GENERATED = 8_000
DAYS = 9
START = datetime(2015, 2, 16)
AIRLINE_HANDLES = {
    "United": "@united",
    "Southwest": "@SouthwestAir",
    "Delta": "@JetBlue",
    "US Airways": "@USAirways",
    "American": "@AmericanAir",
    "Virgin America": "@VirginAmerica",
}
"""Airline -> whom tweets about it address. The data set labels tweets that address @JetBlue as Delta's."""
AIRLINE_WEIGHTS = (26, 17, 15, 20, 19, 3)
LABEL_WEIGHTS = {"negative": 63, "neutral": 21, "positive": 16}
OPINIONS = {
    "negative": ("worst delay of the year", "lost my bag again", "is terrible", "left us waiting for hours, awful"),
    "neutral": ("when does the flight leave", "do you fly to Malaga", "which gate is it", "the form is online"),
    "positive": ("thank you, great crew", "is the best", "I love the new seats", "was so helpful today"),
}
BURST_SUBJECTS = ("fuel voucher", "data leak", "lounge closure", "luggage robot", "signal booster", "seat lottery")
BURST_SENTENCES = ("where is my {}?", "no {} again", "the {} is late", "why this {}?", "a {}, really!")
BURST_TWEETS = 40
"""Each airline has one hour in which so many tweets are about one subject."""

Row = dict[str, str]


def airline_tweets(path: Path | None = None) -> list[Row]:
    """The rows of ``path``, or of the data set, or generated ones; prints when they are generated.

    Columns: tweet_id, airline, airline_sentiment, name, text, tweet_created.
    """
    if path is None and not AIRLINE_TWEETS.exists():
        print(f"The airline tweets are missing, so this measures {GENERATED:,} generated tweets.")
        return generated_tweets(GENERATED)
    with (path or AIRLINE_TWEETS).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def generated_tweets(count: int) -> list[Row]:
    """Tweets in the order of their time, the same in every run."""
    rng = random.Random(5)
    written = [*_everyday_tweets(rng, count - BURST_TWEETS * len(AIRLINE_HANDLES)), *_burst_tweets(rng)]
    written.sort(key=lambda one: one[0])
    return [_row(rng, number, *one) for number, one in enumerate(written)]


def _everyday_tweets(rng: random.Random, count: int) -> Iterator[tuple[datetime, str, str]]:
    """(time, airline, no sentence) at random times."""
    for airline in rng.choices(tuple(AIRLINE_HANDLES), AIRLINE_WEIGHTS, k=count):
        yield START + rng.random() * timedelta(days=DAYS), airline, ""


def _burst_tweets(rng: random.Random) -> Iterator[tuple[datetime, str, str]]:
    """(time, airline, sentence) of the hour in which many write about the same subject."""
    for day, (airline, subject) in enumerate(zip(AIRLINE_HANDLES, BURST_SUBJECTS, strict=True), 2):
        for _ in range(BURST_TWEETS):
            sentence = rng.choice(BURST_SENTENCES).format(subject)
            yield START + timedelta(days=day, hours=14 + rng.random()), airline, sentence


def _row(rng: random.Random, number: int, at: datetime, airline: str, sentence: str) -> Row:
    (label,) = rng.choices(tuple(LABEL_WEIGHTS), tuple(LABEL_WEIGHTS.values()))
    talk = " ".join(rng.choices(WORDS, k=rng.randint(2, 14)))
    text = f"{AIRLINE_HANDLES[airline]} {sentence} {rng.choice(OPINIONS[label])} {talk}"
    return {
        "tweet_id": str(10**9 + number),
        "airline": airline,
        "airline_sentiment": label,
        "name": f"user{rng.randrange(8_000)}",
        "text": " ".join(text.split()),
        "tweet_created": f"{at:%Y-%m-%d %H:%M:%S} -0800",
    }
