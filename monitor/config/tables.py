"""The tables of config.toml as models: what each key may hold, and nothing about how one key depends on another."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=30)

_DURATION = re.compile(r"([0-9]{1,9})\s*([smhd])")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DURATION_ALLOWED = 'a number with s, m, h or d, such as "10m" or "2h", from "1s" to "30d"'
_ZONE_ALLOWED = 'a time zone\'s name, such as "Europe/London" or "UTC"'


def duration(value: object) -> timedelta:
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


Duration = Annotated[timedelta, BeforeValidator(duration)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_name)]


class Table(BaseModel):
    """A table whose keys are all known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlaceTable(Table):
    """``[wallflower]``"""

    data: Annotated[str, StringConstraints(min_length=1)] = "data"
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
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


class FileTables(Table):
    """The whole file. The keys of a source's kind are checked by its own model."""

    wallflower: PlaceTable = PlaceTable()
    server: ServerTable = ServerTable()
    brands: Annotated[list[BrandTable], Field(min_length=1)]
    sources: list[SourceTable] = []
