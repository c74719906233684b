"""Loads ``sample_phrases.toml``, from which the sample source builds its posts. The file explains the templates."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

FILE_NAME = "sample_phrases.toml"


@dataclass(frozen=True, slots=True)
class Mood:
    """What people say in one mood, such as a complaint."""

    templates: Sequence[str]
    short: Sequence[str]
    """Posts of a few words, too short to be a near-duplicate of another post."""
    details: Sequence[str]
    """Sentences that may follow."""
    titles: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """What people say in a language other than English."""

    weight: int
    """How often the language occurs, relative to the others."""
    templates: Sequence[str]
    details: Sequence[str]
    """Sentences that may follow."""


@dataclass(frozen=True, slots=True)
class IncidentPhrases:
    """Something that goes wrong at a brand."""

    headline: str
    posts: Sequence[str]
    """Templates of what people say about it."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The contents of the file."""

    products: Mapping[str, Sequence[str]]
    """Brand -> its products."""
    help_accounts: Mapping[str, str]
    slots: Mapping[str, Sequence[str]]
    """Name of a slot -> the words that may fill it."""
    moods: Mapping[str, Mood]
    languages: Mapping[str, Language]
    """ISO 639-1 -> what people say in it."""
    synonyms: Mapping[str, Sequence[str]]
    """Word -> its replacements."""
    emoji: Mapping[str, Sequence[str]]
    """Mood -> its emoji."""
    openers: Sequence[str]
    closers: Sequence[str]
    asides: Sequence[str]
    review_titles: Sequence[str]
    review_paragraphs: Sequence[str]
    headlines: Sequence[str]
    article_details: Sequence[str]
    comments: Sequence[str]
    incidents: Sequence[IncidentPhrases]
    display_names: Sequence[str]
    handle_starts: Sequence[str]
    handle_ends: Sequence[str]
    replaceable: re.Pattern[str]
    """Finds words that have synonyms."""


def load_phrases() -> Phrases:
    """Read the file. It is part of the package, so an error in it is a bug and raises KeyError or TypeError."""
    text = resources.files("monitor.sources").joinpath(FILE_NAME).read_text(encoding="utf-8")
    content: dict[str, Any] = tomllib.loads(text)
    moods = {name: Mood(**table) for name, table in content.pop("moods").items()}
    languages = {code: Language(**table) for code, table in content.pop("languages").items()}
    incidents = [IncidentPhrases(**table) for table in content.pop("incidents")]
    replaceable = re.compile(rf"\b(?:{'|'.join(content['synonyms'])})\b")
    return Phrases(moods=moods, languages=languages, incidents=incidents, replaceable=replaceable, **content)
