"""The words of walls: complete in every language, and never two languages on one screen."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from display.cli.dependencies import load_config
from display.wall_state.i18n import Locale, PagePhrases, Phrases, Plural, catalogue, fill, languages, page_phrases
from display.wall_state.sentences import unread_reason_text
from monitor.config.walls import Wall
from monitor.errors import ConfigError
from monitor.model import Health, Incident
from tests.fake_site import app_for, judged, working_status
from tests.fakes import NOON, FakeClock
from tests.test_walls import Walls, topic, topics

LONDON = ZoneInfo("Europe/London")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LANGUAGES = catalogue()
ENGLISH = LANGUAGES["en"]
SAME_IN_TWO_LANGUAGES = {
    "date",
    "peak_mentions",
    "because",
    "blind",
    "continued",
    "falling",
    "flag_mentions",
    "in_time",
    "incident",
    "last_known_mentions",
    "last_read_age",
    "mentions",
    "mentions_in",
    "negative_short",
    "normal",
    "over_named",
    "over_unnamed",
    "pairing",
    "sentence",
    "sentiments",
    "source",
    "sources_of_kind",
    "weekday_time",
}
"""Phrases, or forms of one, that may be the same in English and another language."""
ENGLISH_WORDS = re.compile(
    r"\b(the|since|usual|usually|hour|about|read|last|days?|no|none|too|share|topic|noon|midnight"
    r"|what|nothing|yet|posts?|hidden|counted|shown|times|for|and|more|said|from|to|brands|mostly|unscored|waits?|key"
    r"|someone|until|Monday|Tuesday|Wednesday|March|listening|learning|partly)\b",
    re.IGNORECASE,
)


def texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a language, with the name of its phrase."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part, name)
    elif is_dataclass(value):
        whole = isinstance(value, Phrases | PagePhrases)
        for field in fields(value):
            yield from texts(getattr(value, field.name), field.name if whole else name)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"{(\w*)}", text))


def plain(text: str) -> str:
    """``text`` with ordinary spaces."""
    return re.sub(r"\s", " ", text)


# Phrases


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_has_the_same_placeholders_in_every_language(language: str) -> None:
    expected: dict[str, set[str]] = {}
    for name, text in texts(ENGLISH):
        expected[name] = expected.get(name, set()) | placeholders(text)
    for name, text in texts(LANGUAGES[language]):
        if name == "none" or not text or name == "locale":
            continue
        # "No mentions" and "mention" have no number.
        assert expected[name] - {"n"} <= placeholders(text) <= expected[name], (name, text)
        assert text.count("{") == text.count("}") == len(re.findall(r"{\w+}", text)), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_empty(language: str) -> None:
    phrases = LANGUAGES[language]
    for part in (phrases, phrases.page):
        for field in fields(part):
            value = getattr(part, field.name)
            assert value.other if isinstance(value, Plural) else value, field.name


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_no_phrase_was_left_in_english(language: str) -> None:
    english = {(name, text) for name, text in texts(ENGLISH) if text}
    assert {name for name, text in texts(LANGUAGES[language]) if (name, text) in english} <= SAME_IN_TWO_LANGUAGES


def test_a_language_without_a_phrase_fails_when_it_is_loaded() -> None:
    given = {field.name: getattr(ENGLISH, field.name) for field in fields(ENGLISH)}
    del given["normal"]
    with pytest.raises(TypeError, match="normal"):
        Phrases(**given)


def test_a_language_without_a_plural_form_fails_when_it_is_loaded() -> None:
    with pytest.raises(ValueError, match=r"pl: .* has no form for few, many"):
        replace(ENGLISH, locale="pl")


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"text": "vor 4 Min."}, "Zuletzt vor 4 Min."),
        ({"text": "Donau…"}, "Zuletzt Donau…"),
        ({"text": "\u2068הזמנה…\u2069"}, "Zuletzt \u2068הזמנה…\u2069"),
        ({"text": "gestern"}, "Zuletzt gestern."),
    ],
)
def test_a_sentence_has_one_full_stop(parts: dict[str, str], sentence: str) -> None:
    assert fill("Zuletzt {text}.", **parts) == sentence
    assert fill("Zuletzt {text}, um {time}.", **parts, time="16:06").endswith(f"{parts['text']}, um 16:06.")


# A new language

NEW_LANGUAGE = """
from dataclasses import fields, replace

from display.wall_state.i18n.languages.en import PHRASES as ENGLISH
from display.wall_state.i18n.phrases import Plural


