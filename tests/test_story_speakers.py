"""Which posts speak for an incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from display.wall_state.story_speakers import Speaker, chosen, moods_of, speakers
from monitor.model import Mention, Score, Sentiment, Text
from tests.fakes import NOON, post

NEGATIVE, NEUTRAL, POSITIVE, UNSCORED = Sentiment
SCORES = {NEGATIVE: -0.6, NEUTRAL: 0.0, POSITIVE: 0.6, UNSCORED: None}


def text(number: int, body: str, **changes: Any) -> Text:
    fields: dict[str, Any] = {"story": None, "author": f"a{number}", "lang": "en", "title": "", **changes}
    return Text(number, number, text=body, source="Forum", site="", published_at=NOON, **fields)


OUTAGE = [
    "Acme is down and so is my phone",
    "No network from Acme since noon",
    "Is Acme down for everyone, the whole network?",
    "Acme network down, cannot work",
    "The network of Acme has been down for an hour",
]
OTHER = "Acme sponsors our village fair again"
USUAL = [
    "My parcel from Acme is late again",
    "Acme has a nice new shop in the old town",
    "Is Acme any good for cats?",
] * 5


def test_posts_near_the_middle_of_the_story_come_first_and_others_are_left_out() -> None:
    texts = [text(n, body) for n, body in enumerate([*OUTAGE, OTHER])]
    ranked = speakers(texts, [text(n, body) for n, body in enumerate(USUAL, 100)], ("network down",))
    assert ranked[0].mention in (2, 3, 4)
    assert 5 not in [one.mention for one in ranked]


def test_what_is_always_said_is_not_the_story() -> None:
    texts = [text(n, f"{body}. My parcel from Acme is late again") for n, body in enumerate(OUTAGE)]
    ranked = speakers([*texts, text(9, USUAL[0])], [text(n, USUAL[0]) for n in range(100, 110)], ())
    assert {one.mention for one in ranked} == set(range(5))


def test_a_text_that_is_set_aside_does_not_speak() -> None:
    texts = [text(n, body, set_aside=n == 0) for n, body in enumerate(OUTAGE)]
    assert 0 not in {one.mention for one in speakers(texts, [], ())}
    assert len(speakers(texts, [], ())) == len(OUTAGE) - 1


def test_a_group_of_near_duplicates_speaks_once_with_its_newest_post_that_is_not_hidden() -> None:
    texts = [text(n, OUTAGE[3], story=7, hidden=n == 5) for n in range(6)]
    (only,) = speakers(texts, [], ())
    assert only.mention == 4


def test_voices_that_are_equally_close_do_not_alternate() -> None:
    texts = [text(n, body) for n, body in enumerate(OUTAGE)]
    for one in speakers(texts, [], ()):
        assert speakers(texts, [], (), shown={one.mention})[0].fit >= one.fit
    first, second = speakers(texts, [], ())[:2]
    assert speakers(texts, [], (), shown={second.mention})[0].mention == second.mention != first.mention


def test_of_posts_that_are_as_close_the_newer_one_comes_first() -> None:
    texts = [replace(text(n, OUTAGE[3]), published_at=NOON + n * timedelta(hours=2)) for n in range(3)]
    assert [one.mention for one in speakers(texts, [], (), shown={0})] == [2, 1, 0]


def test_no_text_has_no_speaker() -> None:
    assert speakers([], [], ("network",)) == []
    assert [one.mention for one in speakers([text(1, "")], [], ("",))] == [1]


def mention(number: int, score: float | None) -> Mention:
    return Mention(number, post(external_id=str(number)), "Acme", "acme", 1, Score(score), NOON)


def ranking(*sentiments: Sentiment, same_words: bool = False) -> list[tuple[Speaker, Mention]]:
    """Speakers with these sentiments, the closest first."""
    ranked = []
    for n, sentiment in enumerate(sentiments, 1):
        words = frozenset({"same"} if same_words else {f"word{n}"})
        ranked.append((Speaker(n, words, 1.0 / n), mention(n, score=SCORES[sentiment])))
    return ranked


def voices(ranked: Sequence[tuple[Speaker, Mention]], **moods: int) -> list[int]:
    return [one.id for one in chosen(ranked, {Sentiment(name): n for name, n in moods.items()})]


@pytest.mark.parametrize(
    ("ranked", "moods", "expected"),
    [
        ([POSITIVE, NEGATIVE, NEGATIVE, NEUTRAL, NEGATIVE], {"negative": 80, "neutral": 15, "positive": 5}, [2, 3, 5]),
        ([POSITIVE, NEGATIVE, NEGATIVE, NEGATIVE, NEUTRAL], {"negative": 50, "neutral": 40}, [2, 3, 5]),
        ([POSITIVE, POSITIVE, NEUTRAL, UNSCORED], {"positive": 49, "negative": 51}, [3, 4]),
        ([NEGATIVE, POSITIVE, POSITIVE, POSITIVE], {"positive": 90, "negative": 10}, [2, 3, 4]),
        ([NEGATIVE, POSITIVE, POSITIVE, NEGATIVE], {"positive": 60, "negative": 40}, [2, 3, 1]),
        ([NEGATIVE, POSITIVE, NEUTRAL], {"positive": 90, "negative": 10}, [1, 3]),  # never the only positive one
        ([POSITIVE], {"positive": 9}, []),
        ([UNSCORED, UNSCORED], {"unscored": 9}, [1, 2]),
        ([NEUTRAL, NEGATIVE], {"negative": 9}, [2, 1]),
        ([], {"negative": 9}, []),
    ],
)
def test_voices_have_the_mood_of_most_posts(
    ranked: list[Sentiment], moods: dict[str, int], expected: list[int]
) -> None:
    assert voices(ranking(*ranked), **moods) == expected


def test_voices_say_different_things_if_there_are_any() -> None:
    ranked = ranking(*[NEGATIVE] * 3, same_words=True)
    other = (Speaker(9, frozenset({"other"}), 0.1), mention(9, score=-0.6))
    assert voices([*ranked, other], negative=9) == [1, 9, 2]


def test_moods_count_unscored_posts_apart() -> None:
    texts = [text(1, "a", score=-0.5), text(2, "b", score=0.1), text(3, "c")]
    assert moods_of(texts) == {NEGATIVE: 1, NEUTRAL: 1, UNSCORED: 1}
