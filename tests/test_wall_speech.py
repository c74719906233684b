"""The wall's own words: complete in every language, and never two languages on one screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from display.cli.dependencies import load_config
from display.wall_state.sentences import why
from display.wall_state.speech import ENGLISH, LANGUAGES, Counted, Phrases, Speech
from monitor.config.walls import Wall
from monitor.errors import ConfigError
from monitor.model import Health, Incident
from tests.fake_site import judged, read_at
from tests.fakes import NOON, FakeClock
from tests.test_walls import Walls, topic, topics

LONDON = ZoneInfo("Europe/London")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SAME = {
    "in_time",
    "mentions_in",
    "negative_short",
    "thousands",
    "weekday_time",
    "date",
    "first_of_month",
    "blind",
    "incident",
    "normal",
    "last_read",
    "falling",
}
"""Phrases that may be alike in two languages."""
ENGLISH_WORDS = re.compile(
    r"\b(the|since|usual|usually|hour|about|read|last|days?|no|none|too|share|topic|noon|midnight"
    r"|what|nothing|yet|posts?|hidden|counted|shown|times|for|and|more|said|from|to|brands|mostly|unscored|waits?|key"
    r"|someone|until|Monday|Tuesday|Wednesday|March|listening|learning|partly)\b",
    re.IGNORECASE,
)


def forms(phrase: str | tuple[str, ...] | Counted) -> tuple[str, ...]:
    if isinstance(phrase, Counted):
        return phrase.one, phrase.many, phrase.none
    return (phrase,) if isinstance(phrase, str) else phrase


def filled(words: str) -> set[str]:
    return set(re.findall(r"{(\w*)}", words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_phrase_and_fills_in_the_same(language: str) -> None:
    for field in fields(Phrases):
        ours, english = forms(getattr(LANGUAGES[language], field.name)), forms(getattr(ENGLISH, field.name))
        assert len(ours) == len(english), field.name
        for mine, theirs in zip(ours, english, strict=True):
            if field.name not in ("date", "first_of_month"):
                assert filled(mine) == filled(theirs), (field.name, mine)
            assert bool(mine) == bool(theirs), field.name
            assert mine.count("{") == mine.count("}") == len(re.findall(r"{\w+}", mine)), field.name


@pytest.mark.parametrize("language", ["de", "fr"])
def test_no_phrase_was_left_in_english(language: str) -> None:
    alike = {f.name for f in fields(Phrases) if getattr(LANGUAGES[language], f.name) == getattr(ENGLISH, f.name)}
    assert alike <= SAME


def test_the_config_accepts_exactly_these_languages(tmp_path: Path) -> None:
    table = '[[brands]]\nname = "Acme"\nrule = "acme"\nours = true\n[[walls]]\nname = "office"\nlanguage = "{}"\n'
    for language in (*LANGUAGES, "xx"):
        (tmp_path / "config.toml").write_text(table.format(language), encoding="utf-8")
        with nullcontext() if language in LANGUAGES else pytest.raises(ConfigError, match="language: expected"):
            load_config(tmp_path / "config.toml")
    assert Wall().language in LANGUAGES


# Numbers and times


@pytest.mark.parametrize(
    ("language", "number"), [("en", "1,234,567"), ("de", "1.234.567"), ("fr", "1\u202f234\u202f567")]
)
def test_numbers(language: str, number: str) -> None:
    assert Speech(LONDON, LANGUAGES[language]).number(1234567) == number


@pytest.mark.parametrize(
    ("language", "time", "words"),
    [
        ("en", NOON - 5 * MINUTE, "11:55"),
        ("de", NOON - 2 * DAY, "Montag 12:00"),
        ("fr", NOON - 2 * DAY, "lundi 12:00"),
        ("de", NOON - 20 * DAY, "12. Februar"),
        ("fr", NOON - 31 * DAY, "1er février"),
        ("fr", NOON - 20 * DAY, "12 février"),
        ("en", NOON + 2 * DAY, "Friday 12:00"),
        ("en", NOON + 20 * DAY, "24 March"),
        ("en", datetime(2026, 1, 1, 0, 5, tzinfo=LONDON), "1 January"),
        ("en", datetime(2025, 12, 31, 23, 55, tzinfo=LONDON), "31 December"),
        ("de", NOON - 400 * DAY, "28. Januar 2025"),
    ],
)
def test_moments(language: str, time: datetime, words: str) -> None:
    assert Speech(LONDON, LANGUAGES[language]).moment(time, NOON) == words


def test_a_clock_of_twelve_hours() -> None:
    speech = Speech(LONDON, twelve=True)
    times = [speech.time_of_day(NOON + timedelta(hours=h, minutes=5)) for h in (-12, -11, 0, 1, 11)]
    assert times == ["12:05 am", "1:05 am", "12:05 pm", "1:05 pm", "11:05 pm"]
    assert [speech.hour(h) for h in (0, 6, 12, 18)] == ["midnight", "6 am", "noon", "6 pm"]
    assert [Speech(LONDON).hour(h) for h in (0, 6, 12, 18)] == ["midnight", "06:00", "noon", "18:00"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["1 day 4 h", "No mentions", "1 mention", "1,200 mentions", "A and B", "A, B and C"]),
        ("de", ["1 Tag 4 h", "Keine Erwähnung", "1 Erwähnung", "1.200 Erwähnungen", "A und B", "A, B und C"]),
        ("fr", ["1 jour 4 h", "Aucune mention", "1 mention", "1\u202f200 mentions", "A et B", "A, B et C"]),
    ],
)
def test_counts_and_lists(language: str, words: list[str]) -> None:
    speech = Speech(LONDON, LANGUAGES[language])
    counts = [speech.counted(speech.phrases.mentions, n) for n in (0, 1, 1200)]
    assert [speech.lasting(timedelta(hours=28)), *counts, speech.named("AB"), speech.named("ABC")] == words


# Whole screens


def told(value: Any, key: str = "") -> Iterator[str]:
    """Every text of a state that is shown or spoken, but for what others wrote."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in (
                "kind",
                "mark",
                "sentiment",
                "align",
                "link",
                "version",
                "wall",
                "language",
                "author",
                "place",
            ):
                yield from told(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from told(part, key)
    elif isinstance(value, str):
        yield value


@pytest.fixture
def walls(tmp_path: Path, clock: FakeClock) -> Walls:
    walls = Walls(tmp_path, clock, *(Wall(name, language=name, night=None) for name in LANGUAGES))
    walls.save(*(judged(f"Acme {n}", published_at=NOON - n * MINUTE, score=-0.5) for n in range(1, 40)))
    return walls


def incident(**changes: Any) -> Incident:
    began = Incident("Acme", NOON - 90 * MINUTE, NOON - 80 * MINUTE, NOON, 39, 6.0, timedelta(hours=1), 7.0)
    return replace(began, **changes)


def arrange(walls: Walls, case: str) -> None:
    now = walls.clock.now()
    if case == "busy":
        walls.clock.advance(6 * 24 * 3600)
        walls.save(*(judged(f"Acme {n} now", published_at=walls.clock.now()) for n in range(400)))
        walls.store.set_hidden(1, True, now)
    elif case == "incident":
        walls.store.save_incident(incident())
    elif case == "over":
        walls.store.save_incident(incident(until=NOON - 5 * MINUTE, negative=True))
    elif case == "topics":
        walls.store.save_topics(topics(day=[topic(f"t{n}", 9, usual) for n, usual in enumerate((None, 0, 1, 6, 9))]))
    elif case == "partly blind":
        status = read_at(
            now, "Reddit", health=Health.LIMITED, reason="wait (429)", next_check=now + DAY, last_post=None
        )
        walls.store.save_status(status, now)
    elif case == "blind":
        walls.clock.advance(3 * 3600)


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("case", ["learning", "busy", "incident", "over", "topics", "partly blind", "blind"])
def test_nothing_on_a_wall_is_in_another_language(walls: Walls, language: str, case: str) -> None:
    arrange(walls, case)
    ours, english = walls.get(language), walls.get("en")
    assert ours["language"] == language
    assert [words for words in told(ours) if ENGLISH_WORDS.search(words)] == []
    assert any(ENGLISH_WORDS.search(words) for words in told(english))
    assert ours["kind"] == english["kind"]


@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_first_run_is_in_its_language(tmp_path: Path, clock: FakeClock, language: str) -> None:
    walls = Walls(tmp_path, clock, Wall(language=language))
    state = walls.get()
    assert state["departures"]
    assert [words for words in told(state) if ENGLISH_WORDS.search(words)] == []


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("health", Health)
def test_causes_are_in_its_language(language: str, health: Health) -> None:
    status = read_at(NOON, "X", health=health, reason="X asks us to wait (429).")
    for one in (status, replace(status, next_check=NOON + MINUTE), replace(status, last_success=None)):
        assert not ENGLISH_WORDS.search(why(one, NOON, Speech(LONDON, LANGUAGES[language])))


def test_a_masked_wall_says_someone_in_its_language(tmp_path: Path, clock: FakeClock) -> None:
    walls = Walls(tmp_path, clock, Wall(language="de", mask_authors=True))
    walls.save(judged("Ask @nora, says bob of Acme.", author="bob"))
    assert walls.texts() == ["Ask @jemand, says jemand of Acme."]