def with_polish_plurals(part):
    plurals = {f.name: getattr(part, f.name) for f in fields(part) if isinstance(getattr(part, f.name), Plural)}
    return {name: replace(plural, few=plural.other, many=plural.other) for name, plural in plurals.items()}


MENTIONS = Plural(one="{n} wzmianka", few="{n} wzmianki", many="{n} wzmianek", other="{n} wzmianki")
PAGE = replace(ENGLISH.page, **with_polish_plurals(ENGLISH.page), someone="ktoś")
PHRASES = replace(ENGLISH, locale="pl", page=PAGE, **{**with_polish_plurals(ENGLISH), "mentions": MENTIONS})
"""
"""The English phrases with the plural forms of Polish."""
NEW_CODE = "zz"
"""ISO 639 assigns it to no language, so nobody will add a file of this name."""
POLISH_COUNTS = [(1, "1 wzmianka"), (3, "3 wzmianki"), (5, "5 wzmianek"), (22, "22 wzmianki")]


@pytest.fixture
def new_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Add one file to the languages."""
    folder = tmp_path / "languages"
    folder.mkdir()
    (folder / f"{NEW_CODE}.py").write_text(NEW_LANGUAGE, encoding="utf-8")
    monkeypatch.setattr(languages, "__path__", [*languages.__path__, str(folder)])
    caches = catalogue, page_phrases
    for cache in caches:
        cache.cache_clear()
    yield
    sys.modules.pop(f"{languages.__name__}.{NEW_CODE}", None)
    for cache in caches:
        cache.cache_clear()


@pytest.mark.usefixtures("new_language")
@pytest.mark.parametrize(("n", "mentions"), POLISH_COUNTS)
def test_a_wall_speaks_a_language_that_is_one_new_file(tmp_path: Path, clock: FakeClock, n: int, mentions: str) -> None:
    walls = Walls(tmp_path, clock, Wall(language=NEW_CODE, night=None))
    walls.save(*(judged(f"Acme {i}", published_at=NOON - MINUTE) for i in range(n)))
    state = walls.get()
    assert state["language"] == NEW_CODE
    assert state["headline"]["clause"] == f"{mentions} in the last hour."


@pytest.mark.usefixtures("new_language")
def test_config_and_page_take_the_languages_from_the_files(tmp_path: Path, clock: FakeClock) -> None:
    walls = Walls(tmp_path, clock, Wall(language=NEW_CODE))
    page = app_for(walls.config, walls.store, clock).test_client().get("/wall").text
    assert f'<html lang="{NEW_CODE}"' in page
    assert "wzmian" not in page
    sent = json.loads(page_phrases())
    assert sent[NEW_CODE]["locale"] == "pl"
    assert sent[NEW_CODE]["phrases"]["someone"] == "ktoś"
    assert config_language(tmp_path, NEW_CODE) == NEW_CODE


def config_language(folder: Path, language: str) -> str:
    """The language of the wall in a config file that asks for ``language``."""
    file = folder / "config.toml"
    brand = '[[brands]]\nname = "Acme"\nours = true\nrule = "acme"\n'
    file.write_text(f'{brand}[[walls]]\nname = "office"\nlanguage = "{language}"\n')
    return load_config(file).walls[0].language


def test_a_config_can_only_name_a_language_that_has_a_file(tmp_path: Path) -> None:
    assert [config_language(tmp_path, code) for code in LANGUAGES] == list(LANGUAGES)
    with pytest.raises(ConfigError) as error:
        config_language(tmp_path, NEW_CODE)
    codes = ", ".join(f'"{code}"' for code in sorted(LANGUAGES))
    assert error.value.problems == (f'walls[0].language: expected one of {codes}, found "{NEW_CODE}".',)


# Numbers and times


@pytest.mark.parametrize(
    ("language", "number"), [("en", "1,234,567"), ("de", "1.234.567"), ("fr", "1\u202f234\u202f567")]
)
def test_numbers(language: str, number: str) -> None:
    assert Locale(LONDON, LANGUAGES[language]).number(1234567) == number


@pytest.mark.parametrize(
    ("language", "time", "text"),
    [
        ("en", NOON - 5 * MINUTE, "11:55"),
        ("de", NOON - 2 * DAY, "Montag 12:00"),
        ("fr", NOON - 2 * DAY, "lundi 12:00"),
        ("de", NOON - 20 * DAY, "12. Februar"),
        ("fr", NOON - 20 * DAY, "le 12 février"),
        ("en", NOON + 2 * DAY, "Friday 12:00"),
        ("en", NOON + 20 * DAY, "24 March"),
        ("en", datetime(2026, 1, 1, 0, 5, tzinfo=LONDON), "1 January"),
        ("en", datetime(2025, 12, 31, 23, 55, tzinfo=LONDON), "31 December"),
        ("de", NOON - 400 * DAY, "28. Januar 2025"),
    ],
)
def test_moments(language: str, time: datetime, text: str) -> None:
    assert Locale(LONDON, LANGUAGES[language]).moment(time, NOON) == text


