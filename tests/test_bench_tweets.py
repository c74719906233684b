"""The tweets that benchmarks generate where the public data set is missing."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from bench import _tweets
from bench._labelled_texts import load
from bench.pipeline import read_tweets
from bench.topics import airline_texts

COLUMNS = {"tweet_id", "airline", "airline_sentiment", "name", "text", "tweet_created"}


@pytest.fixture
def no_data_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_tweets, "AIRLINE_TWEETS", tmp_path / "missing.csv")
    monkeypatch.setattr(_tweets, "GENERATED", 600)


def test_generated_tweets_are_the_same_each_time_and_in_order() -> None:
    tweets = _tweets.generated_tweets(600)
    assert tweets == _tweets.generated_tweets(600)
    assert (len(tweets), len({tweet["tweet_id"] for tweet in tweets})) == (600, 600)
    assert {frozenset(tweet) for tweet in tweets} == {frozenset(COLUMNS)}
    assert [tweet["tweet_created"] for tweet in tweets] == sorted(tweet["tweet_created"] for tweet in tweets)


def test_each_airline_has_an_hour_about_one_subject() -> None:
    tweets = _tweets.generated_tweets(600)
    subjects = Counter((t["airline"], s) for t in tweets for s in _tweets.BURST_SUBJECTS if s in t["text"])
    expected = zip(_tweets.AIRLINE_HANDLES, _tweets.BURST_SUBJECTS, strict=True)
    assert subjects == dict.fromkeys(expected, _tweets.BURST_TWEETS)


@pytest.mark.usefixtures("no_data_set")
def test_benchmarks_use_generated_tweets_and_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(read_tweets(None)) == len(load(None, {})) == 600
    assert set(airline_texts(_tweets.airline_tweets())) == set(_tweets.AIRLINE_HANDLES)
    assert capsys.readouterr().out.count("this measures 600 generated tweets") == 3


def test_a_given_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tweets.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, sorted(COLUMNS))
        writer.writeheader()
        writer.writerows(_tweets.generated_tweets(300))
    assert len(read_tweets(path)) == 300
