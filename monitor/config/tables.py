"""The tables of config.toml as models: what each key may hold, and nothing about how one key depends on another."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from monitor.errors import QueryError
from monitor.query import parse

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=30)

_DURATION = re.compile(r"([0-9]{1,9})\s*([smhd])")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DURATION_ALLOWED = 'a number with s, m, h or d, such as "10m" or "2h", from "1s" to "30d"'
_ZONE_ALLOWED = 'a time zone\'s name, such as "Europe/London" or "UTC"'
_WALL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_RESERVED = "pairing"
"""Its address shows how a wall is paired."""
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TIMES = re.compile(r"((?:[01][0-9]|2[0-3]):[0-5][0-9])-((?:[01][0-9]|2[0-3]):[0-5][0-9])")
_NIGHT_ALLOWED = 'two different times such as "22:00-06:30", or "off"'


def parse_duration(value: object) -> timedelta:
    """``"10m"`` as a timedelta. Raises ValueError that says what is allowed."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(_DURATION_ALLOWED)
    seconds = int(found[1]) * UNITS[found[2]]
    if not SHORTEST.total_seconds() <= seconds <= LONGEST.total_seconds():
        raise ValueError(_DURATION_ALLOWED)
    return timedelta(seconds=seconds)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, LookupError):
        raise ValueError(_ZONE_ALLOWED) from None
    return value


def _colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        raise ValueError('a colour such as "#0b6e4f"')
    return value


def _name(value: str) -> str:
    if value != value.strip() or not value.isprintable():
        raise ValueError("a name of printable characters, without spaces around it")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError('a host, or host:port, such as "wiki.local" or "127.0.0.1:8000"')
    return value


def _wall_name(value: str) -> str:
    if not _WALL.fullmatch(value) or value == _RESERVED:
        raise ValueError(f'letters a to z, digits and hyphens, such as "reception", but not "{_RESERVED}"')
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError('a language\'s code such as "en", or "und" for unknown')
    return value


def night(value: str) -> tuple[time, time] | None:
    """``"22:00-06:30"`` as two times of day; None for ``"off"``. Raises ValueError that says what is allowed."""
    if value == "off":
        return None
    found = _TIMES.fullmatch(value)
    if found is None or found[1] == found[2]:
        raise ValueError(_NIGHT_ALLOWED)
    return time.fromisoformat(found[1]), time.fromisoformat(found[2])


def _night(value: str) -> str:
    night(value)
    return value


def _word(value: str) -> str:
    """A word or phrase that can be looked for, whatever signs stand around it."""
    try:
        parse(f'"{value}"')
    except QueryError:
        raise ValueError("a word, or several that stand in a row, without quotes") from None
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_name)]
Zone = Annotated[str, AfterValidator(_zone)]


class Table(BaseModel):
    """A table whose keys are all known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlaceTable(Table):
    """``[wallflower]``"""

    data: Annotated[str, StringConstraints(min_length=1)] = "data"
    timezone: Zone = "UTC"
    allow_hosts: list[Annotated[str, AfterValidator(_host)]] = []


class ServerTable(Table):
    """``[server]``"""

    host: Annotated[str, StringConstraints(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8750


class BrandTable(Table):
    """``[[brands]]``"""

    name: Name
    rule: Annotated[str, StringConstraints(min_length=1)]
    ours: bool = False
    aliases: list[Name] = []
    colour: Annotated[str, AfterValidator(_colour)] | None = None


class SourceTable(BaseModel):
    """``[[sources]]``: the keys of every kind; the others belong to the kind's own model."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Annotated[str, StringConstraints(min_length=1)]
    name: Name
    every: Duration | None = None


class TopicTable(Table):
    """``[[topics]]``"""

    name: Name
    rule: Annotated[str, StringConstraints(min_length=1)]


class WallTable(Table):
    """``[[walls]]``"""

    name: Annotated[str, AfterValidator(_wall_name)]
    brands: list[Name] = []
    languages: list[Annotated[str, AfterValidator(_language)]] = []
    timezone: Zone | None = None
    mask_authors: bool = False
    never_show: list[Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_word)]] = []
    quiet: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] = []
    night: Annotated[str, AfterValidator(_night)] = "22:00-06:30"
    rotation: bool = True
    language: Literal["en", "de", "fr"] = "en"
    clock: Literal["24h", "12h"] = "24h"


class FileTables(Table):
    """The whole file. The keys of a source's kind are checked by its own model."""

    wallflower: PlaceTable = PlaceTable()
    server: ServerTable = ServerTable()
    brands: Annotated[list[BrandTable], Field(min_length=1)]
    sources: list[SourceTable] = []
    topics: list[TopicTable] = []
    walls: list[WallTable] = []