def test_a_clock_of_twelve_hours() -> None:
    midnight = NOON - timedelta(hours=12)
    twelve, other = Locale(LONDON, ENGLISH, twelve_hours=True), Locale(LONDON, ENGLISH)
    times = [twelve.time_of_day(midnight + timedelta(hours=h, minutes=5)) for h in (0, 1, 12, 13, 23)]
    assert times == [f"{time}\u00a0{half}" for time, half in zip(CLOCK_TIMES, HALVES, strict=True)]
    hours = [midnight + timedelta(hours=h) for h in (0, 6, 12, 18)]
    assert [plain(twelve.axis_hour(hour)) for hour in hours] == ["midnight", "6 am", "noon", "6 pm"]
    assert [other.axis_hour(hour) for hour in hours] == ["midnight", "06:00", "noon", "18:00"]


CLOCK_TIMES = ("12:05", "1:05", "12:05", "1:05", "11:05")
HALVES = ("am", "am", "pm", "pm", "pm")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["1 day 4 hrs", "No mentions", "1 mention", "1,200 mentions", "A and B", "A, B and C", "81%"]),
        (
            "de",
            ["1 Tag 4 Std.", "Keine Erwähnung", "1 Erwähnung", "1.200 Erwähnungen", "A und B", "A, B und C", "81 %"],
        ),
        ("fr", ["1 jour 4 h", "Aucune mention", "1 mention", "1 200 mentions", "A et B", "A, B et C", "81 %"]),
    ],
)
def test_counts_lists_and_durations(language: str, expected: list[str]) -> None:
    locale = Locale(LONDON, LANGUAGES[language])
    counts = [locale.counted(locale.phrases.mentions, n) for n in (0, 1, 1200)]
    found = [locale.duration(timedelta(hours=28)), *counts, locale.names("AB"), locale.names("ABC"), locale.percent(81)]
    assert list(map(plain, found)) == expected


def test_a_number_stays_on_one_line_with_its_unit() -> None:
    assert Locale(LONDON, ENGLISH).duration(timedelta(minutes=106)) == "1\u00a0hr 46\u00a0mins"


# Whole screens


def shown_texts(value: Any, key: str = "") -> Iterator[str]:
    """Every text of a state that is shown or spoken, without what other people wrote."""
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
                yield from shown_texts(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from shown_texts(part, key)
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
        status = working_status(
            now, "Reddit", health=Health.LIMITED, reason="wait (429)", next_check=now + DAY, last_post=None
        )
        walls.store.save_status(status, now)
    elif case == "blind":
        walls.clock.advance(3 * 3600)


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
@pytest.mark.parametrize("case", ["learning", "busy", "incident", "over", "topics", "partly blind", "blind"])
def test_nothing_on_a_wall_is_in_another_language(walls: Walls, language: str, case: str) -> None:
    arrange(walls, case)
    ours, english = walls.get(language), walls.get("en")
    assert ours["language"] == language
    assert [words for words in shown_texts(ours) if ENGLISH_WORDS.search(words)] == []
    assert any(ENGLISH_WORDS.search(words) for words in shown_texts(english))
    assert ours["kind"] == english["kind"]


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_the_first_run_is_in_its_language(tmp_path: Path, clock: FakeClock, language: str) -> None:
    walls = Walls(tmp_path, clock, Wall(language=language))
    state = walls.get()
    assert state["first_run"]
    assert [words for words in shown_texts(state) if ENGLISH_WORDS.search(words)] == []


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
@pytest.mark.parametrize("health", Health)
def test_the_reason_why_a_source_is_not_read_is_in_its_language(language: str, health: Health) -> None:
    status = working_status(NOON, "X", health=health, reason="X asks us to wait (429).")
    for one in (status, replace(status, next_check=NOON + MINUTE), replace(status, last_success=None)):
        assert not ENGLISH_WORDS.search(unread_reason_text(one, NOON, Locale(LONDON, LANGUAGES[language])))


def test_a_masked_wall_says_someone_in_its_language(tmp_path: Path, clock: FakeClock) -> None:
    walls = Walls(tmp_path, clock, Wall(language="de", mask_authors=True))
    walls.save(judged("Ask @nora, says bob of Acme.", author="bob"))
    assert walls.texts() == ["Ask @jemand, says jemand of Acme."]
