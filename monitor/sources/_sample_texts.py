"""Loads the folder ``sample_texts``, from which the sample source builds its posts. Its README explains the files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from monitor.model import Sentiment

FOLDER = "sample_texts"
MICRO, TALK, REVIEW = "micro", "talk", "review"
"""Kinds of site: short posts, forums, reviews."""
EVERYDAY = ("de", "fr", "es")
"""Languages with a file of their own, besides English."""
_TRUTHS = {"+": Sentiment.POSITIVE, "-": Sentiment.NEGATIVE, "0": Sentiment.NEUTRAL}


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that people write about."""

    mains: Sequence[str]
    """Posts, each of which names the brand."""
    truth: Sentiment
    """What a person who reads the post would say of its sentiment towards the brand."""
    other_truth: Sentiment | None = None
    """The same towards the other brand, where that is named."""
    name: str = ""
    mood: str = ""
    more: Sequence[str] = ()
    """Sentences that may follow any of ``mains``."""
    ends: Sequence[str] = ()
    titles: Sequence[str] = ()
    where: Sequence[str] = (MICRO, TALK)
    hours: tuple[int, int] = (0, 23)
    """The first and the last hour of the day at which it is written."""
    weight: int = 1
    is_steady: bool = False
    """Not written while something is going wrong at the brand."""
    since: int = 0
    until: int = 10_000
    """Minutes after the start of an incident between which it is written."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline that many sites repeat."""

    text: str
    truths: Mapping[str, Sentiment]
    """Brand that it names -> what a person would say of its sentiment towards that brand."""
    details: Sequence[str]
    """What articles add to it."""


@dataclass(frozen=True, slots=True)
class SampleIncident:
    """Something that goes wrong at a brand."""

    name: str
    headline: str
    details: Sequence[str]
    """What articles add to the headline."""
    scenes: Sequence[Scene]

    def headline_for(self, brand: str) -> Headline:
        """The headline, which is bad news."""
        return Headline(self.headline.format(b=brand), {brand: Sentiment.NEGATIVE}, self.details)


@dataclass(frozen=True, slots=True)
class Asides:
    """What people say around anything in a mood."""

    before: Sequence[str] = ()
    after: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """What people write in one language."""

    weight: int
    """How often the language occurs, relative to the other languages except English."""
    scenes: Sequence[Scene]
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parts_of_day: Sequence[str] = ()
    weekdays: Sequence[str] = ()
    asides: Mapping[str, Asides] = field(default_factory=dict)
    """By mood."""
    synonyms: Sequence[Sequence[str]] = ()
    """Groups of words that may replace each other."""


@dataclass(frozen=True, slots=True)
class SampleBrand:
    """What posts say about a brand."""

    share: int
    """Percent of the posts."""
    moods: Mapping[str, int]
    """Mood -> percent of its English posts."""
    facts: Mapping[str, str]
    """Name of a slot -> the fact."""


@dataclass(frozen=True, slots=True)
class LongReview:
    """A very long review has most of these paragraphs, in order."""

    titles: Sequence[str]
    paragraphs: Sequence[str]
    truth: Sentiment


@dataclass(frozen=True, slots=True)
class SampleTexts:
    """The contents of the folder."""

    brands: Mapping[str, SampleBrand]
    english: Language
    languages: Mapping[str, Language]
    """ISO 639-1 -> what people write in it; without English."""
    incidents: Sequence[SampleIncident]
    headlines: Sequence[Headline]
    comments: Sequence[str]
    long_review: LongReview
    handle_starts: Sequence[str]
    handle_ends: Sequence[str]
    reviewers: Sequence[str]


def load_texts() -> SampleTexts:
    """Read the files. They are part of the package, so an error in one is a bug and raises KeyError or TypeError."""
    world, news, others = _read("world"), _read("news"), _read("other_languages")
    slots = world["slots"]
    languages = {code: _language(_read(code), slots) for code in EVERYDAY}
    languages |= {table.pop("code"): _language(table, slots) for table in others["languages"]}
    review = news["long_review"]
    return SampleTexts(
        brands={name: _brand(table) for name, table in world["brands"].items()},
        english=_language({"weight": 0, **_read("en")}, slots),
        languages=languages,
        incidents=[_incident(table) for table in _read("incidents")["incidents"]],
        headlines=[_headline(table) for table in news["headlines"]],
        comments=news["comments"],
        long_review=LongReview(review["titles"], review["paragraphs"], _TRUTHS[review["truth"]]),
        handle_starts=world["handle_starts"],
        handle_ends=world["handle_ends"],
        reviewers=world["reviewers"],
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("monitor.sources").joinpath(FOLDER, f"{name}.toml").read_text("utf-8"))


def _brand(table: dict[str, Any]) -> SampleBrand:
    return SampleBrand(table.pop("share"), table.pop("moods"), {"at": table.pop("help"), **table})


def _language(table: dict[str, Any], slots: Mapping[str, Sequence[str]]) -> Language:
    own = {**slots, **table.get("slots", {})}
    parts, weekdays = own.pop("parts_of_day", ()), own.pop("weekdays", ())
    asides = {mood: Asides(**words) for mood, words in table.get("asides", {}).items()}
    scenes, synonyms = [_scene(scene) for scene in table["scenes"]], table.get("synonyms", ())
    return Language(table["weight"], scenes, own, parts, weekdays, asides, synonyms)


def _scene(table: dict[str, Any]) -> Scene:
    truth, other_truth = _TRUTHS[table.pop("truth")], _other_truth(table)
    return Scene(truth=truth, other_truth=other_truth, is_steady=table.pop("steady", False), **table)


def _headline(table: dict[str, Any]) -> Headline:
    truths = {brand: _TRUTHS[truth] for brand, truth in table["truths"].items()}
    return Headline(table["text"], truths, table["details"])


def _incident(table: dict[str, Any]) -> SampleIncident:
    scenes = [_scene(scene) for scene in table["scenes"]]
    return SampleIncident(table["name"], table["headline"], table["details"], scenes)


def _other_truth(table: dict[str, Any]) -> Sentiment | None:
    return _TRUTHS[table.pop("other")] if "other" in table else None
