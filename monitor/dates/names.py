"""Names of months and days of the week in many languages, from CLDR, and the little words around dates."""
# ruff: noqa: RUF001 - some Cyrillic letters look like Latin ones

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from babel import Locale

from monitor.dates.folding import fold

_BY_SCRIPT = (
    (re.compile("[\u0370-\u03ff]"), ("el",)),
    (re.compile("[\u0400-\u04ff]"), ("ru", "uk", "bg")),
    (re.compile("[\uac00-\ud7af]"), ("ko",)),
    (re.compile("[\u3040-\u30ff\u4e00-\u9fff]"), ("ja", "zh")),
    (re.compile("[\u0600-\u06ff]"), ("ar",)),
)
_LATIN = (
    *("de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "nn", "fi", "pl", "cs", "tr", "sk", "ro", "hu", "ca", "id"),
    *("et", "lv", "vi"),
)
"""Languages in the order in which they are asked.

Croatian is missing because its ``listopada`` is October, in Polish November. A test holds that no two disagree.
"""
LANGUAGES = (*(language for _, languages in _BY_SCRIPT for language in languages), *_LATIN)

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_COMMON_MONTHS = {
    **{name.lower(): n for n, name in enumerate(calendar.month_name) if n},
    **{name.lower(): n for n, name in enumerate(calendar.month_abbr) if n},
    **{"sept": 9, "marz": 3, "sett": 9, "juil": 7, "mrz": 3, "нояб": 11, "сент": 9, "ноя": 11, "сен": 9, "ноем": 11},
    **{"кві": 4, "тра": 5, "чер": 6, "сер": 8, "жов": 10, "гру": 12},
}
_ENGLISH_WEEKDAYS = {day.lower() for day in (*calendar.day_name, *calendar.day_abbr)} | {
    "tues",
    "thur",
    "thurs",
    "weds",
}
_COMMON_WEEKDAYS = frozenset({*_ENGLISH_WEEKDAYS, *"月火水木金土日"})
_FILLERS = (
    *(
        "at on of the st nd rd th t h hrs hours year",
        "um den der uhr",
        "le er a",
        "de del el las los y",
        "di il alle ore",
    ),
    *("do da dos das as em o", "om op uur", "kl klo", "d r roku godz v hod dne i", "saat", "στις και"),
    *("г год года году в ч", "р року о"),
)
FILLERS = frozenset(" ".join(_FILLERS).split())
"""Words around dates that carry no meaning: "28 de marzo de 2026 a las 9:15"."""


@lru_cache(4_000)
def month_number(word: str) -> int | None:
    """The month (1 to 12) that ``word``, folded and without a dot, names in any of the languages."""
    if word in _COMMON_MONTHS:
        return _COMMON_MONTHS[word]
    if len(word) < 2:
        return None
    return next((months[word] for months in map(_months, _languages(word)) if word in months), None)


@lru_cache(4_000)
def is_weekday(word: str) -> bool:
    """Whether ``word``, folded and without a dot, is a day of the week in any of the languages."""
    return word in _COMMON_WEEKDAYS or any(word in _weekdays(language) for language in _languages(word))


def _languages(word: str) -> tuple[str, ...]:
    return next((languages for script, languages in _BY_SCRIPT if script.match(word)), _LATIN)


@cache
def _months(language: str) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for key, name in _all_names(Locale.parse(language).months):
        found |= dict.fromkeys(_spellings(name), int(key))
    return found


@cache
def _weekdays(language: str) -> frozenset[str]:
    return frozenset(spelling for _, name in _all_names(Locale.parse(language).days) for spelling in _spellings(name))


def _all_names(contexts: Mapping[str, Mapping[str, Mapping[int, str]]]) -> Iterator[tuple[int, str]]:
    for widths in contexts.values():
        for width, names in widths.items():
            if width != "narrow":  # one letter
                yield from names.items()


def _spellings(name: str) -> set[str]:
    """``name`` as it may be written: without accents, and with "ae" for "ä". None of them if it holds digits."""
    spellings = {fold(name), fold(name.lower().translate(_UMLAUTS))}
    spellings = {spelling.replace(".", "").strip() for spelling in spellings}
    return {spelling for spelling in spellings if spelling and not re.search(r"[\d\s]", spelling)}
